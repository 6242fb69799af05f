import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
} from "../database/index.ts";
import { DEVICE_SPANS, devicesOf } from "../places/index.ts";
import type { FleetQuery, PageOptions, SeriesPage, Stay } from "./fleet-pages.ts";
import { readBuckets, type SeriesPlan } from "./series.ts";

/**
 * The buckets of a fleet by device: for each device that was in the region, and within the limits, at some time of the
 * range, its readings from there (decision 0025). So deleted devices and those that are elsewhere now are among them,
 * and together they come to the region's sums.
 */

interface DeviceRow {
  readonly device_no: number;
  readonly id: string;
  readonly name: string | null;
  readonly region_code: string;
  readonly created_at: Date;
  readonly deleted_at: Date | null;
  /** True when it is within the limits now. */
  readonly own: boolean;
  readonly moved: boolean;
}

/** A device's clock may be ahead by a day, so that its readings may be from after its deletion. */
const CLOCK_AHEAD = "interval '2 days'";

export async function readByDevice(
  db: Db,
  plan: SeriesPlan,
  fleet: FleetQuery,
  limits: Limits,
  page: PageOptions,
): Promise<SeriesPage> {
  const asked: Asked = {
    plan,
    limits: limitsParameter(limits),
    pattern: fleet.region === undefined ? null : `${fleet.region}%`,
  };
  const rows = await findDevices(db, asked, fleet, page);
  const devices = rows.slice(0, page.limit);
  // A device that was elsewhere, or had another holder, is limited to the time of the query. A caller without limits
  // has it whole.
  const isWhole = asked.limits === null && asked.pattern === null;
  const moved = isWhole ? [] : devices.filter((row) => row.moved).map((row) => row.device_no);
  const stays = await findStays(db, asked, moved);
  const groups = await readBuckets(db, plan, {
    sql: "select device_no, device_no::text as key from unnest($6::int[]) as own (device_no)",
    values: [
      devices.filter((row) => isWhole || !row.moved).map((row) => row.device_no),
      ...(moved.length > 0 ? [asked.limits, asked.pattern, moved] : []),
    ],
    byDevice: true,
    ...(moved.length > 0
      ? {
          moved: `select s.device_no, s.device_no::text as key, s.from_at, s.until_at from ${DEVICE_SPANS} s
            where s.device_no = any ($9::int[]) and ${limitsCondition("s", 7)}
              and ($8::text is null or s.region_code like $8::text)`,
        }
      : {}),
  });
  const items = devices.flatMap((row) => {
    const stay = stays.get(row.device_no);
    const buckets = groups.get(String(row.device_no)) ?? [];
    if (buckets.length === 0 && !wasThere(row, stay, plan)) return [];
    return [
      {
        regionCode: stay?.regionCode ?? row.region_code,
        // The name that its present holder gave it.
        name: row.own ? row.name : null,
        deviceId: row.id,
        stay: stayOf(row, stay),
        buckets,
      },
    ];
  });
  return {
    items,
    nextCursor: rows.length > page.limit ? encodeCursor("series/device", [devices.at(-1)!.device_no]) : null,
  };
}

interface Asked {
  readonly plan: SeriesPlan;
  readonly limits: string | null;
  readonly pattern: string | null;
}

/** A page of devices that may have readings there in the range, and one more where there is one. */
async function findDevices(
  db: Db,
  { plan, limits, pattern }: Asked,
  { kind, region }: FleetQuery,
  page: PageOptions,
): Promise<DeviceRow[]> {
  const after = decodeCursor("series/device", ["device"], page.cursor);
  const inScope = `${limitsCondition("d", 1)} and d.kind = $2::text
         and ($3::text is null or d.region_code like $3::text) and ($4::int is null or d.device_no > $4::int)`;
  const first = "order by d.device_no limit $5::int";
  // Each part uses an index of its own. Nearly all devices are living.
  const { rows } = await db.query<DeviceRow>(
    `select d.device_no, d.id, d.name, d.region_code, d.created_at, d.deleted_at, ${limitsCondition("d", 1)} as own,
            d.placed_since > '-infinity' as moved
     from (
       (select d.device_no from ${devicesOf(region, 3)}
        where d.deleted_at is null and ${inScope} and d.placed_since < $7::timestamptz ${first})
       union
       (select d.device_no from devices d
        where d.deleted_at > $6::timestamptz - ${CLOCK_AHEAD} and ${inScope} and d.placed_since < $7::timestamptz ${first})
       union
       (select distinct d.device_no from former_places d
        where d.from_at < $7::timestamptz and d.until_at > $6::timestamptz and ${inScope} ${first})
     ) there
     join devices d using (device_no)
     ${first}`,
    [
      limits,
      kind,
      pattern,
      after?.[0] ?? null,
      page.limit + 1,
      plan.from.toISOString(),
      plan.to.toISOString(),
    ],
  );
  return rows;
}

/** The time that a moved device was there, from the first to the last moment of the range, and its last place there. */
interface MovedStay {
  readonly regionCode: string;
  readonly from: Date | null;
  readonly until: Date | null;
}

async function findStays(
  db: Db,
  { plan, limits, pattern }: Asked,
  deviceNos: readonly number[],
): Promise<Map<number, MovedStay>> {
  if (deviceNos.length === 0) return new Map();
  const { rows } = await db.query<{
    device_no: number;
    region_code: string;
    from: Date | null;
    until: Date | null;
  }>(
    `select s.device_no, (array_agg(s.region_code order by s.from_at desc))[1] as region_code,
            nullif(min(s.from_at), '-infinity') as from, nullif(max(s.until_at), 'infinity') as until
     from ${DEVICE_SPANS} s
     where s.device_no = any ($2::int[]) and ${limitsCondition("s", 1)} and ($3::text is null or s.region_code like $3::text)
       and s.from_at < $5::timestamptz and s.until_at > $4::timestamptz
     group by s.device_no`,
    [limits, deviceNos, pattern, plan.from.toISOString(), plan.to.toISOString()],
  );
  return new Map(
    rows.map(({ device_no, region_code, from, until }) => [
      device_no,
      { regionCode: region_code, from, until },
    ]),
  );
}

/** From the moment when a device is made until its id is its own, in milliseconds: one transaction. */
const MADE_MS = 60_000;

/**
 * True when it was there in the range, though without a reading: it was neither deleted before, nor added since and
 * deleted, nor was only its id there.
 */
function wasThere(
  { created_at, deleted_at }: DeviceRow,
  stay: MovedStay | undefined,
  { from, to }: SeriesPlan,
): boolean {
  if (stay && stay.until !== null) return stay.until.getTime() > created_at.getTime() + MADE_MS;
  return deleted_at === null || (deleted_at > from && created_at < to);
}

function stayOf({ deleted_at, own }: DeviceRow, stay: MovedStay | undefined): Stay {
  // Its later fate elsewhere concerns only its holders there.
  if (stay && stay.until !== null)
    return { from: stay.from, until: stay.until, deleted: own && deleted_at !== null };
  return { from: stay?.from ?? null, until: deleted_at, deleted: deleted_at !== null };
}
