import { assertIdentifier, type Client, type KindTable } from "../database/index.ts";
import { carryDays, countCarriedDays } from "./carry-days.ts";
import { beginKeeping, keptDaySelect, makeKeptTable } from "./kept-days.ts";
import { hourSelect } from "./rollups.ts";

/**
 * Makes the rollups of a kind, or makes them again: hours are a view of the readings, and the platform keeps days
 * itself (`kept-days.ts`). Before a certain version both were continuous aggregates on the community edition; days of
 * those that have outlived their readings are carried over. It is one transaction, so an interruption has done nothing.
 * @param anew true: days are to be kept again, since their usage is counted otherwise now
 */
export async function buildRollups(client: Client, table: KindTable, anew: boolean): Promise<void> {
  const hour = `${assertIdentifier(table.table)}_1h`;
  const day = `${table.table}_1d`;
  await client.query("begin");
  try {
    await makeKeptTable(client, table);
    if (await isContinuous(client, day)) await carryDays(client, table, day);
    // An interrupted rebuild of that time has left one more.
    for (const rollup of [day, hour, `${hour}_before`]) await dropRollup(client, rollup);
    await client.query(`create view ${hour} as ${hourSelect(table)}`);
    await client.query(`create view ${day} as ${keptDaySelect(table)}`);
    await beginKeeping(client, table, anew);
    await countCarriedDays(client, table);
    // Days are summed up again in any case.
    await client.query("update rollup_state set sums_below = 0 where kind = $1", [table.kind]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
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
