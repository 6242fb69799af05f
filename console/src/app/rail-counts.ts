import { useQuery } from "@tanstack/react-query";
import { unacknowledgedQuery } from "../api/alarms.ts";
import { type MeJson, mayDo } from "../api/session.ts";
import type { RailEntry } from "./routes.tsx";

/** What waits for the person, by entry of the rail. */
export function useRailCounts(me: MeJson | undefined): Partial<Record<RailEntry["name"], number>> {
  const alarms = useUrgentAlarms(me);
  return { alarms };
}

/** Critical and major alarms that nobody has acknowledged; minor ones can wait for the page. */
function useUrgentAlarms(me: MeJson | undefined): number {
  const { data } = useQuery({
    ...unacknowledgedQuery(),
    enabled: me !== undefined && mayDo(me, "alarms:read"),
  });
  return (data?.items ?? []).filter(({ severity }) => severity === "critical" || severity === "major").length;
}
