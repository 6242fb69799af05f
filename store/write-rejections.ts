import { arrayOf, ByteaColumn, Int4Column, TextColumn, TimestampColumn } from "./binary-array.ts";
import type { Db } from "./database.ts";

/** A message, or one reading of a message, that was refused. `receivedAt` in milliseconds since 1970. */
export interface NewRejection {
  readonly receivedAt: number;
  /** Undefined when it came from, or was meant for, nobody that we know. */
  readonly deviceNo: number | undefined;
  readonly publisher: string;
  readonly topic: string;
  readonly reason: string;
  /** What was expected, in words. */
  readonly detail: string;
  /** The whole of it, but for what another broker sent that ours would not have let in. */
  readonly payload: Buffer;
  /** How long the payload was before it was cut. */
  readonly payloadBytes: number;
}

/** PostgreSQL's text refuses the NUL character, which a topic or a detail may quote. */
export const printable = (text: string) => text.replaceAll("\0", "\u{fffd}").toWellFormed();

/** Commits rejections with their ledger entries. */
export async function insertRejections(db: Db, rejections: readonly NewRejection[]): Promise<void> {
  await db.query({
    name: "insert_rejections",
    text: `
      with input as (
        select * from unnest($1::timestamptz[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::int4[])
          as input (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
      ), stored as (
        insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
        select received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes from input
      )
      insert into ledger_batches (device_nos, received, stored, rejected)
      select array_agg(device_no), array_agg(n), array_agg(0), array_agg(n)
      from (select device_no, count(*)::int as n from input where device_no is not null group by 1) counts
      having count(*) > 0`,
    // Binary: as text, each byte of a payload would be sent as two hexadecimal digits and parsed again.
    values: [
      arrayOf(new TimestampColumn(), rejections, (row) => row.receivedAt),
      arrayOf(new Int4Column(), rejections, (row) => row.deviceNo),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.publisher)),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.topic)),
      arrayOf(new TextColumn(), rejections, (row) => row.reason),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.detail)),
      arrayOf(new ByteaColumn(), rejections, (row) => row.payload),
      arrayOf(new Int4Column(), rejections, (row) => row.payloadBytes),
    ],
  });
}

/**
 * Records what became of a replay. When it was accepted, the first receipt is taken back from the ledger,
 * because the replay was counted as a receipt of its own: received stays, rejected falls by one. What was accepted
 * once stays accepted.
 * @returns false when another replay was accepted before
 */
export async function recordReplay(
  db: Db,
  rejectionNo: number,
  outcome: "stored" | "duplicate" | "rejected",
  at: Date,
): Promise<boolean> {
  const { rows } = await db.query<{ recorded: boolean }>(
    `with replayed as (
       update rejected_messages set replayed_at = $2::timestamptz, replay_outcome = $3
       where rejection_no = $1 and coalesce(replay_outcome, 'rejected') = 'rejected'
       returning device_no
     ), ledger as (
       insert into ledger_batches (device_nos, received, stored, rejected)
       select array[device_no], array[-1], array[0], array[-1]
       from replayed where device_no is not null and $3 <> 'rejected'
     )
     select exists (select from replayed) as recorded`,
    [rejectionNo, at.toISOString(), outcome],
  );
  return rows[0]!.recorded;
}
