import type { Asked, AttemptFacts, ProofRules } from "./proof-facts.ts";

/**
 * A speaker that has started has ended after so many times the expected length and this, even if its word never comes.
 */
export const LENGTH_FACTOR = 2;
export const LENGTH_MARGIN_MS = 10_000;

/**
 * The length that an attempt has to last: a speaker looks at the expiry before each repetition, so those count that
 * began before it, the first one always. A speaker that was interrupted is counted from where it went on: the part
 * before that only makes it longer.
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

/** True when it ended after a good part of the ordered length. */
export function playedEnough(own: AttemptFacts, rules: ProofRules, asked: Asked): boolean {
  const seconds = own.ended?.secondsPlayed ?? 0;
  if (!(seconds > 0)) return false;
  const goneBy = asked.keepsSchedule ? Math.max(seconds, secondsOfSchedule(own)) : seconds;
  return goneBy >= expectedSeconds(asked, own) * rules.minPlayedShare;
}

/**
 * The part of its schedule that had gone by at the end of a play that was interrupted and came back, heard or not;
 * otherwise 0. A fact that comes later only makes it more.
 */
function secondsOfSchedule({ started, startedLast, interruptedLast, ended }: AttemptFacts): number {
  if (!started || !ended || interruptedLast === undefined) return 0;
  return startedLast! > started.observedAt ? (ended.observedAt - started.observedAt) / 1000 : 0;
}
