import { importJWK } from "jose";
import { z } from "zod";
import { type KeySetFault, orderKeySchema } from "../../broadcast/contract/index.ts";
import { givenRoots, heldSet, judgeKeySet, type TrustMemory } from "./trust.ts";

/** Keys are fetched at this interval, so that a key that was taken out is soon believed no longer. */
export const FETCH_EVERY_MS = 600_000;
/** A terminal looks for an unknown key at most this often. */
export const REFETCH_MS = 30_000;
/** After a fetch that failed, the next one may be tried so soon. */
export const RETRY_MS = 2000;

const jwksSchema = z.object({ keys: z.array(z.unknown()) });

type VerifyKey = Awaited<ReturnType<typeof importJWK>>;

/** News of a terminal about its keys. */
export type KeyNews =
  /** It has taken another set. */
  | { readonly version: number }
  /** It was offered a set that it does not take, or its own has expired. */
  | { readonly fault: KeySetFault };

export interface KeyCacheOptions {
  /** Asks the platform for its public keys: `GET /v1/broadcasts/keys`. */
  readonly fetchKeys: () => Promise<unknown>;
  /**
   * The public halves of the roots that it was given at its installation. Without any it believes any answer, as
   * terminals did before there were roots.
   */
  readonly roots?: readonly string[] | undefined;
  /** The trust that it kept from before it was last switched off. */
  readonly trust?: TrustMemory | undefined;
  /** Called when it has to keep another trust; the keys wait for it. */
  readonly onTrust?: () => void | Promise<void>;
  /** Called once for each change. */
  readonly onNews?: (news: KeyNews) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The least time between two fetches for a key that is not known. */
  readonly refetchMs?: number;
  /** Called for each fetch that failed. */
  readonly onTrouble?: (why: string) => void;
}

/** The platform's public keys, one copy for all speakers of a process. */
export interface KeyCache {
  /** Fetches unless that was just done; never fails. */
  refresh(): Promise<void>;
  /** The key of this id; for an unknown id it looks once more, at most every `refetchMs`. */
  find(kid: string): Promise<VerifyKey | undefined>;
  /** The trust to keep; undefined where there is no root. */
  trust(): TrustMemory | undefined;
  readonly fetches: number;
}

interface OrderKey {
  readonly key: VerifyKey;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The keys that this terminal can verify with; keys of other algorithms are passed over. */
async function importKeys(entries: readonly unknown[]): Promise<Map<string, OrderKey>> {
  const found = new Map<string, OrderKey>();
  for (const entry of entries) {
    const parsed = orderKeySchema.safeParse(entry);
    if (!parsed.success) continue;
    const { kty, crv, x, kid, notAfter } = parsed.data;
    const key = await importJWK({ kty, crv, x }, "EdDSA");
    found.set(kid, {
      key,
      notAfter: notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter),
    });
  }
  return found;
}

const sameRoots = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((root) => other.includes(root));

export function createKeyCache(options: KeyCacheOptions): KeyCache {
  const { now = Date.now, refetchMs = REFETCH_MS, roots = [] } = options;
  const kept = options.trust && sameRoots(options.trust.given, roots) ? options.trust : undefined;
  let trust = roots.length === 0 ? undefined : (kept ?? givenRoots(roots));
  let keys = new Map<string, OrderKey>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let fetches = 0;
  let hasTried = false;
  let lastFault: KeySetFault | undefined;

  /** With its kept trust it can verify before any answer has come. */
  const isReady = importKeys((trust && heldSet(trust)?.keys) ?? []).then((kept) => {
    keys = kept;
  });

  const tell = (fault: KeySetFault) => {
    if (fault !== lastFault) options.onNews?.({ fault });
    lastFault = fault;
  };

  /** A set that has expired stays in use: a village that hears nothing is worse than one that trusts an old key. */
  const tellIfExpired = () => {
    const held = trust && heldSet(trust);
    if (held && Date.parse(held.expiresAt) <= now()) tell("expired");
  };

  const believe = async (answer: unknown) => {
    keys = await importKeys(jwksSchema.parse(answer).keys);
  };

  const examine = async (answer: unknown, before: TrustMemory) => {
    const judged = await judgeKeySet(answer, before, now());
    if ("fault" in judged) {
      tell(judged.fault);
      throw new Error(`the key set is refused: ${judged.fault}`);
    }
    lastFault = undefined;
    if (!judged.isNew) return;
    trust = judged.trust;
    // It keeps the set before it uses it: a power cut must not bring back a lower version.
    await options.onTrust?.();
    keys = await importKeys(judged.set!.keys);
    options.onNews?.({ version: judged.set!.version });
  };

  const load = async () => {
    fetches++;
    let hasAnswered = false;
    try {
      await isReady;
      const answer = await options.fetchKeys();
      hasAnswered = true;
      if (trust) await examine(answer, trust);
      else await believe(answer);
      fetchedAt = now();
      notBefore = fetchedAt + refetchMs;
    } catch (error) {
      // The keys from before are still good: an emergency does not wait for a web server.
      notBefore = now() + Math.min(RETRY_MS, refetchMs);
      if (!hasAnswered) tellIfExpired();
      options.onTrouble?.(error instanceof z.ZodError ? "the answer is no JWKS" : (error as Error).message);
    }
    hasTried = true;
  };

  const refresh = (): Promise<void> => {
    if (!underWay && now() >= notBefore) {
      underWay = load().finally(() => {
        underWay = undefined;
      });
    }
    return underWay ?? Promise.resolve();
  };

  const known = (kid: string): VerifyKey | undefined => {
    const found = keys.get(kid);
    return found && now() < found.notAfter ? found.key : undefined;
  };

  return {
    refresh,
    async find(kid) {
      await isReady;
      // A key from before the power cut may have been taken out meanwhile; when no answer comes, it has to do.
      if (!hasTried) await refresh();
      const key = known(kid);
      if (key) {
        if (now() - fetchedAt > FETCH_EVERY_MS) void refresh();
        return key;
      }
      await refresh();
      return known(kid);
    },
    trust: () => trust,
    get fetches() {
      return fetches;
    },
  };
}
