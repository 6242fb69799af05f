import { findKnee, type Knee } from "../cluster/knee.ts";
import { atFullSpeed, atRate, type ClusterSetting, type Figures } from "../cluster/measure.ts";
import { type ClusterWay, type Lineup, Lineups, missingWays, WAY_NAMES, WAYS } from "../cluster/stage.ts";
import { type Cell, spread, type Table } from "../figures.ts";
import { addMeters } from "../fleet.ts";
import { Moments } from "../load/run-load.ts";
import { findServer } from "../processor-time.ts";
import { CannotRun, defineStory, numberFlag, runsFlag } from "../story.ts";

const flags = {
  runs: runsFlag(),
  ways: { type: "words", fallback: WAYS, of: WAYS, about: "how messages come to the processes" },
  processes: { type: "numbers", fallback: [1, 2, 4], min: 1, max: 8, about: "processes of one platform" },
  connections: numberFlag(48, 1, 5000, "connections of single meters, QoS 1, one reading in a message"),
  seconds: numberFlag(2, 0.1, 600, "counted time of a run, about"),
  rate: numberFlag(5000, 10, 200_000, "messages/s at which latency is measured"),
  steps: {
    type: "numbers",
    fallback: [50, 65, 80, 95],
    min: 1,
    max: 200,
    about: "percent of the full speed that are tried for the knee, in the first run",
  },
  limit: numberFlag(100, 1, 60_000, "milliseconds of the p99 beyond which a rate is too much"),
} as const;

/** A way and a number of processes, and all that was measured with them. */
interface Case {
  readonly way: ClusterWay;
  readonly processes: number;
  readonly full: Figures[];
  readonly steady: Figures[];
  knee?: Knee;
}

/** What a message costs with one, two and four processes of one platform, and how much they take. */
export const cluster = defineStory({
  name: "cluster",
  about: "several processes of one platform: processor time of a message, messages/s, and where the knee is",
  flags,
  async run(bench, values) {
    const missing = missingWays(values.ways);
    const ways = WAYS.filter((way) => values.ways.includes(way) && !missing.some((one) => one.way === way));
    for (const { way, why } of missing) bench.progress(`without ${way}: ${why}`);
    if (ways.length === 0) throw new CannotRun(missing.map(({ why }) => why).join("; "));
    const database = await bench.createDatabase({ shared: true });
    const { devices, server, fsync } = await database.withPool(async (pool) => ({
      devices: await addMeters(pool, values.connections),
      server: await findServer(pool),
      fsync: (await pool.query<{ fsync: string }>("show fsync")).rows[0]!.fsync,
    }));
    const setting: ClusterSetting = { bench, devices, moments: new Moments() };
    const stages = new Lineups(bench, database, server);
    const cases = ways.flatMap((way) =>
      values.processes.map((processes): Case => ({ way, processes, full: [], steady: [] })),
    );
    for (let run = 1; run <= values.runs; run++) {
      for (const one of cases) {
        const stage = await stages.open(one.way, one.processes);
        await measureCase(setting, stage, one, values);
        await stage.end();
        const { perSecond, cost } = one.full.at(-1)!;
        bench.progress(
          `run ${run}/${values.runs}, ${one.way}, ${one.processes}: ${Math.round(perSecond)} messages/s, ${cost.platform.toFixed(1)} + ${cost.database.toFixed(1)} + ${cost.broker.toFixed(1)} us`,
        );
      }
    }
    return {
      database: database.facts,
      tables: [
        fullSpeedTable(cases, values.runs),
        steadyTable(cases, values),
        kneeTable(cases, values.limit),
      ],
      notes: notesOf(values, fsync, missing),
    };
  },
});

/** The knee is looked for once, in the first run, because it takes as long as all the others. */
async function measureCase(
  setting: ClusterSetting,
  stage: Lineup,
  one: Case,
  { seconds, rate, steps, limit }: { seconds: number; rate: number; steps: readonly number[]; limit: number },
): Promise<void> {
  // Code that has run before is quicker; this also tells how many messages fill the time.
  const warm = await atFullSpeed(setting, stage, Math.ceil(10_000 * Math.min(1, seconds)));
  const full = await atFullSpeed(setting, stage, Math.max(100, Math.ceil(warm.perSecond * seconds)));
  one.full.push(full);
  one.steady.push(await atRate(setting, stage, rate, seconds));
  if (one.knee || steps.length === 0) return;
  one.knee = await findKnee(setting, stage, full.perSecond, { steps, seconds, limitMs: limit });
}

const perCase = [{ title: "way" }, { title: "processes" }] as const;
const costColumns = [
  { title: "platform us", digits: 1 },
  { title: "database us", digits: 1 },
  { title: "broker us", digits: 1 },
] as const;

const rowOf = (
  { way, processes }: Case,
  figures: readonly Figures[],
  picks: readonly ((one: Figures) => number)[],
): Cell[] => [
  WAY_NAMES[way],
  processes,
  ...picks.map((pick) => {
    const found = figures.map(pick);
    return found.some(Number.isNaN) ? null : spread(found);
  }),
];

const costs = [
  ({ cost }: Figures) => cost.platform,
  ({ cost }: Figures) => cost.database,
  ({ cost }: Figures) => cost.broker,
];

const fullSpeedTable = (cases: readonly Case[], runs: number): Table => ({
  title: `At full speed: messages that are committed, and the processor time of each, median of ${runs} (min–max)`,
  columns: [...perCase, { title: "messages/s" }, ...costColumns],
  rows: cases.map((one) => rowOf(one, one.full, [({ perSecond }) => perSecond, ...costs])),
});

const steadyTable = (cases: readonly Case[], { runs, rate }: { runs: number; rate: number }): Table => ({
  title: `At ${rate.toLocaleString("en-US")} messages/s, median of ${runs} (min–max)`,
  columns: [
    ...perCase,
    { title: "p50 ms", digits: 1 },
    { title: "p99 ms", digits: 1 },
    { title: "all stored after the last acknowledgement, ms" },
    ...costColumns,
  ],
  rows: cases.map((one) =>
    rowOf(one, one.steady, [({ p50 }) => p50, ({ p99 }) => p99, ({ behindMs }) => behindMs, ...costs]),
  ),
});

const kneeTable = (cases: readonly Case[], limit: number): Table => ({
  title: `The knee: the highest rate of those tried with a p99 of at most ${limit} ms and nothing that piles up`,
  columns: [
    ...perCase,
    { title: "messages/s" },
    { title: "p99 ms", digits: 1 },
    { title: "what gave way at the next" },
  ],
  rows: cases.flatMap(({ way, processes, knee }) =>
    knee ? [[WAY_NAMES[way], processes, knee.rate ?? null, knee.p99 ?? null, knee.gaveWay ?? "nothing"]] : [],
  ),
});

const notesOf = (
  { seconds, steps }: { seconds: number; steps: readonly number[] },
  fsync: string,
  missing: readonly { way: ClusterWay; why: string }[],
): string[] => [
  "Platform: all its processes together; database: every process of the server; broker: all of RabbitMQ, or Mosquitto. The load shares the machine with them and is not counted.",
  "Behind a broker a device's acknowledgement comes from the broker, and what is stored follows; at the processes' own doors it is acknowledged once it is stored.",
  `The knee is looked for in the first run, in steps of ${steps.join(", ")} percent of that run's full speed, ${seconds} s each.`,
  "After each run the rows stored must equal the messages acknowledged, or the story fails.",
  ...(fsync === "off"
    ? [
        "This database server does not wait for its disk (fsync is off), as for tests: a real one commits more slowly.",
      ]
    : []),
  ...missing.map(({ way, why }) => `Not measured: ${way}. ${why}.`),
];
