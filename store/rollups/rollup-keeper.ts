import { createLogLimiter, type Logger } from "../../base/log.ts";
import { repeat } from "../../base/periodic.ts";
import type { KindTable, Pool } from "../database/index.ts";
import { keepChanged } from "./keep-changed.ts";
import { type Kept, keepNext, noteDroppedReadings } from "./keep-days.ts";
import { fillSums, keepMoved, keepOpen } from "./keep-sums.ts";
import { readRollupLags } from "./rollup-lag.ts";

export interface RollupKeeper {
  /** Keeps all that is due now, kind by kind. */
  runDue(): Promise<void>;
  /** Ends the timer and waits for a piece under way; the rest is done after the next start. */
  stop(): Promise<void>;
}

export interface RollupKeeperOptions {
  readonly log: Logger;
  /** The interval at which it looks for work, in milliseconds. */
  readonly everyMs?: number;
  /** Milliseconds since 1970; tests pass their own. Otherwise it is the database's clock. */
  readonly now?: () => number;
  /** Device numbers in the first piece of work; the next ones follow the time that it took. */
  readonly devices?: number;
  /** About how long a piece of work may take, in milliseconds. */
  readonly pieceMs?: number;
  /** How long changed days of a kind are counted again in one turn, in milliseconds. */
  readonly changedMs?: number;
}

/** Device numbers at once; a province's meters make 10 million readings a day, which is much for one transaction. */
const DEVICES = { first: 20_000, least: 100, most: 1_000_000 } as const;
/**
 * A piece that takes longer is halved, one that takes less than a fifth is doubled. Retention and others wait for it.
 */
const PIECE_MS = 5000;
/** Entries of the log of changes at once. */
const CHANGES = 2000;
/**
 * One device may log a day in each of ten years by one message, and these are counted again one after the other. The
 * rest waits for the next turn; series are right meanwhile.
 */
const CHANGED_MS = 30_000;
/** Entries of news at once; each holds the devices of some seconds. */
const NEWS = 10;
/** Moves of devices at once. */
const MOVED = 200;
/**
 * Counting open days takes at most this part of the time: devices that report every minute always have news, so
 * counting more would help no query.
 */
const OPEN_SHARE = 10;
const PROGRESS_MS = 10_000;

/**
 * Keeps days and their sums by region, on every edition. A first start on a large database takes its time; meanwhile,
 * and whenever this is behind, series come from readings and are as right as always.
 */
export function startRollupKeeper(
  pool: Pool,
  tables: readonly KindTable[],
  options: RollupKeeperOptions,
): RollupKeeper {
  const { log, everyMs = 15_000, now, devices: first = DEVICES.first } = options;
  const { pieceMs = PIECE_MS, changedMs = CHANGED_MS } = options;
  const limitLog = createLogLimiter();
  const sizes = new Map<string, number>();
  /** When open days of a kind are counted again. */
  const openAt = new Map<string, number>();
  let stopped = false;

  /** Runs pieces of work until there is nothing to do; one piece at least, and no other once `mostMs` are over. */
  async function all(piece: () => Promise<Kept>, mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + mostMs;
    while (!stopped && (await piece()) === "more" && performance.now() < end);
  }

  async function countOpen(table: KindTable): Promise<void> {
    const began = performance.now();
    if (began < (openAt.get(table.kind) ?? 0)) return;
    await all(() => keepOpen(pool, table, { entries: NEWS }));
    const ended = performance.now();
    openAt.set(table.kind, ended + (ended - began) * OPEN_SHARE);
  }

  async function keepKind(table: KindTable): Promise<void> {
    await noteDroppedReadings(pool, table);
    let reported = performance.now();
    for (let kept: Kept = "more"; kept === "more" && !stopped; ) {
      const devices = sizes.get(table.kind) ?? first;
      const began = performance.now();
      kept = await keepNext(pool, table, { devices, now: now?.() });
      const ended = performance.now();
      if (ended - began > pieceMs) sizes.set(table.kind, Math.max(devices >> 1, DEVICES.least));
      else if (ended - began < pieceMs / 5) {
        sizes.set(table.kind, Math.min(devices * 2, DEVICES.most));
      }
      if (ended - reported > PROGRESS_MS) {
        reported = ended;
        await report(table);
      }
      // Also in the midst of a long backfill: what is kept already gets late readings.
      if (kept === "more") {
        await keepChanged(pool, table, { limit: CHANGES });
        await countOpen(table);
      }
    }
    await all(() => keepChanged(pool, table, { limit: CHANGES }), changedMs);
    await all(() => keepMoved(pool, table, { entries: MOVED }));
    await all(() => fillSums(pool, table, { devices: sizes.get(table.kind) ?? first }));
    await countOpen(table);
  }

  async function report({ kind, table }: KindTable): Promise<void> {
    const lag = (await readRollupLags(pool)).find((each) => each.kind === kind);
    if (!lag) return;
    const { seconds, share } = lag;
    const percent = share === null ? undefined : Math.floor(share * 100);
    const until = new Date(Date.now() - seconds * 1000);
    log.info({ table, until, daysLeft: Math.ceil(seconds / 86_400), percent }, "keeping days of readings");
  }

  async function run(): Promise<void> {
    for (const table of tables) {
      if (stopped) return;
      try {
        await keepKind(table);
      } catch (error) {
        limitLog(table.kind, (suppressed) =>
          log.warn(
            { err: error, kind: table.kind, suppressed },
            "days of readings could not be kept; series are made of readings, and it will be tried again",
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
