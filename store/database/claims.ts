import type { Db } from "./database.ts";

/**
 * Names one statement or transaction that is to take effect once, however often it is tried: its answer may be lost
 * after the commit. The parts of a lane rise, and are tried one after the other.
 */
export interface Claim {
  /** A UUID of the process. */
  readonly writer: string;
  readonly lane: number;
  readonly part: number;
}

/**
 * SQL of a common table expression `claimed`, for a statement whose first three parameters are the claim: it has a row
 * unless the part was committed before. A statement that is still under way on a broken connection is waited for.
 */
export const CLAIMED = `claimed as (
      insert into ingest_lanes as lane (writer, lane, part) values ($1::uuid, $2::int4, $3::int8)
      on conflict (writer, lane) do update set part = excluded.part, updated_at = now()
        where lane.part < excluded.part
      returning part
    )`;

export const claimValues = ({ writer, lane, part }: Claim): unknown[] => [writer, lane, part];

/** Claims a transaction. @returns true when it is to be done; false when it was committed before */
export async function takeClaim(tx: Db, claim: Claim): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: "take_claim",
    text: `with ${CLAIMED} select from claimed`,
    values: claimValues(claim),
  });
  return rowCount === 1;
}

/**
 * SQL of a common table expression that notes which rows (`query`: numbers from 1) a claimed statement left undecided.
 */
export const notedMet = (query: string): string => `noted as (
      insert into ingest_met (writer, lane, part, rows)
      select $1::uuid, $2::int4, $3::int8, rows from (${query}) met (rows) where rows is not null
      on conflict (writer, lane) do update set part = excluded.part, rows = excluded.rows
      returning rows
    )`;

/** The rows, counted from 1, that a committed part had left undecided whose answer was lost. */
export async function findNotedMet(db: Db, { writer, lane, part }: Claim): Promise<number[]> {
  const { rows } = await db.query<{ rows: number[] }>(
    "select rows from ingest_met where writer = $1::uuid and lane = $2::int4 and part = $3::int8",
    [writer, lane, part],
  );
  return rows[0]?.rows ?? [];
}

/** How long a process may be idle before its lanes are forgotten; it makes new ones then. */
const FORGOTTEN_AFTER = "30 days";

/** Forgets the lanes of processes that ended long ago. */
export async function forgetLanes(db: Db): Promise<void> {
  await db.query(
    `with gone as (
       delete from ingest_lanes where updated_at < now() - interval '${FORGOTTEN_AFTER}' returning writer, lane
     )
     delete from ingest_met using gone where ingest_met.writer = gone.writer and ingest_met.lane = gone.lane`,
  );
}
