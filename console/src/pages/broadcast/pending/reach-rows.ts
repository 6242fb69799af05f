import type { StoredPreviewJson } from "../../../api/broadcasts.ts";
import { placeName } from "../../../map/place-name.ts";
import type { TileState, TownshipRow } from "../../../map/tile-state.ts";
import { townshipOf } from "../../../map/village-groups.ts";
import { groupBy } from "../../../ui/group-by.ts";

/** A township of the range before the release. */
export interface ReachRow extends TownshipRow {
  readonly speakers: number;
  readonly online: number;
  /** Null where the range has shapes, and it is not known which villages lie in them. */
  readonly villages: number | null;
  /** Official names of its villages that would hear nothing. */
  readonly unheard: readonly string[];
}

type VillageReach = NonNullable<StoredPreviewJson["byVillage"]>[number];

function stateOf({ speakers, online }: VillageReach): TileState {
  if (speakers === 0) return "none";
  if (online === 0) return "offline";
  return online < speakers ? "partly" : "online";
}

/** The range by township, also those of which only villages without a speaker are known. */
export function reachRows(preview: StoredPreviewJson): ReachRow[] {
  const villages = groupBy(preview.byVillage ?? [], ({ regionCode }) => townshipOf(regionCode));
  const unheard = groupBy(unheardBefore(preview), ({ code }) => townshipOf(code));
  return preview.byTownship.map((township) => ({
    code: township.regionCode,
    name: township.name ?? township.regionCode,
    speakers: township.speakers,
    online: township.online,
    villages: township.villages,
    unheard: (unheard.get(township.regionCode) ?? []).map(({ name }) => name),
    tiles: (villages.get(township.regionCode) ?? []).map((village) => ({
      code: village.regionCode,
      name: placeName(village.name),
      state: stateOf(village),
      fraction: village.speakers === 0 ? undefined : `${village.online}/${village.speakers}`,
    })),
  }));
}

/** Villages that would hear nothing: their speakers are all offline, or they have none. Each is in one of the lists. */
export const unheardBefore = ({ villagesOffline, villagesWithoutSpeaker }: StoredPreviewJson) =>
  [...villagesOffline.items, ...villagesWithoutSpeaker.items].sort((a, b) => (a.code < b.code ? -1 : 1));
