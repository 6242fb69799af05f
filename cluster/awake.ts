import type { HeldDuty } from "./duties.ts";

/** A process that stood still for longer may have been taken for dead. Milliseconds. */
const LONGEST_MS = 5_000;
const EVERY_MS = 500;

/** Watches whether a process may still act on a duty that goes on without the database. */
export interface Awake {
  /**
   * True while the duty is its own, and after that as long as it has not stood still: a process that was paused does not
   * know whether another one took over, and must ask first.
   */
  mayAct(): boolean;
  stop(): void;
}

/** @param now a steady clock, which goes on while the process is stopped. Milliseconds */
export function watchAwake(
  { isMine }: Pick<HeldDuty, "isMine">,
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
      return !isUnsure;
    },
    stop: () => clearInterval(timer),
  };
}
