import type { Asked, AttemptFacts, ProofRules } from "./proof-facts.ts";

/** Whoever has started has ended, whatever becomes of its word, after so many times the expected length and this. */
export const LENGTH_FACTOR = 2;
export const LENGTH_MARGIN_MS = 10_000;

/**
 * How long an attempt has to last: a speaker looks at the expiry before each repetition, so those count that began
 * before it, the first one always. A speaker that was interrupted is counted from where it went on: what it had played
 * until then only makes it longer.
 */
export function expectedSeconds(
  { readingSeconds, repeatCount, expiresAt }: Asked,
  own: AttemptFacts,
): number {
  if (own.startedLast === undefined) return readingSeconds;
  const begun = Math.ceil((expiresAt - own.startedLast) / (readingSeconds * 1000));
  // A text of no length at all: nothing can be begun, or infinitely much.
  return readingSeconds * Math.max(1, Math.min(repeatCount, begun || 1));
}

/** Whether it ended after a good part of what was asked for. */
export function playedEnough(own: AttemptFacts, rules: ProofRules, asked: Asked): boolean {
  const seconds = own.ended?.secondsPlayed ?? 0;
  if (!(seconds > 0)) return false;
  const goneBy = asked.keepsSchedule ? Math.max(seconds, secondsOfSchedule(own)) : seconds;
  return goneBy >= expectedSeconds(asked, own) * rules.minPlayedShare;
}

/**
 * How much of its schedule had gone by at the end of one that was interrupted and came back, heard or not; else 0. A
 * fact that comes later only makes it more.
 */
function secondsOfSchedule({ started, startedLast, interruptedLast, ended }: AttemptFacts): number {
  if (!started || !ended || interruptedLast === undefined) return 0;
  return startedLast! > started.observedAt ? (ended.observedAt - started.observedAt) / 1000 : 0;
}
