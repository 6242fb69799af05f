import { useQuery } from "@tanstack/react-query";
import { unacknowledgedQuery } from "../api/alarms.ts";
import { openBroadcastsQuery, openReviewsQuery } from "../api/broadcasts.ts";
import { type MeJson, mayDo } from "../api/session.ts";
import { isOpenTo, type RailEntry } from "./routes.tsx";
import { waitsFor } from "./waits-for.ts";

/** What waits for the person, by entry of the rail. */
export function useRailCounts(me: MeJson | undefined): Partial<Record<RailEntry["name"], number>> {
  const alarms = useUrgentAlarms(me);
  const broadcasts = useWaitingBroadcasts(me);
  return { alarms, broadcasts };
}

/** Critical and major alarms that nobody has acknowledged; minor ones can wait for the page. */
function useUrgentAlarms(me: MeJson | undefined): number {
  const { data } = useQuery({
    ...unacknowledgedQuery(),
    enabled: me !== undefined && mayDo(me, "alarms:read"),
  });
  return (data?.items ?? []).filter(({ severity }) => severity === "critical" || severity === "major").length;
}

/** Broadcasts that this person is to approve, review or write on. */
function useWaitingBroadcasts(me: MeJson | undefined): number {
  const enabled = me !== undefined && isOpenTo(me, "broadcasts:read");
  const open = useQuery({ ...openBroadcastsQuery, enabled });
  const reviews = useQuery({ ...openReviewsQuery, enabled });
  if (!me) return 0;
  const items = [...(open.data?.items ?? []), ...(reviews.data?.items ?? [])];
  // One that is on air under review is in both.
  return new Set(items.filter((item) => waitsFor(me, item)).map(({ id }) => id)).size;
}
