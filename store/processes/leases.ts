import { type Client, type Db, type Pool, withTransaction } from "../database/index.ts";

/** The right of one process to a duty. */
export interface Lease {
  readonly duty: string;
  /** Rises with every holder: the fencing number. */
  readonly epoch: number;
}

/**
 * Takes those of the duties that are free, and keeps those that the process has for longer. The epoch of a duty stays
 * while its holder stays.
 * @param forMs how long they are this process's, by the database's clock, from now on
 * @returns the duties that it has now
 */
export async function takeLeases(
  db: Db,
  duties: readonly string[],
  processNo: number,
  forMs: number,
): Promise<Lease[]> {
  const { rows } = await db.query<Lease>({
    name: "take_leases",
    text: `
      insert into leases as l (duty, epoch, process_no, until)
      select duty, 1, $2::int, clock_timestamp() + make_interval(secs => $3::float8 / 1000)
      -- One order for all processes, or two could deadlock.
      from unnest($1::text[]) as duty order by duty
      on conflict (duty) do update
        set epoch = case when l.process_no = excluded.process_no and l.until >= clock_timestamp()
                         then l.epoch else l.epoch + 1 end,
            process_no = excluded.process_no, until = excluded.until
        where l.process_no is null or l.process_no = excluded.process_no or l.until < clock_timestamp()
      returning duty, epoch`,
    values: [duties, processNo, forMs],
  });
  return rows;
}

/** Gives duties back, so that another process need not wait for their end. */
export async function giveBackLeases(db: Db, leases: readonly Lease[]): Promise<void> {
  await db.query(
    `update leases l set process_no = null, until = clock_timestamp()
     from unnest($1::text[], $2::int8[]) as mine (duty, epoch)
     where l.duty = mine.duty and l.epoch = mine.epoch`,
    [leases.map(({ duty }) => duty), leases.map(({ epoch }) => epoch)],
  );
}

/** The names of the duties that a process has at the moment. */
export async function listHeldDuties(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ duty: string }>(
    "select duty from leases where process_no is not null and until >= clock_timestamp()",
  );
  return rows.map(({ duty }) => duty);
}

/** How long a transaction that holds up the next holder may wait for its process, which may be paused. Milliseconds. */
const IDLE_MS = 5_000;

/**
 * Does work in a transaction, if the lease is still the newest one; nobody takes the duty before that has ended.
 * @returns false when another process has taken the duty since: then nothing was done
 */
export function fenced(
  pool: Pool,
  { duty, epoch }: Lease,
  work: (tx: Client) => Promise<unknown>,
): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    await tx.query(`set local idle_in_transaction_session_timeout = ${IDLE_MS}`);
    const { rowCount } = await tx.query(
      "select from leases where duty = $1::text and epoch = $2::int8 and process_no is not null for share",
      [duty, epoch],
    );
    if (rowCount !== 1) return false;
    await work(tx);
    return true;
  });
}
