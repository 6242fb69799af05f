import { connect } from "mqtt";
import pg from "pg";

/**
 * The pipeline that people build by hand, with care: a subscriber with QoS 1 and a lasting session collects messages
 * and inserts them in batches, three inserts under way at once. As users of the client do, it takes a message by its
 * event, so the acknowledgement to Mosquitto leaves when the message has arrived. Its table is the platform's, so it
 * keeps numbers in the same way.
 */
export interface SubscriberOrder {
  readonly brokerPort: number;
  readonly databaseUrl: string;
  readonly clientId: string;
  readonly maxRows: number;
  readonly lingerMs: number;
}
export type SubscriberMessage =
  | { readonly type: "ready" }
  /** The number of rows inserted since the start; sent after every batch. */
  | { readonly type: "stored"; readonly rows: number };

const CONNECTIONS = 3;
/** Each quantity with the factor that makes a whole number of it; null for a text. */
const COLUMNS = [
  ["volume", 1000],
  ["flow", 1000],
  ["pressure", 100],
  ["temperature", 10],
  ["battery", 100],
  ["valve", null],
  ["rssi", 1],
  ["snr", 100],
] as const;

const INSERT = {
  name: "insert_readings",
  text: `insert into readings_gas_meter (device_no, observed_at, received_at, ${COLUMNS.map(([name]) => name).join(", ")})
    select * from unnest($1::int4[], $2::timestamptz[], $3::timestamptz[], ${COLUMNS.map(([, scale], i) => `$${i + 4}::${scale === null ? "text" : "int4"}[]`).join(", ")})
    on conflict do nothing`,
};

const whole = (value: unknown, scale: number | null) =>
  typeof value === "number" && scale !== null ? Math.round(value * scale) : (value ?? null);

type Row = { deviceNo: number; receivedAt: string } & Record<string, unknown>;

async function run(order: SubscriberOrder, tell: (message: SubscriberMessage) => void): Promise<void> {
  const pool = new pg.Pool({ connectionString: order.databaseUrl, max: CONNECTIONS });
  const { rows } = await pool.query<{ id: string; device_no: number }>("select id, device_no from devices");
  const numbers = new Map(rows.map((row) => [row.id, row.device_no]));
  let batch: Row[] = [];
  let inFlight = 0;
  let stored = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0 || inFlight >= CONNECTIONS) return;
    const part = batch.splice(0, order.maxRows);
    inFlight++;
    pool
      .query({
        ...INSERT,
        values: [
          part.map((row) => row.deviceNo),
          part.map((row) => new Date(row.observedAt as number).toISOString()),
          part.map((row) => row.receivedAt),
          ...COLUMNS.map(([name, scale]) => part.map((row) => whole(row[name], scale))),
        ],
      })
      .then(
        () => {
          stored += part.length;
          tell({ type: "stored", rows: stored });
        },
        (error: unknown) => {
          console.error(error);
          batch = part.concat(batch);
        },
      )
      .finally(() => {
        inFlight--;
        if (batch.length >= order.maxRows) flush();
        else if (batch.length > 0) timer ??= setTimeout(flush, order.lingerMs);
      });
  };

  const client = connect(`mqtt://127.0.0.1:${order.brokerPort}`, {
    clientId: order.clientId,
    clean: false,
    protocolVersion: 4,
  });
  client.on("message", (topic, payload) => {
    const deviceNo = numbers.get(topic.split("/")[2]!);
    if (deviceNo === undefined) return;
    const receivedAt = new Date().toISOString();
    const value = JSON.parse(payload.toString()) as Record<string, unknown> | Record<string, unknown>[];
    for (const reading of Array.isArray(value) ? value : [value]) {
      batch.push({ ...reading, deviceNo, receivedAt });
    }
    if (batch.length >= order.maxRows) flush();
    else timer ??= setTimeout(flush, order.lingerMs);
  });
  await client.subscribeAsync("v1/devices/+/telemetry", { qos: 1 });
  tell({ type: "ready" });
}

process.once("message", (order: SubscriberOrder) => {
  process.on("disconnect", () => process.exit(0));
  run(order, (message) => process.send!(message)).catch((error) => {
    console.error(error);
    process.exit(1);
  });
});
