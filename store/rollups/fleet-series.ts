import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
} from "../database/index.ts";
import { DEVICE_SPANS, lengthOf, type RegionLevel } from "../places/index.ts";
import { readByDevice } from "./devices-series.ts";
import type { FleetQuery, PageOptions, SeriesPage } from "./fleet-pages.ts";
import { type Bucket, readBuckets, readSums, type SeriesFleet, type SeriesPlan } from "./series.ts";
import { canSum, hasNews } from "./sums-series-sql.ts";

/**
 * The buckets of a fleet, group by group. A region's group has the readings of deleted devices too, and of devices that
 * were there at the time, because these readings were taken there; grouped by device, these devices are listed as well,
 * so that both come to the same. A device above the level counts under its own region.
 */
export async function readFleetSeries(
  db: Db,
  plan: SeriesPlan,
  fleet: FleetQuery,
  limits: Limits,
  page: PageOptions,
): Promise<SeriesPage> {
  return fleet.groupBy === "device"
    ? readByDevice(db, plan, fleet, limits, page)
    : readByRegion(db, plan, fleet, fleet.groupBy, limits, page);
}

/** Devices that have had another place: few. */
const MOVED_DEVICES = "select device_no from former_places";

async function readByRegion(
  db: Db,
  plan: SeriesPlan,
  { kind, region }: FleetQuery,
  level: RegionLevel,
  limits: Limits,
  page: PageOptions,
): Promise<SeriesPage> {
  const list = `series/${level}`;
  const after = decodeCursor(list, ["text"], page.cursor)?.[0] ?? null;
  const codeLength = lengthOf(level);
  const pattern = region === undefined ? null : `${region}%`;
  const inScope = (first: number) =>
    `${limitsCondition("d", first)} and d.kind = $${first + 1}::text
         and ($${first + 2}::text is null or d.region_code like $${first + 2}::text)`;
  const scope = [limitsParameter(limits), kind, pattern];
  const hasMoved = `exists (select from ${DEVICE_SPANS} d where d.device_no in (${MOVED_DEVICES}) and ${inScope(1)})`;
  const { rows } = await db.query<{ key: string; name: string | null; moved: boolean }>(
    `select g.key, r.name, ${hasMoved} as moved
     from (
       select left(d.region_code, $4::int) as key from devices d where ${inScope(1)}
       union
       select left(d.region_code, $4::int) from former_places d
       where ${inScope(1)} and d.from_at < $8::timestamptz and d.until_at > $7::timestamptz
     ) g
     left join regions r on r.code = g.key
     where $5::text is null or g.key > $5::text
     order by g.key
     limit $6::int`,
    [...scope, codeLength, after, page.limit + 1, plan.from.toISOString(), plan.to.toISOString()],
  );
  const regions = rows.slice(0, page.limit);
  const fleet = {
    sql: `select d.device_no, left(d.region_code, $9::int) as key from devices d
       where ${inScope(6)} and left(d.region_code, $9::int) = any ($10::text[])
         and d.device_no not in (${MOVED_DEVICES})`,
    values: [...scope, codeLength, regions.map((row) => row.key)],
    byDevice: false,
  };
  const withMoved = {
    ...fleet,
    moved: `select d.device_no, left(d.region_code, $9::int) as key, d.from_at, d.until_at from ${DEVICE_SPANS} d
      where d.device_no in (${MOVED_DEVICES}) and ${inScope(6)} and left(d.region_code, $9::int) = any ($10::text[])`,
  };
  const read = async (asked: SeriesFleet) =>
    (await fromSums(db, plan, asked, limits)) ?? (await readBuckets(db, plan, asked));
  // Mostly there are none, and then nothing is planned for them. A first device that moves after this look-up is left
  // out.
  const isPlain = regions[0]?.moved !== true;
  let groups = await read(isPlain ? fleet : withMoved);
  if (isPlain) {
    const again = await db.query<{ moved: boolean }>(`select ${hasMoved} as moved`, scope);
    if (again.rows[0]!.moved) groups = await read(withMoved);
  }
  return {
    items: regions.map((row) => ({
      regionCode: row.key,
      name: row.name,
      deviceId: null,
      stay: null,
      buckets: groups.get(row.key) ?? [],
    })),
    nextCursor: rows.length > page.limit ? encodeCursor(list, [regions.at(-1)!.key]) : null,
  };
}

/** The groups out of the sums of regions, where these can answer the query: not for single devices. */
async function fromSums(
  db: Db,
  plan: SeriesPlan,
  fleet: SeriesFleet,
  limits: Limits,
): Promise<Map<string, Bucket[]> | undefined> {
  if (plan.source !== "1d" || !canSum(plan.columns)) return undefined;
  if (limits.some(({ devices }) => devices !== "all")) return undefined;
  const parameters = { limits: 6, pattern: 8, length: 9, keys: 10 };
  return readSums(db, plan, { ...fleet, sql: `${fleet.sql} and ${hasNews("d.device_no")}` }, parameters);
}
