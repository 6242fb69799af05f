import { createLogLimiter, type Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import type { KindTable, Pool } from "../database/index.ts";
import { keepLatest } from "./keep-latest.ts";

export interface LatestKeeper {
  /** Keeps all that is due now, kind by kind. */
  runDue(): Promise<void>;
  /** Ends the timer and waits for a piece under way; the rest is done after the next start. */
  stop(): Promise<void>;
}

/**
 * Device numbers at once, so that late readings do not wait for long where they meet a piece: mostly 10 to 100 us a
 * device. The first time it takes far longer for a device that never sends a quantity, as that is looked for in all its
 * readings. A piece that fails is tried again at half the size, and so is the rest.
 */
const DEVICES = { least: 20, most: 5000 } as const;

/**
 * Moves the newest values on, on every edition. While it is behind, as at the first start on a large database, or when
 * it fails, requests look at more readings and get the same answer, later.
 */
export function startLatestKeeper(
  pool: Pool,
  tables: readonly KindTable[],
  { log, everyMs = 60_000, now }: { log: Logger; everyMs?: number; now?: () => number },
): LatestKeeper {
  const limitLog = createLogLimiter();
  const sizes = new Map<string, number>();
  let stopped = false;

  async function run(): Promise<void> {
    for (const table of tables) {
      const { kind } = table;
      const size = () => sizes.get(kind) ?? DEVICES.most;
      try {
        while (!stopped && (await keepLatest(pool, table, { devices: size(), now: now?.() })) === "more");
        sizes.delete(kind);
      } catch (error) {
        sizes.set(kind, Math.max(size() >> 1, DEVICES.least));
        limitLog(table.kind, (suppressed) =>
          log.warn(
            { err: error, kind: table.kind, suppressed },
            "newest values could not be kept; they are found in the readings, and it will be tried again",
          ),
        );
      }
    }
  }

  const repeated = repeat(run, everyMs, { atOnce: true });
  return {
    runDue: repeated.run,
    stop() {
      stopped = true;
      return repeated.stop();
    },
  };
}
