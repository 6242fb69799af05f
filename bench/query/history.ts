import { createLogger } from "../../base/log.ts";
import { seedRegions } from "../../seeds/regions.ts";
import type { Edition, KindTable, Pool } from "../../store/database/index.ts";
import { latestTable, startLatestKeeper } from "../../store/readings/index.ts";
import { startRollupKeeper } from "../../store/rollups/index.ts";
import type { Bench } from "../story.ts";

export interface History {
  /** Meters' ids, in the order of their counties. */
  readonly deviceIds: readonly string[];
  readonly deviceNos: readonly number[];
  /** Six digits each. */
  readonly counties: readonly string[];
  /** Behind the last reading. */
  readonly end: Date;
  readonly rows: number;
}

/** As in Guizhou: 400,000 meters in 88 counties. */
const METERS_PER_COUNTY = 4545;
const WRITERS = 2;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const ADD_METERS = `
  with townships as (
    select code, row_number() over (order by code) - 1 as place, count(*) over () as places
    from regions where level = 4 and left(code, 6) = any ($2::text[])
  )
  insert into devices (id, kind, region_code, token_hash)
  select 'meter-' || n, 'gas-meter', t.code, '\\x00'
  from generate_series(0, $1::int - 1) as n
  join townships t on t.place = n % t.places
  order by t.code, n`;

/**
 * A reading of each meter every `$3` hours, at the meter's own minute, in the order in which readings arrive. Flow and
 * volume follow the hour, so that the rollups have something to show. Numbers are those of the columns, see the kind's
 * `decimals`.
 */
const ADD_READINGS = `
  insert into readings_gas_meter
    (device_no, observed_at, received_at, volume, flow, pressure, temperature, battery, valve, rssi, snr)
  select d.device_no, at, at + interval '1 second',
         (d.device_no % 1000) * 1000 + extract(epoch from at - timestamptz '2020-01-01') / 3600 * 50,
         400 * random(), 200 + 10 * random(), 150 + 50 * sin(extract(hour from at)::float8 / 4), 360,
         'open', -100 - (random() * 20)::int, 500 + 300 * random()
  from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', make_interval(hours => $3::int)) as hour
  cross join devices d
  cross join lateral (select hour + make_interval(secs => d.device_no % 3600) as at) as moment
  where d.kind = 'gas-meter'`;

export interface StoredHistoryOptions {
  readonly meters: number;
  readonly days: number;
  /** The last days have hourly readings; the ones before have one reading every 24 hours, to fit a disk. */
  readonly hourlyDays: number;
  readonly edition: Edition;
  /** Of the gas meters. */
  readonly table: KindTable;
}

/** Makes meters with readings straight in the database, day by day. */
export async function makeHistory(
  bench: Bench,
  pool: Pool,
  { meters, days, hourlyDays, edition, table }: StoredHistoryOptions,
): Promise<History> {
  await seedRegions(pool, { log: createLogger("silent") });
  const { rows: regions } = await pool.query<{ code: string }>(
    "select code from regions where level = 3 order by code limit $1",
    [Math.max(1, Math.round(meters / METERS_PER_COUNTY))],
  );
  const counties = regions.map(({ code }) => code);
  await pool.query(ADD_METERS, [meters, counties]);
  const { rows: devices } = await pool.query<{ id: string; device_no: number }>(
    "select id, device_no from devices where kind = 'gas-meter' order by device_no",
  );

  // The last hour is complete, so that "now" finds the newest readings just before it.
  const end = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  const starts = Array.from({ length: days }, (_, day) => end.getTime() - (days - day) * DAY_MS);
  let rows = 0;
  let done = 0;
  const write = async () => {
    for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
      const result = await pool.query(ADD_READINGS, [
        new Date(start).toISOString(),
        new Date(start + DAY_MS).toISOString(),
        start < end.getTime() - hourlyDays * DAY_MS ? 24 : 1,
      ]);
      rows += result.rowCount ?? 0;
      done++;
      if (done % 10 === 0 || done === days) {
        bench.progress(`history: ${done} of ${days} days, ${rows.toLocaleString("en-US")} readings`);
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await settle(bench, pool, edition, table);
  return {
    deviceIds: devices.map(({ id }) => id),
    deviceNos: devices.map(({ device_no }) => device_no),
    counties,
    end,
    rows,
  };
}

/** Brings the database to the state in which its policies keep it, which take hours to come round. */
async function settle(bench: Bench, pool: Pool, edition: Edition, table: KindTable): Promise<void> {
  if (edition === "community") {
    bench.progress("history: converting chunks older than 30 days to columnstore");
    const { rows } = await pool.query<{ chunk: string }>(
      "select show_chunks('readings_gas_meter', older_than => interval '30 days')::text as chunk",
    );
    for (const { chunk } of rows) await pool.query(`call convert_to_columnstore('${chunk}')`);
  }
  bench.progress("history: keeping newest values");
  const latest = startLatestKeeper(pool, [table], { log: createLogger("silent") });
  try {
    await latest.runDue();
  } finally {
    await latest.stop();
  }
  bench.progress("history: keeping days");
  const log = createLogger("info", {
    write: (line) => {
      const { msg, daysLeft, err } = JSON.parse(line);
      bench.progress(
        `history: ${msg}${daysLeft === undefined ? "" : `, ${daysLeft} left`}${err ? `: ${err.message}` : ""}`,
      );
    },
  });
  const keeper = startRollupKeeper(pool, [table], { log });
  try {
    await keeper.runDue();
  } finally {
    await keeper.stop();
  }
  await expectKept(pool, table);
  for (const days of ["kept", "open", "sums"]) await pool.query(`vacuum (analyze) ${table.table}_1d_${days}`);
  bench.progress("history: analyzing");
  await pool.query(`vacuum (analyze) ${latestTable(table)}`);
  await pool.query("vacuum (analyze) readings_gas_meter");
  await pool.query("vacuum (analyze) devices");
}

/** @throws Error when the keeper has not finished, since that would be another measurement */
async function expectKept(pool: Pool, { kind }: KindTable): Promise<void> {
  const { rows } = await pool.query<{ hours: number }>(
    "select extract(epoch from now() - complete_until)::int / 3600 as hours from rollup_state where kind = $1",
    [kind],
  );
  if (!rows[0] || rows[0].hours > 4) {
    throw new Error(`Days of '${kind}' are kept up to ${rows[0]?.hours} hours ago: expected at most 4`);
  }
}
