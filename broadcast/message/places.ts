import type { Db } from "../../store/database/index.ts";
import { nameRegionsInBoth } from "../../store/places/index.ts";
import type { Target } from "./message.ts";
import type { BilingualName } from "./template-fill.ts";

const MAX_NAMES = 3;

/** The name for a target whose regions have no name, or that has shapes only. */
export const UNNAMED: BilingualName = { zh: "本区域", en: "this area" };

/**
 * The name of a target in a text: the names of its regions, the first few of them, and of those excluded. A region
 * without an English name gets its Chinese one, which a person sees before it is read aloud.
 */
export async function describePlace(
  db: Db,
  target: Pick<Target, "regions" | "exclude">,
): Promise<BilingualName> {
  const place = (await describeRegions(db, target.regions)) ?? UNNAMED;
  const without = await describeRegions(db, target.exclude ?? []);
  if (without === undefined) return place;
  return { zh: `${place.zh}（不含${without.zh}）`, en: `${place.en} (without ${without.en})` };
}

/**
 * The name of an aired target that names no region itself: by the regions that it reaches into, e.g. of a cut by its
 * county.
 */
export async function describeReached(
  db: Db,
  target: Pick<Target, "regions" | "exclude">,
  reached: readonly string[],
): Promise<BilingualName> {
  if (target.regions.length > 0 || reached.length === 0) return describePlace(db, target);
  const outside = (target.exclude ?? []).filter((code) => reached.some((one) => code.startsWith(one)));
  const place = await describePlace(db, { regions: [...reached], exclude: outside });
  return { zh: `${place.zh}部分地区`, en: `parts of ${place.en}` };
}

/** Undefined when none of the first few has a name. */
async function describeRegions(db: Db, codes: readonly string[]): Promise<BilingualName | undefined> {
  const first = codes.slice(0, MAX_NAMES);
  if (first.length === 0) return undefined;
  const names = await nameRegionsInBoth(db, first);
  const known = first.flatMap((code) => names.get(code) ?? []);
  if (known.length === 0) return undefined;
  const more = codes.length > MAX_NAMES;
  const english = known.map(({ zh, en }) => en ?? zh);
  return {
    zh: known.map(({ zh }) => zh).join("、") + (more ? "等地" : ""),
    en: joinEnglish(more ? [...english, "other places"] : english),
  };
}

/** `A`, `A and B`, `A, B and C`; a name may hold an `and` of its own, and then all are set off by commas. */
function joinEnglish(names: readonly string[]): string {
  const last = names.at(-1)!;
  const others = names.slice(0, -1);
  if (others.length === 0) return last;
  const comma = names.some((name) => name.includes(" and ")) ? "," : "";
  return `${others.join(", ")}${comma} and ${last}`;
}
