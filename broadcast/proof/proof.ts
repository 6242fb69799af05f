import { expectedSeconds, LENGTH_FACTOR, LENGTH_MARGIN_MS, playedEnough } from "./played-length.ts";
import type {
  Asked,
  AttemptFacts,
  Ending,
  Evidence,
  Facts,
  Moment,
  ProofRules,
  ReplyFact,
  SpeakerReading,
} from "./proof-facts.ts";

/**
 * The verdict on one speaker in one broadcast. Replies and readings come late, twice and in any order, so they are kept
 * as facts of which only the earliest, the latest or the largest counts; the verdict follows from the facts alone,
 * never from the order in which they came.
 */

/**
 * Readings before a start is known are kept, the newest of those that show sound and of those that show none, as its
 * reply may come later. One reading a second, the fastest that terminals report while they play, makes a minute.
 */
export const READINGS_KEPT = 64;

/** By the speaker's clock; two of one moment by when the platform heard of them, so that their order says nothing. */
const order = (a: Moment, b: Moment) => a.observedAt - b.observedAt || a.receivedAt - b.receivedAt;
const earlier = <T extends Moment>(a: T | undefined, b: T): T => (a && order(a, b) <= 0 ? a : b);
const later = <T extends Moment>(a: T | undefined, b: T): T => (a && order(a, b) >= 0 ? a : b);

/** Adds an answer. Adding it again changes nothing. */
export function noteReply(facts: Facts, reply: ReplyFact): void {
  const { attempt, outcome, observedAt, receivedAt, secondsPlayed } = reply;
  let own = facts.attempts[attempt];
  if (!own) {
    own = {};
    facts.attempts[attempt] = own;
  }
  if (outcome !== "refused")
    own.acknowledgedAt = Math.min(own.acknowledgedAt ?? Number.POSITIVE_INFINITY, receivedAt);
  const moment = { observedAt, receivedAt };
  switch (outcome) {
    case "accepted":
      break;
    case "started":
      own.started = earlier(own.started, moment);
      own.startedLast = Math.max(own.startedLast ?? observedAt, observedAt);
      break;
    case "interrupted":
      own.interruptedLast = Math.max(own.interruptedLast ?? observedAt, observedAt);
      noteBrokeOff(own, reply);
      break;
    case "ended":
      own.ended = laterEnding(own.ended, { ...moment, secondsPlayed });
      break;
    case "stopped":
      own.stopped = laterEnding(own.stopped, { ...moment, secondsPlayed });
      break;
    case "failed":
      own.failed = firstByReason(own.failed, { reason: reply.reason ?? "unnamed", receivedAt });
      own.failedAt = Math.min(own.failedAt ?? observedAt, observedAt);
      noteBrokeOff(own, reply);
      break;
    case "refused":
      own.refused = firstByReason(own.refused, {
        reason: reply.reason ?? "unnamed",
        previous: reply.previous,
        receivedAt,
      });
      break;
  }
}

function noteBrokeOff(own: AttemptFacts, { secondsPlayed }: ReplyFact): void {
  const seconds = longest(own.brokeOffAfter, secondsPlayed);
  if (seconds !== undefined) own.brokeOffAfter = seconds;
}

const longest = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

const laterEnding = (before: Ending | undefined, ending: Ending): Ending => ({
  ...later(before, ending),
  secondsPlayed: longest(before?.secondsPlayed, ending.secondsPlayed),
});

/** Of several reasons one has to be chosen whatever their order: `replayed` says least, then by the alphabet. */
function firstByReason<T extends { readonly reason: string }>(a: T | undefined, b: T): T {
  if (!a) return b;
  const weight = ({ reason }: T) => (reason === "replayed" ? "~" : reason);
  return weight(b) < weight(a) ? b : a;
}

/** Adds a reading. Adding it again changes nothing. */
export function noteReading(facts: Facts, reading: SpeakerReading, attempt: number, rules: ProofRules): void {
  const { observedAt, amplifierCurrent, soundLevel } = reading;
  if (reading.volume === 0 && reading.playState === "playing")
    facts.mutedAt = Math.max(facts.mutedAt, observedAt);
  const isLoud = (amplifierCurrent ?? 0) >= rules.minCurrent || (soundLevel ?? 0) >= rules.minSoundLevel;
  if (isLoud) return keepReading(facts, facts.loud, reading, attempt);
  const wasMeasured = amplifierCurrent !== undefined || soundLevel !== undefined || reading.volume === 0;
  if (wasMeasured && reading.playState === "playing")
    keepReading(facts, facts.quiet, reading, attempt, QUIET_COUNTS_AFTER_MS);
}

/**
 * Of readings in the order of the speaker's clock, it keeps those that can be the first one of an attempt, or the first
 * from `afterMs` after its start.
 */
function keepReading(
  facts: Facts,
  kept: Evidence[],
  reading: SpeakerReading,
  attempt: number,
  afterMs = 0,
): void {
  const { observedAt, amplifierCurrent, soundLevel } = reading;
  let at = kept.length;
  while (at > 0 && kept[at - 1]!.observedAt > observedAt) at--;
  const same = kept[at - 1];
  if (same?.observedAt === observedAt) {
    // A moment has one reading; of two that contradict each other the louder stays, whichever came first.
    const louder = isLouder(reading, same) ? { amplifierCurrent, soundLevel } : undefined;
    const receivedAt = Math.min(same.receivedAt, reading.receivedAt);
    if (louder || receivedAt < same.receivedAt) kept[at - 1] = { ...same, ...louder, receivedAt };
    return;
  }
  // The first one after the start of an attempt is its evidence; one after it adds nothing to any attempt.
  if (at > 0 && kept[at - 1]!.observedAt >= lastStart(facts, attempt) + afterMs) return;
  kept.splice(at, 0, { observedAt, receivedAt: reading.receivedAt, amplifierCurrent, soundLevel });
  if (kept.length <= READINGS_KEPT) return;
  const needed = new Set(
    facts.attempts.flatMap(
      (own) => own?.started && [0, afterMs].map((after) => firstFrom(kept, own.started!.observedAt + after)),
    ),
  );
  const dropped = kept.findIndex((one) => !needed.has(one));
  kept.splice(Math.max(dropped, 0), 1);
}

const firstFrom = (readings: readonly Evidence[], from: number): Evidence | undefined =>
  readings.find(({ observedAt }) => observedAt >= from);

type Loudness = { readonly [K in "amplifierCurrent" | "soundLevel"]?: number | undefined };

function isLouder(a: Loudness, b: Loudness): boolean {
  const byCurrent = (a.amplifierCurrent ?? 0) - (b.amplifierCurrent ?? 0);
  return byCurrent === 0 ? (a.soundLevel ?? 0) > (b.soundLevel ?? 0) : byCurrent > 0;
}

/** The beginning of the last of the attempts; infinite while one of them may still turn out to have begun. */
function lastStart(facts: Facts, attempts: number): number {
  let last = Number.NEGATIVE_INFINITY;
  for (let attempt = 1; attempt <= attempts; attempt++)
    last = Math.max(last, facts.attempts[attempt]?.started?.observedAt ?? Number.POSITIVE_INFINITY);
  return last;
}

/** The first reading that shows sound between the start and the end of an attempt. */
export const evidenceOf = (facts: Facts, attempt: number, asked: Asked): Evidence | undefined =>
  firstOfPlay(facts, facts.loud, attempt, asked);

function firstOfPlay(
  facts: Facts,
  readings: readonly Evidence[],
  attempt: number,
  asked: Asked,
  afterMs = 0,
): Evidence | undefined {
  const own = facts.attempts[attempt];
  if (!own?.started) return undefined;
  const first = firstFrom(readings, own.started.observedAt + afterMs);
  return first && first.observedAt <= endOfPlay(own, asked) ? first : undefined;
}

/** The moment up to which readings belong to this attempt, by the speaker's clock: later sound is something else. */
function endOfPlay(own: AttemptFacts, asked: Asked): number {
  const end = own.ended?.observedAt ?? own.stopped?.observedAt ?? own.failedAt;
  if (end !== undefined) return end;
  if (isInterrupted(own)) return own.interruptedLast!;
  return own.startedLast! + expectedSeconds(asked, own) * LENGTH_FACTOR * 1000 + LENGTH_MARGIN_MS;
}

const isInterrupted = ({ startedLast, interruptedLast = Number.NEGATIVE_INFINITY }: AttemptFacts) =>
  interruptedLast > startedLast!;

/**
 * The attempt that is proven: started, then a reading while playing that shows sound, then ended, and played for a
 * good part of the text. Once there is one, no further fact takes it back.
 */
export function provenAttempt(facts: Facts, rules: ProofRules, asked: Asked): number | undefined {
  for (let attempt = 1; attempt < facts.attempts.length; attempt++) {
    const own = facts.attempts[attempt];
    if (own?.ended && playedEnough(own, rules, asked) && evidenceOf(facts, attempt, asked)) return attempt;
  }
  return undefined;
}

/** The state of one attempt, as far as the facts go. */
export type Standing =
  | { readonly state: "sounded"; readonly attempt: number }
  | { readonly state: "refused" | "failed"; readonly reason: string }
  /** `unproven`: it says that it has ended, and nothing shows it yet; with the reason, should nothing come. */
  | {
      readonly state: "unproven";
      readonly reason: string;
      readonly since: number;
      /** The attempt that ended; undefined where only a refusal tells of it. */
      readonly attempt: number | undefined;
    }
  | { readonly state: "started" | "interrupted"; readonly since: number }
  | { readonly state: "acknowledged"; readonly since: number }
  | { readonly state: "unanswered" };

/**
 * The state of a speaker in its current attempt. Proof of any attempt wins: a speaker that refuses a second attempt as
 * `replayed` because the first one ended well has sounded, if the evidence of the first is there. If it is not, the
 * speaker stands where the first one left it.
 */
export function judge(facts: Facts, attempt: number, rules: ProofRules, asked: Asked): Standing {
  const proven = provenAttempt(facts, rules, asked);
  if (proven !== undefined) return { state: "sounded", attempt: proven };
  const own = facts.attempts[attempt];
  if (!own) return { state: "unanswered" };
  if (own.failed) return { state: "failed", reason: own.failed.reason };
  if (own.ended)
    return {
      state: "unproven",
      reason: whyUnproven(facts, attempt, rules, asked),
      since: own.ended.receivedAt,
      attempt,
    };
  if (own.stopped) return { state: "failed", reason: "stopped" };
  // A repeated command may be refused while the first one plays.
  if (own.started) {
    return { state: isInterrupted(own) ? "interrupted" : "started", since: own.started.receivedAt };
  }
  if (own.refused?.reason === "replayed" && own.refused.previous === "ended") {
    const before = lastEnded(facts, attempt - 1);
    // Only this shows that it has ended: it said so, and the word has not come.
    const reason = before === undefined ? "no_end" : whyUnproven(facts, before, rules, asked);
    return { state: "unproven", reason, since: own.refused.receivedAt, attempt: before };
  }
  if (own.refused) return { state: "refused", reason: own.refused.reason };
  return { state: "acknowledged", since: own.acknowledgedAt! };
}

/** The last attempt up to this one that has ended. */
function lastEnded(facts: Facts, attempt: number): number | undefined {
  for (let last = attempt; last > 0; last--) if (facts.attempts[last]?.ended) return last;
  return undefined;
}

/**
 * The reason why an attempt that says it has ended does not count as heard. Its length comes first: readings say
 * nothing then.
 */
function whyUnproven(facts: Facts, attempt: number, rules: ProofRules, asked: Asked): string {
  const own = facts.attempts[attempt]!;
  if (own.ended?.secondsPlayed === undefined) return "no_length";
  if (!playedEnough(own, rules, asked)) return "cut_short";
  if (!own.started) return "not_started";
  return facts.mutedAt >= own.started.observedAt ? "muted" : "no_sound";
}

/** Reasons for which nobody has heard it, whatever it says that it has played. */
const UNHEARD_REASONS: ReadonlySet<string> = new Set(["no_sound", "muted"]);

/**
 * True when people heard a part in any attempt, as far as is known: a reading shows it, or the speaker says that it has
 * played for a while and no reading of that time shows the contrary.
 */
export function wasPartlyHeard(facts: Facts, rules: ProofRules, asked: Asked): boolean {
  for (let attempt = 1; attempt < facts.attempts.length; attempt++) {
    const own = facts.attempts[attempt];
    if (own && (evidenceOf(facts, attempt, asked) || saysSoUnrefuted(facts, attempt, rules, asked)))
      return true;
  }
  return false;
}

/**
 * Terminals report as they start, before a voice has begun or while the amplifier still rises: readings of the first
 * two seconds say nothing against a play that went on for longer, and are all there is of a shorter one.
 */
export const QUIET_COUNTS_AFTER_MS = 2_000;

function saysSoUnrefuted(facts: Facts, attempt: number, rules: ProofRules, asked: Asked): boolean {
  const own = facts.attempts[attempt]!;
  const seconds = secondsOf(own) ?? 0;
  if (!(seconds > 0)) return false;
  const afterMs = seconds * 1000 > QUIET_COUNTS_AFTER_MS ? QUIET_COUNTS_AFTER_MS : 0;
  if (firstOfPlay(facts, facts.quiet, attempt, asked, afterMs)) return false;
  const reason = own.failed?.reason ?? (own.ended && whyUnproven(facts, attempt, rules, asked));
  return reason === undefined || !UNHEARD_REASONS.has(reason);
}

/** The time that it says it has played, by the longest of its words. */
export function secondsOf({ ended, stopped, brokeOffAfter }: AttemptFacts): number | undefined {
  return longest(longest(ended?.secondsPlayed, stopped?.secondsPlayed), brokeOffAfter);
}
