import { constants } from "node:fs";
import { access, chmod, mkdir, readdir, stat } from "node:fs/promises";
import { PlatformError } from "../base/errors.ts";

/** Owner alone: it holds keys, tokens and, embedded, all data. */
const PRIVATE = 0o700;

/** As on /tmp: a folder that many share. */
const STICKY = 0o1000;

/** Files that only the platform puts into its data directory. */
const OURS = new Set(["admin-key", "audit-head", "database", "signing-keys.json", "demo-credentials.json"]);

/**
 * Makes the data directory, which only its owner may look into; also closes one of ours that an earlier version, or a
 * `mkdir` by hand, has left open.
 * @throws PlatformError `config_invalid` when nothing can be written there
 */
export async function prepareDataDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: PRIVATE });
    await access(path, constants.W_OK | constants.X_OK);
    await closeToOthers(path);
  } catch (error) {
    const why = (error as Error).message;
    const message = `DATA_DIR is '${path}', where nothing can be written (${why}): give it a folder of its own.`;
    throw new PlatformError("config_invalid", message, { cause: error });
  }
}

/** A folder that holds other things as well, as /tmp does, is left to its owner. */
async function closeToOthers(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  if ((mode & 0o077) === 0 || uid !== process.getuid?.() || (mode & STICKY) !== 0) return;
  const names = await readdir(path);
  if (names.length === 0 || names.some((name) => OURS.has(name))) await chmod(path, PRIVATE);
}
