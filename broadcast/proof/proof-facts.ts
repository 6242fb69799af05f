import type { CommandOutcome } from "../contract/index.ts";

/**
 * The facts about one speaker in one broadcast: of each only the earliest, the latest or the largest counts, so that
 * they may come late, twice and in any order.
 */

/** One answer of a speaker. Times in milliseconds since 1970. */
export interface ReplyFact {
  readonly attempt: number;
  readonly outcome: CommandOutcome;
  /** By the speaker's clock. */
  readonly observedAt: number;
  /** By the platform's clock. */
  readonly receivedAt: number;
  readonly reason?: string | undefined;
  readonly previous?: string | undefined;
  readonly secondsPlayed?: number | undefined;
}

/** A reading of a speaker at one moment. */
export interface SpeakerReading {
  readonly deviceNo: number;
  /** By the speaker's clock, milliseconds since 1970. */
  readonly observedAt: number;
  /** By the platform's clock. */
  readonly receivedAt: number;
  /** Amperes. */
  readonly amplifierCurrent?: number | undefined;
  /** dB[SPL], at the speaker's own microphone. */
  readonly soundLevel?: number | undefined;
  readonly playState?: string | undefined;
  /** Percent. */
  readonly volume?: number | undefined;
}

/** The order to a speaker. */
export interface Asked {
  /** Time for one reading of all texts. */
  readonly readingSeconds: number;
  /** How often it is read, unless the message expires before. */
  readonly repeatCount: number;
  /** No repetition begins from this moment on. By the speaker's clock, milliseconds since 1970. */
  readonly expiresAt: number;
  /**
   * True for a daily programme: after an interruption a speaker comes back to its schedule, and not to where it was.
   */
  readonly keepsSchedule: boolean;
}

/** The measurements that a speaker needs to count as heard. */
export interface ProofRules {
  /** Amperes into the amplifier. Idle is about 0.05 A, the quietest speech about 0.8 A. */
  readonly minCurrent: number;
  /** dB[SPL] at the speaker's microphone. A village street is at 45 to 65, a horn that sounds above 78. */
  readonly minSoundLevel: number;
  /**
   * Share of the expected length, so that a play that broke off does not count. Voices differ: a fast one takes 0.75.
   */
  readonly minPlayedShare: number;
}

/** Current or sound level: either shows it. Both defaults lie between idle and the quietest speech. */
export const PROOF_RULES: ProofRules = { minCurrent: 0.5, minSoundLevel: 75, minPlayedShare: 0.5 };

/** A moment by both clocks. */
export interface Moment {
  readonly observedAt: number;
  readonly receivedAt: number;
}

/** A reading that shows sound. */
export interface Evidence extends Moment {
  readonly amplifierCurrent: number | undefined;
  readonly soundLevel: number | undefined;
}

/** The end of a play, and how long it had lasted, as far as the speaker says it. */
export interface Ending extends Moment {
  readonly secondsPlayed: number | undefined;
}

/** The answers of a speaker to one attempt. */
export interface AttemptFacts {
  /** The first answer that says it has the command, by the platform's clock. */
  acknowledgedAt?: number;
  started?: Moment;
  /** The latest beginning: an interrupted play begins again. */
  startedLast?: number;
  interruptedLast?: number;
  ended?: Ending;
  stopped?: Ending;
  failed?: { readonly reason: string; readonly receivedAt: number };
  /** When it failed, by its own clock; of several failures the first. */
  failedAt?: number;
  /** The longest time that it says it played before it was interrupted or failed. */
  brokeOffAfter?: number;
  refused?: { readonly reason: string; readonly previous: string | undefined; readonly receivedAt: number };
}

/** All facts about one speaker in one broadcast. */
export interface Facts {
  /** By attempt; index 0 is not used. */
  readonly attempts: (AttemptFacts | undefined)[];
  /** Readings that show sound, in the order of the speaker's clock. */
  readonly loud: Evidence[];
  /** Readings that show no sound while it says that it plays. */
  readonly quiet: Evidence[];
  /**
   * When it last reported volume 0 while playing, by its clock; a report from an earlier attempt says nothing about a
   * later one.
   */
  mutedAt: number;
}

export const noFacts = (): Facts => ({
  attempts: [],
  loud: [],
  quiet: [],
  mutedAt: Number.NEGATIVE_INFINITY,
});
