import { type Duties, startDuties } from "../../cluster/duties.ts";
import { enterCluster, type Membership } from "../../cluster/membership.ts";
import { PlatformNews } from "../platform-news.ts";
import { presenceDuty } from "../presence-duty.ts";
import { retentionDuty } from "../retention-duty.ts";
import { partsOf } from "../role.ts";
import type { DatabasePhase } from "./database.ts";
import { Hearers, type Start } from "./start.ts";

/** This process among those of the platform. */
export interface ClusterPhase {
  readonly membership: Membership;
  /** Work that one process at a time does. */
  readonly duties: Duties;
  /** Hears that this process is back, after the others have taken it for dead. */
  readonly returned: Hearers<[]>;
  /** What all processes tell; it begins when all parts of this one listen. */
  readonly told: PlatformNews;
}

/**
 * Enters this process among those of the platform.
 * @param fail called when another process has taken its name
 */
export async function startCluster(
  { config, logOf, atEnd }: Start,
  database: Pick<DatabasePhase, "pools" | "tables" | "retention">,
  fail: (error: Error) => void,
): Promise<ClusterPhase> {
  const log = logOf("cluster");
  const { pools, tables, retention } = database;
  const returned = new Hearers<[]>();
  const membership = await enterCluster({
    pool: pools.urgent,
    instance: config.INSTANCE_ID,
    log,
    onSuperseded: fail,
    onReturned: returned.tell,
  });
  atEnd(() => membership.stop());
  const duties = startDuties({
    pool: pools.urgent,
    processNo: membership.processNo,
    log,
    standsReady: partsOf(config.ROLE).duties,
  });
  atEnd(() => duties.stop());
  duties.add(
    retentionDuty({
      pool: pools.api,
      ownerUrl: config.DATABASE_OWNER_URL,
      tables,
      retention,
      alertDays: config.RETENTION_ALERTS_DAYS,
      log: logOf("store"),
    }),
  );
  duties.add(presenceDuty(pools.urgent, log));
  const told = await PlatformNews.open({
    pool: pools.urgent,
    bellUrl: config.DATABASE_URL,
    log: logOf("news"),
  });
  atEnd(() => told.stop());
  return { membership, duties, returned, told };
}
