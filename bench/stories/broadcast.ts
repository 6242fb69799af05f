import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRootKey } from "../../broadcast/signing/index.ts";
import { signInDutyOfficer } from "../../test/helpers/duty-officer.ts";
import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import { measureBeside } from "../broadcast/beside.ts";
import { createHeavyAlerts } from "../broadcast/heavy.ts";
import { longestPause } from "../broadcast/pauses.ts";
import type { SpeakersCommand, SpeakersMessage, SpeakersOrder } from "../broadcast/speakers.ts";
import { CITY, COUNTY } from "../database.ts";
import { type Cell, spread } from "../figures.ts";
import { assertFiles, OTHER_FILES } from "../files.ts";
import { addMeters, addSpeakers } from "../fleet.ts";
import { Child } from "../load/child.ts";
import { defineStory, numberFlag, runsFlag } from "../story.ts";

/** Chinese characters per second of reading aloud, as the platform and the simulated speakers reckon. */
const HAN_PER_SECOND = 4.5;
const CONNECT_MS = 180_000;
const RESOLVED_MS = 300_000;
const LOOK_MS = 250;
/** Between two releases: every speaker is silent, and its last reports are committed. */
const REST_MS = 3_000;
const MIB = 2 ** 20;
/** They send the readings beside which pauses are measured. */
const METERS = 50;

const flags = {
  runs: { ...runsFlag("releases"), fallback: 5 },
  speakers: numberFlag(10_000, 10, 60_000, "speakers that are online, in a process of their own"),
  seconds: numberFlag(30, 1, 60, "seconds that the text takes"),
  registered: numberFlag(36_000, 0, 100_000, "speakers in the register in all, for requests by area"),
  beside: numberFlag(10, 0.1, 600, "seconds that previews, drafts and imports are measured, each"),
  rate: numberFlag(1000, 1, 20_000, "readings per second meanwhile"),
} as const;

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

interface Measured {
  readonly releaseSeconds: number;
  readonly handedOver: Percentiles;
  readonly acknowledged: Percentiles;
  readonly started: Percentiles;
  readonly resolvedSeconds: number;
  readonly notSounded: number;
  readonly playedAgain: number;
  /** The main thread's longest, from before the release until every target is resolved. */
  readonly pauseMs: number;
}

/** From the release of a broadcast to the proof of every speaker. */
export const broadcast = defineStory({
  name: "broadcast",
  about:
    "seconds from a release to the last command, the sound and the proof of every speaker; the main thread's pauses",
  flags,
  async run(bench, { runs, speakers, seconds, registered, beside, rate }) {
    await assertFiles(speakers + OTHER_FILES, "--speakers");
    const database = await bench.createDatabase();
    const alerts = await createHeavyAlerts();
    const { devices, meters } = await database.withPool(async (pool) => {
      // Elsewhere: no broadcast to the county reaches them.
      await addSpeakers(pool, Math.max(0, registered - speakers), { prefix: "away", regionCode: CITY });
      return { devices: await addSpeakers(pool, speakers), meters: await addMeters(pool, METERS) };
    });
    const trusted = await bench.folder();
    const folder = join(trusted, encodeURIComponent(alerts.sender));
    await mkdir(folder);
    await writeFile(join(folder, "certificate.pem"), alerts.certificatePem);
    const rootFile = join(await bench.folder(), "root.json");
    const root = await createRootKey(rootFile);
    const platform = await bench.startPlatform(database, {
      BROADCAST_ROOT_KEY: rootFile,
      CAP_TRUSTED_CERTS: trusted,
    });
    const began = performance.now();
    const child = Child.start<SpeakersMessage>(bench, "broadcast/speakers.ts", {
      mqttUrl: `mqtt://127.0.0.1:${platform.mqttPort}`,
      keysUrl: `http://127.0.0.1:${platform.httpPort}/v1/broadcasts/keys`,
      root,
      regionCode: COUNTY,
      devices,
      withinMs: CONNECT_MS,
    } satisfies SpeakersOrder);
    await child.next("listening");
    const connectSeconds = (performance.now() - began) / 1000;
    bench.progress(`${speakers} speakers listen after ${connectSeconds.toFixed(1)} s`);
    const measured: Measured[] = [];
    let resident = 0;
    const officer = await signInDutyOfficer((path, init) => platform.api(path, init), platform.httpPort);
    // The first one warms up and is not counted.
    for (let run = 0; run <= runs; run++) {
      await sleep(REST_MS);
      const id = await draft(platform, seconds);
      const { pauseMs, result: figures } = await longestPause(platform, () => release(platform, officer, id));
      child.tell({ type: "count", broadcastId: id } satisfies SpeakersCommand);
      const played = await child.next("played");
      resident = played.residentBytes;
      if (run > 0) measured.push({ ...figures, playedAgain: played.again, pauseMs });
      bench.progress(
        `release ${run}/${runs}: handed over p99 ${figures.handedOver.p99.toFixed(2)} s, max ${figures.handedOver.max.toFixed(2)} s; started p95 ${figures.started.p95.toFixed(2)} s; resolved ${figures.resolvedSeconds.toFixed(1)} s; not sounded ${figures.notSounded}; longest pause ${pauseMs.toFixed(0)} ms`,
      );
    }
    const pauses = await measureBeside(bench, {
      platform,
      officer,
      meters,
      alerts,
      runs,
      seconds: beside,
      rate,
    });
    const platformMiB = (await platform.metric("sbi_process_resident_memory_bytes")) / MIB;
    const of = (value: (figures: Measured) => number) => spread(measured.map(value));
    const steps = ["handedOver", "acknowledged", "started"] as const;
    const names = {
      handedOver: "command on the speaker's connection",
      acknowledged: "speaker has accepted",
      started: "speaker has started",
    };
    const times: Cell[][] = steps.map((step) => [
      `release → ${names[step]}`,
      of((figures) => figures[step].p50),
      of((figures) => figures[step].p95),
      of((figures) => figures[step].p99),
      of((figures) => figures[step].max),
    ]);
    return {
      database: database.facts,
      tables: [
        {
          title: `Seconds over ${speakers.toLocaleString("en-US")} speakers, median of ${runs} releases (min–max)`,
          columns: [
            { title: "from → to" },
            { title: "p50", digits: 2 },
            { title: "p95", digits: 2 },
            { title: "p99", digits: 2 },
            { title: "last", digits: 2 },
          ],
          rows: times,
        },
        {
          title: "The whole",
          columns: [{ title: "what" }, { title: "figure", digits: 1 }],
          rows: [
            ["seconds from the release to its answer by the API", of(({ releaseSeconds }) => releaseSeconds)],
            [
              "seconds from the release until every target is resolved",
              of(({ resolvedSeconds }) => resolvedSeconds),
            ],
            ["speakers that are not proven to have sounded", of(({ notSounded }) => notSounded)],
            ["plays beyond one of a speaker", of(({ playedAgain }) => playedAgain)],
            ["the main thread's longest pause from the release until then, ms", of(({ pauseMs }) => pauseMs)],
            ["seconds until all speakers were connected and listened", connectSeconds],
            ["resident memory of the platform in the end, MiB", platformMiB],
            ["resident memory of the speakers' process in the end, MiB", resident / MIB],
          ],
        },
        pauses,
      ],
      notes: [
        `All speakers are online and well, and the text takes ${seconds} s. While they play each reports every 2 s. Accepted and started are the moments when the platform heard of it or, where that is earlier, the speaker's own.`,
        `Pauses are measured by the platform itself (sbi_nodejs_eventloop_lag_max_seconds): up to 10 ms of each are the measuring timer's own. The shapes of previews, drafts and alerts lie over nearly all of ${Math.max(registered, speakers).toLocaleString("en-US")} speakers, and each is asked for as soon as the one before it is answered.`,
      ],
    };
  },
});

async function draft(platform: PlatformProcess, seconds: number): Promise<string> {
  const description = "山".repeat(Math.max(1, Math.round(seconds * HAN_PER_SECOND)));
  const { id } = await platform.api<{ id: string }>("/v1/broadcasts", {
    method: "POST",
    body: {
      mode: "actual",
      level: 1,
      eventCode: "11A51",
      texts: [{ language: "zh-CN", headline: "山洪灾害预警", description }],
      target: { regions: [COUNTY] },
    },
  });
  return id;
}

type Officer = Awaited<ReturnType<typeof signInDutyOfficer>>;

interface Shown {
  readonly state: string;
  readonly releasedAt: string;
  readonly endedAt: string | null;
  readonly counts: { readonly targets: number; readonly sounded: number };
}

/** Releases a draft and waits until all of it is resolved. */
async function release(
  platform: PlatformProcess,
  officer: Officer,
  id: string,
): Promise<Omit<Measured, "playedAgain" | "pauseMs">> {
  const began = performance.now();
  await officer(`/v1/broadcasts/${id}/release`, { method: "POST", body: { revision: 1 } });
  const releaseSeconds = (performance.now() - began) / 1000;
  const deadline = Date.now() + RESOLVED_MS;
  let shown = await platform.api<Shown>(`/v1/broadcasts/${id}`);
  while (shown.endedAt === null) {
    if (Date.now() > deadline) throw new Error(`The broadcast is '${shown.state}' after ${RESOLVED_MS} ms`);
    await sleep(LOOK_MS);
    shown = await platform.api<Shown>(`/v1/broadcasts/${id}`);
  }
  const { seconds } = await platform.api<{
    seconds: Record<"handedOver" | "acknowledged" | "started", Percentiles>;
  }>(`/v1/broadcasts/${id}/coverage?level=county`);
  return {
    releaseSeconds,
    ...seconds,
    resolvedSeconds: (Date.parse(shown.endedAt) - Date.parse(shown.releasedAt)) / 1000,
    notSounded: shown.counts.targets - shown.counts.sounded,
  };
}
