import { networkOf, siteOf } from "../base/networks.ts";
import { TokenBuckets, tokenRate } from "../base/token-bucket.ts";

export type GateAnswer =
  /** `known`: this id has signed in from there before, or has a session. Such attempts go first where others wait. */
  | { readonly allowed: true; readonly known: boolean }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** `signedIn`: the attempt comes within one of this id's sessions. */
export interface AttemptOptions {
  readonly signedIn?: boolean;
}

/**
 * Slows down callers who guess. It keeps two accounts apart:
 *
 * - *attempts* with a password, which can be guessed: `check` takes one from a budget and refuses beyond it, before
 *   anything is hashed; `succeeded` and `released` give it back.
 * - *failures* of any kind: the answer to a failure is held for `delayFor`. Tokens and keys of 256 random bits are
 *   counted here alone, so a caller with the right one is never refused or slowed, whatever others do.
 *
 * A stranger's attempts come out of the budgets of its address, of the /48 that the address lies in (IPv6), of the id,
 * and of the attempts that one place may make on that id. So an attacker with the 65,536 networks of a /48 gets no
 * further than with one, and leaves some of the id's budget to strangers elsewhere. An address from which this id has
 * signed in before has a budget of its own for that id, and no other, and so has a signed-in person: strangers cannot
 * shut anybody out by spending theirs.
 */
export interface LoginGate {
  check(address: string, id: string, options?: AttemptOptions): GateAnswer;
  /** Counts a failed login; `id` is undefined where none was named, as with an API key. */
  failed(address: string, id?: string): void;
  /** The attempt that `check` let through was right. The address is known for this id from now on. */
  succeeded(address: string, id: string): void;
  /** The attempt that `check` let through was neither right nor wrong: it costs nothing. */
  released(address: string, id: string, options?: AttemptOptions): void;
  /** How long to hold the answer to a failure, in milliseconds. */
  delayFor(address: string, id?: string): number;
  /** Takes from the database that this id signed in from this address or network at that time. */
  remember(address: string, id: string, at: number): void;
}

export interface LoginGateOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /**
   * How many addresses, ids and pairs of them are counted, each; beyond that, the one longest unused goes. Known
   * networks are kept apart, so no number of strangers makes the gate forget them.
   */
  readonly maxEntries?: number;
}

/** A budget: so many attempts at once, and then one in so many milliseconds. */
interface Budget {
  readonly burst: number;
  readonly refillMs: number;
}

const BUDGETS = {
  address: { burst: 10, refillMs: 10_000 },
  /** A /48 may be an office or 65,536 subscribers of a mobile network, who sign in after it was down. */
  site: { burst: 60, refillMs: 2_000 },
  id: { burst: 10, refillMs: 30_000 },
  /** Attempts of one place on one id: half of those that all places together may make. */
  idFromSite: { burst: 5, refillMs: 60_000 },
  /** An id where it is known. */
  pair: { burst: 10, refillMs: 30_000 },
  /** An id within its sessions. */
  signedIn: { burst: 10, refillMs: 30_000 },
} as const satisfies Record<string, Budget>;

/**
 * How long an address stays known after a sign-in, in milliseconds: longer than between two turns of a person who is on
 * duty once a month or two.
 */
export const KNOWN_FOR_MS = 90 * 24 * 3600 * 1000;

/** The latest networks that are kept for one id: no person fills the memory by travelling. */
export const MAX_KNOWN_NETWORKS = 32;

/** The first failures cost nothing: a typing error, a key that was rotated. */
const FREE_FAILURES = 10;
/** A failure is forgotten after so many milliseconds. */
const FORGET_MS = 10_000;
/** At most so many failures are still to be forgotten, so that an end is in sight. */
const MAX_FAILURES = 60;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

const MAX_ENTRIES = 100_000;

/** Makes a gate. It keeps everything in memory only; `remember` restores the known networks after a restart. */
export function createLoginGate({
  now = Date.now,
  maxEntries = MAX_ENTRIES,
}: LoginGateOptions = {}): LoginGate {
  const bucketsOf = ({ burst, refillMs }: Budget) =>
    new TokenBuckets(tokenRate(1000 / refillMs, burst), maxEntries);
  const attempts = {
    address: bucketsOf(BUDGETS.address),
    site: bucketsOf(BUDGETS.site),
    id: bucketsOf(BUDGETS.id),
    idFromSite: bucketsOf(BUDGETS.idFromSite),
    pair: bucketsOf(BUDGETS.pair),
    signedIn: bucketsOf(BUDGETS.signedIn),
  };
  const createFailures = () => bucketsOf({ burst: MAX_FAILURES, refillMs: FORGET_MS });
  const failures = { address: createFailures(), id: createFailures(), pair: createFailures() };
  const known = createKnownNetworks(now);
  const pairOf = (place: string, id: string) => `${place} ${id}`;

  /** The budgets from which an attempt is taken. */
  function budgetsOf(address: string, id: string, { signedIn = false }: AttemptOptions = {}) {
    const network = networkOf(address);
    const site = siteOf(network);
    const budgets: (readonly [TokenBuckets, string])[] = [];
    const isKnown = signedIn || known.has(network, id);
    if (signedIn) budgets.push([attempts.signedIn, id]);
    else if (isKnown) budgets.push([attempts.pair, pairOf(network, id)]);
    else {
      budgets.push([attempts.address, network], [attempts.id, id]);
      budgets.push([attempts.idFromSite, pairOf(site, id)]);
      if (site !== network) budgets.push([attempts.site, site]);
    }
    return { budgets, isKnown };
  }

  /** The keys by which failures of this sort are counted. Strangers' failures do not slow a known caller. */
  function failuresOf(address: string, id: string | undefined): (readonly [TokenBuckets, string])[] {
    const network = networkOf(address);
    if (id === undefined) return [[failures.address, network]];
    if (known.has(network, id)) return [[failures.pair, pairOf(network, id)]];
    return [
      [failures.address, network],
      [failures.id, id],
    ];
  }

  const giveBack = (address: string, id: string, options?: AttemptOptions) => {
    for (const [buckets, key] of budgetsOf(address, id, options).budgets) buckets.giveBack(key, now());
  };

  return {
    check(address, id, options) {
      const { budgets, isKnown } = budgetsOf(address, id, options);
      const retryAfterMs = Math.max(
        ...budgets.map(([buckets, key]) => buckets.find(key)?.untilNextMs(now()) ?? 0),
      );
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      for (const [buckets, key] of budgets) buckets.of(key, now()).tryTake(now());
      return { allowed: true, known: isKnown };
    },
    failed(address, id) {
      for (const [buckets, key] of failuresOf(address, id)) {
        const bucket = buckets.of(key, now());
        // Failures beyond those that are counted take the rest.
        if (!bucket.tryTake(now())) bucket.spend(bucket.left(now()));
      }
    },
    succeeded(address, id) {
      giveBack(address, id);
      known.learn(networkOf(address), id, now());
    },
    released: giveBack,
    delayFor(address, id) {
      const left = failuresOf(address, id).map(
        ([buckets, key]) => buckets.find(key)?.left(now()) ?? MAX_FAILURES,
      );
      // A part of a millionth is rounding, and no failure that is still to be forgotten.
      const beyond = Math.ceil(MAX_FAILURES - Math.min(...left) - 1e-6) - FREE_FAILURES;
      return beyond <= 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (beyond - 1));
    },
    remember: (address, id, at) => known.learn(networkOf(address), id, at),
  };
}

/**
 * The networks from which each id has signed in. Only ids that did are in it, each with a bounded number of networks.
 */
function createKnownNetworks(now: () => number) {
  const byId = new Map<string, Map<string, number>>();
  const isFresh = (at: number) => now() - at < KNOWN_FOR_MS;
  return {
    has(network: string, id: string): boolean {
      const at = byId.get(id)?.get(network);
      return at !== undefined && isFresh(at);
    },
    learn(network: string, id: string, at: number): void {
      if (!isFresh(at)) return;
      const networks = byId.get(id) ?? new Map<string, number>();
      byId.set(id, networks);
      networks.set(network, Math.max(at, networks.get(network) ?? 0));
      if (networks.size <= MAX_KNOWN_NETWORKS) return;
      const [oldest] = [...networks].reduce((one, other) => (other[1] < one[1] ? other : one));
      networks.delete(oldest);
    },
  };
}
