import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareDataDir } from "./data-dir.ts";

const FILE = "admin-key";

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
  const made = `sbi_${randomBytes(32).toString("base64url")}`;
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return { key: made, isNew: true, file };
}
