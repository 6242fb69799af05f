import type { RegionJson } from "../../api/regions.ts";
import type { SummaryJson } from "../../api/summary.ts";
import type { CountyCell } from "../../map/province-map.tsx";
import { shortPlace } from "../../map/short-place.ts";
import { countsOf, restingState, type TileSubject, worstOf } from "./villages.ts";

/** The counties of a summary, each where its point is; those without a point stand in the table alone. */
export function countyCells(
  summary: Pick<SummaryJson, "items">,
  places: readonly RegionJson[],
  subject: TileSubject,
): readonly CountyCell[] {
  const points = new Map(places.map(({ code, location }) => [code, location]));
  return summary.items.flatMap((part) => {
    const point = points.get(part.code);
    if (!point) return [];
    const counts = countsOf(part, subject);
    return [
      {
        code: part.code,
        name: shortPlace(part.name),
        longitude: point.longitude,
        latitude: point.latitude,
        state: restingState(counts),
        fraction: counts.total === 0 ? undefined : `${counts.ok}/${counts.total}`,
        alarm: worstOf(part.alarms)?.severity,
        outlined: (part.broadcasts?.pendingApproval ?? 0) > 0,
        isOnAir: (part.broadcasts?.onAir ?? 0) > 0,
      },
    ];
  });
}
