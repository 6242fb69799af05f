import { useQueries, useQuery } from "@tanstack/react-query";
import { childRegionsQuery, foundRegionsQuery, type RegionJson, regionQuery } from "../../api/regions.ts";
import { type MeJson, meQuery } from "../../api/session.ts";
import { placeName } from "../../map/place-name.ts";
import { useTexts } from "../../ui/texts.ts";
import { recentRegions } from "./recent-regions.ts";
import type { NamedRegion } from "./target.ts";
import { newTexts } from "./texts.ts";

/** A region that can be added. */
export interface RegionChoice extends NamedRegion {
  readonly level: RegionJson["level"];
  /** What it lies in. */
  readonly where?: string | undefined;
  readonly hasParts: boolean;
}

/** No more than a person looks through. */
const MOST_SHOWN = 60;
const VILLAGE_DIGITS = 12;
const LEVEL_OF_DIGITS: Readonly<Record<number, RegionJson["level"]>> = {
  2: "province",
  4: "city",
  6: "county",
  9: "township",
  12: "village",
};

const choiceOf = (
  region: Pick<RegionJson, "code" | "name"> & Partial<RegionJson>,
  where?: string,
): RegionChoice => ({
  code: region.code,
  name: region.name,
  level: region.level ?? LEVEL_OF_DIGITS[region.code.length] ?? "village",
  where,
  hasParts: region.childCount === undefined ? region.code.length < VILLAGE_DIGITS : region.childCount > 0,
});

/** The regions in which the caller may write broadcasts; none means everywhere. */
function myRegions(me: MeJson | undefined): string[] {
  const areas = me?.actions.find(({ action }) => action === "broadcasts:draft")?.areas ?? [];
  const codes = areas.flatMap(({ regions }) => (regions === "all" ? [] : regions));
  return [...new Set(codes)].filter(
    (code) => !codes.some((other) => other !== code && code.startsWith(other)),
  );
}

/** What can be added now: by what was typed, inside a region, or the latest and the caller's own. */
export function useRegionChoices(text: string, inside: NamedRegion | undefined) {
  const words = useTexts(newTexts);
  const { data: me } = useQuery(meQuery);
  const mine = myRegions(me);
  const own = useQueries({ queries: mine.map(regionQuery) }).flatMap(({ data }) => data ?? []);
  const parents = inside ? [inside.code] : mine.length > 0 ? mine : [undefined];
  const below = useQueries({ queries: parents.map(childRegionsQuery) });
  const children = below.flatMap(({ data }) => data?.items ?? []);
  const looked = text.trim().toLowerCase();
  const found = useFound(looked, mine, own, children);
  if (looked !== "") return { ...found, heading: words.regionsFound };
  const isSearching = below.some(({ isLoading }) => isLoading);
  if (inside) {
    const choices = children.map((region) => choiceOf(region));
    return { choices, heading: words.under(placeName(inside.name)), isSearching };
  }
  const recent = recentRegions().map((region) => choiceOf(region));
  const known = new Set(recent.map(({ code }) => code));
  const others = [...own, ...children]
    .filter(({ code }) => !known.has(code))
    .map((region) => choiceOf(region));
  return {
    choices: [...recent, ...others].slice(0, MOST_SHOWN),
    heading: recent.length > 0 ? `${words.recent} · ${words.mine}` : words.mine,
    isSearching,
  };
}

/** Regions by what was typed, within those of the caller; those themselves count too. */
function useFound(
  looked: string,
  mine: readonly string[],
  own: readonly RegionJson[],
  children: readonly RegionJson[],
) {
  const under = mine.length > 0 ? mine : [undefined];
  const below = useQueries({
    queries: (looked === "" ? [] : under).map((code) => foundRegionsQuery(looked, code)),
  });
  const names = new Map([...own, ...children].map(({ code, name }) => [code, name]));
  const isOwn = ({ code, name }: RegionJson) => code.startsWith(looked) || name.includes(looked);
  const found = [...own.filter(isOwn), ...below.flatMap(({ data }) => data?.items ?? [])];
  const choices = [...new Map(found.map((region) => [region.code, region])).values()]
    .slice(0, MOST_SHOWN)
    .map((region) => choiceOf(region, names.get(region.parentCode ?? "")));
  return { choices, isSearching: below.some(({ isLoading }) => isLoading) };
}
