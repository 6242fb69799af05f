import { DispatchDesk, type DispatcherOptions } from "../../broadcast/dispatch/index.ts";
import { watchAwake } from "../../cluster/awake.ts";
import type { Duty } from "../../cluster/duties.ts";
import { kindsWith } from "../../devices/catalog.ts";
import { tellNews } from "../../store/processes/index.ts";
import type { DatabasePools } from "../database-pools.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { DatabasePhase } from "./database.ts";
import type { ReachPhase } from "./reach.ts";
import type { Start } from "./start.ts";

export interface DispatchInside extends Pick<DatabasePhase, "tables"> {
  readonly pools: Pick<DatabasePools, "urgent">;
  readonly cluster: {
    readonly membership: Pick<ClusterPhase["membership"], "processNo" | "isAlone">;
    readonly duties: Pick<ClusterPhase["duties"], "add">;
    /** Read in every role, also where nothing else here listens. */
    readonly told: Pick<ClusterPhase["told"], "add">;
  };
  /** The doors of this process. */
  readonly exchange: Pick<DispatcherOptions, "deliver" | "isOnline">;
  readonly elsewhere: ReachPhase["elsewhere"];
}

export interface DispatchMeans extends Pick<DispatcherOptions, "sign" | "onProgress"> {
  /** False while this process cannot sign, and so leaves the duty to the others. */
  readonly canSign: () => boolean;
}

/** Dispatch of broadcasts: the duty of one process, and the way of the others to it. */
export function openDispatch(
  { logOf, registry }: Start,
  { pools, tables, cluster, exchange, elsewhere }: DispatchInside,
  { sign, onProgress, canSign }: DispatchMeans,
): DispatchDesk {
  const log = logOf("broadcast");
  const { processNo } = cluster.membership;
  const desk = new DispatchDesk({
    pool: pools.urgent,
    speakers: tables.filter(({ kind }) => kindsWith("sounds").includes(kind)),
    sign,
    deliver: exchange.deliver,
    isOnline: exchange.isOnline,
    onProgress,
    log,
    registry,
    cluster: elsewhere && { elsewhere, tell: (news) => tellNews(pools.urgent, news, processNo) },
  });
  cluster.duties.add({ ...dutyOf(desk, cluster.membership.isAlone), canDo: canSign });
  if (elsewhere) cluster.told.add({ onNews: (news) => desk.onNews(news) });
  return desk;
}

/** It goes on without the database; where there are other processes it begins nothing new, as one may have taken over. */
const dutyOf = (desk: DispatchDesk, isAlone: () => boolean): Duty => ({
  name: "dispatch",
  goesOnAlone: true,
  begin(mine) {
    const awake = watchAwake(mine, isAlone);
    const end = desk.take({
      get lease() {
        return mine.lease;
      },
      mayAct: awake.mayAct,
    });
    return () => {
      awake.stop();
      end();
    };
  },
});
