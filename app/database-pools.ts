import { setTimeout as sleep } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";
import type { Config } from "../base/config/index.ts";
import type { Logger } from "../base/log.ts";
import { openPool, type Pool, type PoolOptions } from "../store/database/index.ts";
import { PATIENT_APPLICATION, URGENT_APPLICATION } from "../store/embedded/index.ts";

/** The platform's connections to its database, in pools that do not wait for each other. */
export interface DatabasePools {
  /** Batches, ledger, presence and logins of devices. */
  readonly ingest: Pool;
  /** Batches of past days, whose chunks may be held for minutes. */
  readonly history: Pool;
  /** Queries and changes that come through the API. */
  readonly api: Pool;
  /**
   * Signing in, the decisions about broadcasts, and their consequences: no number of slow queries ever keeps an officer
   * out. The embedded database gives these connections the next turn.
   */
  readonly urgent: Pool;
  /**
   * The API's series, which add up a fleet. On the embedded database they and past days let all others go first, for a
   * second of theirs is one for everybody; a server does several things at once, and there they are among the API's.
   */
  readonly patient: Pool;
  /** How many batches are written at once. */
  readonly writers: number;
  readonly historyWriters: number;
  end(): Promise<void>;
}

/** The longest statement that the API may run, and the longest commit, in milliseconds. */
export const API_STATEMENT_MS = 60_000;
const COMMIT_STATEMENT_MS = 30_000;
/** The same for past days: a commit may have to open compressed chunks. */
const HISTORY_STATEMENT_MS = 600_000;

/** Time for the network on top of that before a connection counts as dead, in milliseconds. */
const ANSWER_MARGIN_MS = 5_000;

/** `pool.end` waits for statements under way, which may hang with the database. Milliseconds. */
const END_MS = 5_000;

export const endPool = (pool: Pool): Promise<void> =>
  Promise.race([pool.end(), sleep(END_MS, undefined, { ref: false })]);

export function openPools(
  url: string,
  config: Pick<Config, "DATABASE_POOL_SIZE" | "DATABASE_URGENT_POOL_SIZE">,
  { embedded, log }: { readonly embedded: boolean; readonly log: Logger },
): DatabasePools {
  const onIdleError = (error: Error) => log.warn({ err: error }, "an idle database connection broke");
  const open = (size: number, applicationName: string, statementMs: number) => {
    const limits: Partial<PoolOptions> = embedded
      ? {}
      : { statementTimeoutMs: statementMs, answerTimeoutMs: statementMs + ANSWER_MARGIN_MS };
    return openPool({ url, size, applicationName, ...limits }, onIdleError);
  };
  const writers = embedded ? 1 : 3;
  // One connection more than writers: ledger, presence and logins must not wait behind a batch.
  const ingest = open(writers + 1, "sbi-ingest", COMMIT_STATEMENT_MS);
  const historyWriters = embedded ? 1 : 2;
  const history = open(historyWriters, embedded ? PATIENT_APPLICATION : "sbi-history", HISTORY_STATEMENT_MS);
  const api = open(embedded ? 4 : config.DATABASE_POOL_SIZE, "sbi-api", API_STATEMENT_MS);
  const urgent = open(embedded ? 3 : config.DATABASE_URGENT_POOL_SIZE, URGENT_APPLICATION, API_STATEMENT_MS);
  const patient = embedded ? open(2, PATIENT_APPLICATION, API_STATEMENT_MS) : api;
  return {
    ingest,
    history,
    api,
    urgent,
    patient,
    writers,
    historyWriters,
    end: async () =>
      void (await Promise.all([...new Set([ingest, history, api, urgent, patient])].map(endPool))),
  };
}

/** Shows how busy the pools are: one whose connections are all in use for minutes makes its callers wait. */
export function registerPoolMetrics(registry: Registry, pools: DatabasePools): void {
  const { ingest, history, api, urgent, patient } = pools;
  const named = { ingest, history, api, urgent, ...(patient !== api && { patient }) };
  const gauge = (name: string, help: string, read: (pool: Pool) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["pool"],
      registers: [registry],
      collect() {
        for (const [pool, one] of Object.entries(named)) this.set({ pool }, read(one));
      },
    });
  gauge(
    "sbi_database_connections_busy",
    "Database connections in use",
    (pool) => pool.totalCount - pool.idleCount,
  );
  gauge(
    "sbi_database_callers_waiting",
    "Callers that wait for a database connection",
    (pool) => pool.waitingCount,
  );
}
