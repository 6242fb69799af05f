import type { StatusCounts, SummaryJson, SummaryPart } from "../../api/summary.ts";
import { placeName } from "../../map/place-name.ts";
import type { TileState, TownshipRow, VillageTile } from "../../map/tile-state.ts";
import type { SeverityName } from "../../ui/marks.tsx";

const SEVERITIES = ["critical", "major", "minor", "warning"] as const;

/** What a tile tells of: the speakers, or, where the caller has none, all devices. */
export type TileSubject = "speakers" | "devices";

/** Alarms of the worst severity that nobody has acknowledged. */
export interface WorstAlarms {
  readonly severity: SeverityName;
  readonly alarms: number;
}

/** A township's row: its tiles, and the numbers beside them. */
export interface RestingTownship extends TownshipRow {
  readonly well: number;
  readonly total: number;
  readonly worst: WorstAlarms | undefined;
  readonly tiles: readonly RestingVillage[];
}

interface RestingVillage extends VillageTile {
  readonly worst: WorstAlarms | undefined;
}

/** All devices of a part, whatever their kind. */
function sumOf(part: Pick<SummaryPart, "devices">): StatusCounts {
  const sum = { total: 0, ok: 0, late: 0, silent: 0, never: 0 };
  for (const counts of Object.values(part.devices)) {
    for (const key of Object.keys(sum) as (keyof StatusCounts)[]) sum[key] += counts[key];
  }
  return sum;
}

/** How many are there, and how many of them are well: of speakers, those that a broadcast would reach now. */
export const countsOf = (part: SummaryPart, subject: TileSubject): Pick<StatusCounts, "total" | "ok"> =>
  subject === "speakers" ? { total: part.speakers.total, ok: part.speakers.connected } : sumOf(part);

/** A village hears as long as one of its speakers has a connection, as previews of a broadcast count it. */
export function restingState({ total, ok }: Pick<StatusCounts, "total" | "ok">): TileState {
  if (total === 0) return "none";
  if (ok === 0) return "offline";
  return ok < total ? "partly" : "online";
}

/** The worst severity of which somebody has yet to take notice, and how many there are. */
export function worstOf(alarms: SummaryPart["alarms"]): WorstAlarms | undefined {
  const severity = SEVERITIES.find((one) => (alarms?.[one].unacknowledged ?? 0) > 0);
  return severity && alarms ? { severity, alarms: alarms[severity].unacknowledged } : undefined;
}

/** True where one of the regions holds the village, or is it. */
const isReached = (village: string, regions: readonly string[]): boolean =>
  regions.some((region) => village.startsWith(region));

/**
 * The rows of a matrix at rest.
 * @param pending regions that something reaches which waits for a decision: their villages are outlined
 */
export function restingRows(
  townships: Pick<SummaryJson, "items">,
  villages: Pick<SummaryJson, "items">,
  pending: readonly string[],
  subject: TileSubject,
): readonly RestingTownship[] {
  return townships.items.map((township) => {
    const { total, ok } = countsOf(township, subject);
    const tiles = villages.items
      .filter(({ code }) => code.startsWith(township.code))
      .map((village): RestingVillage => {
        const counts = countsOf(village, subject);
        return {
          code: village.code,
          name: placeName(village.name),
          state: restingState(counts),
          fraction: counts.total === 0 ? undefined : `${counts.ok}/${counts.total}`,
          outlined: isReached(village.code, pending),
          worst: worstOf(village.alarms),
        };
      });
    return {
      code: township.code,
      name: township.name,
      well: ok,
      total,
      worst: worstOf(township.alarms),
      tiles,
    };
  });
}

/** The villages in which nobody hears a broadcast now, by name: all speakers offline, and without a speaker. */
export function deafVillages(rows: readonly RestingTownship[]) {
  const tiles = rows.flatMap((row) => row.tiles);
  const named = (state: TileState) => tiles.filter((tile) => tile.state === state).map(({ name }) => name);
  return { offline: named("offline"), without: named("none") };
}
