import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import type { BenchDatabase } from "../bench-database.ts";
import { tableOf } from "../database.ts";
import type { LoadDevice } from "../fleet.ts";
import { Child } from "../load/child.ts";
import { type Moments, STEP_MS, startLoad, WINDOW } from "../load/run-load.ts";
import type { LoadOrder } from "../load/worker.ts";
import type { Bench } from "../story.ts";
import type { BareBrokerMessage } from "./bare-broker.ts";
import type { InsertsMessage, InsertsOrder } from "./bare-inserts.ts";
import type { SubscriberMessage, SubscriberOrder } from "./subscriber.ts";

/** The common setting of the parts of the comparison. */
export interface Setting {
  readonly bench: Bench;
  readonly database: BenchDatabase;
  readonly url: string;
  readonly devices: readonly LoadDevice[];
  readonly moments: Moments;
}

const TIMEOUT_MS = 120_000;
const WRITERS = 3;
const ROWS_PER_BATCH = 4000;
const LINGER_MS = 5;

export const orderFor = (
  { devices, moments }: Setting,
  port: number,
  messages: number,
  more: Partial<LoadOrder> = {},
): LoadOrder => ({
  host: "127.0.0.1",
  ports: [port],
  devices,
  qos: 1,
  window: WINDOW,
  readingsPerMessage: 1,
  rate: 0,
  from: moments.next,
  stepMs: STEP_MS,
  amount: { messages, timeoutMs: TIMEOUT_MS },
  record: false,
  ...more,
});

/** Messages per second until the last of `messages` is acknowledged. */
async function acknowledged(setting: Setting, port: number, messages: number): Promise<number> {
  const report = await startLoad(setting.bench, orderFor(setting, port, messages)).report;
  setting.moments.used(report.last);
  if (report.acknowledged !== messages) {
    throw new Error(
      `expected ${messages} acknowledgements within ${TIMEOUT_MS / 1000} s, found ${report.acknowledged}`,
    );
  }
  return messages / report.seconds;
}

/** The platform: an acknowledged message is stored. */
export const measurePlatform = (setting: Setting, platform: PlatformProcess, messages: number) =>
  acknowledged(setting, platform.mqttPort, messages);

/** Our broker with nothing behind it. */
export async function measureBroker(setting: Setting, messages: number): Promise<number> {
  const broker = Child.start<BareBrokerMessage>(setting.bench, "peer/bare-broker.ts", {});
  const { port } = await broker.next("ready");
  // A process that has just started is slower; the platform was warmed up too.
  await acknowledged(setting, port, Math.ceil(messages / 4));
  const rate = await acknowledged(setting, port, messages);
  await broker.end("SIGKILL");
  return rate;
}

/** Our inserts with nothing in front. */
export async function measureInserts(setting: Setting, messages: number): Promise<number> {
  const { bench, database, url, moments, devices } = setting;
  const ids = devices.map(({ id }) => id);
  const deviceNos = await database.withPool(async (pool) => {
    const { rows } = await pool.query<{ device_no: number }>(
      "select device_no from devices where id = any ($1::text[])",
      [ids],
    );
    return rows.map((row) => row.device_no);
  });
  const child = Child.start<InsertsMessage>(bench, "peer/bare-inserts.ts", {
    databaseUrl: url,
    connections: WRITERS,
    table: tableOf(database, "gas-meter"),
    deviceNos,
    rows: messages,
    rowsPerBatch: ROWS_PER_BATCH,
    from: moments.next,
    stepMs: STEP_MS,
  } satisfies InsertsOrder);
  await child.next("ready");
  child.tell({ type: "go" });
  const { seconds, stored, last } = await child.next("done");
  moments.used(last);
  if (stored !== messages) throw new Error(`expected ${messages} rows to be stored, found ${stored}`);
  return messages / seconds;
}

/** A subscriber that is ready to receive. */
export async function startSubscriber(
  { bench, url }: Setting,
  brokerPort: number,
  clientId: string,
): Promise<Child<SubscriberMessage>> {
  const child = Child.start<SubscriberMessage>(bench, "peer/subscriber.ts", {
    brokerPort,
    databaseUrl: url,
    clientId,
    maxRows: ROWS_PER_BATCH,
    lingerMs: LINGER_MS,
  } satisfies SubscriberOrder);
  await child.next("ready");
  return child;
}

/** Waits until the subscriber has stored so many rows since it started. @throws Error when it takes too long */
async function untilStored(child: Child<SubscriberMessage>, rows: number): Promise<void> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const late = new Promise<never>((_, reject) =>
    deadline.addEventListener("abort", () =>
      reject(new Error(`the subscriber has not stored ${rows} rows within ${TIMEOUT_MS / 1000} s`)),
    ),
  );
  for (let stored = 0; stored < rows; ) {
    stored = (await Promise.race([child.next("stored"), late])).rows;
  }
}

/** Mosquitto and a subscriber: messages per second until the last of them is stored. */
export async function measurePeer(setting: Setting, port: number, messages: number): Promise<number> {
  const subscriber = await startSubscriber(setting, port, "bench-speed");
  const warmUp = Math.ceil(messages / 4);
  const first = startLoad(setting.bench, orderFor(setting, port, warmUp));
  setting.moments.used((await first.report).last);
  await untilStored(subscriber, warmUp);
  const load = startLoad(setting.bench, orderFor(setting, port, messages));
  await load.counting;
  const started = performance.now();
  await untilStored(subscriber, warmUp + messages);
  const seconds = (performance.now() - started) / 1000;
  setting.moments.used((await load.report).last);
  await subscriber.end("SIGTERM");
  return messages / seconds;
}
