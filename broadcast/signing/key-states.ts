import { makeKey } from "./algorithms/index.ts";
import type { StoredKey } from "./key-file.ts";

export type KeyState = "waiting" | "published" | "active" | "retiring" | "retired";

/** A key without its private part. */
export interface KeyInfo {
  readonly kid: string;
  readonly algorithm: string;
  /**
   * Waiting: the root has yet to sign it. Published: it signs later. Active: it signs. Retiring: terminals still take
   * it. Retired: no terminal takes it.
   */
  readonly state: KeyState;
  readonly createdAt: Date;
  /** Of a waiting key: the earliest moment, which moves on until the root has signed. */
  readonly activeFrom: Date;
  readonly retireAt: Date | null;
}

export const isRetired = (key: StoredKey, at: number): boolean =>
  key.retireAt !== null && Date.parse(key.retireAt) <= at;

/** The keys that terminals take, if they have fetched them. */
export const published = (keys: readonly StoredKey[], at: number): StoredKey[] =>
  keys.filter((key) => key.listed && !isRetired(key, at));

/** The newest key that is not only published: keys stand in the order in which they were made. */
export const activeKey = (keys: readonly StoredKey[], at: number): StoredKey | undefined =>
  published(keys, at).findLast((key) => Date.parse(key.activeFrom) <= at);

export function infoOf(key: StoredKey, keys: readonly StoredKey[], at: number): KeyInfo {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateOf(key, keys, at),
    createdAt: new Date(key.createdAt),
    activeFrom: new Date(key.activeFrom),
    retireAt: key.retireAt === null ? null : new Date(key.retireAt),
  };
}

function stateOf(key: StoredKey, keys: readonly StoredKey[], at: number): KeyState {
  if (isRetired(key, at)) return "retired";
  if (!key.listed) return "waiting";
  if (Date.parse(key.activeFrom) > at) return "published";
  return key === activeKey(keys, at) ? "active" : "retiring";
}

export const eraseRetired = (keys: readonly StoredKey[], at: number): StoredKey[] =>
  keys.map((key) => (isRetired(key, at) ? { ...key, d: null } : key));

export const holdsSecretOfRetired = (keys: readonly StoredKey[], at: number): boolean =>
  keys.some((key) => key.d !== null && isRetired(key, at));

export async function newKey(createdAt: number, activeFrom: number, listed: boolean): Promise<StoredKey> {
  const { kid, algorithm, ...parts } = await makeKey();
  return {
    kid,
    algorithm,
    createdAt: new Date(createdAt).toISOString(),
    activeFrom: new Date(activeFrom).toISOString(),
    retireAt: null,
    ...parts,
    listed,
  };
}
