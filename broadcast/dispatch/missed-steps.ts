import type { Logger } from "../../base/log.ts";
import { type RepeatedWork, repeat, warnOfFailures } from "../../base/periodic.ts";
import { listOnAir } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import type { DispatchOrder } from "../lifecycle/index.ts";
import type { Dispatcher } from "./dispatcher.ts";

/** How often it is looked. Milliseconds. */
const EVERY_MS = 3_000;

export interface MissedStepsOptions {
  readonly pool: Db;
  readonly dispatcher: Pick<Dispatcher, "knows" | "isStopping">;
  readonly now: () => number;
  readonly log: Logger;
  /** Acts on a step of which this process knows nothing. */
  readonly follow: (order: DispatchOrder) => Promise<void>;
  readonly everyMs?: number | undefined;
}

/**
 * Looks in the database again and again for releases and cancellations that the process which dispatches has not acted
 * on: the news of them may have been lost. One that is missing for the first time may be on its way.
 */
export function followMissedSteps(options: MissedStepsOptions): RepeatedWork {
  const { pool, dispatcher, now, log, follow, everyMs = EVERY_MS } = options;
  let missing = new Set<string>();
  const look = async () => {
    const before = missing;
    missing = new Set();
    for (const { broadcastNo, state, attempt } of await listOnAir(pool, new Date(now()))) {
      const isCancelled = state === "cancelled";
      if (isCancelled ? dispatcher.isStopping(broadcastNo) : dispatcher.knows(broadcastNo, attempt)) continue;
      const action = isCancelled ? "cancel" : attempt > 1 ? "retry" : "dispatch";
      const name = `${action} ${broadcastNo} ${attempt}`;
      missing.add(name);
      if (!before.has(name)) continue;
      log.warn({ broadcastNo, action }, "a step was not heard of; the database has it");
      void follow({ action, broadcastNo, attempt }).catch((error: unknown) =>
        log.error({ err: error, broadcastNo, action }, "could not act on a step that the database has"),
      );
    }
  };
  return repeat(look, everyMs, {
    onFailure: warnOfFailures(log, "could not look for steps that were not heard of; it is tried again"),
  });
}
