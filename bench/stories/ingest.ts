import { setTimeout as sleep } from "node:timers/promises";
import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import { type Cell, spread } from "../figures.ts";
import { addGateways, addMeters, type LoadDevice } from "../fleet.ts";
import { Moments, STEP_MS, startLoad, WINDOW } from "../load/run-load.ts";
import { type Bench, defineStory, numberFlag, runsFlag } from "../story.ts";

interface Case {
  readonly name: string;
  readonly devices: readonly LoadDevice[];
  readonly qos: 0 | 1;
  readonly readingsPerMessage: number;
  /** In one message, all its devices together. */
  readonly readings: number;
  /** Messages per second; 0 for as fast as it goes. */
  readonly rate: number;
}

interface Measured {
  readonly messagesPerSecond: number;
  readonly readingsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const METERS_PER_GATEWAY = 100;
const GATEWAYS = 50;
const WARM_UP_MS = 1000;
const SETTLE_MS = 20_000;
/**
 * QoS 0 has no acknowledgements, so its load hears every now and then how many messages are stored, and needs more
 * under way.
 */
const WINDOW_QOS_0 = 4 * WINDOW;
const TELL_MS = 100;

const flags = {
  runs: runsFlag(),
  seconds: numberFlag(5, 0.1, 600, "counted time of a run"),
  connections: {
    type: "numbers",
    fallback: [1, 50, 1000],
    min: 1,
    max: 5000,
    about: "connections of single meters",
  },
  qos: { type: "numbers", fallback: [0, 1], min: 0, max: 1, about: "MQTT's quality of service" },
  readings: { type: "numbers", fallback: [1, 10], min: 1, max: 200, about: "readings in a message" },
  rate: {
    type: "numbers",
    fallback: [0, 5000],
    min: 0,
    max: 200_000,
    about: "messages/s, 0 for full speed; a rate is tried with QoS 1 and one reading",
  },
  gateways: numberFlag(GATEWAYS, 0, 500, `gateways with ${METERS_PER_GATEWAY} meters each; 0: no such case`),
} as const;

/** The speed at which the platform takes messages in, and the time until an acknowledgement. */
export const ingest = defineStory({
  name: "ingest",
  about: "messages/s that are committed and acknowledged, and how long an acknowledgement takes",
  flags,
  async run(bench, values) {
    const database = await bench.createDatabase();
    const most = Math.max(...values.connections);
    const [meters, gateways] = await database.withPool(async (pool) => [
      await addMeters(pool, most),
      await addGateways(pool, values.gateways, METERS_PER_GATEWAY),
    ]);
    const cases = plan(values, meters!, gateways!);
    const platform = await bench.startPlatform(database);
    const moments = new Moments();
    const measured = new Map<Case, Measured[]>(cases.map((one) => [one, []]));
    bench.progress("warming up");
    for (const one of cases)
      await measure(bench, platform, one, moments, Math.min(300, values.seconds * 1000));
    for (let run = 1; run <= values.runs; run++) {
      for (const one of cases) {
        const figures = await measure(bench, platform, one, moments, values.seconds * 1000);
        measured.get(one)!.push(figures);
        bench.progress(
          `run ${run}/${values.runs}, ${one.name}, QoS ${one.qos}, ${one.readings} in a message: ${Math.round(figures.messagesPerSecond)} messages/s`,
        );
      }
    }
    const rows = cases.map((one): Cell[] => {
      const all = measured.get(one)!;
      const of = (key: keyof Measured) => spread(all.map((figures) => figures[key]));
      return [
        one.name,
        one.qos,
        one.readings,
        of("messagesPerSecond"),
        of("readingsPerSecond"),
        ...(one.qos === 1 ? [of("p50"), of("p99")] : [null, null]),
      ];
    });
    return {
      database: database.facts,
      tables: [
        {
          title: `Messages that are committed and acknowledged, median of ${values.runs} (min–max)`,
          columns: [
            { title: "case" },
            { title: "QoS" },
            { title: "readings in a message" },
            { title: "messages/s" },
            { title: "readings/s" },
            { title: "p50 ms", digits: 1 },
            { title: "p99 ms", digits: 1 },
          ],
          rows,
        },
      ],
      notes: [
        `At full speed ${WINDOW.toLocaleString("en-US")} readings are under way, and latency is what that many take; the fixed rate shows the latency of an ordinary day.`,
        "One connection alone is held by what a single socket read brings (64 KiB), because the next is read after the commit; a fleet is many connections.",
        "After each run the rows stored must equal the messages acknowledged (QoS 0: sent), or the story fails.",
      ],
    };
  },
});

function plan(
  values: {
    readonly connections: readonly number[];
    readonly qos: readonly number[];
    readonly readings: readonly number[];
    readonly rate: readonly number[];
  },
  meters: readonly LoadDevice[],
  gateways: readonly LoadDevice[],
): Case[] {
  // A rate is tried with QoS 1 and one reading.
  const ways = (rate: number) =>
    rate > 0
      ? [{ qos: 1, readings: 1 }]
      : values.qos.flatMap((qos) => values.readings.map((readings) => ({ qos, readings })));
  const speedOf = (rate: number) => (rate > 0 ? `at ${rate.toLocaleString("en-US")}/s` : "full speed");
  const cases: Case[] = values.rate.flatMap((rate) =>
    values.connections.flatMap((count) =>
      ways(rate).map(({ qos, readings }) => ({
        name: `${count} connection${count === 1 ? "" : "s"}, ${speedOf(rate)}`,
        devices: meters.slice(0, count),
        qos: qos as 0 | 1,
        readingsPerMessage: readings,
        readings,
        rate,
      })),
    ),
  );
  if (gateways.length > 0) {
    cases.push({
      name: `${gateways.length} gateways with ${METERS_PER_GATEWAY} meters, full speed`,
      devices: gateways,
      qos: 1,
      readingsPerMessage: 1,
      readings: METERS_PER_GATEWAY,
      rate: 0,
    });
  }
  return cases;
}

/** One run of one case. @throws Error when the platform has not stored every message that it acknowledged */
async function measure(
  bench: Bench,
  platform: PlatformProcess,
  one: Case,
  moments: Moments,
  runMs: number,
): Promise<Measured> {
  const before = await stored(platform);
  const tell = () =>
    stored(platform).then(
      (now) => load.settled(Math.floor((now - before) / one.readings)),
      () => {},
    );
  const load = startLoad(bench, {
    host: "127.0.0.1",
    ports: [platform.mqttPort],
    devices: one.devices,
    qos: one.qos,
    window: Math.max(one.devices.length, Math.round((one.qos === 1 ? WINDOW : WINDOW_QOS_0) / one.readings)),
    readingsPerMessage: one.readingsPerMessage,
    rate: one.rate,
    from: moments.next,
    stepMs: STEP_MS,
    amount: { warmUpMs: Math.min(WARM_UP_MS, runMs), runMs },
    record: false,
  });
  const telling = one.qos === 1 ? undefined : setInterval(tell, TELL_MS);
  load.report.finally(() => clearInterval(telling)).catch(() => {});
  await load.counting;
  const first = await storedNow(platform, one.qos);
  await load.counted;
  const last = await storedNow(platform, one.qos);
  const report = await load.report;
  moments.used(report.last);
  const promised = (one.qos === 1 ? report.total.acknowledged : report.total.sent) * one.readings;
  if (promised === 0) throw new Error(`${one.name}: nothing was sent; expected a load`);
  const kept = await settled(platform, before + promised);
  if (kept - before !== promised) {
    throw new Error(`${one.name}: expected ${promised} readings to be stored, found ${kept - before}`);
  }
  const messagesPerSecond =
    one.qos === 1
      ? report.acknowledged / report.seconds
      : (last.stored - first.stored) / one.readings / ((last.at - first.at) / 1000);
  return {
    messagesPerSecond,
    readingsPerSecond: messagesPerSecond * one.readings,
    p50: report.p50 ?? Number.NaN,
    p99: report.p99 ?? Number.NaN,
  };
}

const stored = (platform: PlatformProcess) => platform.metric("sbi_items_total", 'outcome="stored"');

/** QoS 0 has no acknowledgements to count, so this asks the platform for its count of committed readings. */
async function storedNow(platform: PlatformProcess, qos: 0 | 1): Promise<{ stored: number; at: number }> {
  if (qos === 1) return { stored: 0, at: 0 };
  return { stored: await stored(platform), at: performance.now() };
}

/** Waits until all promised messages are stored; the last ones read from a socket may still be on their way. */
async function settled(platform: PlatformProcess, expected: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const now = await stored(platform);
    if (now >= expected || performance.now() > deadline) return now;
    await sleep(50);
  }
}
