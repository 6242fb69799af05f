import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { unacknowledgedQuery } from "../../api/alarms.ts";
import { broadcastsQuery, ON_AIR } from "../../api/broadcasts.ts";
import { clockOffset } from "../../api/clock.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { type Live, useLive } from "../../api/stream/live.ts";
import { type SummaryJson, summaryQuery } from "../../api/summary.ts";
import { homeRegion } from "../../app/area.ts";
import { useNow } from "../../ui/now.ts";
import { onAirNow } from "./air-order.ts";

/** Events tell what happens; that a device has become late is no event. In milliseconds. */
export const READ_AGAIN_MS = 60_000;
/** A hiccup shorter than this turns nothing grey. */
const HICCUP_MS = 5_000;

export type WallSummary = Pick<SummaryJson, "region" | "total" | "items">;

/** What the wall shows whatever happens, of the area of who looks at it. */
export function useWall(me: MeJson) {
  const region = homeRegion(me);
  const again = { refetchInterval: READ_AGAIN_MS };
  const onAir = useQuery({
    ...broadcastsQuery({ state: ON_AIR.join() }),
    ...again,
    enabled: mayDo(me, "broadcasts:read"),
  });
  const summary = useQuery({ ...summaryQuery(region), ...again, enabled: mayDo(me, "devices:read") });
  const alarms = useQuery({
    ...unacknowledgedQuery(region),
    ...again,
    enabled: mayDo(me, "alarms:read"),
  });
  return {
    region,
    broadcasts: onAirNow(onAir.data?.items ?? []),
    summary: summary.data,
    alarms: alarms.data?.items,
    queries: [onAir, summary, alarms] as readonly UseQueryResult<unknown>[],
  };
}

/** Since when what these queries hold may be old; undefined: it is live. It looks each second. */
export function useStale(queries: readonly UseQueryResult<unknown>[]): number | undefined {
  const live = useLive();
  const now = useNow();
  return staleMoment(live, queries, { now, offset: clockOffset() });
}

/**
 * The moment up to which everything that is shown is current, by the platform's clock; undefined: it is live. Old are the
 * numbers also where the stream lives and an answer could not be had.
 */
export function staleMoment(
  live: Live,
  queries: readonly Pick<UseQueryResult<unknown>, "isError" | "dataUpdatedAt">[],
  { now, offset }: { now: number; offset: number },
): number | undefined {
  const isLost = live.state !== "live" && now - offset - live.since > HICCUP_MS;
  const failed = queries.filter(({ isError, dataUpdatedAt }) => isError && dataUpdatedAt > 0);
  const moments = [...(isLost ? [live.asOf] : []), ...failed.map(({ dataUpdatedAt }) => dataUpdatedAt)];
  return moments.length === 0 ? undefined : Math.min(...moments) + offset;
}
