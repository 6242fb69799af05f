import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

export interface WriteOptions {
  /** Runs once the text is on disk and before it counts; when it throws, the file stays as it was. */
  readonly beforeItCounts?: (() => Promise<unknown>) | undefined;
}

/**
 * Writes a file as a whole or not at all, readable by its owner alone from the first byte on. Whenever the process dies
 * or the power fails, the file holds either the old or the new text; once this returns, the new text. The folder is
 * made where there is none, for its owner alone.
 */
export async function writePrivateFile(
  path: string,
  text: string,
  { beforeItCounts }: WriteOptions = {},
): Promise<void> {
  await putInPlace(path, text, async (part) => {
    await beforeItCounts?.();
    await rename(part, path);
  });
}

/**
 * The same for a file that must not be there yet.
 * @returns false when there was one, or another process was quicker; that file stays
 */
export async function createPrivateFile(path: string, text: string): Promise<boolean> {
  let isThere = false;
  await putInPlace(path, text, async (part) => {
    try {
      // Unlike a rename, a link fails where there is something already.
      await link(part, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      isThere = true;
    }
  });
  return !isThere;
}

/** Writes the text to a file of its own beside `path` and lets `place` give it that name. */
async function putInPlace(
  path: string,
  text: string,
  place: (part: string) => Promise<unknown>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await removeOldParts(path);
  // The random part keeps two writers from mixing their halves.
  const part = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    const file = await open(part, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(part);
    await syncFolder(dirname(path));
  } finally {
    // After a rename there is none; after a link it is a second name.
    await rm(part, { force: true });
  }
}

/** A rename or a link is on disk once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** No writer takes that long, so an older part was left by a writer that died, and may hold a secret. */
const OLD_PART_MS = 3_600_000;
const PART = /^\.[0-9a-f]{12}\.part$/;

async function removeOldParts(path: string): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const parts = (await readdir(folder)).filter(
    (it) => it.startsWith(name) && PART.test(it.slice(name.length)),
  );
  for (const part of parts) {
    const found = await stat(join(folder, part)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > OLD_PART_MS) await rm(join(folder, part), { force: true });
  }
}
