import { setTimeout as sleep } from "node:timers/promises";
import { type Comparison, compare, readLedgers } from "../../simulators/comparison.ts";
import type { DeviceCredential } from "../../simulators/credentials.ts";
import { type Fleet, startFleet } from "../../simulators/fleet.ts";
import { createPlatform } from "../../simulators/platform.ts";
import { planDevices, registerDevices } from "../../simulators/register.ts";
import { ADMIN_KEY, type PlatformProcess } from "../../test/helpers/platform-process.ts";
import { COUNTY } from "../database.ts";
import type { Table } from "../figures.ts";
import { drawPicture } from "../picture.ts";
import { defineStory, numberFlag } from "../story.ts";

const flags = {
  minutes: numberFlag(10, 0.02, 7 * 24 * 60, "minutes that the fleet lives"),
  devices: numberFlag(2000, 4, 100_000, "devices: mostly gas meters behind gateways, speakers, cameras"),
  "speed-up": numberFlag(360, 1, 100_000, "devices report this many times as often as real ones"),
} as const;

/** The most points in the picture; more would not be visible. */
const SAMPLES = 400;
const GRACE_MS = 30_000;
const MIB = 2 ** 20;

interface Sample {
  readonly seconds: number;
  readonly resident: number;
  readonly heap: number;
  readonly pending: number;
  readonly settled: number;
  readonly acknowledged: number;
}

/** A province in miniature: does memory stay flat, does nothing pile up, and does the ledger agree in the end? */
export const soak = defineStory({
  name: "soak",
  about: "a mixed fleet at its own rhythm, faster, for a time: memory, lag and ledger as a picture",
  flags,
  async run(bench, values) {
    const database = await bench.createDatabase();
    const platform = await bench.startPlatform(database);
    const api = createPlatform(`http://127.0.0.1:${platform.httpPort}`, ADMIN_KEY);
    const devices: DeviceCredential[] = [];
    const plan = planDevices({
      count: values.devices,
      regionCode: COUNTY,
      prefix: "soak",
      taken: new Set(),
    });
    bench.progress(`registering ${plan.length} devices`);
    await registerDevices(api, plan, (credential) => devices.push(credential));
    const ids = devices.map(({ id }) => id);
    const before = await readLedgers(api, ids);
    const fleet = startFleet({
      mqttUrl: `mqtt://127.0.0.1:${platform.mqttPort}`,
      devices,
      seed: 1,
      speedUp: values["speed-up"],
      historyDays: 0,
      historyShare: 0,
      loss: 0.05,
    });
    bench.defer(() => fleet.stop(0));
    const samples = await watch(platform, fleet, values.minutes * 60, bench.progress);
    const { kept } = await fleet.stop(GRACE_MS);
    const comparison = compare(fleet.tally, before, await readLedgers(api, ids));
    if (!comparison.matches) {
      throw new Error(
        `The ledgers of ${comparison.unexplained.length} devices do not match what was acknowledged (balanced: ${comparison.balanced})`,
      );
    }
    return {
      database: database.facts,
      tables: [summary(samples, comparison, kept)],
      notes: [
        "Acknowledged must equal received, but for what was sent again after a broken connection, for each device; or the story fails. Memory in the first tenth is still growing code and caches.",
      ],
      picture: drawPicture(
        `${values.devices.toLocaleString("en-US")} devices, ${values["speed-up"]} times as fast, ${values.minutes} minutes`,
        samples.map(({ seconds }) => seconds),
        [
          {
            title: "Memory of the platform, MiB",
            lines: [
              { name: "resident", values: samples.map(({ resident }) => resident / MIB) },
              { name: "JavaScript heap", values: samples.map(({ heap }) => heap / MIB) },
            ],
          },
          {
            title: "Received and not committed yet, items",
            lines: [{ name: "pending", values: samples.map(({ pending }) => pending) }],
          },
          {
            title: "Ledger, items",
            lines: [
              { name: "acknowledged (fleet)", values: samples.map(({ acknowledged }) => acknowledged) },
              { name: "settled (platform)", values: samples.map(({ settled }) => settled) },
            ],
          },
        ],
      ),
    };
  },
});

async function watch(
  platform: PlatformProcess,
  fleet: Fleet,
  forSeconds: number,
  progress: (text: string) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const everyMs = Math.max(200, (forSeconds * 1000) / SAMPLES);
  const started = performance.now();
  for (let turn = 0; ; turn++) {
    const { acknowledged } = fleet.tally.total;
    const metrics = await platform.api<string>("/metrics");
    const seconds = (performance.now() - started) / 1000;
    samples.push({
      seconds,
      resident: sumOf(metrics, "sbi_process_resident_memory_bytes"),
      heap: sumOf(metrics, "sbi_nodejs_heap_size_used_bytes"),
      pending: sumOf(metrics, "sbi_ingest_pending_items"),
      settled: sumOf(metrics, "sbi_items_total"),
      acknowledged,
    });
    if (seconds >= forSeconds) return samples;
    if (turn % Math.ceil(SAMPLES / 10) === 0) {
      progress(
        `${seconds.toFixed(0)} of ${forSeconds} s: ${acknowledged.toLocaleString("en-US")} acknowledged`,
      );
    }
    await sleep(Math.max(1, Math.min(everyMs * (turn + 1) - seconds * 1000, (forSeconds - seconds) * 1000)));
  }
}

/** The sum over a metric's labels, in the text form that Prometheus reads. */
function sumOf(text: string, name: string): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

function summary(samples: readonly Sample[], { ours, theirs }: Comparison, kept: number): Table {
  // Two places where growth would show: after the start, and at the end.
  const early = samples[Math.floor(samples.length / 10)]!;
  const last = samples.at(-1)!;
  return {
    title: "The run in figures",
    columns: [{ title: "what" }, { title: "figure" }],
    rows: [
      ["items acknowledged per second", ours.acknowledged / last.seconds],
      ["items acknowledged", ours.acknowledged],
      ["received, says the platform", theirs.received],
      ["of them stored", theirs.stored],
      ["of them duplicate", theirs.duplicate],
      ["of them rejected", theirs.rejected],
      ["kept in devices without coverage", kept],
      ["most items pending at once", Math.max(...samples.map(({ pending }) => pending))],
      ["resident memory after a tenth of the time, MiB", early.resident / MIB],
      ["resident memory at the end, MiB", last.resident / MIB],
      ["most resident memory, MiB", Math.max(...samples.map(({ resident }) => resident)) / MIB],
    ],
  };
}
