import {
  arrayOf,
  ByteaColumn,
  CLAIMED,
  type Claim,
  type Client,
  claimValues,
  type Db,
  Int4Column,
  TextColumn,
  TimestampColumn,
} from "../database/index.ts";
import { countFormer, FORMER_COUNTS } from "./former-ledger.ts";

/** A message, or items of a message, that were refused for one reason. `receivedAt` in milliseconds since 1970. */
export interface NewRejection {
  readonly receivedAt: number;
  /**
   * When its items were observed, in milliseconds since 1970: if given, the rejection belongs to the place of that
   * time.
   */
  readonly observedAt?: number | undefined;
  /** Undefined when it came from, or was meant for, an unknown device. */
  readonly deviceNo: number | undefined;
  readonly publisher: string;
  /** The name of the door by which it came. */
  readonly door: string;
  /** Where or as what it came in the words of its door's protocol: for MQTT, the topic. */
  readonly topic: string;
  readonly reason: string;
  /** The expectation, in words. */
  readonly detail: string;
  /**
   * The channel of the items that the payload holds, in JSON as they were decoded. Undefined: the payload is the message as
   * it came, which its door decodes.
   */
  readonly itemsChannel?: string | undefined;
  /** All of it, except the part of another broker's message that our broker would not have let in. */
  readonly payload: Buffer;
  /** The length of the payload before it was cut. */
  readonly payloadBytes: number;
  /** How many items it stands for. */
  readonly items: number;
  /** True when it holds values of items whose other values were kept, so that the items are counted as stored. */
  readonly partial: boolean;
}

/** PostgreSQL's text refuses the NUL character, which a topic or a detail may quote. */
export const printable = (text: string) => text.replaceAll("\0", "\u{fffd}").toWellFormed();

/**
 * Commits rejections with their ledger entries.
 * @param claim lets it take effect once; without one it is part of a transaction that is not repeated
 */
export async function insertRejections(
  db: Db,
  rejections: readonly NewRejection[],
  claim?: Claim,
): Promise<void> {
  await db.query({
    name: claim ? "insert_rejections_once" : "insert_rejections",
    text: claim ? INSERT_ONCE : INSERT,
    // Binary: as text, each byte of a payload would be sent as two hexadecimal digits and parsed again.
    values: [
      ...(claim ? claimValues(claim) : []),
      arrayOf(new TimestampColumn(), rejections, (row) => row.receivedAt),
      arrayOf(new Int4Column(), rejections, (row) => row.deviceNo),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.publisher)),
      arrayOf(new TextColumn(), rejections, (row) => row.door),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.topic)),
      arrayOf(new TextColumn(), rejections, (row) => row.reason),
      arrayOf(new TextColumn(), rejections, (row) => printable(row.detail)),
      arrayOf(new ByteaColumn(), rejections, (row) => row.payload),
      arrayOf(new Int4Column(), rejections, (row) => row.payloadBytes),
      arrayOf(new Int4Column(), rejections, (row) => row.items),
      arrayOf(new Int4Column(), rejections, (row) => (row.partial ? 1 : 0)),
      arrayOf(new TimestampColumn(), rejections, (row) => row.observedAt),
      arrayOf(new TextColumn(), rejections, (row) => row.itemsChannel),
    ],
  });
}

const INSERT = insertSql(1, "", "");
const INSERT_ONCE = insertSql(4, `${CLAIMED}, `, "where exists (select from claimed)");

function insertSql(first: number, before: string, condition: string): string {
  const types = [
    "timestamptz",
    "int4",
    "text",
    "text",
    "text",
    "text",
    "text",
    "bytea",
    "int4",
    "int4",
    "int4",
    "timestamptz",
    "text",
  ];
  const parameters = types.map((type, i) => `$${first + i}::${type}[]`).join(", ");
  const columns =
    "received_at, device_no, publisher, door, topic, reason, detail, payload, payload_bytes, items";
  return `
    with ${before}input as (
      select * from unnest(${parameters}) as input (${columns}, partial, observed_at, items_channel) ${condition}
    ), stored as (
      insert into rejected_messages (${columns}, partial, observed_at, items_channel)
      select ${columns}, partial = 1, observed_at, items_channel from input
    ), counted as (
      -- Where it is listed: what says no time is of the place of its arrival, also if its device has moved meanwhile.
      select device_no, coalesce(observed_at, received_at) as observed_at, items as received, 0 as stored, items as rejected
      from input where partial = 0 and device_no is not null
    ), ${countFormer("counted")}
    insert into ledger_batches (device_nos, received, stored, rejected)
    select array_agg(device_no), array_agg(n), array_agg(0), array_agg(n)
    from (select device_no, sum(rejected)::int as n from counted group by 1) counts
    having count(*) > 0`;
}

/**
 * Records the outcome of a replay, in its transaction. When it was accepted, the first receipt is taken back from the
 * ledger of the rejection's place, because the replay was counted as a receipt of its own: received stays, rejected
 * falls by the items. Items that were counted as stored, because only values of them were refused, are not counted
 * again: what the transaction has counted for them is taken back. An accepted replay stays accepted.
 * @returns false when another replay was accepted before
 */
export async function recordReplay(
  tx: Client,
  rejectionNo: number,
  outcome: "stored" | "duplicate" | "rejected",
  at: Date,
): Promise<boolean> {
  const { rows } = await tx.query<{ recorded: boolean }>(
    `with replayed as (
       update rejected_messages set replayed_at = $2::timestamptz, replay_outcome = $3
       where rejection_no = $1 and coalesce(replay_outcome, 'rejected') = 'rejected'
       returning device_no, coalesce(observed_at, received_at) as observed_at, items, messages, partial
     ), counted as (
       -- Where it is counted: not in the place that it is of, where it was committed together with the move from there.
       select device_no, case when taken <= (
                select sum(c.rejected) from former_places f join ${FORMER_COUNTS} c using (device_no, until_at)
                where f.device_no = replayed.device_no and observed_at >= f.from_at and observed_at < f.until_at
              ) then observed_at end as observed_at, -taken as received, 0 as stored, -taken as rejected
       from (
         -- Of several messages on a foreign topic the first is on record and was tried.
         select *, case when messages > 1 then 1 else items end as taken from replayed where not partial
       ) replayed
       where device_no is not null and $3 <> 'rejected'
     ), ${countFormer("counted")}, again as (
       select item.device_no, item.received, item.stored, item.rejected
       from ledger_batches b
       cross join unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
       where b.xmin = pg_current_xact_id()::xid and (select partial from replayed) and $3 <> 'rejected'
     ), former_again as (
       insert into former_batches (device_no, until_at, received, stored, rejected)
       select device_no, until_at, -received, -stored, -rejected from former_batches
       where xmin = pg_current_xact_id()::xid and (select partial from replayed) and $3 <> 'rejected'
     ), ledger as (
       insert into ledger_batches (device_nos, received, stored, rejected)
       select array_agg(device_no), array_agg(received), array_agg(stored), array_agg(rejected)
       from (
         select device_no, received, stored, rejected from counted
         union all
         select device_no, -received, -stored, -rejected from again
       ) counts
       having count(*) > 0
     )
     select exists (select from replayed) as recorded`,
    [rejectionNo, at.toISOString(), outcome],
  );
  return rows[0]!.recorded;
}
