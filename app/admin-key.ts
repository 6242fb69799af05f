import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createPrivateFile, writePrivateFile } from "../base/private-file.ts";
import { prepareDataDir } from "./data-dir.ts";

const FILE = "admin-key";

const newKey = () => `sbi_${randomBytes(32).toString("base64url")}`;

export interface AdminKey {
  readonly key: string;
  /** True when it was made just now, and so has to be shown. */
  readonly isNew: boolean;
  /** The file that keeps it; undefined when it came from the environment. */
  readonly file: string | undefined;
}

/**
 * The administrator's key: from the environment, or from the data directory, or a new one of 256 random bits that is
 * put there, readable by its owner alone. Several processes that start at once share one key.
 */
export async function loadAdminKey(given: string | undefined, dataDir: string): Promise<AdminKey> {
  if (given !== undefined) return { key: given, isNew: false, file: undefined };
  await prepareDataDir(dataDir);
  const file = join(dataDir, FILE);
  const kept = await readKept(file);
  if (kept) return { key: kept, isNew: false, file };
  const made = newKey();
  if (kept === undefined) {
    if (await createPrivateFile(file, `${made}\n`)) return { key: made, isNew: true, file };
    const theirs = await readKept(file);
    if (theirs) return { key: theirs, isNew: false, file };
  }
  // No key is lost by this: the file is empty, as a full disk may have left it, or a link to nothing.
  await writePrivateFile(file, `${made}\n`);
  return { key: made, isNew: true, file };
}

/** The kept key; undefined when there is no file. */
async function readKept(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
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
  const key = newKey();
  await writePrivateFile(file, `${key}\n`, { beforeItCounts: record });
  return { key, file };
}
