import { join } from "node:path";
import { startAuditHead } from "../../store/audit/index.ts";
import type { DatabaseFacts, KindTable } from "../../store/database/index.ts";
import { startEmbedded } from "../../store/embedded/index.ts";
import type { Replica } from "../../store/replica/index.ts";
import type { Retention } from "../../store/schema/index.ts";
import { prepareDataDir } from "../data-dir.ts";
import { type DatabasePools, openPools, registerPoolMetrics } from "../database-pools.ts";
import { prepareDatabase } from "../prepare-database.ts";
import { startReplica } from "../replica.ts";
import { partsOf } from "../role.ts";
import { startUpkeep, type Upkeep } from "../upkeep.ts";
import type { Start } from "./start.ts";

export interface DatabasePhase {
  readonly facts: DatabaseFacts & { readonly embedded: boolean };
  /** The readings table of each kind, as it is in the database. */
  readonly tables: readonly KindTable[];
  readonly retention: Retention;
  readonly pools: DatabasePools;
  readonly upkeep: Upkeep;
  /** Answers reads that may be some seconds old, where there is one. */
  readonly replica: Replica | undefined;
}

/**
 * Brings up the database: the embedded one where no other is named, its schema, the connections, and the recurring work
 * on it.
 * @param fail called when the embedded database ends by itself
 */
export async function startDatabase(start: Start, fail: (error: Error) => void): Promise<DatabasePhase> {
  const { config, logOf, registry, signal, atEnd } = start;
  const log = logOf("store");
  const embedded = config.DATABASE_URL === undefined;
  const url = config.DATABASE_URL ?? (await startOwnServer(start, fail));
  const { facts, tables, retention } = await prepareDatabase(url, config, logOf, signal);
  const pools = openPools(url, config, { embedded, log });
  atEnd(() => pools.end());
  registerPoolMetrics(registry, pools);
  const upkeep = startUpkeep({
    url,
    embedded,
    edition: facts.edition,
    tables,
    log,
    registry,
    apiPool: pools.api,
  });
  atEnd(() => upkeep.stop());
  await prepareDataDir(config.DATA_DIR);
  const auditHead = startAuditHead(pools.api, { dataDir: config.DATA_DIR, log: logOf("audit") });
  atEnd(() => auditHead.stop());
  const replica = openReplica(start, pools);
  return { facts: { ...facts, embedded }, tables, retention, pools, upkeep, replica };
}

function openReplica({ config, logOf, registry, atEnd }: Start, pools: DatabasePools): Replica | undefined {
  const { DATABASE_READ_URL: url, ROLE } = config;
  if (url === undefined || !partsOf(ROLE).api) return undefined;
  const { replica, stop } = startReplica({ url, config, pools, registry, log: logOf("replica") });
  atEnd(stop);
  return replica;
}

/** @returns the address of the embedded database, which lies below DATA_DIR */
async function startOwnServer(
  { config, logOf, atEnd }: Start,
  fail: (error: Error) => void,
): Promise<string> {
  await prepareDataDir(config.DATA_DIR);
  const server = await startEmbedded({ dataDir: join(config.DATA_DIR, "database"), log: logOf("store") });
  atEnd(() => server.stop());
  void server.exited.then(({ expected, code, signal }) => {
    if (!expected) fail(new Error(`The embedded database ended unexpectedly (${signal ?? `code ${code}`})`));
  });
  return server.url;
}
