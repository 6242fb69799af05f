import { PlatformError } from "../../base/errors.ts";
import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
  limitsRegions,
  type Page,
  toPage,
} from "../database/index.ts";

/** The five levels (省市县乡村) with the length of their codes, from the top. */
export const REGION_LEVELS = [
  { level: "province", codeLength: 2 },
  { level: "city", codeLength: 4 },
  { level: "county", codeLength: 6 },
  { level: "township", codeLength: 9 },
  { level: "village", codeLength: 12 },
] as const;
export type RegionLevel = (typeof REGION_LEVELS)[number]["level"];

/** Digits of a region code of this level. */
export const lengthOf = (level: RegionLevel): number =>
  REGION_LEVELS.find((candidate) => candidate.level === level)!.codeLength;

/** The level below a region, which is where its parts are compared; the province where no region is named. */
export function levelBelow(region: string | undefined): RegionLevel {
  const length = region?.length ?? 0;
  return (REGION_LEVELS.find(({ codeLength }) => codeLength > length) ?? REGION_LEVELS.at(-1)!).level;
}

export interface Region {
  readonly code: string;
  readonly parentCode: string | null;
  readonly name: string;
  /** Null where no English name is known. */
  readonly nameEn: string | null;
  readonly level: RegionLevel;
  readonly location: { readonly longitude: number; readonly latitude: number } | null;
  readonly childCount: number;
}

export interface RegionDetail extends Region {
  /** From the province down to the parent. */
  readonly ancestors: readonly {
    readonly code: string;
    readonly name: string;
    readonly level: RegionLevel;
  }[];
  /** Living devices in the region and everything inside, per kind; kinds without a device are left out. */
  readonly deviceCounts: Readonly<Record<string, number>>;
}

interface RegionRow {
  code: string;
  parent_code: string | null;
  name: string;
  name_en: string | null;
  level: number;
  longitude: number | null;
  latitude: number | null;
  child_count: number;
}

const SELECT_REGION = `
  select r.code, r.parent_code, r.name, r.name_en, r.level, r.longitude, r.latitude,
         (select count(*)::int from regions child where child.parent_code = r.code) as child_count
  from regions r`;

/**
 * Regions within the limits, and the regions above them: a caller who sees one county may see that its province exists.
 * `$first` is the patterns' parameter, `$first + 1` the codes'.
 */
const visible = (first: number) => `
  ($${first}::text[] is null or r.code like any ($${first}::text[])
   or exists (select 1 from unnest($${first + 1}::text[]) as own (code) where own.code like r.code || '%'))`;

const levelOf = (level: number): RegionLevel => REGION_LEVELS[level - 1]!.level;

function toRegion(row: RegionRow): Region {
  return {
    code: row.code,
    parentCode: row.parent_code,
    name: row.name,
    nameEn: row.name_en,
    level: levelOf(row.level),
    location:
      row.longitude === null || row.latitude === null
        ? null
        : { longitude: row.longitude, latitude: row.latitude },
    childCount: row.child_count,
  };
}

const visibleParameters = (limits: Limits) => {
  const codes = limitsRegions(limits);
  return [codes?.map((code) => `${code}%`) ?? null, codes];
};

/** The regions that are looked for: the children of one, or those in one, of one level, with one name. */
export interface RegionFilter {
  /** The region whose children are meant. Without anything else in the filter: undefined are the provinces. */
  readonly parent?: string | undefined;
  /** The region inside which all regions are meant, however far below it. */
  readonly under?: string | undefined;
  readonly level?: RegionLevel | undefined;
  /** Part of the name, the beginning of any word of the English name, in any case, or the beginning of the code. */
  readonly q?: string | undefined;
}

const levelNumber = (level: RegionLevel | undefined): number | null =>
  level === undefined ? null : REGION_LEVELS.findIndex((each) => each.level === level) + 1;

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, "\\$&");

/** Regions by code; with `q` the higher levels first, because a town is meant before the villages that have its name. */
export async function listRegions(
  db: Db,
  { parent, under, level, q }: RegionFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Region>> {
  const list = q === undefined ? "regions" : "regions/q";
  const [afterLevel, afterCode] =
    q === undefined
      ? [null, ...(decodeCursor(list, ["text"], page.cursor) ?? [null])]
      : (decodeCursor(list, ["rank", "text"], page.cursor) ?? [null, null]);
  const isTree = under === undefined && level === undefined && q === undefined;
  const { rows } = await db.query<RegionRow>(
    `${SELECT_REGION}
     where ${visible(1)}
       and (not $3::boolean or r.parent_code is not distinct from $4::text)
       and ($5::text is null or r.code like $5::text)
       and ($6::int is null or r.level = $6::int)
       and ($7::text is null or r.name like '%' || $7::text || '%' or r.name_en ilike $7::text || '%'
            or r.name_en ilike '% ' || $7::text || '%' or r.code like $7::text || '%')
       and ($9::text is null or ($8::int is null and r.code > $9::text) or (r.level, r.code) > ($8::int, $9::text))
     order by ${q === undefined ? "r.code" : "r.level, r.code"}
     limit $10::int`,
    [
      ...visibleParameters(limits),
      isTree,
      parent ?? null,
      under === undefined ? null : `${under}_%`,
      levelNumber(level),
      q === undefined ? null : escaped(q),
      afterLevel,
      afterCode,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toRegion, (row) =>
    encodeCursor(list, q === undefined ? [row.code] : [row.level, row.code]),
  );
}

/** A region without what it contains. */
export type NamedRegion = Pick<Region, "code" | "name" | "nameEn" | "level" | "parentCode">;

/**
 * A region, and the regions of one level in it, by code.
 * @param code undefined: everything, so that no region is given
 * @throws PlatformError `region_not_found`, also for a region outside the limits
 */
export async function regionsBelow(
  db: Db,
  code: string | undefined,
  level: RegionLevel,
  limits: Limits,
  limit: number,
): Promise<{ readonly region: NamedRegion | null; readonly items: NamedRegion[] }> {
  const { rows } = await db.query<RegionRow>(
    `select r.code, r.parent_code, r.name, r.name_en, r.level from regions r
     where ${visible(1)} and (r.code = $3::text or (r.level = $4::int and r.code like $5::text))
     order by r.code
     limit $6::int`,
    [...visibleParameters(limits), code ?? null, levelNumber(level), `${code ?? ""}_%`, limit + 1],
  );
  const regions = rows.map((row) => ({
    code: row.code,
    name: row.name,
    nameEn: row.name_en,
    level: levelOf(row.level),
    parentCode: row.parent_code,
  }));
  if (code === undefined) return { region: null, items: regions };
  const [region, ...items] = regions;
  // A region comes before those in it.
  if (region?.code !== code) throw new PlatformError("region_not_found", `There is no region '${code}'`);
  return { region, items };
}

/** @throws PlatformError `region_not_found`, also for a region outside the limits */
export async function getRegion(db: Db, code: string, limits: Limits): Promise<RegionDetail> {
  const { rows } = await db.query<RegionRow>(`${SELECT_REGION} where r.code = $3::text and ${visible(1)}`, [
    ...visibleParameters(limits),
    code,
  ]);
  const row = rows[0];
  if (!row) throw new PlatformError("region_not_found", `There is no region '${code}'`);
  const ancestors = await db.query<{ code: string; name: string; level: number }>(
    "select code, name, level from regions where $1::text like code || '%' and code <> $1::text order by code",
    [code],
  );
  const counts = await db.query<{ kind: string; devices: number }>(
    `select d.kind, count(*)::int as devices from devices d
     where d.deleted_at is null and d.region_code like $1::text and ${limitsCondition("d", 2)}
     group by d.kind order by d.kind`,
    [`${code}%`, limitsParameter(limits)],
  );
  return {
    ...toRegion(row),
    ancestors: ancestors.rows.map((ancestor) => ({ ...ancestor, level: levelOf(ancestor.level) })),
    deviceCounts: Object.fromEntries(counts.rows.map(({ kind, devices }) => [kind, devices])),
  };
}

/** The names of regions by code; an English name is null where none is known. Codes that do not exist are left out. */
export async function nameRegionsInBoth(
  db: Db,
  codes: readonly string[],
): Promise<Map<string, { readonly zh: string; readonly en: string | null }>> {
  const { rows } = await db.query<{ code: string; name: string; name_en: string | null }>(
    "select code, name, name_en from regions where code = any ($1::text[])",
    [codes],
  );
  return new Map(rows.map(({ code, name, name_en }) => [code, { zh: name, en: name_en }]));
}

/** From this many digits on, a region has so few devices that all of them are looked at: a city. */
const FEW_FROM = 4;

/**
 * SQL of the devices among which those of a region are looked for, as a "from" with the name `d`. The planner expects a
 * region's devices to be spread evenly over the numbers, and would look for a thousand in their order: through all of a
 * province where the region was registered last. This form hides the region from that estimate, so it reads by the
 * region's index.
 * @param parameter the number of the parameter with the pattern of the region's code
 */
export const devicesOf = (region: string | undefined, parameter: number): string =>
  region !== undefined && region.length >= FEW_FROM
    ? `(select own.* from devices own where own.region_code like $${parameter}::text offset 0) d`
    : "devices d";
