import { createHash } from "node:crypto";
import { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { type KeySet, MAX_KEYS, MAX_ROOT_CHANGES } from "../contract/index.ts";
import { isSameKey, publicOf, requestedKeySchema } from "./algorithms/index.ts";
import { DEFAULT_LEAD_MS, DEFAULT_OVERLAP_MS } from "./defaults.ts";
import type { Keys, StoredKey, Trust } from "./key-file.ts";
import { activeKey, isRetired } from "./key-states.ts";
import { readKeySet } from "./root.ts";

const DAY_MS = 86_400_000;

/** Time for the root's signature: the keys before a rotation have to stay in the set for so much longer. */
export const SIGN_WITHIN_MS = 14 * DAY_MS;

/** A request to a root. It holds nothing secret: it may travel by any means. */
export const keySetRequestSchema = z.strictObject({
  type: z.literal("sbi-keyset-request"),
  issuer: z.string().min(1).max(100),
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  keys: z.array(requestedKeySchema).min(1).max(MAX_KEYS),
});
export type KeySetRequest = z.infer<typeof keySetRequestSchema>;

/** Sixteen characters that two people compare over the telephone, to see that the request arrived as it was made. */
export const checkOf = (request: KeySetRequest): string =>
  createHash("sha256")
    .update(JSON.stringify(keySetRequestSchema.parse(request)))
    .digest("hex")
    .slice(0, 16)
    .toUpperCase()
    .replaceAll(/(.{4})(?=.)/g, "$1-");

const living = (keys: readonly StoredKey[], at: number) => keys.filter((key) => !isRetired(key, at));

/** No rotation waits, and yet a time is needed. */
const ORDINARY: Pick<NonNullable<Trust["waiting"]>, "leadMs" | "overlapMs" | "stolen"> = {
  leadMs: DEFAULT_LEAD_MS,
  overlapMs: DEFAULT_OVERLAP_MS,
  stolen: false,
};

/**
 * Asks for the keys as they are to be: the present ones, and the one that waits. After a theft only that one.
 * @param signWithinMs for how long the request is good
 */
export function makeRequest(
  { keys, trust }: Keys,
  at: number,
  { issuer, version, signWithinMs }: { issuer: string; version: number; signWithinMs: number },
): KeySetRequest {
  const { leadMs, overlapMs, stolen } = trust?.waiting ?? ORDINARY;
  const latest = at + signWithinMs + leadMs + overlapMs;
  const listed = living(keys, at).flatMap((key) => {
    if (!key.listed) return [publicOf(key)];
    if (stolen) return [];
    const retireAt = key.retireAt === null ? Number.POSITIVE_INFINITY : Date.parse(key.retireAt);
    const notAfter = Math.min(retireAt, trust?.waiting ? latest : retireAt);
    if (notAfter === Number.POSITIVE_INFINITY) return [publicOf(key)];
    return [{ ...publicOf(key), notAfter: new Date(notAfter).toISOString() }];
  });
  if (listed.length > MAX_KEYS) {
    throw new PlatformError(
      "invalid_request",
      `${listed.length} keys are in use, and a set holds ${MAX_KEYS}: wait until earlier ones are retired, or rotate --stolen`,
    );
  }
  return {
    type: "sbi-keyset-request",
    issuer,
    version,
    createdAt: new Date(at).toISOString(),
    keys: listed as KeySetRequest["keys"],
  };
}

const refuse = (why: string) => new PlatformError("invalid_request", `The key set is not taken: ${why}`);

const AGAIN = "make the request again (npm run broadcast:keys -- request)";

/**
 * The keys once a set counts that a root has signed.
 * @param set the payload of `signed`; its signature was verified
 * @param roots that may sign the next set, unless this one names others
 * @throws PlatformError `invalid_request` with the reason why it cannot count
 */
export function takeSet(
  held: Keys,
  { set, signed, roots }: { set: KeySet; signed: string; roots: readonly string[] },
  { issuer, at }: { issuer: string; at: number },
): Keys {
  const before = held.trust && readKeySet(held.trust.signed);
  if (set.issuer !== issuer)
    throw refuse(`it is of '${set.issuer}', expected '${issuer}' (BROADCAST_ISSUER)`);
  if (before && set.version <= before.version) {
    throw refuse(
      `it has version ${set.version}, and terminals have ${before.version}: expected a higher one`,
    );
  }
  if (Date.parse(set.expiresAt) <= at) throw refuse(`it has expired at ${set.expiresAt}`);

  const inSet = new Map(set.keys.map((key) => [key.kid, key]));
  for (const [kid, key] of inSet) {
    const own = held.keys.find((one) => one.kid === kid);
    if (!own || !isSameKey(own, key) || isRetired(own, at)) {
      throw refuse(
        `it holds key ${kid}, which this platform does not have or has no more. Unless it was made before a later ` +
          `rotation, somebody has changed the request; ${AGAIN}`,
      );
    }
  }

  const waiting = held.trust?.waiting ?? null;
  const isAnswered = held.keys.every((key) => key.listed || isRetired(key, at) || inSet.has(key.kid));
  if (!held.trust && living(held.keys, at).some(({ kid }) => !inSet.has(kid))) {
    throw refuse(`keys were rotated since it was asked for; ${AGAIN}`);
  }
  const activeFrom = at + (waiting?.leadMs ?? 0);
  const keys = held.keys.map((key): StoredKey => {
    if (isRetired(key, at)) return key;
    const listed = inSet.get(key.kid);
    if (!listed) return key.listed ? { ...key, retireAt: new Date(at).toISOString() } : key;
    return {
      ...key,
      listed: true,
      activeFrom: key.listed ? key.activeFrom : new Date(activeFrom).toISOString(),
      retireAt: typeof listed.notAfter === "string" ? new Date(listed.notAfter).toISOString() : null,
    };
  });

  const active = activeKey(keys, at);
  if (!active) throw refuse("it leaves this platform without a key to sign with");
  if (waiting && isAnswered && !waiting.stolen) {
    const until = activeFrom + waiting.overlapMs;
    const short = keys.find((key) => key.retireAt !== null && isShort(key, held.keys, at, until));
    if (short) {
      throw refuse(
        `key ${short.kid} would be out at ${short.retireAt}, before its last order can have expired; ${AGAIN}`,
      );
    }
  }
  const rootChanges = [...(held.trust?.rootChanges ?? []), ...(set.roots ? [signed] : [])];
  if (rootChanges.length > MAX_ROOT_CHANGES) {
    throw refuse(`roots have changed ${MAX_ROOT_CHANGES} times, and terminals follow no further`);
  }
  return {
    keys,
    trust: {
      roots: set.roots ?? [...roots],
      signed,
      rootChanges,
      lastVersion: Math.max(set.version, held.trust?.lastVersion ?? 0),
      waiting: isAnswered ? null : waiting,
    },
  };
}

/** True when a key that signs now would be taken out too early. A key that was on its way out keeps its own time. */
function isShort(key: StoredKey, before: readonly StoredKey[], at: number, until: number): boolean {
  if (isRetired(key, at) || Date.parse(key.retireAt!) >= until) return false;
  const was = before.find(({ kid }) => kid === key.kid)?.retireAt ?? null;
  return was === null || Date.parse(was) > Date.parse(key.retireAt!);
}
