import type { Db } from "../database/index.ts";

/** A running process, or one that ended without saying so. */
export interface KnownProcess {
  readonly processNo: number;
  /** Its name, which stays the same after a restart. */
  readonly instance: string;
  /** Since it was last heard, by the database's clock. */
  readonly silentMs: number;
}

/**
 * Enters a process that starts. Another one of this name is no longer known from now on, and its duties are free: it was
 * killed, or is paused and will find out.
 * @returns its number, which no process has had before
 */
export async function enterProcess(db: Db, instance: string): Promise<number> {
  const { rows } = await db.query<{ process_no: number }>(
    `with freed as (
       update leases set process_no = null, until = clock_timestamp()
       where process_no in (select process_no from processes where instance = $1::text)
     )
     insert into processes as p (instance) values ($1::text)
     on conflict (instance) do update
       set process_no = default, started_at = now(), heard_at = now(), key_ids = null
     returning process_no`,
    [instance],
  );
  return rows[0]!.process_no;
}

/** Notes that a process lives. @returns false when another one has its name by now, or it was taken for dead */
export async function noteAlive(db: Db, processNo: number): Promise<boolean> {
  const { rowCount } = await db.query(
    "update processes set heard_at = clock_timestamp() where process_no = $1::int",
    [processNo],
  );
  return rowCount === 1;
}

/** Removes a process that ends. */
export async function leaveProcess(db: Db, processNo: number): Promise<void> {
  await db.query("delete from processes where process_no = $1::int", [processNo]);
}

/** All processes that have entered and not left, by their numbers. */
export async function listProcesses(db: Db): Promise<KnownProcess[]> {
  const { rows } = await db.query<{ process_no: number; instance: string; silent_ms: number }>(
    `select process_no, instance, extract(epoch from clock_timestamp() - heard_at)::float8 * 1000 as silent_ms
     from processes order by process_no`,
  );
  return rows.map((row) => ({
    processNo: row.process_no,
    instance: row.instance,
    silentMs: row.silent_ms,
  }));
}
