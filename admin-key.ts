import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareDataDir } from "./data-dir.ts";

const FILE = "admin-key";

const newKey = () => `sbi_${randomBytes(32).toString("base64url")}`;

export interface AdminKey {
  readonly key: string;
  /** Whether it was made just now, and so has to be shown. */
  readonly isNew: boolean;
  /** Where it is kept; undefined when it came from the environment. */
  readonly file: string | undefined;
}

/**
 * The administrator's key: from the environment, or the one that is kept in the data directory, or a new one
 * of 256 random bits that is put there, readable by its owner alone.
 */
export async function loadAdminKey(given: string | undefined, dataDir: string): Promise<AdminKey> {
  if (given !== undefined) return { key: given, isNew: false, file: undefined };
  await prepareDataDir(dataDir);
  const file = join(dataDir, FILE);
  const kept = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  const key = kept?.trim();
  if (key) return { key, isNew: false, file };
  const made = newKey();
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return { key: made, isNew: true, file };
}

/**
 * Puts a new key in the place of the one in the data directory, for the next start. `record` is done once the new
 * key is written and before it counts: no key is replaced without a trace.
 */
export async function replaceAdminKey(
  dataDir: string,
  record: () => Promise<unknown>,
): Promise<{ readonly key: string; readonly file: string }> {
  await prepareDataDir(dataDir);
  const file = join(dataDir, FILE);
  const part = `${file}.${randomBytes(6).toString("hex")}.part`;
  const key = newKey();
  try {
    await writeFile(part, `${key}\n`, { mode: 0o600, flag: "wx", flush: true });
    await record();
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return { key, file };
}
