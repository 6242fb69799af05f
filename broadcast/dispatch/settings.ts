import { LENGTH_FACTOR, LENGTH_MARGIN_MS, PROOF_RULES, type ProofRules } from "../proof/index.ts";

/** The waiting times of dispatch. Milliseconds. */
export interface DispatchSettings {
  readonly proof: ProofRules;
  /** For the first answer, after each time that the command was sent. After the last one the target has failed. */
  readonly answerWaitsMs: readonly number[];
  /** For a door to say whether it takes a command; then it counts as not taken. */
  readonly deliveryMs: number;
  /** From `accepted`, or from `startsAt`, to `started`, when nothing more urgent plays. */
  readonly startWaitMs: number;
  /**
   * The factor by which a play may be longer than the text: voices differ in speed, the slowest take 1.7 times as long.
   */
  readonly lengthFactor: number;
  readonly lengthMarginMs: number;
  /** For the readings of a play whose end was reported first. */
  readonly evidenceGraceMs: number;
  /** After expiry, for the last word of speakers that had begun. */
  readonly expiryGraceMs: number;
  /** After the database was away: replies that waited for it have to be committed first. */
  readonly outageGraceMs: number;
  /** How long corrections of a broadcast that has ended are gathered; each time twice as long, up to a minute. */
  readonly correctMs: number;
  /** After the end, for earlier readings of speakers that are proven. */
  readonly provenKeptMs: number;
  /** How long changes are gathered before they are written. */
  readonly flushMs: number;
  /** How often deadlines are looked at. */
  readonly tickMs: number;
}

/** For so long after its end proof that comes late corrects a broadcast. */
export const CORRECTED_FOR_MS = 24 * 3_600_000;

/** Targets of ended broadcasts that are kept in memory for it; beyond them the oldest is let go. */
export const MOST_CORRECTED = 100_000;

/**
 * With these a speaker that is online and silent is resolved after 21 s, one with a dead amplifier 5 s after its end.
 */
export const DISPATCH_SETTINGS: DispatchSettings = {
  proof: PROOF_RULES,
  answerWaitsMs: [3_000, 6_000, 12_000],
  deliveryMs: 10_000,
  startWaitMs: 15_000,
  lengthFactor: LENGTH_FACTOR,
  lengthMarginMs: LENGTH_MARGIN_MS,
  evidenceGraceMs: 5_000,
  expiryGraceMs: 10_000,
  outageGraceMs: 5_000,
  correctMs: 5_000,
  provenKeptMs: 60_000,
  flushMs: 150,
  tickMs: 100,
};
