import type { Client } from "./database.ts";
import type { Edition } from "./edition.ts";
import { endKeeping, keptDaySelect, makeKeptDays } from "./kept-days.ts";
import { assertIdentifier, type KindTable } from "./kind-table.ts";
import { daySelect, hourSelect, REFRESH_JOBS } from "./rollups.ts";

/** Appended to the name of an hourly rollup while another takes its place. */
const BEFORE = "_before";

/**
 * Makes the rollups of a kind, in place of those that are there. A rollup can't gain a column, so it is made
 * anew from the readings; but it may be older than the oldest reading that is kept, and that part is carried
 * over. What was there stays beside it until `dropReplacedRollups`, so that this can be repeated after an
 * interruption at any point.
 *
 * On the Apache edition hours are a view of the readings, and days are kept by ourselves (`kept-days.ts`).
 */
export async function buildRollups(client: Client, table: KindTable, edition: Edition): Promise<void> {
  const hour = `${assertIdentifier(table.table)}_1h`;
  const day = `${table.table}_1d`;
  const before = hour + BEFORE;
  await dropRollup(client, day);
  if (edition === "apache") {
    await dropRollup(client, hour);
    await client.query(`create view ${hour} as ${hourSelect(table)}`);
    await makeKeptDays(client, table);
    await client.query(`create view ${day} as ${keptDaySelect(table)}`);
    return;
  }
  await endKeeping(client, table);

  const interrupted = await isContinuous(client, before);
  if (interrupted || !(await isContinuous(client, hour))) await dropRollup(client, hour);
  else await client.query(`alter materialized view ${hour} rename to ${before}`);
  // Each in a query of its own: continuous aggregates refuse a transaction block, and pg wraps several
  // statements of one query in one. No data at first: real-time aggregation answers from raw readings.
  const options = "with (timescaledb.continuous, timescaledb.materialized_only = false)";
  await client.query(`create materialized view ${hour} ${options} as ${hourSelect(table)} with no data`);
  await client.query(`create materialized view ${day} ${options} as ${daySelect(table)} with no data`);
  await carryOver(client, before, hour);
}

/** Ends a rebuild, once it is on record that the new rollups are complete. */
export async function dropReplacedRollups(client: Client, { table }: KindTable): Promise<void> {
  await dropRollup(client, `${assertIdentifier(table)}_1h${BEFORE}`);
}

/**
 * Copies what the refresh of the old rollup does not reach any more, because its readings may be gone, into the
 * store of the new one. Days need no copy: they are refreshed from hours, whatever their age.
 */
async function carryOver(client: Client, before: string, hour: string): Promise<void> {
  const { rows } = await client.query<{ end: string | null }>(
    `select time_bucket(interval '1 hour', now() - (j.config ->> 'start_offset')::interval)::text as end
     from ${REFRESH_JOBS} where c.view_name = $1`,
    [before],
  );
  const end = rows[0]?.end;
  if (!end) return; // No refresh policy, or one without a limit: the readings are all there.
  const { rows: names } = await client.query<{ columns: string; store: string }>(
    `select string_agg(attname, ', ' order by attnum) as columns,
            (select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)
             from timescaledb_information.continuous_aggregates
             where view_schema = current_schema() and view_name = $2) as store
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [before, hour],
  );
  const { columns, store } = names[0]!;
  await client.query(
    `insert into ${store} (${columns}) select ${columns} from ${before} where bucket < $1::timestamptz`,
    [end],
  );
  // What lies in the store is seen once the rollup's watermark is past it, and a refresh of one later hour that
  // has readings moves it there. The rest is the refresh policy's.
  const first = await client.query<{ hour: string | null }>(
    `select min(bucket)::text as hour from ${before} where bucket >= $1::timestamptz`,
    [end],
  );
  const firstHour = first.rows[0]?.hour;
  if (!firstHour) return;
  await client.query(
    "call refresh_continuous_aggregate($1::regclass, $2::timestamptz, $2::timestamptz + interval '1 hour')",
    [hour, firstHour],
  );
}

async function isContinuous(client: Client, view: string): Promise<boolean> {
  const { rows } = await client.query<{ continuous: boolean }>(
    `select exists (select from timescaledb_information.continuous_aggregates
                    where view_schema = current_schema() and view_name = $1) as continuous`,
    [view],
  );
  return rows[0]!.continuous;
}

/** A continuous aggregate looks like a view to PostgreSQL, but must be dropped as a materialized view. */
async function dropRollup(client: Client, view: string): Promise<void> {
  const type = (await isContinuous(client, view)) ? "materialized view" : "view";
  await client.query(`drop ${type} if exists ${view}`);
}
