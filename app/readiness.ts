import { setTimeout as sleep } from "node:timers/promises";
import type { ReadinessCheck } from "../api/health/routes.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { MqttSource } from "../protocols/mqtt-source/door.ts";
import { type Pool, reasonOf } from "../store/database/index.ts";

export interface ReadinessOptions {
  readonly pool: Pool;
  readonly ingest: Pick<Ingest, "blocked" | "waitingHistory">;
  /** What somebody has to do about the keys that sign broadcasts. */
  readonly keyTrouble: () => string | undefined;
  /** The other MQTT broker that messages come from, once there is one. */
  readonly source?: Pick<MqttSource, "refusal" | "connected"> | undefined;
  /** What is wrong with the database's own jobs, a line for each. */
  readonly jobTrouble: () => readonly string[];
  /** How far the days of readings are where most of them are not kept yet. */
  readonly backfill: () => Promise<string | undefined>;
  readonly isStopping: () => boolean;
}

/** What `/readyz` asks: can the platform do its work, and if not, why? */
export const readiness = async ({
  pool,
  ingest,
  keyTrouble,
  source,
  jobTrouble,
  backfill,
  isStopping,
}: ReadinessOptions): Promise<ReadinessCheck[]> => [
  check("database", await whyDatabaseIsAway(pool)),
  ingestCheck(ingest),
  note("broadcast_keys", keyTrouble()),
  note("database_jobs", jobTrouble().join("; ") || undefined),
  note("rollups", await backfill()),
  ...(source ? [sourceCheck(source)] : []),
  check("platform", isStopping() ? "shutting down" : undefined),
];

/** What waits for an old chunk keeps nobody else from anything. */
const ingestCheck = (ingest: ReadinessOptions["ingest"]): ReadinessCheck => {
  const blocked = whyIngestIsBlocked(ingest);
  return blocked === undefined ? note("ingest", ingest.waitingHistory()) : check("ingest", blocked);
};

/** A process that hears nothing is not ready. One whose source is away may hear its own devices, and will again. */
const sourceCheck = ({ refusal, connected }: NonNullable<ReadinessOptions["source"]>): ReadinessCheck => {
  const refused = refusal();
  return refused === undefined
    ? note(
        "source",
        connected() ? undefined : "there is no connection to SOURCE_MQTT_URL; the platform tries again",
      )
    : check("source", refused);
};

const check = (name: string, detail: string | undefined): ReadinessCheck =>
  detail === undefined ? { name, ok: true } : { name, ok: false, detail };

/** Something for a person to do, which keeps the platform from nothing: traffic must not go elsewhere for it. */
const note = (name: string, detail: string | undefined): ReadinessCheck =>
  detail === undefined ? { name, ok: true } : { name, ok: true, detail };

async function whyDatabaseIsAway(pool: Pool): Promise<string | undefined> {
  const answer = pool.query("select 1").then(() => undefined, reasonOf);
  return Promise.race([answer, sleep(2000, "no answer within 2 s", { ref: false })]);
}

/** A database that answers may still refuse every batch: for a table that is missing, or a right that was revoked. */
function whyIngestIsBlocked(ingest: ReadinessOptions["ingest"]): string | undefined {
  const blocked = ingest.blocked();
  if (!blocked) return undefined;
  const seconds = Math.floor(blocked.forMs / 1000);
  return `a batch could not be committed for ${seconds} s, and its messages wait: ${reasonOf(blocked.error)}`;
}
