import type { HeldDuty } from "./duties.ts";

/** A process that stood still for longer may have been taken for dead. Milliseconds. */
const LONGEST_MS = 5_000;
const EVERY_MS = 500;

/** Watches whether a process may still act on a duty that goes on without the database. */
export interface Awake {
  /**
   * True while the duty is its own. After that only in a process that is alone, as long as it has not stood still: where
   * there are others, one of them may have taken over; one that was paused must ask first in any case.
   */
  mayAct(): boolean;
  stop(): void;
}

/**
 * @param isAlone whether the process knew of no other one as it last asked
 * @param now a steady clock, which goes on while the process is stopped. Milliseconds
 */
export function watchAwake(
  { isMine }: Pick<HeldDuty, "isMine">,
  isAlone: () => boolean,
  now: () => number = () => performance.now(),
): Awake {
  let seenAt = now();
  let isUnsure = false;
  const look = () => {
    const at = now();
    if (at - seenAt > LONGEST_MS) isUnsure = true;
    seenAt = at;
    if (isMine()) isUnsure = false;
  };
  const timer = setInterval(look, EVERY_MS).unref();
  return {
    mayAct() {
      look();
      return !isUnsure && (isMine() || isAlone());
    },
    stop: () => clearInterval(timer),
  };
}
