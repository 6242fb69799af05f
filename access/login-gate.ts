import { networkOf } from "./networks.ts";

export type GateAnswer =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterMs: number };

/**
 * Slows those who guess. It keeps two accounts apart:
 *
 * - *attempts* with a password, which can be guessed: `check` takes one from a budget and refuses beyond it, before
 *   anything is hashed; `succeeded` and `released` give it back.
 * - *failures* of any kind: the answer to a failure is held for `delayFor`. Tokens and keys of 256 random bits are
 *   counted here alone, so whoever has the right one is never refused or slowed, whatever others do.
 *
 * A stranger's attempts come out of the budgets of its address and of the id. An address from which this id has
 * signed in before has a budget of its own for that id, and no other: what strangers spend cannot shut anybody out.
 */
export interface LoginGate {
  check(address: string, id: string): GateAnswer;
  /** A login went wrong; `id` is undefined where none was named, as with an API key. */
  failed(address: string, id?: string): void;
  /** The attempt that `check` let through was right. The address is known for this id from now on. */
  succeeded(address: string, id: string): void;
  /** The attempt that `check` let through was neither right nor wrong: it costs nothing. */
  released(address: string, id: string): void;
  /** How long to hold the answer to a failure, in milliseconds. */
  delayFor(address: string, id?: string): number;
  /** This id signed in from this address at that time, says the database. */
  remember(address: string, id: string, at: number): void;
}

export interface LoginGateOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How many addresses, ids and pairs of them are kept in mind, each; beyond that, the one longest unused goes. */
  readonly maxEntries?: number;
}

/** So many attempts at once … */
const BURST = 10;
/** … and then one in so many milliseconds. */
const REFILL_MS = { address: 10_000, id: 30_000, pair: 30_000 } as const;

/** How long an address stays known after a sign-in, in milliseconds. */
export const KNOWN_FOR_MS = 30 * 24 * 3600 * 1000;

/** The first failures cost nothing: a typing error, a key that was rotated. */
const FREE_FAILURES = 10;
/** A failure is forgotten after so many milliseconds. */
const FORGET_MS = 10_000;
/** What is left to forget never exceeds this many failures, so that an end is in sight. */
const MAX_FAILURES = 60;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

const MAX_ENTRIES = 100_000;

/** Makes a gate. Nothing in it outlives the process but what `remember` is told. */
export function createLoginGate({
  now = Date.now,
  maxEntries = MAX_ENTRIES,
}: LoginGateOptions = {}): LoginGate {
  const attempts = {
    address: createBuckets(REFILL_MS.address, BURST, maxEntries),
    id: createBuckets(REFILL_MS.id, BURST, maxEntries),
    pair: createBuckets(REFILL_MS.pair, BURST, maxEntries),
  };
  const failures = {
    address: createBuckets(FORGET_MS, MAX_FAILURES, maxEntries),
    id: createBuckets(FORGET_MS, MAX_FAILURES, maxEntries),
  };
  const known = createLru<number>(maxEntries);
  const pairOf = (network: string, id: string) => `${network} ${id}`;

  function isKnown(pair: string): boolean {
    const at = known.get(pair);
    if (at === undefined) return false;
    if (now() - at < KNOWN_FOR_MS) return true;
    known.delete(pair);
    return false;
  }

  /** The budgets that an attempt comes out of. */
  function budgetsOf(network: string, id: string): [Buckets, string][] {
    const pair = pairOf(network, id);
    if (isKnown(pair)) return [[attempts.pair, pair]];
    return [
      [attempts.address, network],
      [attempts.id, id],
    ];
  }

  const giveBack = (network: string, id: string) => {
    for (const [buckets, key] of budgetsOf(network, id)) buckets.remove(key, now());
  };

  function learn(pair: string, at: number): void {
    known.set(pair, Math.max(at, known.get(pair) ?? 0));
  }

  return {
    check(address, id) {
      const budgets = budgetsOf(networkOf(address), id);
      const retryAfterMs = Math.max(...budgets.map(([buckets, key]) => buckets.wait(key, now())));
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      for (const [buckets, key] of budgets) buckets.add(key, now());
      return { allowed: true };
    },
    failed(address, id) {
      failures.address.add(networkOf(address), now());
      if (id !== undefined) failures.id.add(id, now());
    },
    succeeded(address, id) {
      const network = networkOf(address);
      giveBack(network, id);
      learn(pairOf(network, id), now());
    },
    released: (address, id) => giveBack(networkOf(address), id),
    delayFor(address, id) {
      const counts = [failures.address.level(networkOf(address), now())];
      if (id !== undefined) counts.push(failures.id.level(id, now()));
      const beyond = Math.ceil(Math.max(...counts)) - FREE_FAILURES;
      return beyond <= 0 ? 0 : Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (beyond - 1));
    },
    remember(address, id, at) {
      if (now() - at < KNOWN_FOR_MS) learn(pairOf(networkOf(address), id), at);
    },
  };
}

/** Leaky buckets by key. Each holds one number: when it will be empty. */
interface Buckets {
  /** How full, in units; it loses one per `leakMs`. */
  level(key: string, now: number): number;
  /** Milliseconds until one more unit fits; 0 when it fits now. */
  wait(key: string, now: number): number;
  /** Adds a unit; a full bucket stays full. */
  add(key: string, now: number): void;
  remove(key: string, now: number): void;
}

function createBuckets(leakMs: number, size: number, maxEntries: number): Buckets {
  const emptyAt = createLru<number>(maxEntries);
  // A clock that was set back would leave a bucket fuller than full, and closed for as long.
  const left = (key: string, now: number) =>
    Math.min(size * leakMs, Math.max(0, (emptyAt.get(key) ?? 0) - now));
  return {
    level: (key, now) => left(key, now) / leakMs,
    wait: (key, now) => Math.max(0, left(key, now) - (size - 1) * leakMs),
    add: (key, now) => emptyAt.set(key, now + Math.min(size * leakMs, left(key, now) + leakMs)),
    remove(key, now) {
      const rest = left(key, now) - leakMs;
      if (rest > 0) emptyAt.set(key, now + rest);
      else emptyAt.delete(key);
    },
  };
}

interface Lru<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** A map that forgets what was not touched for longest. */
function createLru<T>(maxEntries: number): Lru<T> {
  const entries = new Map<string, T>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
    },
    delete: (key) => void entries.delete(key),
  };
}
