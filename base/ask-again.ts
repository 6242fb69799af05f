import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "./log.ts";

/** The wait between attempts to ask the database while it is away, in milliseconds. */
const RETRY_MS = 1000;

export interface AskingAgain {
  /** True when a question failed because the database is away: then it is asked again. */
  readonly isAway: (error: unknown) => boolean;
  /** Waits so many milliseconds. Rejects where it makes no sense any more to ask again. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly log: Logger;
}

/**
 * Asks the database, again and again while it is away.
 * @throws what the question fails with otherwise, or what `pause` rejects with
 */
export async function untilThere<T>(ask: () => Promise<T>, { isAway, pause, log }: AskingAgain): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      log.debug({ err: error }, "the database is away; it is asked again");
      await pause(RETRY_MS);
    }
  }
}

/** What a door needs to ask who has published a message of another broker. */
export interface SenderQuestion<K, D> extends Pick<AskingAgain, "isAway" | "log"> {
  /** Asks the database for a device that is not in memory. */
  readonly lookUp: (key: K) => Promise<D | undefined>;
  /** True when it makes no sense any more to try again. */
  readonly isClosing: () => boolean;
}

/** The door is closing: the message stays unacknowledged, and comes again. */
export const CLOSING = Symbol("closing");

class Closing extends Error {}

/**
 * Asks the database who has published, for as long as it is away.
 * @returns undefined where nobody has that name, or where it may never be asked, which the log says
 */
export async function askForSender<K, D>(
  { lookUp, isAway, isClosing, log }: SenderQuestion<K, D>,
  key: K,
  topic: string,
): Promise<D | undefined | typeof CLOSING> {
  const pause = async (ms: number) => {
    await sleep(ms);
    if (isClosing()) throw new Closing();
  };
  try {
    return await untilThere(() => lookUp(key), { isAway, pause, log });
  } catch (error) {
    if (error instanceof Closing) return CLOSING;
    log.error({ err: error, topic }, "cannot ask who published; the message is rejected");
    return undefined;
  }
}
