import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../../store/database/index.ts";
import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import type { BenchDatabase } from "../bench-database.ts";
import { FEW_CONNECTIONS } from "../cluster/stage.ts";
import { assertFiles, OTHER_FILES } from "../files.ts";
import { findServer, processMs, serverMs } from "../processor-time.ts";
import { weigh } from "../province/disk.ts";
import { addFleet } from "../province/fleet.ts";
import type { ProvinceDevice } from "../province/messages.ts";
import { EVENTS_PER_SECOND, itemsPerSecond, keptInAll, RHYTHMS, scaled } from "../province/rhythms.ts";
import { type Meters, RunningFleet, type Stretch } from "../province/run.ts";
import { needsTable, stretchTable } from "../province/tables.ts";
import { type Bench, defineStory, numberFlag } from "../story.ts";

const flags = {
  scale: numberFlag(
    5,
    0.001,
    100,
    "percent of the devices with a connection of their own that connect; each reports as much more often",
  ),
  kept: numberFlag(100, 0, 100, "percent of what the province keeps in an hour that comes back"),
  registered: numberFlag(100, 0.001, 100, "percent of the province that is registered"),
  processes: numberFlag(2, 1, 8, "processes of one platform, with doors of their own"),
  seconds: numberFlag(20, 0.2, 3600, "counted time at each rhythm"),
  times: {
    type: "numbers",
    fallback: [1, 2, 4, 8, 12, 16, 24, 32],
    min: 0.01,
    max: 1000,
    about:
      "rhythms, as multiples of the province's, the first also during the return; ends where one is too much",
  },
  "return-limit": numberFlag(150, 1, 86_400, "seconds that the return of the fleet may take here"),
  limit: numberFlag(100, 1, 60_000, "milliseconds of the p99 beyond which a rhythm is too much"),
} as const;

/** The province of docs/scaling.md: its register, its rhythms, and its fleet that comes back after an hour. */
export const province = defineStory({
  name: "province",
  about: "716,800 devices at their rhythms, and their return after an hour without network: what it takes",
  flags,
  async run(bench, values) {
    const registered = scaled(values.registered);
    const connected = scaled(values.scale).map((part, n) => ({
      ...part,
      devices: Math.min(part.devices, registered[n]!.devices),
    }));
    const connections = connected.slice(1).reduce((sum, { devices }) => sum + devices, 0);
    await assertFiles(connections + OTHER_FILES, "a smaller --scale; connections:");
    const database = await bench.createDatabase({ shared: true });
    return database.withPool(async (pool) => {
      const devices = await addFleet(pool, registered, connected, bench.progress);
      const platforms = await startAll(bench, database, values.processes);
      const atStart = await memory(platforms);
      bench.progress(`${values.processes} processes know the register, and take ${megabytes(atStart)} MiB`);
      const fleet = new RunningFleet(
        bench,
        orderOf(devices, platforms, values.kept),
        await metersOf(pool, platforms),
      );
      const connectSeconds = await fleet.connectAll();
      const withAll = await memory(platforms);
      bench.progress(
        `${connections} have logged in after ${connectSeconds.toFixed(1)} s; ${megabytes(withAll)} MiB`,
      );
      const back = await comeBack(bench, fleet, values);
      const afterReturn = await memory(platforms);
      const stretches = await raise(bench, fleet, values);
      const total = await rest(fleet, platforms);
      const weight = await weigh(pool, database.tables);
      const facts = {
        connections,
        connectSeconds,
        back,
        atStart,
        withAll,
        afterReturn,
        weight,
        stretches,
        total,
        ...values,
      };
      return {
        database: database.facts,
        tables: [stretchTable(stretches, values.limit), needsTable(facts)],
        notes: notesOf(values, connections, await fsyncOf(pool)),
      };
    });
  },
});

async function startAll(
  bench: Bench,
  database: BenchDatabase,
  processes: number,
): Promise<PlatformProcess[]> {
  const keys = await bench.folder();
  const platforms: PlatformProcess[] = [];
  for (let n = 0; n < processes; n++) {
    const env = { INSTANCE_ID: `bench-${n}`, BROADCAST_KEYS_DIR: keys, ...FEW_CONNECTIONS };
    platforms.push(await bench.startPlatform(database, env));
  }
  return platforms;
}

/** Fewer devices speak as often together as all would. */
const orderOf = (
  devices: readonly ProvinceDevice[],
  platforms: readonly PlatformProcess[],
  keptPercent: number,
) => ({
  host: "127.0.0.1",
  ports: platforms.map(({ mqttPort }) => mqttPort),
  devices,
  parts: RHYTHMS.map(({ devices: count, intervalSeconds, kept }, part) => {
    const speaking = devices.filter((device) => device.part === part).length;
    // What all of them have kept is shared out to those that speak; a meter has its one.
    const share = (kept * count * keptPercent) / 100;
    const each = part === 0 ? Math.ceil(share) : Math.round(share / Math.max(1, speaking));
    const hourMs = 3_600_000;
    // At most a day back, like a fleet that was away for an hour with more readings in it.
    return {
      perSecond: count / intervalSeconds,
      kept: each,
      stepMs: each > 0 ? Math.floor((20 * hourMs) / Math.max(each, 1200)) : hourMs,
    };
  }),
  eventsPerSecond: EVENTS_PER_SECOND,
});

async function metersOf(pool: Pool, platforms: readonly PlatformProcess[]): Promise<() => Promise<Meters>> {
  const server = await findServer(pool);
  return async () => {
    const { rows } = await pool.query<{ bytes: number }>(
      "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
    );
    return {
      platformMs: platforms.reduce((sum, { child }) => sum + processMs(child.pid!), 0),
      databaseMs: serverMs(server),
      walBytes: rows[0]!.bytes,
    };
  };
}

export interface Return {
  readonly seconds: number;
  /** Kept readings that came in that time. */
  readonly readings: number;
  /** True when all that was kept came. */
  readonly whole: boolean;
  readonly stretch: Stretch;
}

const LOOK_MS = 500;

/** All hand over what they have kept, while the fleet reports at its rhythm. */
async function comeBack(
  bench: Bench,
  fleet: RunningFleet,
  { times: [rhythm = 1], "return-limit": limitSeconds }: { times: readonly number[]; "return-limit": number },
): Promise<Return> {
  const first = (await fleet.stretch()).report.keptStill;
  const began = performance.now();
  fleet.tell({ type: "rhythm", times: rhythm });
  fleet.tell({ type: "return" });
  // Each look begins a new count, so what came is added up.
  const parts: Stretch[] = [];
  for (let told = began; ; ) {
    const part = await fleet.stretch();
    parts.push(part);
    const now = performance.now();
    const { keptStill, waiting } = part.report;
    const seconds = (now - began) / 1000;
    // What is under way at the steady rhythm is a fraction of a second's.
    const isOver = keptStill === 0 && waiting < itemsPerSecond();
    if (isOver || seconds > limitSeconds) {
      fleet.tell({ type: "forget" });
      const stretch = added(parts);
      return { seconds, readings: first - keptStill, whole: isOver, stretch };
    }
    if (now - told > 10_000) {
      told = now;
      bench.progress(`${keptStill.toLocaleString("en-US")} kept readings are still to be sent`);
    }
    await sleep(LOOK_MS);
  }
}

function added(parts: readonly Stretch[]): Stretch {
  const last = parts.at(-1)!;
  const sum = (pick: (part: Stretch) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    report: {
      ...last.report,
      seconds: sum(({ report }) => report.seconds),
      due: sum(({ report }) => report.due),
      acknowledged: sum(({ report }) => report.acknowledged),
      messages: sum(({ report }) => report.messages),
    },
    spent: {
      platformMs: sum(({ spent }) => spent.platformMs),
      databaseMs: sum(({ spent }) => spent.databaseMs),
      walBytes: sum(({ spent }) => spent.walBytes),
    },
  };
}

/** The province's rhythm, and multiples of it until acknowledgements take longer or what waits grows. */
async function raise(
  bench: Bench,
  fleet: RunningFleet,
  { times, seconds, limit }: { times: readonly number[]; seconds: number; limit: number },
): Promise<{ times: number; stretch: Stretch; held: boolean }[]> {
  const stretches: { times: number; stretch: Stretch; held: boolean }[] = [];
  for (const each of times) {
    const stretch = await fleet.live(each, seconds, Math.min(5, seconds / 2));
    const { acknowledged, waiting, p99 } = stretch.report;
    // More than a second's worth that waits has piled up.
    const held = (p99 ?? 0) <= limit && waiting < itemsPerSecond() * each;
    stretches.push({ times: each, stretch, held });
    bench.progress(
      `${each} times the province: ${Math.round(acknowledged / stretch.report.seconds)} items/s acknowledged, p99 ${(p99 ?? 0).toFixed(0)} ms, ${waiting} waiting`,
    );
    if (!held) break;
  }
  return stretches;
}

const REST_MS = 60_000;

/** Silence, until all is acknowledged. @throws Error when what is stored differs from what was acknowledged */
async function rest(fleet: RunningFleet, platforms: readonly PlatformProcess[]): Promise<number> {
  fleet.tell({ type: "rhythm", times: 0 });
  for (const deadline = performance.now() + REST_MS; ; ) {
    await sleep(LOOK_MS);
    const { waiting, total } = (await fleet.stretch()).report;
    if (waiting > 0 && performance.now() < deadline) continue;
    let stored = 0;
    for (const platform of platforms) stored += await platform.metric("sbi_items_total", 'outcome="stored"');
    if (stored !== total || total === 0) {
      throw new Error(
        `expected ${total} acknowledged items to be stored, found ${stored}; ${waiting} are waiting`,
      );
    }
    fleet.tell({ type: "end" });
    return total;
  }
}

async function memory(platforms: readonly PlatformProcess[]): Promise<number> {
  const each = await Promise.all(
    platforms.map((platform) => platform.metric("sbi_process_resident_memory_bytes")),
  );
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

const fsyncOf = async (pool: Pool): Promise<string> =>
  (await pool.query<{ fsync: string }>("show fsync")).rows[0]!.fsync;

const notesOf = (
  { scale, registered, processes }: { scale: number; registered: number; processes: number },
  connections: number,
  fsync: string,
): string[] => [
  `Simulated: a register of ${registered} % of 716,800 devices; ${connections.toLocaleString("en-US")} connections, all gateways with all their meters at their own rhythm and ${scale} % of the cameras, speakers and e-bikes, which report as much more often; arrivals independent of each other; ${EVENTS_PER_SECOND} events a second; ${processes} processes, the database and the load on this machine.`,
  `The return: what the whole province has kept in an hour (${keptInAll().toLocaleString("en-US")} readings), shared out to those that connect, 60 in a message, while the fleet reports.`,
  "There is no kind of e-bikes yet: theirs are readings of cameras. Nobody asked anything, no alarm was raised, nothing was broadcast.",
  "Rows stored must equal items acknowledged, or the story fails. A day and a year are extrapolated from what was measured, as the table says for each figure.",
  ...(fsync === "off"
    ? [
        "This database server does not wait for its disk (fsync is off), as for tests: a real one commits more slowly.",
      ]
    : []),
];
