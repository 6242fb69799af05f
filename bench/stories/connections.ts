import { setTimeout as sleep } from "node:timers/promises";
import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import type { BenchDatabase } from "../bench-database.ts";
import { type Cell, spread } from "../figures.ts";
import { assertFiles, OTHER_FILES } from "../files.ts";
import { addMeters, type LoadDevice } from "../fleet.ts";
import { Child } from "../load/child.ts";
import { Moments } from "../load/run-load.ts";
import type { StormMessage, StormOrder } from "../load/storm.ts";
import { freePort } from "../peer/local-program.ts";
import { type Bench, defineStory, numberFlag, runsFlag } from "../story.ts";

const RETRY_MS = 1000;
const MIB = 2 ** 20;

const flags = {
  runs: runsFlag("runs, each with a new platform"),
  devices: numberFlag(10_000, 10, 60_000, "devices that connect"),
  spread: numberFlag(
    2,
    0.1,
    60,
    "seconds over which all send a reading; in the middle the platform is killed",
  ),
} as const;

interface Measured {
  readonly connectSeconds: number;
  readonly kibEach: number;
  readonly heapEach: number;
  readonly megabytes: number;
  readonly backSeconds: number;
  readonly startSeconds: number;
  readonly sentAgain: number;
  readonly lost: number;
}

/** The cost of an idle connection, and the time until a fleet is back. */
export const connections = defineStory({
  name: "connections",
  about: "memory per idle connection, and seconds until a whole fleet is back after a kill, nothing lost",
  flags,
  async run(bench, values) {
    await assertFiles(values.devices + OTHER_FILES, "--devices");
    const database = await bench.createDatabase();
    const devices = await database.withPool((pool) => addMeters(pool, values.devices));
    const moments = new Moments();
    const runs: Measured[] = [];
    for (let run = 1; run <= values.runs; run++) {
      const figures = await measure(bench, database, devices, moments, values.spread * 1000);
      runs.push(figures);
      bench.progress(
        `run ${run}/${values.runs}: ${figures.kibEach.toFixed(1)} KiB each, all back after ${figures.backSeconds.toFixed(1)} s`,
      );
    }
    const of = (key: keyof Measured) => spread(runs.map((figures) => figures[key]));
    const rows: Cell[][] = [
      ["seconds to connect all, 200 logins at a time", of("connectSeconds")],
      ["resident memory of the platform with all connected, MiB", of("megabytes")],
      ["resident memory per idle connection, KiB", of("kibEach")],
      ["of it JavaScript heap, KiB", of("heapEach")],
      ["seconds from the kill until the platform listens again", of("startSeconds")],
      ["seconds from then until all are back and all is acknowledged", of("backSeconds")],
      ["readings sent again", of("sentAgain")],
      ["acknowledged readings that are missing", of("lost")],
    ];
    return {
      database: database.facts,
      tables: [
        {
          title: `${values.devices.toLocaleString("en-US")} devices, median of ${values.runs} (min–max)`,
          columns: [{ title: "what" }, { title: "figure", digits: 1 }],
          rows,
        },
      ],
      notes: [
        `The platform is killed with SIGKILL while every device sends a reading within ${values.spread} s. Devices try again every ${RETRY_MS / 1000} s, give or take a half.`,
      ],
    };
  },
});

async function measure(
  bench: Bench,
  database: BenchDatabase,
  devices: readonly LoadDevice[],
  moments: Moments,
  spreadMs: number,
): Promise<Measured> {
  // The same port after the kill, as devices know no other.
  const port = await freePort();
  const env = { MQTT_PORT: String(port) };
  let platform = await bench.startPlatform(database, env);
  const before = await memory(platform);
  const began = performance.now();
  const from = moments.next;
  const storm = Child.start<StormMessage>(bench, "load/storm.ts", {
    host: "127.0.0.1",
    port,
    devices,
    retryMs: RETRY_MS,
    from,
  } satisfies StormOrder);
  await storm.next("connected");
  const connectSeconds = (performance.now() - began) / 1000;
  const after = await memory(platform);

  storm.tell({ type: "observe", spreadMs });
  await sleep(spreadMs / 2);
  await platform.end("SIGKILL");
  const killed = performance.now();
  platform = await bench.startPlatform(database, env);
  const ready = performance.now();
  await storm.next("acknowledged");
  const back = performance.now();
  storm.tell({ type: "end" });
  const report = await storm.next("report");
  moments.used(from + 1000);
  await platform.end("SIGTERM");
  return {
    connectSeconds,
    kibEach: (after.resident - before.resident) / devices.length / 1024,
    heapEach: (after.heap - before.heap) / devices.length / 1024,
    megabytes: after.resident / MIB,
    startSeconds: (ready - killed) / 1000,
    backSeconds: (back - ready) / 1000,
    sentAgain: report.sentAgain,
    lost: report.acknowledged - (await count(database, from)),
  };
}

/** Each device has sent one reading, observed a second after `from`. */
const count = (database: BenchDatabase, from: number): Promise<number> =>
  database.withPool(async (pool) => {
    const { rows } = await pool.query<{ n: number }>(
      "select count(*) as n from readings_gas_meter where observed_at = $1",
      [new Date(from + 1000).toISOString()],
    );
    return rows[0]!.n;
  });

const LOOK_MS = 250;
const LOOKS = 40;
const SAME_LOOKS = 4;

/** Memory once it has come to rest: garbage of the logins goes in its own time. */
async function memory(platform: PlatformProcess): Promise<{ resident: number; heap: number }> {
  let best = { resident: Number.POSITIVE_INFINITY, heap: Number.POSITIVE_INFINITY };
  let same = 0;
  for (let look = 0; look < LOOKS && same < SAME_LOOKS; look++) {
    const resident = await platform.metric("sbi_process_resident_memory_bytes");
    const heap = await platform.metric("sbi_nodejs_heap_size_used_bytes");
    same = Math.abs(resident - best.resident) < MIB ? same + 1 : 0;
    best = { resident, heap: Math.min(heap, best.heap) };
    await sleep(LOOK_MS);
  }
  return best;
}
