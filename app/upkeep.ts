import { setTimeout as sleep } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";
import type { Logger } from "../base/log.ts";
import { Turns } from "../base/periodic.ts";
import { type Edition, type KindTable, openPool, type Pool } from "../store/database/index.ts";
import { startLatestKeeper } from "../store/readings/index.ts";
import {
  describeBackfill,
  type RollupLag,
  readRollupLags,
  startRollupKeeper,
} from "../store/rollups/index.ts";
import { startJobRunner, startJobWatch } from "../store/schema/index.ts";

/** The longest piece of a keeper's work, in milliseconds; it aims at some seconds. */
const PIECE_MS = 600_000;
/** On the embedded database a piece keeps all other work waiting. */
const EMBEDDED_PIECE_MS = 250;
const EMBEDDED_DEVICES = 500;
/** How long `/metrics` waits for figures from the database. */
const GAUGE_MS = 500;
/** How long the end waits for it. Work that is cut off is rolled back and done after the next start. */
const STOP_MS = 5_000;

export interface UpkeepOptions {
  /** The database as the role that the platform runs with. */
  readonly url: string;
  readonly embedded: boolean;
  readonly edition: Edition;
  readonly tables: readonly KindTable[];
  readonly log: Logger;
  readonly registry: Registry;
  readonly apiPool: Pool;
}

export interface Upkeep {
  /** The troubles of the database's own jobs, a line for each. */
  jobTrouble(): readonly string[];
  /** The progress of keeping days of readings, in words, while a large part of them is not kept yet. */
  backfill(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/**
 * Starts the recurring work on the database that every process may do at once: the newest values and the days of
 * readings, and on the embedded database TimescaleDB's jobs.
 */
export function startUpkeep(options: UpkeepOptions): Upkeep {
  const { log, apiPool, embedded, edition } = options;
  const latest = startLatestKeeper(apiPool, options.tables, { log });
  const jobs = embedded
    ? startJobRunner(apiPool, { everyMs: 30_000, log })
    : edition === "community"
      ? startJobWatch(apiPool, { log })
      : undefined;
  const jobTrouble = () => jobs?.trouble() ?? [];
  new Gauge({
    name: "sbi_database_jobs_in_trouble",
    help: "Jobs of TimescaleDB that failed at their last run, or do not run although they are due",
    registers: [options.registry],
    collect() {
      this.set(jobTrouble().length);
    },
  });
  const onIdleError = (error: Error) => log.warn({ err: error }, "an idle database connection broke");
  const keeperPool = openPool(
    {
      url: options.url,
      size: 1,
      applicationName: "sbi-rollups",
      statementTimeoutMs: PIECE_MS,
      answerTimeoutMs: PIECE_MS + 5_000,
    },
    onIdleError,
  );
  const keeper = startRollupKeeper(keeperPool, options.tables, {
    log,
    ...(embedded ? { pieceMs: EMBEDDED_PIECE_MS, devices: EMBEDDED_DEVICES } : {}),
  });
  // One query at a time, however many callers ask while it has no answer.
  const lags = new Turns(() => readRollupLags(apiPool).catch(() => []));
  // Without the database the last figures stand; `/readyz` says that it is away. The others must not wait for it.
  const readLags = () => Promise.race([lags.run(), sleep(GAUGE_MS, [], { ref: false })]);
  registerGauges(options.registry, readLags);
  return {
    jobTrouble,
    backfill: async () => describeBackfill(await readLags()),
    stop: async () => {
      const ended = Promise.all([latest.stop(), jobs?.stop(), keeper.stop().then(() => keeperPool.end())]);
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}

function registerGauges(registry: Registry, readLags: () => Promise<readonly RollupLag[]>): void {
  const gauge = (name: string, help: string, read: "seconds" | "changes" | "share") =>
    new Gauge({
      name,
      help,
      labelNames: ["kind"],
      registers: [registry],
      async collect() {
        for (const lag of await readLags()) this.set({ kind: lag.kind }, lag[read] ?? 1);
      },
    });
  gauge(
    "sbi_rollup_lag_seconds",
    "Age of the newest readings that are in kept days; one to four hours are normal",
    "seconds",
  );
  gauge("sbi_rollup_kept_ratio", "The share of the time with readings that is in kept days", "share");
  gauge("sbi_rollup_changes_waiting", "Changed days that wait to be computed again", "changes");
}
