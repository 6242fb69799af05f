/** Leaky buckets by key. Each holds one number: the moment when it will be empty. */
export interface Buckets {
  /** The content in units; the bucket loses one unit in `leakMs`. */
  level(key: string, now: number): number;
  /** Milliseconds until one more unit fits; 0 when it fits now. */
  wait(key: string, now: number): number;
  /** Adds a unit; a full bucket stays full. */
  add(key: string, now: number): void;
  remove(key: string, now: number): void;
}

/**
 * @param leakMs the milliseconds in which one unit leaks away
 * @param size the number of units that fit
 */
export function createBuckets(leakMs: number, size: number, maxEntries: number): Buckets {
  const emptyAt = createLru<number>(maxEntries);
  // A clock that was set back would leave a bucket fuller than full, and closed for that long.
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

/** A map that forgets the entry that was not touched for the longest time. */
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
