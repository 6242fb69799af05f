import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { createToken, hashToken } from "../../access/tokens.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { DECODERS } from "../../app/protocols.ts";
import type { Channel } from "../../base/channels.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import type { ReceivedMessage } from "../../exchange/door.ts";
import { handOn } from "../../exchange/own-dialect.ts";
import type { Committed } from "../../ingest/commit.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";
import { type Ingest, type IngestOptions, startIngest } from "../../ingest/ingest.ts";
import type { Db, Pool } from "../../store/database/database.ts";
import { arrivalOf, inUnit } from "../../store/database/kind-table.ts";
import type { NewRejection } from "../../store/ledger/write-rejections.ts";

export interface TestDevice {
  readonly id: string;
  readonly kind: string;
  readonly deviceNo: number;
  readonly token: string;
}

/** Registers a device by SQL, in a small tree of regions that is made on first use. */
export async function addDevice(
  db: Db,
  id: string,
  { kind = "gas-meter", gatewayNo = null as number | null, regionCode = "520326001001" } = {},
): Promise<TestDevice> {
  await db.query(`
    insert into regions (code, parent_code, name, level) values
      ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3),
      ('520326001', '520326', '都濡街道', 4), ('520326001001', '520326001', '杨村社区', 5)
    on conflict do nothing`);
  const token = createToken();
  const { rows } = await db.query<{ device_no: number }>(
    `insert into devices (id, kind, region_code, gateway_no, token_hash) values ($1, $2, $3, $4, $5) returning device_no`,
    [id, kind, regionCode, gatewayNo, hashToken(token)],
  );
  return { id, kind, token, deviceNo: rows[0]!.device_no };
}

/** The rows of a gas meter in the readings table, oldest first, with the quantities in their units. */
export async function gasMeterRows(db: Db, id: string) {
  const { table, columns } = tablesOf([gasMeter])[0]!;
  const metrics = columns.map((column) => `${inUnit(column, `r.${column.name}`)} as ${column.name}`);
  const { rows } = await db.query(
    `select r.device_no, r.observed_at, ${arrivalOf("r")} as received_at, r.extra, ${metrics.join(", ")}
     from ${table} r join devices using (device_no) where id = $1 order by observed_at`,
    [id],
  );
  return rows;
}

/** A row of rejected_messages, with the other columns of a query. */
export interface RejectedRow {
  readonly rejection_no: number;
  readonly publisher: string;
  readonly door: string;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Buffer;
  readonly payload_bytes: number;
  readonly received_at: Date;
  readonly items_channel: string | null;
}

/** The replay of a message on record. */
export const replayOf = (row: RejectedRow) => ({
  rejectionNo: row.rejection_no,
  publisher: row.publisher,
  door: row.door,
  topic: row.topic,
  reason: row.reason,
  payload: row.payload,
  payloadBytes: row.payload_bytes,
  receivedAt: row.received_at,
  itemsChannel: row.items_channel,
});

/** The replay of a device's newest message on record. */
export async function lastRejection(db: Db, id: string) {
  const { rows } = await db.query<RejectedRow>(
    `select rejection_no, publisher, door, topic, reason, payload, payload_bytes, received_at, items_channel
     from rejected_messages
     join devices using (device_no) where id = $1 order by rejection_no desc limit 1`,
    [id],
  );
  return replayOf(rows[0]!);
}

/** The newest rejection in a context, also of a device that nobody knew. */
export async function lastRejectionIn(db: Db, context: string) {
  const { rows } = await db.query<RejectedRow>(
    `select rejection_no, publisher, door, topic, reason, payload, payload_bytes, received_at, items_channel
     from rejected_messages
     where topic = $1 order by rejection_no desc limit 1`,
    [context],
  );
  return replayOf(rows[0]!);
}

/** The rejections of a device, oldest first, with each payload as JSON. */
export async function rejectionsOf(db: Db, id: string) {
  const { rows } = await db.query(
    `select reason, partial, items, detail, topic, publisher, convert_from(payload, 'utf8') as payload
     from rejected_messages join devices using (device_no) where id = $1 order by rejection_no`,
    [id],
  );
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) }));
}

/** Has a message taken in as a door of our own dialect does. @returns how many items it holds */
export const takeIn = (
  inside: Pick<Ingest, "accept" | "reject">,
  message: Omit<ReceivedMessage<DeviceEntry>, "value" | "repeated" | "door"> & { readonly door?: string },
  settled: () => void,
): number =>
  handOn<DeviceEntry>(
    {
      onMessage: (decoded, done) => inside.accept(decoded, done),
      onRefused: (raw, refusal, done) => inside.reject(raw, refusal, done),
    },
    { door: "mqtt", ...message, value: undefined, repeated: undefined },
    settled,
  );

/** A message without anything, for a batch that only has to hold an item. */
export const emptyRejection = (publisher: string): NewRejection => ({
  receivedAt: 0,
  deviceNo: undefined,
  publisher,
  door: "mqtt",
  topic: "",
  reason: "empty",
  detail: "",
  payload: Buffer.alloc(0),
  payloadBytes: 0,
  items: 1,
  partial: false,
});

/** Makes the database refuse rows that do not pass a check while something is done; existing rows may stay. */
export async function withConstraint(
  db: Db,
  table: string,
  check: string,
  work: () => Promise<void>,
  name = "refused_by_test",
): Promise<void> {
  await db.query(`alter table ${table} add constraint ${name} check (${check}) not valid`);
  try {
    await work();
  } finally {
    await db.query(`alter table ${table} drop constraint ${name}`);
  }
}

export interface TestIngest {
  readonly ingest: Ingest;
  readonly registry: Registry;
  /** The committed items, batch by batch. */
  readonly committed: Committed[];
  readonly logged: { msg: string; level: string; [key: string]: unknown }[];
  /** Publishes as a device; resolves when it would be acknowledged. */
  publish(id: string, channel: Channel, payload: unknown, options?: { receivedAt?: number }): Promise<void>;
  ledger(id: string): Promise<{ received: number; stored: number; duplicate: number; rejected: number }>;
}

/** Ingest on a test database, stopped with the test. */
export async function startTestIngest(pool: Pool, options: Partial<IngestOptions> = {}): Promise<TestIngest> {
  const registry = new Registry();
  const committed: Committed[] = [];
  const logged: TestIngest["logged"] = [];
  const ingest = await startIngest({
    pool,
    catalog,
    tables: tablesOf(catalog),
    log: createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) }),
    registry,
    decoders: DECODERS,
    instance: "1",
    maxItems: 4000,
    lingerMs: 1,
    maxInFlight: 2,
    wantsLive: () => false,
    onCommitted: (batch) => committed.push(batch),
    ...options,
  });
  onTestFinished(async () => {
    await ingest.stop(1000);
  });
  return {
    ingest,
    registry,
    committed,
    logged,
    publish: (id, channel, payload, { receivedAt = Date.now() } = {}) =>
      new Promise((resolve) => {
        const body = Buffer.isBuffer(payload)
          ? payload
          : Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
        const folder = channel.startsWith("gateway-") ? "gateways" : "devices";
        const topic = `v1/${folder}/${id}/${channel.replace("gateway-", "")}`;
        const device = ingest.directory.find(id);
        takeIn(ingest, { device, channel, context: topic, raw: body, receivedAt }, resolve);
      }),
    async ledger(id) {
      const { rows } = await pool.query(
        `select coalesce(sum(received), 0)::int as received, coalesce(sum(stored), 0)::int as stored,
                coalesce(sum(received - stored - rejected), 0)::int as duplicate, coalesce(sum(rejected), 0)::int as rejected
         from (
           select received, stored, rejected from device_ledger join devices using (device_no) where id = $1
           union all
           select e.received, e.stored, e.rejected
           from ledger_batches, unnest(device_nos, ledger_batches.received, ledger_batches.stored, ledger_batches.rejected)
             as e (device_no, received, stored, rejected) join devices using (device_no) where id = $1
         ) parts`,
        [id],
      );
      return rows[0];
    },
  };
}
