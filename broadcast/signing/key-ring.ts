import { join } from "node:path";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { KeySet } from "../contract/index.ts";
import { publicOf, signOrder } from "./algorithms/index.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "./defaults.ts";
import {
  createKeys,
  isReplaced,
  KEY_FILE,
  type Keys,
  narrowMode,
  type ReadKeys,
  readKeys,
  replaceKeys,
  withLock,
} from "./key-file.ts";
import { type KeySetRequest, makeRequest, SIGN_WITHIN_MS, takeSet } from "./key-set-request.ts";
import {
  activeKey,
  eraseRetired,
  holdsSecretOfRetired,
  infoOf,
  isRetired,
  type KeyInfo,
  newKey,
  published,
} from "./key-states.ts";
import { readKeySet, verifyKeySet } from "./root.ts";
import type { Jwks, PublishedKeys, Signer } from "./signer.ts";

export interface RotateOptions {
  /** The new key is published at once and signs after this. Default `DEFAULT_LEAD_MS`. */
  readonly leadMs?: number;
  /** The keys before it stay published for this long after that. Default `DEFAULT_OVERLAP_MS`; 0 for a stolen key. */
  readonly overlapMs?: number;
}

/** The state of the root and its set, for monitors. */
export interface TrustInfo {
  /** The public halves of the roots that may sign the next set. */
  readonly roots: readonly string[];
  readonly issuer: string;
  readonly version: number;
  readonly expiresAt: Date;
  /** Since when a rotation waits for the root. */
  readonly waitingSince: Date | null;
}

export interface RequestOptions {
  readonly issuer: string;
  /** Default: one above all requested versions. A higher one is needed after a restore from a backup. */
  readonly version?: number | undefined;
  /** For how long the request is good. Default `SIGN_WITHIN_MS`. */
  readonly signWithinMs?: number;
}

export interface AcceptOptions {
  readonly issuer: string;
  /** The root that is to count here. Needed with the first set, and afterwards one of those that count. */
  readonly root?: string | undefined;
}

export interface KeyRing extends Signer {
  jwks(): Jwks;
  publishedKeys(): PublishedKeys;
  list(): KeyInfo[];
  /** Null for as long as no root vouches for the keys. */
  trust(): TrustInfo | null;
  /** Makes a key. Where there is a root, it signs nothing until a set with it was accepted. @returns the new key */
  rotate(options?: RotateOptions): Promise<KeyInfo>;
  /** The request to the root, with the present keys and the one that waits. */
  request(options: RequestOptions): Promise<KeySetRequest>;
  /**
   * Publishes a set that the root has signed.
   * @throws PlatformError `invalid_request` with the reason why it cannot count
   */
  accept(signed: string, options: AcceptOptions): Promise<KeySet>;
  /** The same without a change: for callers that have to record the coming change first. */
  judge(signed: string, options: AcceptOptions): Promise<KeySet>;
}

export interface KeyRingOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: Logger;
}

/** The ids of the keys of a file that terminals may know, the oldest first: all but those that wait for the root. */
export const knownKeyIds = (keys: readonly KeyInfo[]): string[] =>
  keys.filter(({ state }) => state !== "waiting").map(({ kid }) => kid);

/**
 * The same of a directory that was not opened, in which nothing is made or changed.
 * @returns undefined where there is no file
 * @throws PlatformError `config_invalid` when the file is there and cannot be used
 */
export function findKeyIds(dir: string): string[] | undefined {
  const read = readKeys(join(dir, KEY_FILE));
  return read && knownKeyIds(read.keys.map((key) => infoOf(key, read.keys, Date.now())));
}

/**
 * Opens the signing keys of a directory and makes the first one where there is none. The file is their only copy: a
 * private key never leaves it but to sign. Several processes may share a directory; each sees at its next use the
 * rotations of another.
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
    const first = await newKey(at, at, true);
    if (await createKeys(path, { keys: [first], trust: null }))
      log?.info({ kid: first.kid, file: path }, "made a signing key");
  }
  const wide = narrowMode(path);
  if (wide !== undefined) {
    log?.warn(
      { file: path, mode: wide.toString(8) },
      "the signing keys could be read by others and now cannot: rotate them if anybody else has been here",
    );
  }
  let held = load();

  /** The keys as they are on disk. A file that was damaged meanwhile does not silence an emergency. */
  const current = (): Keys => {
    if (isReplaced(path, held.stamp)) {
      try {
        held = load();
      } catch (error) {
        log?.error({ file: path, why: (error as Error).message }, "signing with the keys from before");
      }
    }
    return held;
  };

  /** Reads, changes and writes under the lock, so that no change of another process is lost. */
  const change = (edit: (before: Keys) => Promise<Keys> | Keys) =>
    withLock(path, async () => {
      const { keys, trust } = await edit(load());
      await replaceKeys(path, { keys: eraseRetired(keys, now()), trust });
      held = load();
    });

  const forgetRetired = async () => {
    if (holdsSecretOfRetired(current().keys, now())) await change((keys) => keys);
  };
  await forgetRetired();

  const take = async (before: Keys, signed: string, { issuer, root }: AcceptOptions) => {
    const roots = before.trust?.roots ?? (root === undefined ? [] : [root]);
    if (roots.length === 0) {
      throw new PlatformError(
        "invalid_request",
        "This platform has no root yet: say which one terminals are given (--root)",
      );
    }
    if (root !== undefined && !roots.includes(root)) {
      throw new PlatformError(
        "invalid_request",
        `The root is '${root}', and terminals trust ${roots.join(" and ")}: only a set that they take can name another`,
      );
    }
    const set = await verifyKeySet(signed, roots);
    return { set, after: takeSet(before, { set, signed, roots }, { issuer, at: now() }) };
  };

  const jwks = (): Jwks => ({ keys: published(current().keys, now()).map(publicOf) });

  return {
    jwks,
    publicKeys: jwks,
    publishedKeys() {
      const { trust } = current();
      return { ...jwks(), signed: trust?.signed ?? null, rootChanges: trust?.rootChanges ?? [] };
    },
    list() {
      const { keys } = current();
      return keys.map((key) => infoOf(key, keys, now()));
    },
    trust() {
      const { trust } = current();
      if (!trust) return null;
      const { issuer, version, expiresAt } = readKeySet(trust.signed);
      const waitingSince = trust.waiting && new Date(trust.waiting.since);
      return { roots: trust.roots, issuer, version, expiresAt: new Date(expiresAt), waitingSince };
    },
    async sign(payload) {
      const key = activeKey(current().keys, now());
      if (!key?.d) {
        throw new PlatformError(
          "config_invalid",
          `${path} holds no key that may sign at ${new Date(now()).toISOString()}`,
        );
      }
      const jws = await signOrder(key, key.d, payload);
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
      const at = now();
      const activeFrom = at + leadMs;
      let kid = "";
      await change(async ({ keys, trust }) => {
        const made = await newKey(at, activeFrom, trust === null);
        kid = made.kid;
        if (trust) {
          const since = trust.waiting?.since ?? new Date(at).toISOString();
          // A theft that still waits for the root stays one, whatever rotation follows it.
          const stolen = trust.waiting?.stolen || (leadMs === 0 && overlapMs === 0);
          const waiting = stolen
            ? { since, leadMs: 0, overlapMs: 0, stolen }
            : { since, leadMs, overlapMs, stolen };
          // A key that still waited has never been published, and may have been stolen with the others.
          return {
            keys: [...keys.filter((key) => key.listed || isRetired(key, at)), made],
            trust: { ...trust, waiting },
          };
        }
        const retireAt = new Date(activeFrom + overlapMs).toISOString();
        // A stolen key that was on its way out must not be kept longer, and may be sent away sooner.
        const before = keys.map((key) =>
          key.retireAt === null || Date.parse(key.retireAt) > activeFrom + overlapMs
            ? { ...key, retireAt }
            : key,
        );
        return { keys: [...before, made], trust };
      });
      const info = infoOf(held.keys.find((key) => key.kid === kid)!, held.keys, now());
      log?.info({ kid, state: info.state, activeFrom: info.activeFrom }, "made another signing key");
      return info;
    },
    async request({ issuer, version, signWithinMs = SIGN_WITHIN_MS }) {
      const next = version ?? (current().trust?.lastVersion ?? 0) + 1;
      let request = makeRequest(current(), now(), { issuer, version: next, signWithinMs });
      if (!current().trust) return request;
      await change((before) => {
        const trust = before.trust!;
        const lastVersion = version ?? trust.lastVersion + 1;
        if (lastVersion <= readKeySet(trust.signed).version) {
          throw new PlatformError(
            "invalid_request",
            `version is ${lastVersion}, and terminals have ${readKeySet(trust.signed).version}: expected a higher one`,
          );
        }
        request = makeRequest(before, now(), { issuer, version: lastVersion, signWithinMs });
        return { keys: before.keys, trust: { ...trust, lastVersion } };
      });
      return request;
    },
    async accept(signed, options) {
      let set: KeySet | undefined;
      await change(async (before) => {
        const taken = await take(before, signed, options);
        set = taken.set;
        return taken.after;
      });
      log?.info(
        { version: set!.version, kids: set!.keys.map(({ kid }) => kid), roots: held.trust?.roots },
        "published a key set that the root has signed",
      );
      return set!;
    },
    judge: async (signed, options) => (await take(load(), signed, options)).set,
  };
}
