import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { builtFile } from "../../test/helpers/built.ts";
import type { BenchDatabase } from "../bench-database.ts";
import { createBlankDatabase } from "../database.ts";
import { type Cell, spread, type Table } from "../figures.ts";
import type { LoadDevice } from "../fleet.ts";
import { Moments, STEP_MS, startLoad, WINDOW } from "../load/run-load.ts";
import { processMs } from "../processor-time.ts";
import { type Bench, CannotRun, defineStory, numberFlag, runsFlag } from "../story.ts";

const flags = {
  before: {
    type: "text",
    fallback: "",
    about: "dist/ of the other version, in a checkout with its packages",
  },
  runs: { ...runsFlag("turns, each with both versions, in changing order"), fallback: 10 },
  seconds: numberFlag(6, 0.1, 600, "counted time of a turn"),
  connections: numberFlag(50, 1, 5000, "connections of single meters, QoS 1, one reading in a message"),
  rate: numberFlag(0, 0, 200_000, "messages/s, 0 for full speed"),
} as const;

interface Measured {
  /** Processor time of a message in the platform's process with all its threads, in microseconds. */
  readonly cost: number;
  readonly thousands: number;
}

const VERSIONS = ["before", "now"] as const;
type Version = (typeof VERSIONS)[number];

const WARM_UP_MS = 2500;

/** One process of two versions of the platform in turn: does a message cost more than before? */
export const compareBuilds = defineStory({
  name: "compare",
  about: "processor time of a message in one process of two built versions, in turn",
  flags,
  async run(bench, values) {
    if (!existsSync(join(values.before, "app/main.js"))) {
      throw new CannotRun(
        `--before is '${values.before}', expected the dist/ of another version: check it out beside this one (git worktree add), and run npm ci and npm run build there`,
      );
    }
    const dists: Record<Version, string> = {
      before: resolve(values.before),
      now: dirname(dirname(builtFile("app/main"))),
    };
    const database = await bench.createDatabase({ shared: true });
    const measured: Record<Version, Measured[]> = { before: [], now: [] };
    const moments = new Moments();
    for (let run = 1; run <= values.runs; run++) {
      for (const version of run % 2 === 1 ? VERSIONS : VERSIONS.toReversed()) {
        measured[version].push(await measure(bench, database, dists[version], moments, values));
      }
      const tell = (version: Version) => {
        const { cost, thousands } = measured[version].at(-1)!;
        return `${version} ${cost.toFixed(2)} us, ${thousands.toFixed(1)} thousand messages/s`;
      };
      bench.progress(`turn ${run}/${values.runs}: ${VERSIONS.map(tell).join("; ")}`);
    }
    return {
      database: database.facts,
      tables: [tableOf(measured, values.runs)],
      notes: [
        `Before: ${commitOf(dists.before)}; now: ${commitOf(dists.now)}. Both run from dist/ with the same flags, each turn as a new process on a new database.`,
        "Processor time: of the platform's process with all its threads, as Linux counts it. Ratios are those within a turn.",
      ],
    };
  },
});

function tableOf(measured: Readonly<Record<Version, readonly Measured[]>>, turns: number): Table {
  const ratio = (key: keyof Measured): Cell =>
    spread(measured.now.map((now, turn) => now[key] / measured.before[turn]![key]));
  const of = (version: Version, key: keyof Measured): Cell =>
    spread(measured[version].map((figures) => figures[key]));
  return {
    title: `One process, one reading in a message, median of ${turns} turns (min–max)`,
    columns: [
      { title: "what" },
      { title: "before", digits: 2 },
      { title: "now", digits: 2 },
      { title: "now / before", digits: 3 },
    ],
    rows: [
      ["processor time of a message, us", of("before", "cost"), of("now", "cost"), ratio("cost")],
      ["thousand messages/s", of("before", "thousands"), of("now", "thousands"), ratio("thousands")],
    ],
  };
}

/** One turn of one version, which makes the tables by itself: another version would not know ours. */
async function measure(
  bench: Bench,
  { facts, platform: { databaseUrl } }: BenchDatabase,
  dist: string,
  moments: Moments,
  { seconds, connections, rate }: { seconds: number; connections: number; rate: number },
): Promise<Measured> {
  const own = facts.embedded ? undefined : await createBlankDatabase(bench, databaseUrl!);
  const platform = await bench.startPlatform(
    { platform: { dataDir: await bench.folder(), databaseUrl: own?.url } },
    { SEED: "regions" },
    { dist },
  );
  const devices: LoadDevice[] = [];
  for (let n = 0; n < connections; n++) devices.push(await platform.register(`meter-${n}`));
  const load = startLoad(bench, {
    host: "127.0.0.1",
    ports: [platform.mqttPort],
    devices,
    qos: 1,
    window: WINDOW,
    readingsPerMessage: 1,
    rate,
    from: moments.next,
    stepMs: STEP_MS,
    amount: { warmUpMs: Math.min(WARM_UP_MS, seconds * 1000), runMs: seconds * 1000 },
    record: false,
  });
  await load.counting;
  const before = processMs(platform.child.pid!);
  await load.counted;
  const spentMs = processMs(platform.child.pid!) - before;
  const report = await load.report;
  moments.used(report.last);
  const stored = await platform.metric("sbi_items_total", 'outcome="stored"');
  if (stored !== report.total.acknowledged || stored === 0) {
    throw new Error(
      `expected ${report.total.acknowledged} acknowledged messages to be stored, found ${stored}`,
    );
  }
  await platform.end("SIGTERM");
  await own?.drop();
  return {
    cost: (spentMs * 1000) / report.acknowledged,
    thousands: report.acknowledged / report.seconds / 1000,
  };
}

/** The commit of a checkout, or its folder where it is none. */
function commitOf(dist: string): string {
  const git = spawnSync("git", ["-C", dirname(dist), "rev-parse", "--short", "HEAD"], { encoding: "utf8" });
  return git.status === 0 ? `commit ${git.stdout.trim()}` : dist;
}
