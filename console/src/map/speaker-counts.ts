import type { BroadcastCountsJson } from "../api/broadcasts.ts";
import type { StateName } from "../ui/marks.tsx";

/** Speakers in the words of the page; together they are all of them. */
export interface ShownCounts {
  readonly all: number;
  readonly sounded: number;
  readonly playing: number;
  readonly waiting: number;
  readonly failed: number;
  readonly refused: number;
  readonly offline: number;
  readonly cancelled: number;
}

/** So long after the release commands are still being sent out, in milliseconds. */
export const SENDING_OUT_MS = 10_000;

/**
 * "Sent" is never success: a speaker that has the order waits until it says that it plays. One that the command could
 * not reach counts as offline, once the commands had time to go out.
 */
export function shownCounts(counts: BroadcastCountsJson, sentOut: boolean): ShownCounts {
  const ordered = counts.handedOver + counts.acknowledged;
  return {
    all: counts.targets,
    sounded: counts.sounded,
    playing: counts.started,
    waiting: sentOut ? ordered : ordered + counts.waiting,
    failed: counts.failed,
    refused: counts.refused,
    offline: sentOut ? counts.offline + counts.waiting : counts.offline,
    cancelled: counts.cancelled,
  };
}

/** The parts of the bar, the proven ones first. */
export const COUNT_STATES = [
  "sounded",
  "playing",
  "waiting",
  "failed",
  "refused",
  "offline",
  "cancelled",
] as const satisfies readonly StateName[];
