import { type Client, type KindTable, type Pool, withTransaction } from "../database/index.ts";
import { type Kept, keptBefore, settledAt } from "../rollups/index.ts";
import { keptLatest, latestTable, newestBetween, takeNewer } from "./latest-table.ts";

/**
 * The keeper of newest values works in pieces. Each is one transaction that holds the kind's row of `latest_state`; an
 * interrupted piece has done nothing.
 */

interface State {
  readonly kept_until: Date;
  readonly next_until: Date | null;
  readonly next_device_no: number;
  readonly readings_since: Date;
}

/**
 * Takes in the next readings of a kind: of `devices` device numbers, up to the end of the latest span that is due. A
 * first start on a database with years of readings takes all of them at once, newest first by the index.
 * @param now milliseconds since 1970; undefined for the database's own clock
 */
export function keepLatest(
  pool: Pool,
  table: KindTable,
  { devices, now }: { devices: number; now?: number | undefined },
): Promise<Kept> {
  return withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<State>(
      `select kept_until, next_until, next_device_no, readings_since from latest_state
       where kind = $1 for update skip locked`,
      [table.kind],
    );
    const state = rows[0];
    if (!state) return "busy";
    await forgetDropped(tx, table, state);
    const until = state.next_until ?? (await findDue(tx, now));
    if (until <= state.kept_until) return "done";
    const above = state.next_device_no + devices;
    await tx.query(keepSql(table, state.kept_until, until), [table.kind, state.next_device_no, above]);
    const found = await tx.query<{ last: number | null }>(
      "select max(device_no) as last from devices where kind = $1 and deleted_at is null",
      [table.kind],
    );
    const finished = above > (found.rows[0]!.last ?? 0);
    await tx.query(
      `update latest_state set kept_until = coalesce($2::timestamptz, kept_until), next_until = $3::timestamptz,
                               next_device_no = $4::int
       where kind = $1`,
      finished ? [table.kind, until.toISOString(), null, 0] : [table.kind, null, until.toISOString(), above],
    );
    return "more";
  });
}

/** Readings before this may be kept: no transaction still writes that took them for punctual. */
async function findDue(tx: Client, now: number | undefined): Promise<Date> {
  const { rows } = await tx.query<{ settled: Date }>(`select ${settledAt("$1")} as settled`, [
    now === undefined ? null : new Date(now).toISOString(),
  ]);
  return new Date(keptBefore(rows[0]!.settled.getTime()));
}

/**
 * `$1` kind, `$2` first device number, `$3` behind the last. The range is text, so that the plan has its chunks alone.
 */
function keepSql(table: KindTable, from: Date, until: Date): string {
  return takeNewer(
    table,
    newestOfDevices(table, {
      from: `'${from.toISOString()}'::timestamptz`,
      until: `'${until.toISOString()}'::timestamptz`,
      which: "device.kind = $1 and device.device_no >= $2::int and device.device_no < $3::int",
    }),
  );
}

function newestOfDevices(
  table: KindTable,
  { from, until, which }: { from: string; until?: string; which: string },
): string {
  const { joins, value, at } = newestBetween(table, table.columns, {
    device: "device.device_no",
    from,
    ...(until === undefined ? {} : { until }),
  });
  const values = table.columns.map(
    (column) =>
      `, ${value(column)} as ${keptLatest.value(column)}, ${at(column)} as ${keptLatest.at(column)}`,
  );
  return `(
      select device.device_no${values.join("")}
      from devices device${joins}
      where ${which} and device.deleted_at is null and newest.observed_at is not null
    )`;
}

/** Forgets values whose readings retention has dropped. */
async function forgetDropped(tx: Client, table: KindTable, { readings_since }: State): Promise<void> {
  const { rows } = await tx.query<{ oldest: string | null; newer: boolean }>(
    `select min(range_start)::text as oldest, min(range_start) > $2::timestamptz as newer
     from timescaledb_information.chunks
     where hypertable_schema = current_schema() and hypertable_name = $1`,
    [table.table, readings_since.toISOString()],
  );
  const { oldest, newer } = rows[0]!;
  if (oldest === null || !newer) return;
  const columns = table.columns.map((column) => {
    const [value, at] = [keptLatest.value(column), keptLatest.at(column)];
    return `${value} = case when ${at} >= $1::timestamptz then ${value} end,
            ${at} = case when ${at} >= $1::timestamptz then ${at} end`;
  });
  await tx.query(
    `update ${latestTable(table)} set ${columns.join(", ")}
     where least(${table.columns.map(keptLatest.at).join(", ")}) < $1::timestamptz`,
    [oldest],
  );
  await tx.query("update latest_state set readings_since = $2::timestamptz where kind = $1", [
    table.kind,
    oldest,
  ]);
}

/**
 * Finds the newest values of devices again in their readings. A transaction that has taken a reading away or changed
 * one calls this after that. It waits for a keeper's piece under way, and late readings that come meanwhile wait for
 * it.
 */
export async function remakeLatest(
  tx: Client,
  table: KindTable,
  deviceNos: readonly number[],
): Promise<void> {
  await tx.query("select from latest_state where kind = $1 for update", [table.kind]);
  // Each device gets a row, so that there is one to lock; a statement after it sees the rows of others.
  await tx.query(
    `insert into ${latestTable(table)} (device_no) select unnest($1::int[]) order by 1 on conflict do nothing`,
    [deviceNos],
  );
  await tx.query(
    `select from ${latestTable(table)} where device_no = any ($1::int[]) order by device_no for update`,
    [deviceNos],
  );
  const empty = table.columns.map(
    (column) => `${keptLatest.value(column)} = null, ${keptLatest.at(column)} = null`,
  );
  await tx.query(`update ${latestTable(table)} set ${empty.join(", ")} where device_no = any ($1::int[])`, [
    deviceNos,
  ]);
  await tx.query(
    takeNewer(
      table,
      newestOfDevices(table, {
        from: "'-infinity'::timestamptz",
        which: "device.device_no = any ($1::int[])",
      }),
    ),
    [deviceNos],
  );
}
