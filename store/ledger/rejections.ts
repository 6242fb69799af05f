import { PlatformError } from "../../base/errors.ts";
import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Page,
  toPage,
} from "../database/index.ts";
import { joinPlace } from "../places/index.ts";

/** A message that was refused, as lists show it. */
export interface Rejection {
  readonly rejectionNo: number;
  readonly receivedAt: Date;
  /** Null when it came from, or was meant for, an unknown device. */
  readonly deviceId: string | null;
  readonly deviceNo: number | null;
  /** The MQTT user name of the publisher. */
  readonly publisher: string;
  /** The name of the door by which it came. */
  readonly door: string;
  /** Where or as what it came in the words of its door's protocol: for MQTT, the topic. */
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  /** How many messages it stands for: more than one on a foreign topic, of which the first is kept. */
  readonly messages: number;
  /** How many items it stands for. */
  readonly items: number;
  /** True for values out of items whose other values were kept, and which the ledger counts as stored. */
  readonly partial: boolean;
  /** The full length of the payload; the stored one may be cut shorter. */
  readonly payloadBytes: number;
  readonly replayedAt: Date | null;
  readonly replayOutcome: string | null;
}

/** A rejection with its payload. */
export interface RejectedMessage extends Rejection {
  readonly payload: Buffer;
  /** The channel of the items that the payload holds in JSON; null where it is the message as it came. */
  readonly itemsChannel: string | null;
}

interface RejectionRow {
  rejection_no: number;
  received_at: Date;
  id: string | null;
  device_no: number | null;
  publisher: string;
  door: string;
  topic: string;
  reason: string;
  detail: string;
  payload_bytes: number;
  messages: number;
  items: number;
  partial: boolean;
  replayed_at: Date | null;
  replay_outcome: string | null;
}

const COLUMNS = `m.rejection_no, m.received_at, d.id, m.device_no, m.publisher, m.door, m.topic, m.reason, m.detail,
         m.payload_bytes, m.messages, m.items, m.partial, m.replayed_at, m.replay_outcome`;

/** A message without a time of observation belongs to the place of its arrival. So the ledger has it, too. */
const PLACED_AT = "coalesce(m.observed_at, m.received_at)";

/** A message from an unknown device belongs to no region: only callers who see everything see it. */
const VISIBLE = `(case when d.device_no is null then $1::jsonb is null
      else ${limitsCondition("d", 1)} end)`;

const toRejection = (row: RejectionRow): Rejection => ({
  rejectionNo: row.rejection_no,
  receivedAt: row.received_at,
  deviceId: row.id,
  deviceNo: row.device_no,
  publisher: row.publisher,
  door: row.door,
  topic: row.topic,
  reason: row.reason,
  detail: row.detail,
  payloadBytes: row.payload_bytes,
  messages: row.messages,
  items: row.items,
  partial: row.partial,
  replayedAt: row.replayed_at,
  replayOutcome: row.replay_outcome,
});

export interface RejectionFilter {
  /** The numbers that one id has had. */
  readonly deviceNos?: readonly number[] | undefined;
  readonly reason?: string | undefined;
  readonly partial?: boolean | undefined;
  /** Of devices that were in this region, or inside it. */
  readonly region?: string | undefined;
  readonly kind?: string | undefined;
  /** Received from this moment on, and before the other. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** The rejections that a filter lets through: `$1` is the limits', the others are those of `filterParameters`. */
const FILTERED = `from rejected_messages m
     ${joinPlace("d", "m.device_no", PLACED_AT, "left join")}
     where ${VISIBLE}
       and ($2::int[] is null or m.device_no = any ($2::int[]))
       and ($3::text is null or m.reason = $3::text)
       and ($4::bool is null or m.partial = $4::bool)
       and ($5::text is null or d.region_code like $5::text)
       and ($6::text is null or d.kind = $6::text)
       and ($7::timestamptz is null or m.received_at >= $7::timestamptz)
       and ($8::timestamptz is null or m.received_at < $8::timestamptz)`;

const filterParameters = (filter: RejectionFilter, limits: Limits) => [
  limitsParameter(limits),
  filter.deviceNos ?? null,
  filter.reason ?? null,
  filter.partial ?? null,
  filter.region === undefined ? null : `${filter.region}%`,
  filter.kind ?? null,
  filter.from?.toISOString() ?? null,
  filter.to?.toISOString() ?? null,
];

/**
 * Rejected messages without their payloads, newest first. They belong to the holder that the device had when they were
 * observed, or came.
 */
export async function listRejections(
  db: Db,
  filter: RejectionFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Rejection>> {
  const after = decodeCursor("rejections", ["integer"], page.cursor);
  const { rows } = await db.query<RejectionRow>(
    `select ${COLUMNS}
     ${FILTERED}
       and ($9::bigint is null or m.rejection_no < $9::bigint)
     order by m.rejection_no desc
     limit $10::int`,
    [...filterParameters(filter, limits), after?.[0] ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, toRejection, (row) => encodeCursor("rejections", [row.rejection_no]));
}

const COUNTED_BY = { reason: "m.reason", kind: "d.kind", door: "m.door" } as const;
export type RejectionsBy = keyof typeof COUNTED_BY;
export const REJECTIONS_BY = Object.keys(COUNTED_BY) as [RejectionsBy, ...RejectionsBy[]];

/** The rejections that have a value in common; the kind is null for those of unknown devices. */
export interface RejectionCount {
  readonly value: string | null;
  readonly rejections: number;
  /** The items that these stand for. */
  readonly items: number;
}

/** Counts the rejections of the same filter as a list, the most frequent first. */
export async function countRejections(
  db: Db,
  by: RejectionsBy,
  filter: RejectionFilter,
  limits: Limits,
): Promise<RejectionCount[]> {
  const { rows } = await db.query<RejectionCount>(
    `select ${COUNTED_BY[by]} as value, count(*)::bigint as rejections, sum(m.items)::bigint as items
     ${FILTERED}
     group by 1 order by 2 desc, 1`,
    filterParameters(filter, limits),
  );
  return rows;
}

/** @throws PlatformError `rejection_not_found`, also for one outside the limits */
export async function getRejection(db: Db, rejectionNo: number, limits: Limits): Promise<RejectedMessage> {
  const { rows } = await db.query<RejectionRow & { payload: Buffer; items_channel: string | null }>(
    `select ${COLUMNS}, m.payload, m.items_channel
     from rejected_messages m
     ${joinPlace("d", "m.device_no", PLACED_AT, "left join")}
     where ${VISIBLE} and m.rejection_no = $2::bigint`,
    [limitsParameter(limits), rejectionNo],
  );
  const row = rows[0];
  if (!row) throw new PlatformError("rejection_not_found", `There is no rejected message ${rejectionNo}`);
  return { ...toRejection(row), payload: row.payload, itemsChannel: row.items_channel };
}
