import {
  arrayOf,
  ByteaColumn,
  type Client,
  type Db,
  decodeCursor,
  encodeCursor,
  Int4Column,
  type Limits,
  limitsParameter,
  lockNumbers,
  type Page,
  type Pool,
  TextColumn,
  TimestampColumn,
  toPage,
  withTransaction,
} from "../database/index.ts";
import { insertRejections, type NewRejection, printable } from "./write-rejections.ts";

/** Unknown devices on record, and those of them that have come again: the rest is kept for new ones. */
const DEVICES_MAX = 10_000;
const RETURNED_MAX = 9_000;

/** One that comes again after this time is no longer a newcomer. */
const RETURNED = "1 minute";

/** One that was not heard for so long makes room first. */
const STALE = "30 days";

/** The newest messages of an unknown device that are kept, and their bytes together, with their contexts. */
export const WAITING_MESSAGES = 16;
export const WAITING_BYTES = 16_384;

/** Bytes of the newest message that a list shows. */
const SAMPLE_BYTES = 256;

/** Names the lock of whoever changes unknown devices. */
const LOCK = 0x756e6b6e;

/** A message as it came from an unknown device. */
export interface WaitingMessage {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly door: string;
  /** As that of a rejection. */
  readonly context: string;
  readonly raw: Buffer;
}

/** What was heard of an unknown device since it was last recorded. */
export interface UnknownHeard {
  readonly scheme: string;
  readonly value: string;
  readonly door: string;
  readonly address: string | undefined;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly messages: number;
  /** The newest, oldest first; no more than are kept. */
  readonly waiting: readonly WaitingMessage[];
}

const lock = (tx: Client) => lockNumbers(tx, LOCK, [0]);

/** Puts unknown devices on record, and forgets those for which there is no room. */
export async function recordUnknown(
  pool: Pool,
  heard: readonly UnknownHeard[],
  { most = DEVICES_MAX, mostReturned = RETURNED_MAX } = {},
): Promise<void> {
  if (heard.length === 0) return;
  await withTransaction(pool, async (tx) => {
    await lock(tx);
    await tx.query({
      name: "record_unknown_devices",
      text: `
        insert into unknown_devices as known (scheme, value, door, address, first_seen_at, last_seen_at, messages)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int4[])
        on conflict (scheme, value) do update set
          door = excluded.door, address = excluded.address,
          first_seen_at = least(known.first_seen_at, excluded.first_seen_at),
          last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at),
          messages = known.messages + excluded.messages`,
      values: [
        arrayOf(new TextColumn(), heard, ({ scheme }) => scheme),
        arrayOf(new TextColumn(), heard, ({ value }) => value),
        arrayOf(new TextColumn(), heard, ({ door }) => door),
        arrayOf(new TextColumn(), heard, ({ address }) => address && printable(address)),
        arrayOf(new TimestampColumn(), heard, ({ firstAt }) => firstAt),
        arrayOf(new TimestampColumn(), heard, ({ lastAt }) => lastAt),
        arrayOf(new Int4Column(), heard, ({ messages }) => messages),
      ],
    });
    await keepMessages(tx, heard);
    await makeRoom(tx, most, mostReturned);
  });
}

async function keepMessages(tx: Client, heard: readonly UnknownHeard[]): Promise<void> {
  const rows = heard.flatMap(({ scheme, value, waiting }) =>
    waiting.map((message) => ({ scheme, value, ...message })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: "keep_unknown_messages",
    text: `insert into unknown_messages (scheme, value, received_at, door, context, payload)
           select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::bytea[])`,
    values: [
      arrayOf(new TextColumn(), rows, ({ scheme }) => scheme),
      arrayOf(new TextColumn(), rows, ({ value }) => value),
      arrayOf(new TimestampColumn(), rows, ({ receivedAt }) => receivedAt),
      arrayOf(new TextColumn(), rows, ({ door }) => door),
      arrayOf(new TextColumn(), rows, ({ context }) => printable(context)),
      arrayOf(new ByteaColumn(), rows, ({ raw }) => raw),
    ],
  });
  await tx.query(
    `delete from unknown_messages m using (
       select message_no, row_number() over newest as nth, sum(length(payload) + octet_length(context)) over newest as bytes
       from unknown_messages join unnest($1::text[], $2::text[]) as touched (scheme, value) using (scheme, value)
       window newest as (partition by scheme, value order by received_at desc, message_no desc)
     ) kept
     where m.message_no = kept.message_no and (nth > $3::int or bytes > $4::int)`,
    [heard.map(({ scheme }) => scheme), heard.map(({ value }) => value), WAITING_MESSAGES, WAITING_BYTES],
  );
}

/**
 * Forgets as many as there are too many: first those that were not heard for long, then those that have come again where
 * there are too many of these, the latest first; then newcomers of the address that has the most of them, the oldest
 * first. So a flood of made-up identities pushes out its own, and never one that came before it and has come again.
 */
async function makeRoom(tx: Client, most: number, mostReturned: number): Promise<void> {
  const { rows } = await tx.query<{ n: number }>("select count(*)::int as n from unknown_devices");
  const excess = rows[0]!.n - most;
  if (excess <= 0) return;
  await tx.query(
    `delete from unknown_devices u using (
       select scheme, value
       from (
         select *, case when is_stale then 0 when is_returned and nth > $2::int then 1 when is_returned then 3 else 2 end as class
         from (
           select *, row_number() over (
               partition by is_returned, is_stale, case when is_returned then null else coalesce(address, '') end,
                            case when is_returned then null else address is null end
               order by case when is_returned then first_seen_at end, last_seen_at desc, scheme, value) as nth
           from (
             select *, last_seen_at - first_seen_at >= interval '${RETURNED}' as is_returned,
                    last_seen_at < now() - interval '${STALE}' as is_stale
             from unknown_devices) judged
         ) ranked
       ) classed
       order by class, case when class = 0 then last_seen_at end, case when class = 2 then nth end desc,
                first_seen_at desc, scheme, value
       limit $1::int
     ) leaving
     where u.scheme = leaving.scheme and u.value = leaving.value`,
    [excess, mostReturned],
  );
}

/** A device that nobody has registered. */
export interface UnknownDevice {
  readonly scheme: string;
  readonly value: string;
  readonly door: string;
  readonly address: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly messages: number;
  /** How many of its messages are kept. */
  readonly waiting: number;
  /** The beginning of the newest one that is kept. */
  readonly sample: Buffer | null;
}

export interface UnknownFilter {
  readonly scheme?: string | undefined;
  readonly identity?: { readonly scheme: string; readonly value: string } | undefined;
  readonly door?: string | undefined;
}

interface UnknownRow {
  scheme: string;
  value: string;
  door: string;
  address: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  last_key: string;
  messages: number;
  waiting: number;
  sample: Buffer | null;
}

/** Unknown devices, the latest heard first. They belong to no region: only callers who see everything see them. */
export async function listUnknown(
  db: Db,
  filter: UnknownFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<UnknownDevice>> {
  const after = decodeCursor("unknown-devices", ["time", "text", "text"], page.cursor);
  const { rows } = await db.query<UnknownRow>(
    `select u.*, u.last_seen_at::text as last_key, coalesce(m.waiting, 0) as waiting, m.sample
     from unknown_devices u
     left join lateral (
       select count(*)::int as waiting,
              (array_agg(substring(payload from 1 for ${SAMPLE_BYTES}) order by received_at desc, message_no desc))[1] as sample
       from unknown_messages m where m.scheme = u.scheme and m.value = u.value) m on true
     where $1::jsonb is null
       and ($2::text is null or u.scheme = $2::text)
       and ($3::text is null or (u.scheme, u.value) = ($3::text, $4::text))
       and ($5::text is null or u.door = $5::text)
       and ($6::timestamptz is null
            or (u.last_seen_at, u.scheme, u.value) < ($6::timestamptz, $7::text, $8::text))
     order by u.last_seen_at desc, u.scheme desc, u.value desc
     limit $9::int`,
    [
      limitsParameter(limits),
      filter.scheme ?? null,
      filter.identity?.scheme ?? null,
      filter.identity?.value ?? null,
      filter.door ?? null,
      ...(after ?? [null, null, null]),
      page.limit + 1,
    ],
  );
  const toUnknown = (row: UnknownRow): UnknownDevice => ({
    scheme: row.scheme,
    value: row.value,
    door: row.door,
    address: row.address,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    messages: row.messages,
    waiting: row.waiting,
    sample: row.sample,
  });
  return toPage(rows, page.limit, toUnknown, (row) =>
    encodeCursor("unknown-devices", [row.last_key, row.scheme, row.value]),
  );
}

/** A message that waited for its device, and is a rejection of that now. */
export interface TakenMessage {
  readonly rejectionNo: number;
  readonly deviceNo: number;
  readonly publisher: string;
  readonly door: string;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Buffer;
  readonly payloadBytes: number;
  readonly receivedAt: Date;
  readonly itemsChannel: string | null;
}

interface TakenRow {
  rejection_no: number;
  device_no: number;
  publisher: string;
  door: string;
  topic: string;
  reason: string;
  payload: Buffer;
  payload_bytes: number;
  received_at: Date;
}

/** Unknown devices that are taken up at once. */
const TAKEN_AT_ONCE = 50;

/**
 * Forgets unknown devices that are registered by now. Their messages become rejections of their devices, so that each is
 * counted and on record before it is taken in.
 * @param reason that of the rejections
 * @param deviceNo only those of this device
 * @returns the messages, oldest first; undefined where there is none of these devices (any more)
 */
export async function takeUnknown(
  pool: Pool,
  reason: string,
  deviceNo?: number,
): Promise<TakenMessage[] | undefined> {
  return withTransaction(pool, async (tx) => {
    await lock(tx);
    const { rows: waiting } = await tx.query<{
      scheme: string;
      value: string;
      device_no: number;
      id: string;
      received_at: Date | null;
      door: string;
      context: string;
      payload: Buffer;
    }>(
      `with known as (
         select u.scheme, u.value, d.device_no, d.id
         from unknown_devices u join device_identities using (scheme, value) join devices d using (device_no)
         where d.deleted_at is null and ($1::int is null or d.device_no = $1::int)
         limit ${TAKEN_AT_ONCE}
       )
       select known.*, m.received_at, m.door, m.context, m.payload
       from known left join unknown_messages m using (scheme, value)
       order by m.received_at, m.message_no`,
      [deviceNo ?? null],
    );
    if (waiting.length === 0) return undefined;
    await tx.query(
      `delete from unknown_devices u using unnest($1::text[], $2::text[]) as taken (scheme, value)
       where u.scheme = taken.scheme and u.value = taken.value`,
      [waiting.map(({ scheme }) => scheme), waiting.map(({ value }) => value)],
    );
    const rejections = waiting.flatMap((row): NewRejection[] =>
      row.received_at === null
        ? []
        : [
            {
              receivedAt: row.received_at.getTime(),
              deviceNo: row.device_no,
              publisher: row.id,
              door: row.door,
              topic: row.context,
              reason,
              detail: `it came before a device with ${row.scheme} ${row.value} was registered`,
              payload: row.payload,
              payloadBytes: row.payload.length,
              items: 1,
              partial: false,
            },
          ],
    );
    if (rejections.length === 0) return [];
    await insertRejections(tx, rejections);
    const since = Math.min(...rejections.map(({ receivedAt }) => receivedAt));
    const { rows } = await tx.query<TakenRow>(
      `select rejection_no, device_no, publisher, door, topic, reason, payload, payload_bytes, received_at
       from rejected_messages
       where device_no = any ($1::int[]) and received_at >= $2::timestamptz and xmin = pg_current_xact_id()::xid
       order by received_at, rejection_no`,
      [rejections.map((row) => row.deviceNo), new Date(since).toISOString()],
    );
    return rows.map((row) => ({
      rejectionNo: row.rejection_no,
      deviceNo: row.device_no,
      publisher: row.publisher,
      door: row.door,
      topic: row.topic,
      reason: row.reason,
      payload: row.payload,
      payloadBytes: row.payload_bytes,
      receivedAt: row.received_at,
      itemsChannel: null,
    }));
  });
}
