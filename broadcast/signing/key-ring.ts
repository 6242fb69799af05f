import { join } from "node:path";
import { PlatformError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { MAX_LIFETIME_HOURS } from "../message.ts";
import { ALGORITHM, generateKey, signWith } from "./ed25519.ts";
import {
  createKeys,
  isReplaced,
  KEY_FILE,
  narrowMode,
  type ReadKeys,
  readKeys,
  replaceKeys,
  type StoredKey,
  withLock,
} from "./key-file.ts";
import type { Jwks, PublicJwk, Signer } from "./signer.ts";

const HOUR_MS = 3_600_000;

/** How long a new key is only published: longer than a terminal keeps the keys that it has fetched. */
export const DEFAULT_LEAD_MS = HOUR_MS;

/** How long a key stays published after it signed for the last time: as long as a command of it may be obeyed. */
export const DEFAULT_OVERLAP_MS = (MAX_LIFETIME_HOURS + 1) * HOUR_MS;

export type KeyState = "published" | "active" | "retiring" | "retired";

/** A key without its private part. */
export interface KeyInfo {
  readonly kid: string;
  readonly algorithm: string;
  /** Published: it signs later. Active: it signs. Retiring: terminals still take it. Retired: nobody takes it. */
  readonly state: KeyState;
  readonly createdAt: Date;
  readonly activeFrom: Date;
  readonly retireAt: Date | null;
}

export interface RotateOptions {
  /** The new key is published at once and signs after this. Default `DEFAULT_LEAD_MS`. */
  readonly leadMs?: number;
  /** The keys before it stay published for this long after that. Default `DEFAULT_OVERLAP_MS`; 0 for a stolen key. */
  readonly overlapMs?: number;
}

export interface KeyRing extends Signer {
  jwks(): Jwks;
  list(): KeyInfo[];
  /** @returns the new key */
  rotate(options?: RotateOptions): Promise<KeyInfo>;
}

export interface KeyRingOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: Logger;
}

const isRetired = (key: StoredKey, at: number) => key.retireAt !== null && Date.parse(key.retireAt) <= at;

const published = (keys: readonly StoredKey[], at: number) => keys.filter((key) => !isRetired(key, at));

/** The newest that is not only published: keys stand in the order in which they were made. */
function activeKey(keys: readonly StoredKey[], at: number): StoredKey | undefined {
  return published(keys, at).findLast((key) => Date.parse(key.activeFrom) <= at);
}

const publicOf = ({ kid, x }: StoredKey): PublicJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  x,
  kid,
  alg: ALGORITHM,
  use: "sig",
});

function infoOf(key: StoredKey, keys: readonly StoredKey[], at: number): KeyInfo {
  const state = isRetired(key, at)
    ? "retired"
    : Date.parse(key.activeFrom) > at
      ? "published"
      : key === activeKey(keys, at)
        ? "active"
        : "retiring";
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state,
    createdAt: new Date(key.createdAt),
    activeFrom: new Date(key.activeFrom),
    retireAt: key.retireAt === null ? null : new Date(key.retireAt),
  };
}

const eraseRetired = (keys: readonly StoredKey[], at: number): StoredKey[] =>
  keys.map((key) => (isRetired(key, at) ? { ...key, d: null } : key));

const holdsSecretOfRetired = (keys: readonly StoredKey[], at: number) =>
  keys.some((key) => key.d !== null && isRetired(key, at));

async function newKey(createdAt: number, activeFrom: number): Promise<StoredKey> {
  const { publicKey, secret } = await generateKey();
  return {
    kid: publicKey.kid,
    algorithm: ALGORITHM,
    createdAt: new Date(createdAt).toISOString(),
    activeFrom: new Date(activeFrom).toISOString(),
    retireAt: null,
    x: publicKey.x,
    d: secret,
  };
}

/**
 * Opens the signing keys of a directory and makes the first one where there is none. The file is their only copy:
 * a private key never leaves it but to sign. Several processes may share a directory; each sees at its next use
 * what another has rotated.
 * @throws PlatformError `config_invalid` when the file is there and cannot be used; it is never replaced silently
 */
export async function openKeyRing(dir: string, options: KeyRingOptions = {}): Promise<KeyRing> {
  const { now = Date.now, log } = options;
  const path = join(dir, KEY_FILE);

  const load = (): ReadKeys => {
    const read = readKeys(path);
    if (read) return read;
    throw new PlatformError("config_invalid", `${path} is gone: put it back from a backup`);
  };

  if (!readKeys(path)) {
    const at = now();
    const first = await newKey(at, at);
    if (await createKeys(path, [first])) log?.info({ kid: first.kid, file: path }, "made a signing key");
  }
  const wide = narrowMode(path);
  if (wide !== undefined) {
    log?.warn(
      { file: path, mode: wide.toString(8) },
      "the signing keys could be read by others and now cannot: rotate them if anybody else has been here",
    );
  }
  let held = load();

  /** The keys as they are on disk. One that was damaged meanwhile does not silence an emergency. */
  const current = (): readonly StoredKey[] => {
    if (isReplaced(path, held.stamp)) {
      try {
        held = load();
      } catch (error) {
        log?.error({ file: path, why: (error as Error).message }, "signing with the keys from before");
      }
    }
    return held.keys;
  };

  /** Reads, changes and writes under the lock, so that no change of another process is lost. */
  const change = (edit: (keys: readonly StoredKey[]) => Promise<StoredKey[]>) =>
    withLock(path, async () => {
      const keys = await edit(load().keys);
      await replaceKeys(path, keys);
      held = load();
    });

  const forgetRetired = async () => {
    if (!holdsSecretOfRetired(current(), now())) return;
    await change(async (keys) => eraseRetired(keys, now()));
  };
  await forgetRetired();

  const jwks = (): Jwks => ({ keys: published(current(), now()).map(publicOf) });

  return {
    algorithm: ALGORITHM,
    jwks,
    publicKeys: jwks,
    list() {
      const keys = current();
      return keys.map((key) => infoOf(key, keys, now()));
    },
    async sign(payload) {
      const key = activeKey(current(), now());
      if (!key?.d) {
        throw new PlatformError(
          "config_invalid",
          `${path} holds no key that may sign at ${new Date(now()).toISOString()}`,
        );
      }
      const jws = await signWith({ publicKey: publicOf(key), secret: key.d }, payload);
      // After signing: an emergency does not wait for housekeeping, nor fail with it.
      forgetRetired().catch((error: Error) =>
        log?.warn(
          { file: path, why: error.message },
          "the private part of a retired key could not be erased",
        ),
      );
      return jws;
    },
    async rotate({ leadMs = DEFAULT_LEAD_MS, overlapMs = DEFAULT_OVERLAP_MS } = {}) {
      for (const [name, value] of Object.entries({ leadMs, overlapMs })) {
        if (Number.isFinite(value) && value >= 0) continue;
        throw new PlatformError("invalid_request", `${name} is ${value}, expected milliseconds from 0`);
      }
      let made: StoredKey | undefined;
      await change(async (keys) => {
        const at = now();
        const activeFrom = at + leadMs;
        made = await newKey(at, activeFrom);
        const retireAt = new Date(activeFrom + overlapMs).toISOString();
        // A stolen key that was on its way out must not be kept longer, and may be sent away sooner.
        const before = keys.map((key) =>
          key.retireAt === null || Date.parse(key.retireAt) > activeFrom + overlapMs
            ? { ...key, retireAt }
            : key,
        );
        return eraseRetired([...before, made], at);
      });
      const info = infoOf(made!, held.keys, now());
      log?.info({ kid: info.kid, activeFrom: info.activeFrom }, "made another signing key");
      return info;
    },
  };
}
