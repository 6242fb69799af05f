import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { broadcastsQuery } from "../../api/broadcasts.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { summaryQuery } from "../../api/summary.ts";
import { seesAllKinds } from "../../app/area.ts";
import { type RestingTownship, restingRows, type TileSubject } from "./villages.ts";

/** The matrix of a region at rest, and the requests behind it. */
export interface VillageRows {
  readonly data: readonly RestingTownship[] | undefined;
  readonly subject: TileSubject;
  readonly queries: readonly UseQueryResult<unknown>[];
}

/** A county's townships, or one township, with their villages. Undefined region: not asked for. */
export function useVillageRows(me: MeJson, region: string | undefined): VillageRows {
  const enabled = region !== undefined && region.length >= 6;
  const isTownship = region?.length === 9;
  // A township's own line stands in its county's summary.
  const county = isTownship ? region.slice(0, 6) : region;
  const townships = useQuery({ ...summaryQuery(county), enabled });
  const villages = useQuery({ ...summaryQuery(region, "village"), enabled });
  const pending = useQuery({
    ...broadcastsQuery({ state: "pending_approval", ...(region && { region }) }),
    enabled: enabled && mayDo(me, "broadcasts:read"),
  });
  const speaks = seesAllKinds(me) || (townships.data?.total.speakers.total ?? 0) > 0;
  const subject: TileSubject = speaks ? "speakers" : "devices";
  const reached = (pending.data?.items ?? []).flatMap(({ regions }) => regions);
  const data =
    townships.data &&
    villages.data &&
    restingRows(
      isTownship
        ? { ...townships.data, items: townships.data.items.filter(({ code }) => code === region) }
        : townships.data,
      villages.data,
      reached,
      subject,
    );
  return { data, subject, queries: [townships, villages] };
}
