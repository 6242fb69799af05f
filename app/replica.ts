import { Counter, Gauge, type Registry } from "prom-client";
import type { Config } from "../base/config/index.ts";
import type { Logger } from "../base/log.ts";
import { repeat } from "../base/periodic.ts";
import { openPool } from "../store/database/index.ts";
import { Replica } from "../store/replica/index.ts";
import { API_STATEMENT_MS, type DatabasePools, endPool } from "./database-pools.ts";

export interface ReplicaPart {
  readonly replica: Replica;
  stop(): Promise<void>;
}

/** How often the replica's age is measured, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** A look takes no time, and a connection on which it hangs is closed. */
const LOOK_LIMIT_MS = 3000;

export interface ReplicaNeeds {
  readonly url: string;
  readonly config: Pick<Config, "DATABASE_POOL_SIZE" | "DATABASE_READ_MAX_AGE_SECONDS">;
  readonly pools: Pick<DatabasePools, "api" | "urgent">;
  readonly registry: Registry;
  readonly log: Logger;
}

/** Opens the replica at `DATABASE_READ_URL` and watches it. It may be away: then the primary answers. */
export function startReplica({ url, config, pools, registry, log }: ReplicaNeeds): ReplicaPart {
  const onIdleError = (error: Error) => log.debug({ err: error }, "an idle connection to the replica broke");
  const open = (size: number, applicationName: string, statementTimeoutMs: number) =>
    openPool(
      { url, size, applicationName, statementTimeoutMs, answerTimeoutMs: statementTimeoutMs + 1000 },
      onIdleError,
    );
  const pool = open(config.DATABASE_POOL_SIZE, "sbi-replica", API_STATEMENT_MS);
  const looks = open(1, "sbi-replica-look", LOOK_LIMIT_MS);
  const givenUp = new Counter({
    name: "sbi_replica_given_up_total",
    help: "Statements that the replica gave up, and the primary answered",
    registers: [registry],
  });
  const replica = new Replica({
    pool,
    looks,
    primary: pools.urgent,
    fallback: pools.api,
    maxAgeMs: config.DATABASE_READ_MAX_AGE_SECONDS * 1000,
    statementMs: API_STATEMENT_MS,
    onChange: (trouble) =>
      trouble === undefined
        ? log.info("the replica answers reads")
        : log.warn({ reason: trouble }, "the primary answers all reads"),
    onGivenUp: (error) => {
      givenUp.inc();
      log.debug({ err: error }, "the replica gave up a statement, and the primary is asked");
    },
  });
  registerMetrics(registry, replica);
  const looking = repeat(() => replica.look(), LOOK_EVERY_MS, { atOnce: true });
  return {
    replica,
    async stop() {
      await Promise.all([looking.stop(), endPool(pool), endPool(looks)]);
    },
  };
}

function registerMetrics(registry: Registry, replica: Replica): void {
  new Gauge({
    name: "sbi_replica_age_seconds",
    help: "How old the replica is at most; infinite while that is not known",
    registers: [registry],
    collect() {
      this.set(replica.ageMs() / 1000);
    },
  });
  new Gauge({
    name: "sbi_replica_answers",
    help: "1 while the replica answers reads, 0 while the primary answers all",
    registers: [registry],
    collect() {
      this.set(replica.trouble() === undefined ? 1 : 0);
    },
  });
}
