import { networkOf, siteOf } from "../../base/networks.ts";
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
 * there are too many of these, the latest first; then newcomers of the site that has the most of them (an address, or an
 * IPv6 /48, which one attacker may have), the oldest first. So a flood of made-up identities pushes out its own, and never
 * one that came before it and has come again.
 */
async function makeRoom(tx: Client, most: number, mostReturned: number): Promise<void> {
  const { rows } = await tx.query<{ n: number }>("select count(*)::int as n from unknown_devices");
  const excess = rows[0]!.n - most;
  if (excess <= 0) return;
  const addresses = await readAddresses(tx);
  const sites = addresses.map((address) => siteOf(networkOf(address)));
  await tx.query(
    `delete from unknown_devices u using (
       select scheme, value
       from (
         select *, case when is_stale then 0 when is_returned and nth > $2::int then 1 when is_returned then 3 else 2 end as class
         from (
           select *, row_number() over (
               partition by is_returned, is_stale, case when is_returned then null else coalesce(site, '') end,
                            case when is_returned then null else site is null end
               order by case when is_returned then first_seen_at end, last_seen_at desc, scheme, value) as nth
           from (
             select *, last_seen_at - first_seen_at >= interval '${RETURNED}' as is_returned,
                    last_seen_at < now() - interval '${STALE}' as is_stale
             from unknown_devices
             left join unnest($3::text[], $4::text[]) as of_address (address, site) using (address)) judged
         ) ranked
       ) classed
       order by class, case when class = 0 then last_seen_at end, case when class = 2 then nth end desc,
                first_seen_at desc, scheme, value
       limit $1::int
     ) leaving
     where u.scheme = leaving.scheme and u.value = leaving.value`,
    [excess, mostReturned, addresses, sites],
  );
}

async function readAddresses(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ address: string }>(
    "select distinct address from unknown_devices where address is not null",
  );
  return rows.map(({ address }) => address);
}

/**
 * Forgets unknown devices with what waits of them: one, or all that came last from an address, or its IPv6 /64. They are
 * nobody's, so only callers who see everything forget them; for others there is none.
 * @returns how many
 */
export async function forgetUnknown(
  tx: Client,
  which: { readonly scheme: string; readonly value: string } | { readonly address: string },
  limits: Limits,
): Promise<number> {
  if (limitsParameter(limits) !== null) return 0;
  await lock(tx);
  const { rowCount } =
    "address" in which
      ? await tx.query("delete from unknown_devices where address = any ($1::text[])", [
          await addressesBeside(tx, which.address),
        ])
      : await tx.query("delete from unknown_devices where scheme = $1::text and value = $2::text", [
          which.scheme,
          which.value,
        ]);
  return rowCount ?? 0;
}

/** Those on record that are of one network with this one. */
async function addressesBeside(db: Db, address: string): Promise<string[]> {
  const network = networkOf(address);
  return (await readAddresses(db)).filter((each) => networkOf(each) === network);
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
  /** Those that came last from there, or from its IPv6 /64. */
  readonly address?: string | undefined;
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
  const { address } = filter;
  const addresses = address === undefined ? null : await addressesBeside(db, address);
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
       and ($6::text[] is null or u.address = any ($6::text[]))
       and ($7::timestamptz is null
            or (u.last_seen_at, u.scheme, u.value) < ($7::timestamptz, $8::text, $9::text))
     order by u.last_seen_at desc, u.scheme desc, u.value desc
     limit $10::int`,
    [
      limitsParameter(limits),
      filter.scheme ?? null,
      filter.identity?.scheme ?? null,
      filter.identity?.value ?? null,
      filter.door ?? null,
      addresses,
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

/** The schemes of the identities that devices of a kind may have: another one that a device has speaks for nobody. */
export type SchemesOfKinds = readonly { readonly kind: string; readonly schemes: readonly string[] }[];

/** Unknown devices that are taken up at once. */
const TAKEN_AT_ONCE = 50;

/**
 * Forgets unknown devices that are registered by now. Their messages become rejections of their devices, so that each is
 * counted and on record before it is taken in. What came before a device was moved to where it is now would be its former
 * owner's, who has never had the station: it is forgotten, and was never acknowledged.
 * @param reason that of the rejections
 * @param deviceNo only those of this device
 * @returns the messages, oldest first, and how many are forgotten; undefined where there is none of these devices (any more)
 */
export async function takeUnknown(
  pool: Pool,
  reason: string,
  schemes: SchemesOfKinds,
  deviceNo?: number,
): Promise<{ readonly messages: TakenMessage[]; readonly formers: number } | undefined> {
  const pairs = schemes.flatMap(({ kind, schemes: all }) => all.map((scheme) => ({ kind, scheme })));
  return withTransaction(pool, async (tx) => {
    await lock(tx);
    const { rows: waiting } = await tx.query<{
      scheme: string;
      value: string;
      device_no: number;
      id: string;
      received_at: Date | null;
      is_former: boolean | null;
      door: string;
      context: string;
      payload: Buffer;
    }>(
      `with known as (
         select u.scheme, u.value, d.device_no, d.id, d.placed_since
         from unknown_devices u join device_identities i using (scheme, value) join devices d using (device_no)
         join unnest($2::text[], $3::text[]) as may_have (kind, scheme)
           on may_have.kind = d.kind and may_have.scheme = u.scheme
         where d.deleted_at is null and ($1::int is null or d.device_no = $1::int)
         limit ${TAKEN_AT_ONCE}
       )
       select known.scheme, known.value, known.device_no, known.id, m.received_at, m.door, m.context, m.payload,
              m.received_at < known.placed_since as is_former
       from known left join unknown_messages m using (scheme, value)
       order by m.received_at, m.message_no`,
      [deviceNo ?? null, pairs.map(({ kind }) => kind), pairs.map(({ scheme }) => scheme)],
    );
    if (waiting.length === 0) return undefined;
    const formers = waiting.filter((row) => row.is_former === true).length;
    await tx.query(
      `delete from unknown_devices u using unnest($1::text[], $2::text[]) as taken (scheme, value)
       where u.scheme = taken.scheme and u.value = taken.value`,
      [waiting.map(({ scheme }) => scheme), waiting.map(({ value }) => value)],
    );
    const rejections = waiting.flatMap((row): NewRejection[] =>
      row.received_at === null || row.is_former === true
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
    if (rejections.length === 0) return { messages: [], formers };
    await insertRejections(tx, rejections);
    const since = Math.min(...rejections.map(({ receivedAt }) => receivedAt));
    const { rows } = await tx.query<TakenRow>(
      `select rejection_no, device_no, publisher, door, topic, reason, payload, payload_bytes, received_at
       from rejected_messages
       where device_no = any ($1::int[]) and received_at >= $2::timestamptz and xmin = pg_current_xact_id()::xid
       order by received_at, rejection_no`,
      [rejections.map((row) => row.deviceNo), new Date(since).toISOString()],
    );
    const messages = rows.map((row) => ({
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
    return { messages, formers };
  });
}
