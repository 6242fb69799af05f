import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** PostgreSQL clients add this name to a host that begins with a slash. */
export const SOCKET_NAME = ".s.PGSQL.5432";

const PREFIX = "sbi-db-";
/** sun_path holds 108 bytes on Linux and 104 elsewhere, with the zero byte. */
const MAX_SOCKET_PATH_BYTES = 103;
/** mkdtemp adds six characters. */
const RANDOM = "XXXXXX";

function parents(): string[] {
  return [tmpdir(), "/tmp"].map((path) => resolve(path));
}

/**
 * A fresh folder for one socket that only this user may enter (mkdtemp makes it 0700). Under the system's
 * temporary folder, or under /tmp where that path is too long for a socket.
 */
export function makeSocketDir(): string {
  const fits = (parent: string) =>
    Buffer.byteLength(join(parent, PREFIX + RANDOM, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES;
  const parent = parents().find(fits) ?? "/tmp";
  return mkdtempSync(join(parent, PREFIX));
}

/** Anybody could have written a lock file: only a folder of ours is removed because of it. */
export function isSocketDir(path: string): boolean {
  return parents().includes(resolve(dirname(path))) && basename(path).startsWith(PREFIX);
}
