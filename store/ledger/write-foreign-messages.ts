import {
  arrayOf,
  ByteaColumn,
  type Claim,
  type Client,
  Int4Column,
  lockNumbers,
  type Pool,
  TextColumn,
  TimestampColumn,
  takeClaim,
  withTransaction,
} from "../database/index.ts";
import { DEVICE_SPANS } from "../places/index.ts";
import { countItems } from "./ledger.ts";
import { type NewRejection, printable } from "./write-rejections.ts";

/** A rejection of a message on a topic that its publisher may not use. */
export type ForeignMessage = Omit<NewRejection, "items" | "partial"> & { readonly deviceNo: number };

/** Rows that one device may make in an hour; further messages are counted in one more. */
const MAX_TOPICS = 32;

/** The row that counts messages on further topics: no device can publish on this topic. */
const OTHER_TOPICS = "#";

const HOUR_MS = 60 * 60 * 1000;

/** Names the transaction's locks among the advisory ones; the second half is the device's number. */
const LOCK = 0x666f7265;

/** A row that is there, or that will be. */
interface Row {
  readonly rejectionNo: number | undefined;
  /** The table that holds it, quoted for SQL. */
  readonly chunk: string | undefined;
  readonly first: ForeignMessage | undefined;
  readonly receivedAt: number;
  messages: number;
}

/**
 * Commits messages on foreign topics with their ledger entries, in one transaction: a row for each device, place that
 * it had then (decision 0025), door, topic and hour (UTC, by the platform's clock), with the payload of the first and
 * the count of all. Each message was received and rejected.
 * @param claim lets it take effect once, however often it is tried
 */
export async function recordForeignMessages(
  pool: Pool,
  messages: readonly ForeignMessage[],
  claim?: Claim,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    if (claim && !(await takeClaim(tx, claim))) return;
    const deviceNos = messages.map(({ deviceNo }) => deviceNo);
    // Another batch, or another process, may be about to make the same row.
    await lockNumbers(tx, LOCK, deviceNos);
    const known = new KnownRows(await findPlaces(tx, messages));
    await known.read(tx, messages);
    const rows = place(messages, known);
    const more = rows.filter((row) => row.rejectionNo !== undefined);
    const fresh = rows.filter((row) => row.first !== undefined);
    if (more.length > 0) await countOn(tx, more);
    if (fresh.length > 0) await insert(tx, fresh);
    // Nothing has read when the message was observed, whatever it says: it belongs to the place of its arrival, as its
    // row does.
    await countItems(
      tx,
      messages.map(({ deviceNo, receivedAt }) => ({ deviceNo, observedAt: receivedAt })),
      "rejected",
    );
  });
}

const hourOf = (receivedAt: number) => Math.floor(receivedAt / HOUR_MS);

/**
 * When each of these devices got the places that it has had since the first of the messages, in milliseconds since
 * 1970.
 */
async function findPlaces(tx: Client, messages: readonly ForeignMessage[]): Promise<Map<number, number[]>> {
  const { rows } = await tx.query<{ device_no: number; moves: number[] }>(
    `select device_no, array_agg((extract(epoch from from_at) * 1000)::float8) as moves from ${DEVICE_SPANS} place
     where device_no = any($1::int4[]) and from_at > $2::timestamptz
     group by device_no`,
    [messages.map(({ deviceNo }) => deviceNo), new Date(hoursOf(messages).from).toISOString()],
  );
  return new Map(rows.map(({ device_no, moves }) => [device_no, moves]));
}

function hoursOf(messages: readonly ForeignMessage[]): { readonly from: number; readonly until: number } {
  const hours = messages.map(({ receivedAt }) => hourOf(receivedAt));
  return { from: Math.min(...hours) * HOUR_MS, until: (Math.max(...hours) + 1) * HOUR_MS };
}

/** The rows of devices, by device, hour and the number of moves before it; within these by door and topic. */
class KnownRows {
  private readonly byKey = new Map<string, Map<string, Row>>();
  private readonly moves: ReadonlyMap<number, readonly number[]>;

  /** @param moves the moments at which devices have moved in these hours */
  constructor(moves: ReadonlyMap<number, readonly number[]>) {
    this.moves = moves;
  }

  async read(tx: Client, messages: readonly ForeignMessage[]): Promise<void> {
    const { from, until } = hoursOf(messages);
    const { rows } = await tx.query<{
      rejection_no: number;
      chunk: string;
      received_at: Date;
      device_no: number;
      door: string;
      topic: string;
    }>(
      `select rejection_no, tableoid::regclass::text as chunk, received_at, device_no, door, topic from rejected_messages
       where reason = 'foreign_topic' and device_no = any($1::int4[]) and received_at >= $2 and received_at < $3
       order by rejection_no desc`,
      [messages.map(({ deviceNo }) => deviceNo), new Date(from).toISOString(), new Date(until).toISOString()],
    );
    for (const { rejection_no: rejectionNo, chunk, received_at, device_no: deviceNo, door, topic } of rows) {
      const receivedAt = received_at.getTime();
      this.topicsOf(deviceNo, receivedAt).set(keyOf(door, topic), {
        rejectionNo,
        chunk,
        first: undefined,
        receivedAt,
        messages: 0,
      });
    }
  }

  topicsOf(deviceNo: number, receivedAt: number): Map<string, Row> {
    const moved = this.moves.get(deviceNo)?.filter((at) => at <= receivedAt).length ?? 0;
    const key = `${deviceNo} ${hourOf(receivedAt)} ${moved}`;
    let topics = this.byKey.get(key);
    if (!topics) {
      topics = new Map();
      this.byKey.set(key, topics);
    }
    return topics;
  }
}

const keyOf = (door: string, topic: string) => `${door} ${topic}`;

/** Counts each message on its row. @returns the rows that have more messages now */
function place(messages: readonly ForeignMessage[], known: KnownRows): Row[] {
  const changed = new Set<Row>();
  for (const message of messages) {
    const topics = known.topicsOf(message.deviceNo, message.receivedAt);
    const topic = printable(message.topic);
    const own = keyOf(message.door, topic);
    const others = keyOf(message.door, OTHER_TOPICS);
    let row = topics.get(own);
    if (!row && topics.size >= MAX_TOPICS) row = topics.get(others);
    if (!row) {
      const beyond = topics.size >= MAX_TOPICS;
      const detail = `more than ${MAX_TOPICS} foreign topics within an hour; further ones are counted here, the first was '${topic.slice(0, 256)}'`;
      const first = beyond ? { ...message, topic: OTHER_TOPICS, detail } : message;
      row = { rejectionNo: undefined, chunk: undefined, first, receivedAt: message.receivedAt, messages: 0 };
      topics.set(beyond ? others : own, row);
    }
    row.messages++;
    changed.add(row);
  }
  return [...changed];
}

/**
 * Counts on rows in their chunks. An update of the hypertable would lock all of its chunks, and wait for a process that
 * holds an old one. The transaction has held these chunks since it read them, so retention cannot drop them meanwhile.
 */
async function countOn(tx: Client, rows: readonly Row[]): Promise<void> {
  for (const chunk of new Set(rows.map((row) => row.chunk))) {
    const counted = rows.filter((row) => row.chunk === chunk);
    await tx.query(
      `update ${chunk} m set messages = m.messages + more.n, items = m.items + more.n
       from unnest($1::int8[], $2::int4[]) as more (no, n)
       where m.rejection_no = more.no`,
      [counted.map((row) => row.rejectionNo), counted.map((row) => row.messages)],
    );
  }
}

async function insert(tx: Client, rows: readonly Row[]): Promise<void> {
  await tx.query({
    name: "insert_foreign_messages",
    text: `
      insert into rejected_messages (received_at, device_no, publisher, door, topic, reason, detail, payload, payload_bytes, messages, items)
      select *, messages
      from unnest($1::timestamptz[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::int4[], $10::int4[])
        as input (received_at, device_no, publisher, door, topic, reason, detail, payload, payload_bytes, messages)`,
    values: [
      arrayOf(new TimestampColumn(), rows, ({ first }) => first!.receivedAt),
      arrayOf(new Int4Column(), rows, ({ first }) => first!.deviceNo),
      arrayOf(new TextColumn(), rows, ({ first }) => printable(first!.publisher)),
      arrayOf(new TextColumn(), rows, ({ first }) => first!.door),
      arrayOf(new TextColumn(), rows, ({ first }) => printable(first!.topic)),
      arrayOf(new TextColumn(), rows, ({ first }) => first!.reason),
      arrayOf(new TextColumn(), rows, ({ first }) => printable(first!.detail)),
      arrayOf(new ByteaColumn(), rows, ({ first }) => first!.payload),
      arrayOf(new Int4Column(), rows, ({ first }) => first!.payloadBytes),
      arrayOf(new Int4Column(), rows, (row) => row.messages),
    ],
  });
}
