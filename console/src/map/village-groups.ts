import type { CoverageJson, TargetReportJson } from "../api/broadcasts.ts";
import { groupBy } from "../ui/group-by.ts";
import type { TileState } from "./tile-state.ts";

type RegionCounts = CoverageJson["items"][number];

/** Where people stand in a broadcast; each village is in exactly one. */
export type VillageGroup = "heard" | "silent" | "offline" | "partly" | "waiting" | "none";

/** A village of the target with what is known of its speakers. */
export interface Village {
  readonly code: string;
  readonly name: string;
  readonly township: string;
  readonly group: VillageGroup;
  readonly state: TileState;
  readonly targeted: number;
  readonly sounded: number;
  /** Its speakers that were refused, failed or not reached, for the reasons. */
  readonly wrong: readonly TargetReportJson[];
}

const VILLAGE_DIGITS = 12;
const TOWNSHIP_DIGITS = 9;
export const townshipOf = (code: string): string => code.slice(0, TOWNSHIP_DIGITS);

export interface CoverageFacts {
  readonly coverage: Pick<CoverageJson, "items" | "villagesWithoutSpeaker">;
  /** Speakers in these states, as far as they are known: waiting, started, refused, failed, offline. */
  readonly targets: readonly TargetReportJson[];
  /** False in the first moments, when commands are still being sent out and nothing follows from their absence. */
  readonly sentOut: boolean;
}

/**
 * All villages of a broadcast by code. A village whose only hope is speakers that the command could not reach stays among
 * those of the preview's that are offline: until it expires such a speaker may come back and sound, so it is not silent
 * for certain, and whoever lives there has to be told by somebody all the same.
 */
export function villagesOf({ coverage, targets, sentOut }: CoverageFacts): Village[] {
  const byRegion = groupBy(targets, ({ regionCode }) => regionCode);
  // A speaker that is registered above the villages counts as its own region in the answer, and is no village.
  const inVillages = coverage.items.filter(({ regionCode }) => regionCode.length === VILLAGE_DIGITS);
  const targeted = inVillages.map((counts) => {
    const own = byRegion.get(counts.regionCode) ?? [];
    const unreached = sentOut ? own.filter(({ state }) => state === "waiting").length : 0;
    const playing = own.filter(({ state }) => state === "started").length;
    return {
      code: counts.regionCode,
      name: counts.name ?? counts.regionCode,
      township: townshipOf(counts.regionCode),
      group: groupOf(counts, unreached),
      state: worstOf(counts, unreached, playing),
      targeted: counts.targeted,
      sounded: counts.sounded,
      wrong: own.filter(({ state }) => state !== "started" && (state !== "waiting" || sentOut)),
    };
  });
  const known = new Set(targeted.map(({ code }) => code));
  const without = (coverage.villagesWithoutSpeaker?.items ?? [])
    .filter(({ code }) => !known.has(code))
    .map(({ code, name }) => ({
      code,
      name,
      township: townshipOf(code),
      group: "none" as const,
      state: "none" as const,
      targeted: 0,
      sounded: 0,
      wrong: [],
    }));
  return [...targeted, ...without].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** By what can still come: somebody heard it, may hear it, may if a speaker comes back, heard a part, hears nothing. */
function groupOf({ sounded, open, partlyHeard }: RegionCounts, unreached: number): VillageGroup {
  if (sounded > 0) return "heard";
  if (open > unreached) return "waiting";
  if (open > 0) return "offline";
  return partlyHeard > 0 ? "partly" : "silent";
}

/** The state of its worst speaker. */
function worstOf(counts: RegionCounts, unreached: number, playing: number): TileState {
  const { failed, refused, offline, cancelled, open } = counts;
  if (failed > 0) return "failed";
  if (refused > 0) return "refused";
  if (offline + unreached > 0) return "offline";
  if (cancelled > 0) return "cancelled";
  if (open - unreached > playing) return "waiting";
  return open > 0 ? "playing" : "sounded";
}

/** The villages in which nobody has been proven to hear it, in the order in which something has to be done. */
export const UNPROVEN = [
  "silent",
  "offline",
  "partly",
  "none",
  "waiting",
] as const satisfies readonly VillageGroup[];

/** Why speakers of a village do not sound, the most frequent reason first. */
export function reasonsOf({ wrong }: Pick<Village, "wrong">): { reason: string; count: number }[] {
  const reasons = groupBy(wrong, ({ state, reason }) =>
    state === "offline" || state === "waiting" ? "offline" : (reason ?? state),
  );
  return [...reasons]
    .map(([reason, items]) => ({ reason, count: items.length }))
    .sort((a, b) => b.count - a.count);
}
