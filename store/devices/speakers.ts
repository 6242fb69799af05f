import { type Db, type Limits, limitsCondition, limitsParameter } from "../database/index.ts";
import { REGION_LEVELS } from "../places/index.ts";

/** A box that a polygon or circle fits in. Degrees, WGS 84. */
interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The places to search: any of the regions or any of the boxes, but none of the excluded regions. */
export interface Whereabouts {
  /** Each code stands for its region and everything inside. */
  readonly regions: readonly string[];
  readonly boxes: readonly Box[];
  readonly exclude: readonly string[];
}

export interface SpeakerCandidate {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
  readonly location: { readonly longitude: number; readonly latitude: number } | null;
  /**
   * True when it stands in one of the regions; otherwise it was found by a box, and the caller tests the shape itself.
   */
  readonly byRegion: boolean;
  /** True when it is connected, as far as the database knows. */
  readonly connected: boolean;
}

/**
 * True when a code lies in one of the regions of `$number`. It takes one look into a hash table per level, where a
 * pattern for each of 2,000 regions would be tried on each row.
 */
const inRegions = (column: string, number: number) =>
  `(${REGION_LEVELS.map(({ codeLength }) => `left(${column}, ${codeLength}) = any ($${number}::text[])`).join(" or ")})`;

/** `$1`: codes of regions; `$2` to `$5`: the boxes' sides; `$6`: codes that are excluded. */
const isThere = (alias: string, column: string) => `
  (${inRegions(column, 1)} or exists (
    select from unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[]) as box (west, south, east, north)
    where ${alias}.longitude between box.west and box.east and ${alias}.latitude between box.south and box.north))
  and not ${inRegions(column, 6)}`;

const whereParameters = ({ regions, boxes, exclude }: Whereabouts) => [
  regions,
  boxes.map((box) => box.west),
  boxes.map((box) => box.south),
  boxes.map((box) => box.east),
  boxes.map((box) => box.north),
  exclude,
];

interface SpeakerRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  tenant_id: string | null;
  longitude: number | null;
  latitude: number | null;
  by_region: boolean;
  connected: boolean | null;
}

/**
 * Rows at a time. All 36,000 of a province in one answer would arrive at a stretch, and the process could do nothing
 * else meanwhile.
 */
const ROWS_AT_ONCE = 4000;

/**
 * Rows of the first piece where the first speaker that fits is enough. Each piece has four times as many as the one
 * before.
 */
const ROWS_AT_FIRST = 250;

/**
 * Living speakers in the regions or the boxes, in the order of their numbers. A speaker without a location is found by
 * its region only.
 * @param sounding the kinds whose devices sound: a speaker is a device of one of these
 * @param rowsAtOnce for tests
 */
export async function findSpeakers(
  db: Db,
  sounding: readonly string[],
  whereabouts: Whereabouts,
  limits: Limits,
  rowsAtOnce = ROWS_AT_ONCE,
): Promise<SpeakerCandidate[]> {
  const found: SpeakerCandidate[] = [];
  for await (const some of speakersInPieces(db, sounding, whereabouts, limits, "within", rowsAtOnce)) {
    for (const one of some) found.push(one);
  }
  return found;
}

/**
 * The same in pieces that grow, for callers that stop early.
 * @param side speakers within the limits, or outside of them
 */
export async function* speakersInPieces(
  db: Db,
  sounding: readonly string[],
  whereabouts: Whereabouts,
  limits: Limits,
  side: "within" | "outside",
  firstRows = ROWS_AT_FIRST,
): AsyncGenerator<SpeakerCandidate[]> {
  let rowsAtOnce = firstRows;
  for (let isLast = false, after = 0; !isLast; ) {
    const { rows } = await db.query<SpeakerRow>(
      `select d.device_no, d.id, d.kind, d.region_code, d.tenant_id, d.longitude, d.latitude, p.connected,
              ${inRegions("d.region_code", 1)} as by_region
       from devices d
       left join device_presence p on p.device_no = d.device_no
       where d.kind = any ($10::text[]) and d.deleted_at is null
         and ${isThere("d", "d.region_code")}
         and ${side === "outside" ? "not " : ""}${limitsCondition("d", 7)}
         and d.device_no > $8::int
       order by d.device_no
       limit $9::int`,
      [...whereParameters(whereabouts), limitsParameter(limits), after, rowsAtOnce, sounding],
    );
    yield rows.map(toCandidate);
    isLast = rows.length < rowsAtOnce;
    after = rows.at(-1)?.device_no ?? after;
    rowsAtOnce = Math.max(rowsAtOnce, Math.min(4 * rowsAtOnce, ROWS_AT_ONCE));
  }
}

const toCandidate = (row: SpeakerRow): SpeakerCandidate => ({
  deviceNo: row.device_no,
  id: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  tenantId: row.tenant_id,
  location:
    row.longitude === null || row.latitude === null
      ? null
      : { longitude: row.longitude, latitude: row.latitude },
  byRegion: row.by_region,
  connected: row.connected ?? false,
});

/**
 * The number of speakers at which a released broadcast was aimed, and the number of them within the limits.
 * @param where `then or now`: also those that have moved since, and stood within them at the release
 */
export async function countTargetsWithin(
  db: Db,
  broadcastNo: number,
  limits: Limits,
  where: "now" | "then or now" = "now",
): Promise<{ all: number; within: number }> {
  const isWithin =
    where === "now"
      ? limitsCondition("d", 2)
      : `(${limitsCondition("d", 2)} or ${limitsCondition("stood", 2)})`;
  const { rows } = await db.query<{ all: number; within: number }>(
    `select count(*)::int as all, count(*) filter (where ${isWithin})::int as within
     from broadcast_targets t join devices d using (device_no)
     cross join lateral (select t.region_code, d.kind, d.tenant_id, d.id) as stood
     where t.broadcast_no = $1::bigint`,
    [broadcastNo, limitsParameter(limits)],
  );
  return rows[0]!;
}

export interface Village {
  readonly code: string;
  readonly name: string;
  readonly location: { readonly longitude: number; readonly latitude: number } | null;
  readonly byRegion: boolean;
}

/**
 * Villages, townships and counties whose own place is known and lies in the boxes. The point of a city or province says
 * little about its area.
 */
export async function findPlacedRegions(
  db: Db,
  { boxes, exclude }: Whereabouts,
): Promise<Pick<Village, "code" | "location" | "byRegion">[]> {
  const { rows } = await db.query<{ code: string; longitude: number; latitude: number }>(
    `select r.code, r.longitude, r.latitude from regions r
     where r.level >= 3 and r.longitude is not null and r.latitude is not null and ${isThere("r", "r.code")}
     order by r.code`,
    whereParameters({ regions: [], boxes, exclude }),
  );
  return rows.map(({ code, ...location }) => ({ code, location, byRegion: false }));
}

/** Villages in the regions or, where their own place is known, in the boxes. */
export async function findVillages(db: Db, whereabouts: Whereabouts): Promise<Village[]> {
  const { rows } = await db.query<{
    code: string;
    name: string;
    longitude: number | null;
    latitude: number | null;
    by_region: boolean;
  }>(
    `select r.code, r.name, r.longitude, r.latitude, ${inRegions("r.code", 1)} as by_region
     from regions r
     where r.level = 5 and ${isThere("r", "r.code")}
     order by r.code`,
    whereParameters(whereabouts),
  );
  return rows.map((row) => ({
    code: row.code,
    name: row.name,
    location:
      row.longitude === null || row.latitude === null
        ? null
        : { longitude: row.longitude, latitude: row.latitude },
    byRegion: row.by_region,
  }));
}

/** True when there are villages whose place is unknown, so that any shape may hold one. */
export async function hasUnplacedVillages(db: Db): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    "select exists (select from regions where level = 5 and longitude is null) as found",
  );
  return rows[0]!.found;
}

/**
 * Villages of some townships, or counties, whose place is unknown, and in which no living speaker within the limits
 * stands. In the order of their codes.
 * @param regions the regions of the speakers in a shape, cut to the township
 * @param without regions that are left out
 */
export async function findUnplacedWithoutSpeaker(
  db: Db,
  sounding: readonly string[],
  regions: readonly string[],
  without: readonly string[],
  limits: Limits,
): Promise<{ code: string; name: string }[]> {
  if (regions.length === 0) return [];
  const { rows } = await db.query<{ code: string; name: string }>(
    `select r.code, r.name
     from regions r
     where r.level = 5 and r.longitude is null and ${inRegions("r.code", 1)} and not ${inRegions("r.code", 2)}
       and not exists (
         select from devices d
         where d.region_code = r.code and d.kind = any ($4::text[]) and d.deleted_at is null and ${limitsCondition("d", 3)})
     order by r.code`,
    [regions, without, limitsParameter(limits), sounding],
  );
  return rows;
}

/**
 * Regions of the tree without the excluded ones: a region of which a part is taken out is replaced by its children, and
 * so on. In the order of their codes.
 */
export async function regionsWithout(
  db: Db,
  regions: readonly string[],
  exclude: readonly string[],
): Promise<string[]> {
  if (exclude.length === 0) return [...regions].sort();
  const { rows } = await db.query<{ code: string }>(
    `with recursive rest (code) as (
       select unnest($1::text[])
       union
       select child.code
       from rest join regions child on child.parent_code = rest.code
       where exists (select from unnest($2::text[]) as out (code) where out.code like rest.code || '%'))
     select code from rest
     where not exists (select from unnest($2::text[]) as out (code) where rest.code like out.code || '%')
       and (not exists (select from unnest($2::text[]) as out (code) where out.code like rest.code || '%')
            or not exists (select from regions child where child.parent_code = rest.code))
     order by code`,
    [regions, exclude],
  );
  return rows.map(({ code }) => code);
}

/** Everything in the tree outside some regions, in as few codes as possible. */
export async function regionsOutside(db: Db, inside: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>("select code from regions where parent_code is null");
  return regionsWithout(
    db,
    rows.map(({ code }) => code),
    inside,
  );
}

/**
 * The regions among these of which shapes may hold a part: the known places in the region fit into a box that meets a
 * shape's box, or no place in it is known. By the places of living devices and of regions.
 */
export async function regionsThatMayMeet(
  db: Db,
  codes: readonly string[],
  boxes: readonly Box[],
): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>(
    `select asked.code
     from unnest($1::text[]) with ordinality as asked (code, place)
     cross join lateral (
       select min(longitude) as west, min(latitude) as south, max(longitude) as east, max(latitude) as north
       from (select longitude, latitude from devices
             where region_code like asked.code || '%' and deleted_at is null and longitude is not null
             union all
             select longitude, latitude from regions
             where code like asked.code || '%' and longitude is not null) as known) as known
     where known.west is null or exists (
       select from unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[]) as box (west, south, east, north)
       where box.west <= known.east and known.west <= box.east
         and box.south <= known.north and known.south <= box.north)
     order by asked.place`,
    [
      codes,
      boxes.map((box) => box.west),
      boxes.map((box) => box.south),
      boxes.map((box) => box.east),
      boxes.map((box) => box.north),
    ],
  );
  return rows.map(({ code }) => code);
}
