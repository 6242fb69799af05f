import { createRandom } from "../../devices/random.ts";
import { type Cell, spread, type Table } from "../figures.ts";
import { addMeters } from "../fleet.ts";
import { Moments } from "../load/run-load.ts";
import { type Loss, losePeer, losePlatform } from "../peer/loss.ts";
import { SETTINGS, startMosquitto } from "../peer/mosquitto.ts";
import { measureBroker, measureInserts, measurePeer, measurePlatform, type Setting } from "../peer/parts.ts";
import { defineStory, numberFlag, runsFlag } from "../story.ts";

const PARTS = ["platform", "mosquitto", "broker", "inserts", "loss"] as const;
type Speed = Exclude<(typeof PARTS)[number], "loss">;

const NAMES: Record<Speed, string> = {
  platform: "platform: acknowledged after commit",
  mosquitto: "Mosquitto, subscriber, batched inserts",
  broker: "limit: the platform's broker, nothing stored",
  inserts: "limit: the platform's inserts, no broker",
};

const flags = {
  runs: runsFlag("counted runs of each part"),
  parts: { type: "words", fallback: PARTS, of: PARTS, about: "the parts to measure" },
  messages: numberFlag(200_000, 100, 10_000_000, "messages in a run, one reading each"),
  connections: numberFlag(50, 1, 5000, "publishing connections, QoS 1"),
  "loss-rate": numberFlag(5000, 10, 100_000, "messages/s while something is killed"),
  "loss-seconds": numberFlag(3, 0.2, 60, "load before the kill, give or take a half"),
} as const;

/** The platform against the pipeline that people build by hand, and against its own two limits. */
export const peer = defineStory({
  name: "peer",
  about: "the platform beside Mosquitto + subscriber + inserts: stored messages/s, and what a kill loses",
  flags,
  async run(bench, values) {
    const database = await bench.createDatabase({ shared: true });
    const parts = new Set(values.parts);
    const port = parts.has("mosquitto") || parts.has("loss") ? (await startMosquitto(bench)).port : 0;
    const { devices, url } = await database.withPool(async (pool, address) => ({
      devices: await addMeters(pool, values.connections),
      url: address,
    }));
    const setting: Setting = { bench, database, url, devices, moments: new Moments() };
    const speeds = await measureSpeeds(setting, port, parts, values);
    const losses = parts.has("loss") ? await measureLosses(setting, port, values) : undefined;
    return {
      database: database.facts,
      tables: [...(speeds ? [speeds] : []), ...(losses ? [losses] : [])],
      notes: [
        "All parts use the same database, one after the other in each run. The speed of Mosquitto's pipeline is counted until its last row is inserted.",
        `Mosquitto: ${Object.entries(SETTINGS)
          .map(([name, value]) => `${name} ${value}`)
          .join(
            ", ",
          )}. Subscriber: package mqtt, QoS 1, clean session false, the same client id after the kill.`,
        "Ratio: platform / (1 / (1 / broker + 1 / inserts)), within each run. 1 means that decoding, checks, alarms and ledger cost nothing on top of the two.",
      ],
    };
  },
});

async function measureSpeeds(
  setting: Setting,
  port: number,
  parts: ReadonlySet<string>,
  { runs, messages }: { readonly runs: number; readonly messages: number },
): Promise<Table | undefined> {
  const { bench, database } = setting;
  const wanted = (Object.keys(NAMES) as Speed[]).filter((part) => parts.has(part));
  if (wanted.length === 0) return undefined;
  const platform = parts.has("platform") ? await bench.startPlatform(database) : undefined;
  const measure: Record<Speed, () => Promise<number>> = {
    platform: () => measurePlatform(setting, platform!, messages),
    mosquitto: () => measurePeer(setting, port, messages),
    broker: () => measureBroker(setting, messages),
    inserts: () => measureInserts(setting, messages),
  };
  bench.progress("warming up");
  if (platform) await measurePlatform(setting, platform, Math.ceil(messages / 4));
  const rates: Record<Speed, number[]> = { platform: [], mosquitto: [], broker: [], inserts: [] };
  for (let run = 1; run <= runs; run++) {
    for (const part of wanted) {
      const rate = await measure[part]();
      rates[part].push(rate);
      bench.progress(`run ${run}/${runs}, ${NAMES[part]}: ${Math.round(rate)} messages/s`);
    }
  }
  await platform?.end("SIGTERM");
  const against = (other: (run: number) => number): Cell =>
    parts.has("platform") ? spread(rates.platform.map((rate, run) => rate / other(run))) : null;
  const ratio: Record<Speed, () => Cell> = {
    platform: () => null,
    mosquitto: () => against((run) => rates.mosquitto[run]!),
    broker: () => null,
    inserts: () => null,
  };
  const rows = wanted.map((part): Cell[] => [NAMES[part], spread(rates[part]), ratio[part]()]);
  if (parts.has("broker") && parts.has("inserts")) {
    const both = (run: number) => 1 / (1 / rates.broker[run]! + 1 / rates.inserts[run]!);
    const limits = rates.broker.map((_, run) => both(run));
    rows.push(["both limits, one after the other", spread(limits), against(both)]);
  }
  return {
    title: `Stored messages/s, ${setting.devices.length} connections, QoS 1, one reading a message, median of ${runs} (min–max)`,
    columns: [{ title: "pipeline" }, { title: "messages/s" }, { title: "platform / this", digits: 2 }],
    rows,
  };
}

async function measureLosses(
  setting: Setting,
  port: number,
  values: { readonly runs: number; readonly "loss-rate": number; readonly "loss-seconds": number },
): Promise<Table> {
  const random = createRandom(1);
  const peers: Loss[] = [];
  const own: Loss[] = [];
  for (let run = 1; run <= values.runs; run++) {
    const options = {
      rate: values["loss-rate"],
      killAfterMs: values["loss-seconds"] * 1000 * random.between(0.5, 1.5),
    };
    peers.push(await losePeer(setting, port, options));
    own.push(await losePlatform(setting, options));
    setting.bench.progress(
      `run ${run}/${values.runs}, lost of acknowledged: Mosquitto's pipeline ${peers.at(-1)!.lost}, platform ${own.at(-1)!.lost}`,
    );
  }
  const row = (name: string, losses: readonly Loss[]): Cell[] => [
    name,
    spread(losses.map(({ acknowledged }) => acknowledged)),
    spread(losses.map(({ lost }) => lost)),
  ];
  return {
    title: `Killed with SIGKILL at ${values["loss-rate"].toLocaleString("en-US")} messages/s, median of ${values.runs} (min–max)`,
    columns: [{ title: "killed process" }, { title: "acknowledged messages" }, { title: "of them lost" }],
    rows: [row("the subscriber behind Mosquitto, then started again", peers), row("the platform", own)],
  };
}
