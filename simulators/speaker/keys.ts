import { importJWK } from "jose";
import { z } from "zod";

/** Keys that are older than this are fetched again, so that one that was taken out is believed no longer. */
const MAX_AGE_MS = 600_000;
/** After a fetch that failed, the next one may be tried so soon. */
const RETRY_MS = 2000;

/** Only what this terminal can verify with; keys of other algorithms are passed over. */
const keySchema = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  kid: z.string().min(1),
  alg: z.enum(["EdDSA", "Ed25519"]).optional(),
});
const jwksSchema = z.object({ keys: z.array(z.unknown()) });

type VerifyKey = Awaited<ReturnType<typeof importJWK>>;

export interface KeyCacheOptions {
  /** Asks the platform for its public keys, a JWKS. */
  readonly fetchKeys: () => Promise<unknown>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The least time between two fetches for a key that is not known. */
  readonly refetchMs?: number;
  /** Told of each fetch that failed. */
  readonly onTrouble?: (why: string) => void;
}

/** The platform's public keys, one copy for all speakers of a process. */
export interface KeyCache {
  /** Fetches unless that was just done; never fails. */
  refresh(): Promise<void>;
  /** The key of this id; an id that is not known makes it look once more, at most every `refetchMs`. */
  find(kid: string): Promise<VerifyKey | undefined>;
  readonly fetches: number;
}

export function createKeyCache(options: KeyCacheOptions): KeyCache {
  const { now = Date.now, refetchMs = 30_000 } = options;
  let keys = new Map<string, VerifyKey>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let notBefore = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let fetches = 0;

  const load = async () => {
    fetches++;
    try {
      const found = new Map<string, VerifyKey>();
      for (const entry of jwksSchema.parse(await options.fetchKeys()).keys) {
        const key = keySchema.safeParse(entry);
        if (!key.success) continue;
        const { kty, crv, x, kid } = key.data;
        found.set(kid, await importJWK({ kty, crv, x }, "EdDSA"));
      }
      keys = found;
      fetchedAt = now();
      notBefore = fetchedAt + refetchMs;
    } catch (error) {
      // The keys from before are still good: an emergency does not wait for a web server.
      notBefore = now() + Math.min(RETRY_MS, refetchMs);
      options.onTrouble?.(error instanceof z.ZodError ? "the answer is no JWKS" : (error as Error).message);
    }
  };

  const refresh = (): Promise<void> => {
    if (!underWay && now() >= notBefore) {
      underWay = load().finally(() => {
        underWay = undefined;
      });
    }
    return underWay ?? Promise.resolve();
  };

  return {
    refresh,
    async find(kid) {
      const known = keys.get(kid);
      if (known) {
        if (now() - fetchedAt > MAX_AGE_MS) void refresh();
        return known;
      }
      await refresh();
      return keys.get(kid);
    },
    get fetches() {
      return fetches;
    },
  };
}
