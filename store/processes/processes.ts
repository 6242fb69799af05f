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
       set process_no = default, started_at = now(), heard_at = now()
     returning process_no`,
    [instance],
  );
  return rows[0]!.process_no;
}

/**
 * Notes that a process lives.
 * @param withinMs others that were heard within so long are looked for
 * @returns undefined when another one has its name by now
 */
export async function noteAlive(
  db: Db,
  processNo: number,
  withinMs: number,
): Promise<{ readonly hasOthers: boolean } | undefined> {
  const { rows } = await db.query<{ has_others: boolean }>(
    `update processes set heard_at = clock_timestamp() where process_no = $1::int
     returning exists (
       select from processes other where other.process_no <> $1::int
         and other.heard_at > clock_timestamp() - make_interval(secs => $2::float8 / 1000)
     ) as has_others`,
    [processNo, withinMs],
  );
  return rows[0] && { hasOthers: rows[0].has_others };
}

/** True when a process has not left and says nothing any more, which was heard after a moment, or shortly before it. */
export async function isAnySilentSince(db: Db, moment: Date, aliveMs: number): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (
       select from processes where heard_at > $1::timestamptz - interval '1 minute'
         and heard_at <= clock_timestamp() - make_interval(secs => $2::float8 / 1000)
     ) as found`,
    [moment.toISOString(), aliveMs],
  );
  return rows[0]!.found;
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
