import { readFileSync } from "node:fs";
import type { Logger } from "../base/log.ts";
import type { Pool } from "../store/database/index.ts";

/**
 * `data/guizhou-regions.json`, and in English `data/guizhou-regions-en.json`: names by code; villages by township and
 * the last three digits of their code.
 */
export interface RegionData {
  readonly source: string;
  readonly province: Record<string, string>;
  readonly cities: Record<string, string>;
  readonly counties: Record<string, string>;
  readonly townships: Record<string, string>;
  readonly villages: Record<string, Record<string, string>>;
}

interface CountyPoints {
  /** The accuracy of the points. */
  readonly note: string;
  readonly points: readonly { code: string; name: string; lon: number; lat: number }[];
}

export interface SeedRegion {
  /** 2, 4, 6, 9 or 12 digits. */
  readonly code: string;
  readonly parentCode: string | null;
  readonly name: string;
  /** E.g. `Wuchuan Gelao and Miao Autonomous County`. */
  readonly nameEn?: string | null;
  /** 1 province, 2 city, 3 county, 4 township, 5 village. */
  readonly level: number;
  /** Degrees; counties only, within about 5 km. */
  readonly longitude: number | null;
  readonly latitude: number | null;
}

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`./data/${file}`, import.meta.url), "utf8")) as T;

/** The five-level tree of Guizhou (19,572 regions), parents before their children. */
export function guizhouRegions(): SeedRegion[] {
  const data = read<RegionData>("guizhou-regions.json");
  const english = read<RegionData>("guizhou-regions-en.json");
  const points = new Map(read<CountyPoints>("guizhou-county-points.json").points.map((p) => [p.code, p]));
  const regions: SeedRegion[] = [];
  const add = (
    level: number,
    code: string,
    name: string,
    nameEn: string | undefined,
    parentDigits: number,
  ) => {
    const point = points.get(code);
    regions.push({
      code,
      parentCode: parentDigits === 0 ? null : code.slice(0, parentDigits),
      name,
      nameEn: nameEn ?? null,
      level,
      longitude: point?.lon ?? null,
      latitude: point?.lat ?? null,
    });
  };
  for (const [code, name] of Object.entries(data.province)) add(1, code, name, english.province[code], 0);
  for (const [code, name] of Object.entries(data.cities)) add(2, code, name, english.cities[code], 2);
  for (const [code, name] of Object.entries(data.counties)) add(3, code, name, english.counties[code], 4);
  for (const [code, name] of Object.entries(data.townships)) add(4, code, name, english.townships[code], 6);
  for (const [township, villages] of Object.entries(data.villages)) {
    for (const [suffix, name] of Object.entries(villages)) {
      add(5, township + suffix, name, english.villages[township]?.[suffix], 9);
    }
  }
  return regions;
}

/** The number of new regions, and of those that had another name, no English one or no point before. */
export interface RegionSeedResult {
  readonly total: number;
  readonly inserted: number;
  readonly updated: number;
}

export interface RegionSeedOptions {
  readonly log: Logger;
  readonly onProgress?: (done: number, total: number) => void;
  /** Default: all of Guizhou. Parents must come before their children. */
  readonly regions?: readonly SeedRegion[];
}

/** Rows per statement: five statements for the province, and each one stays below a megabyte. */
const BATCH = 4000;

// An operator's own point stays, since ours are good to 5 km only; an English name stays as long as the name does. Rows
// that are right already are not written again, so that a start with nothing to do writes nothing. xmax is 0 on a row
// that this statement inserted.
const UPSERT = `
  with given as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::float8[], $6::float8[],
        $7::text[])
      as g (code, parent_code, name, level, longitude, latitude, name_en)
  )
  insert into regions (code, parent_code, name, level, longitude, latitude, name_en)
  select code, parent_code, name, level, longitude, latitude, name_en from given
  on conflict (code) do update
    set name = excluded.name,
        name_en = case when regions.name = excluded.name then coalesce(regions.name_en, excluded.name_en)
                       else excluded.name_en end,
        longitude = coalesce(regions.longitude, excluded.longitude),
        latitude = coalesce(regions.latitude, excluded.latitude)
    where regions.name <> excluded.name
       or (regions.name_en is null and excluded.name_en is not null)
       or (regions.longitude is null and excluded.longitude is not null)
       or (regions.latitude is null and excluded.latitude is not null)
  returning xmax = 0 as inserted`;

/**
 * Fills `regions`, or brings it up to date; running it again changes nothing. A region that the data no
 * longer has is left alone, because devices may still stand there. An interruption leaves whole batches.
 */
export async function seedRegions(pool: Pool, options: RegionSeedOptions): Promise<RegionSeedResult> {
  const regions = options.regions ?? guizhouRegions();
  let inserted = 0;
  let updated = 0;
  for (let from = 0; from < regions.length; from += BATCH) {
    const batch = regions.slice(from, from + BATCH);
    const { rows } = await pool.query<{ inserted: boolean }>(UPSERT, [
      batch.map((region) => region.code),
      batch.map((region) => region.parentCode),
      batch.map((region) => region.name),
      batch.map((region) => region.level),
      batch.map((region) => region.longitude),
      batch.map((region) => region.latitude),
      batch.map((region) => region.nameEn ?? null),
    ]);
    for (const row of rows) row.inserted ? inserted++ : updated++;
    options.onProgress?.(from + batch.length, regions.length);
  }
  if (inserted + updated > 0)
    options.log.info({ inserted, updated, total: regions.length }, "regions seeded");
  return { total: regions.length, inserted, updated };
}
