import type { Random } from "../../../devices/random.ts";
import type { AuditActor } from "../../../store/audit/audit.ts";
import type { Db, Pool } from "../../../store/database/database.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { listExchanges, recordExchange, removeExchange } from "../../../store/readings/exchanges.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { DAY } from "./kept-readings.ts";

const ACTOR: AuditActor = { type: "machine", id: "test", name: null, tenantId: null };

/** Takes all readings of a kind away, and what was kept of them; as chunks are what is skipped and dropped, they go as well. */
export async function forgetReadings(pool: Pool, { table }: KindTable): Promise<void> {
  await pool.query(`select drop_chunks('${table}', older_than => now() + interval '1 year')`);
  await pool.query(`truncate ${table}_1d_kept, rollup_changes`);
  await pool.query(
    `update rollup_state set complete_until = default, next_until = null, next_device_no = 0,
                             readings_since = default`,
  );
}

/** For looking at what is kept of a kind, and how far. */
export const lookAtKept = (poolOf: () => Pool, { kind, table }: KindTable) => {
  const rows = async (sql: string) => (await poolOf().query(sql)).rows;
  return {
    rows,
    state: async () => (await rows(`select * from rollup_state where kind = '${kind}'`))[0],
    /** How many days are still to be made anew. */
    changes: async () => (await rows("select count(*)::int as n from rollup_changes"))[0].n as number,
    keptDays: () => rows(`select * from ${table}_1d_kept order by bucket, device_no`),
  };
};

/** Has a device's move, which the database has just noted as of now, be of another moment (milliseconds since 1970). */
export async function dateMove(db: Db, deviceNo: number, at: number): Promise<void> {
  const then = new Date(at).toISOString();
  await db.query(
    `update former_places f set until_at = $2 from devices d
     where f.device_no = $1 and d.device_no = $1 and f.until_at = d.placed_since`,
    [deviceNo, then],
  );
  await db.query("update devices set placed_since = $2 where device_no = $1", [deviceNo, then]);
}

/** Lets all devices begin where they stand now. */
export async function forgetMoves(pool: Pool): Promise<void> {
  await pool.query("delete from former_places");
  await pool.query("update devices set placed_since = default");
}

/** Records an exchange of a device's `volume` at any moment of the last days, or takes one away. */
export async function exchangeOrNot(
  pool: Pool,
  table: KindTable,
  { deviceNo, id }: { deviceNo: number; id: string },
  { random, now, days }: { random: Random; now: number; days: number },
): Promise<void> {
  const device = { id, kind: table.kind, limits: limitsOf({}) };
  const known = await listExchanges(pool, { ...device, deviceNo });
  if (known.length > 0 && random.chance(0.4)) {
    return removeExchange(pool, device, table, known[0]!.id, ACTOR);
  }
  const at = new Date(Math.floor(now - random.next() * days * DAY));
  const register = Math.round(at.getTime() / 1e7);
  const registers = { oldRegister: register, newRegister: Math.round(random.next() * register) };
  await recordExchange(pool, device, table, { metric: "volume", at, ...registers, force: true }, ACTOR);
}
