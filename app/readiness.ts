import { setTimeout as sleep } from "node:timers/promises";
import type { ReadinessCheck } from "../api/health/routes.ts";
import type { DoorHealth } from "../exchange/door.ts";
import type { Ingest } from "../ingest/ingest.ts";
import { type Pool, reasonOf } from "../store/database/index.ts";

export interface ReadinessOptions {
  readonly pool: Pool;
  readonly ingest: Pick<Ingest, "blocked" | "waitingHistory">;
  /** The work that an operator has to do about the keys that sign broadcasts. */
  readonly keyTrouble: () => string | undefined;
  /** Set while this process signs nothing, because its keys are not the platform's. */
  readonly keyRefusal: () => string | undefined;
  /** How the doors are that say so. A process that hears nothing by one is not ready. */
  readonly doors: () => readonly DoorHealth[];
  /** The troubles of the database's own jobs, a line for each. */
  readonly jobTrouble: () => readonly string[];
  /** The progress of keeping days of readings, while most of them are not kept yet. */
  readonly backfill: () => Promise<string | undefined>;
  /** Work that no process does at the moment. */
  readonly unattended: () => Promise<readonly string[]>;
  /** Says why the replica answers nothing. Undefined: there is none. */
  readonly replica?: { trouble(): string | undefined } | undefined;
  readonly isStopping: () => boolean;
}

/** The question of `/readyz`: can the platform do its work, and if not, why? */
export const readiness = async ({
  pool,
  ingest,
  keyTrouble,
  keyRefusal,
  doors,
  jobTrouble,
  backfill,
  unattended,
  replica,
  isStopping,
}: ReadinessOptions): Promise<ReadinessCheck[]> => [
  check("database", await whyDatabaseIsAway(pool)),
  ingestCheck(ingest),
  keysCheck(keyRefusal(), keyTrouble()),
  note("database_jobs", jobTrouble().join("; ") || undefined),
  note("rollups", await backfill()),
  note("duties", await whyUnattended(unattended)),
  ...(replica ? [note("replica", replica.trouble())] : []),
  ...doors().map((door) => (door.ok ? note : check)(door.check, door.detail)),
  check("platform", isStopping() ? "shutting down" : undefined),
];

/** Requests about broadcasts are better off at a process that has the keys. */
const keysCheck = (refusal: string | undefined, trouble: string | undefined): ReadinessCheck =>
  refusal === undefined ? note("broadcast_keys", trouble) : check("broadcast_keys", refusal);

/** Batches that wait for an old chunk keep no others waiting. */
const ingestCheck = (ingest: ReadinessOptions["ingest"]): ReadinessCheck => {
  const blocked = whyIngestIsBlocked(ingest);
  return blocked === undefined ? note("ingest", ingest.waitingHistory()) : check("ingest", blocked);
};

const check = (name: string, detail: string | undefined): ReadinessCheck =>
  detail === undefined ? { name, ok: true } : { name, ok: false, detail };

/** Work for an operator that does not hinder the platform: traffic must not go elsewhere because of it. */
const note = (name: string, detail: string | undefined): ReadinessCheck =>
  detail === undefined ? { name, ok: true } : { name, ok: true, detail };

/** A process that takes over needs some seconds for that, in which this is no reason to send traffic elsewhere. */
async function whyUnattended(unattended: ReadinessOptions["unattended"]): Promise<string | undefined> {
  const names = await Promise.race([unattended().catch(() => []), sleep(2000, [], { ref: false })]);
  if (names.length === 0) return undefined;
  return `no process does: ${names.join(", ")}; expected one with ROLE=worker or ROLE=all`;
}

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
