import { chmodSync, readFileSync, statSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { createPrivateFile, writePrivateFile } from "../../base/private-file.ts";
import { publicHalfSchema } from "../contract/index.ts";
import { listedKeySchema, signingKeySchema } from "./algorithms/index.ts";
import { holdsKeySet } from "./root.ts";

export const KEY_FILE = "signing-keys.json";

const moment = z.iso.datetime();

/** One key with its times, oldest first in the file. */
export type StoredKey = z.infer<typeof listedKeySchema>;

const trustSchema = z.strictObject({
  /** The public halves of the roots that may sign the next set. */
  roots: z.array(publicHalfSchema).min(1),
  /** The published set, as the root has signed it. */
  signed: z.string().refine(holdsKeySet, "expected a signed key set"),
  /** Every set so far that named roots, the oldest first. */
  rootChanges: z.array(z.string()),
  /**
   * The highest version that the root was ever asked for. The next request is above it, so that a set which was signed
   * and never used cannot win over a later one.
   */
  lastVersion: z.int().min(1),
  /** The rotation that the root has yet to sign. */
  waiting: z
    .strictObject({
      since: moment,
      leadMs: z.number().min(0),
      overlapMs: z.number().min(0),
      /** True when the keys before it are to be out at once. */
      stolen: z.boolean(),
    })
    .nullable(),
});
/** The root's part of the key file. */
export type Trust = z.infer<typeof trustSchema>;

const areDistinct = ({ keys }: { keys: readonly { kid: string }[] }) =>
  new Set(keys.map(({ kid }) => kid)).size === keys.length;

/** Version 1 is written for as long as there is no root, so that an older platform can read it. */
const fileSchema = z
  .discriminatedUnion("version", [
    z.strictObject({ version: z.literal(1), keys: z.array(signingKeySchema).min(1) }),
    z.strictObject({ version: z.literal(2), keys: z.array(listedKeySchema).min(1), trust: trustSchema }),
  ])
  .refine(areDistinct, "a key id is there twice");

/** A stamp that changes whenever another file is put in its place. */
const stampOf = (path: string): string => {
  const { ino, mtimeMs, size } = statSync(path);
  return `${ino} ${mtimeMs} ${size}`;
};

export interface Keys {
  readonly keys: readonly StoredKey[];
  /** Null for as long as no root vouches for the keys. */
  readonly trust: Trust | null;
}

export interface ReadKeys extends Keys {
  readonly stamp: string;
}

/** True when the file has been replaced since it was read. A file that is gone counts as unchanged. */
export function isReplaced(path: string, stamp: string): boolean {
  try {
    return stampOf(path) !== stamp;
  } catch {
    return false;
  }
}

/**
 * Reads the keys; undefined when there is no file.
 * @throws PlatformError `config_invalid` that names the file and the fault, and shows nothing of its content
 */
export function readKeys(path: string): ReadKeys | undefined {
  let text: string;
  let stamp: string;
  try {
    stamp = stampOf(path);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new PlatformError("config_invalid", `${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No cause: V8's message quotes the text around the fault, which may be a private key.
    throw unusable(path, "it is not JSON");
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return { ...keysOf(parsed.data), stamp };
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "file"}: ${issue.message}`);
  throw unusable(path, faults.slice(0, 3).join("; "));
}

const keysOf = (file: z.infer<typeof fileSchema>): Keys =>
  file.version === 2
    ? { keys: file.keys, trust: file.trust }
    : { keys: file.keys.map((key) => ({ ...key, listed: true })), trust: null };

const unusable = (path: string, why: string) =>
  new PlatformError(
    "config_invalid",
    `${path} does not hold signing keys (${why}). Put it back from a backup, or move it away: then a new key is ` +
      "made, and terminals obey it once the root has signed it and they have fetched it.",
  );

/**
 * Takes away the rights of other users on the file.
 * @returns the mode that it had, when that was too wide
 */
export function narrowMode(path: string): number | undefined {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return undefined;
  chmodSync(path, 0o600);
  return mode;
}

function formatKeys({ keys, trust }: Keys): string {
  const file = trust
    ? { version: 2, keys, trust }
    : { version: 1, keys: keys.map(({ listed: _listed, ...key }) => key) };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Puts a first file there, whole. @returns false when another process was quicker; its file stays. */
export const createKeys = (path: string, keys: Keys): Promise<boolean> =>
  createPrivateFile(path, formatKeys(keys));

/** Replaces the file as a whole or not at all. */
export const replaceKeys = (path: string, keys: Keys): Promise<void> =>
  writePrivateFile(path, formatKeys(keys));

/** A lock that is older than this belongs to a process that died with it: changing the keys takes milliseconds. */
const STALE_LOCK_MS = 10_000;
const LOCK_PATIENCE_MS = 15_000;
const LOCK_RETRY_MS = 25;

/** Lets one process at a time change the keys. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = join(dirname(path), `${KEY_FILE}.lock`);
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (isStale(lock)) await rm(lock, { force: true });
      else if (performance.now() > deadline) {
        throw new PlatformError("config_invalid", `${lock} is held by another process. Is one hanging?`);
      } else await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isStale(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_LOCK_MS;
  } catch {
    return false;
  }
}
