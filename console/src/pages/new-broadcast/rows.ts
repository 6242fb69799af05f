import type { PreviewJson } from "../../api/drafts.ts";
import { byTownship } from "../../map/by-township.ts";
import { placeName } from "../../map/place-name.ts";
import type { TileState, TownshipRow, VillageTile } from "../../map/tile-state.ts";
import type { Aim } from "./target.ts";

const VILLAGE_DIGITS = 12;

type Village = NonNullable<PreviewJson["byVillage"]>[number];

function stateOf({ speakers, online }: Village): TileState {
  if (speakers === 0) return "none";
  if (online === 0) return "offline";
  return online < speakers ? "partly" : "online";
}

function tileOf(village: Village): VillageTile {
  const { regionCode, name, speakers, online } = village;
  const state = stateOf(village);
  const fraction =
    state === "online" ? String(speakers) : state === "partly" ? `${online}/${speakers}` : undefined;
  return { code: regionCode, name: placeName(name), state, fraction };
}

/**
 * The villages of a target by township, those taken out at their old places. A village that the preview still counts
 * although it has just been taken out is shown as taken out.
 */
export function rowsOf(
  { byVillage, byTownship: townships }: Pick<PreviewJson, "byVillage" | "byTownship">,
  { exclude, regions }: Pick<Aim, "exclude" | "regions">,
  about: (villages: number, speakers: number) => string,
): TownshipRow[] {
  const out = exclude.filter(({ code }) => code.length === VILLAGE_DIGITS);
  const isOut = (code: string) => exclude.some((one) => code.startsWith(one.code));
  const tiles = [
    ...(byVillage ?? []).filter(({ regionCode }) => !isOut(regionCode)).map(tileOf),
    ...out.map(({ code, name }): VillageTile => ({ code, name: placeName(name), state: "out" })),
  ];
  const names = new Map<string, string>([
    ...regions.map(({ code, name }) => [code, name] as const),
    ...townships.map(({ regionCode, name }) => [regionCode, name ?? regionCode] as const),
  ]);
  return byTownship(tiles).map(([code, own]) => {
    const counted = townships.find(({ regionCode }) => regionCode === code);
    const left = own.filter(({ state }) => state !== "out").length;
    return {
      code,
      name: names.get(code) ?? code,
      about: about(left, counted?.speakers ?? 0),
      tiles: own,
    };
  });
}
