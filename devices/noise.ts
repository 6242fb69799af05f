/**
 * Randomness without a sequence: numbers that depend on nothing but their arguments. A simulated meter must
 * show the same reading for a moment whether it is asked now, after a restart, or while history is sent.
 */

/** A number in [0, 1) from a seed and whole numbers; the mixing steps are those of MurmurHash3 (public domain). */
export function chanceAt(seed: number, ...keys: readonly number[]): number {
  let hash = seed | 0;
  for (const key of keys) {
    let k = Math.imul(key | 0, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    hash ^= k;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

/** A smooth wander in [-1, 1] over time: values at whole multiples of `periodMs`, eased in between. */
export function drift(seed: number, at: Date, periodMs: number): number {
  const position = at.getTime() / periodMs;
  const index = Math.floor(position);
  const part = position - index;
  const ease = part * part * (3 - 2 * part);
  const from = chanceAt(seed, index) * 2 - 1;
  const to = chanceAt(seed, index + 1) * 2 - 1;
  return from + (to - from) * ease;
}

/** `value` with at most `digits` decimals, as a device's display or register has them. */
export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  // + 0 turns -0 into 0, which JSON would write as 0 anyway.
  return Math.round(value * scale) / scale + 0;
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** A seed (32 bits) from a text, so that a device id gives its device the same character on every run (FNV-1a). */
export function seedOf(text: string, salt = 0): number {
  let hash = (0x811c9dc5 ^ salt) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/**
 * The running sum of `amount(step)` from `origin` up to and not including `step`. Steps that rise cost one
 * `amount` each, because the sum so far is kept; asking for an earlier step starts over.
 */
export function createRunningSum(origin: number, amount: (step: number) => number): (step: number) => number {
  let next = origin;
  let sum = 0;
  return (step) => {
    if (step < next) {
      next = origin;
      sum = 0;
    }
    while (next < step) sum += amount(next++);
    return sum;
  };
}
