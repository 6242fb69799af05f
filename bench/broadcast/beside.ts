import type { signInDutyOfficer } from "../../test/helpers/duty-officer.ts";
import { ADMIN_KEY, type PlatformProcess } from "../../test/helpers/platform-process.ts";
import { spread, type Table } from "../figures.ts";
import type { LoadDevice } from "../fleet.ts";
import { Moments, STEP_MS, startLoad, WINDOW } from "../load/run-load.ts";
import type { Bench } from "../story.ts";
import { type HeavyAlerts, heavyTarget } from "./heavy.ts";
import { longestPause, repeatUntil } from "./pauses.ts";

export interface BesideOptions {
  readonly platform: PlatformProcess;
  readonly officer: Awaited<ReturnType<typeof signInDutyOfficer>>;
  readonly meters: readonly LoadDevice[];
  readonly alerts: HeavyAlerts;
  readonly runs: number;
  /** How long each is measured. */
  readonly seconds: number;
  /** Readings per second at the same time. */
  readonly rate: number;
}

interface Measured {
  readonly pauseMs: number;
  /** How often it was done. */
  readonly times: number;
  readonly p99: number;
}

/** The requests beside the readings, one after the other for as long as the readings go on. */
function askings({ platform, officer, alerts }: BesideOptions): Record<string, () => Promise<unknown>> {
  const target = heavyTarget();
  const texts = [{ language: "zh-CN", headline: "山洪灾害预警", description: "请立即转移到高处。" }];
  const post = (path: string, body: unknown) => officer<{ id: string }>(path, { method: "POST", body });
  const draft = () => post("/v1/broadcasts", { mode: "actual", level: 1, eventCode: "11A51", texts, target });
  return {
    "previews of 50 polygons with 1,000 points": () => post("/v1/broadcasts/preview", { target }),
    "drafts of the same, submitted": async () => {
      const { id } = await draft();
      await post(`/v1/broadcasts/${id}/submit`, { revision: 1 });
    },
    "imports of signed alerts of 1 MB with the same": async () => {
      const response = await fetch(`http://127.0.0.1:${platform.httpPort}/v1/broadcasts`, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/cap+xml" },
        body: alerts.next(),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`An alert was refused: ${response.status} ${answer}`);
    },
  };
}

/**
 * The main thread's longest pauses with a steady load of readings: with nothing beside it, and with each of the most
 * expensive requests, in turn in each run, so that a busy moment of the machine falls on all of them alike.
 */
export async function measureBeside(bench: Bench, options: BesideOptions): Promise<Table> {
  const { platform, meters, runs, seconds, rate } = options;
  const moments = new Moments();
  const nothing = async () => {};
  const cases = { "nothing else": nothing, ...askings(options) };
  const measured = new Map<string, Measured[]>(Object.keys(cases).map((name) => [name, []]));

  async function measure(ask: () => Promise<unknown>): Promise<Measured> {
    const load = startLoad(bench, {
      host: "127.0.0.1",
      ports: [platform.mqttPort],
      devices: meters,
      qos: 1,
      window: WINDOW,
      readingsPerMessage: 1,
      rate,
      from: moments.next,
      stepMs: STEP_MS,
      amount: { warmUpMs: 300, runMs: seconds * 1000 },
      record: false,
    });
    await load.counting;
    const { pauseMs, result } = await longestPause(platform, () =>
      ask === nothing ? load.counted.then(() => 0) : repeatUntil(ask, load.counted),
    );
    const report = await load.report;
    moments.used(report.last);
    return { pauseMs, times: result, p99: report.p99 ?? Number.NaN };
  }

  // Code that has run before is quicker.
  for (const ask of Object.values(cases)) await ask();
  for (let run = 1; run <= runs; run++) {
    for (const [name, ask] of Object.entries(cases)) {
      const found = await measure(ask);
      measured.get(name)!.push(found);
      bench.progress(
        `${rate} readings/s and ${name}, ${run}/${runs}: longest pause ${found.pauseMs.toFixed(0)} ms, ${found.times} times`,
      );
    }
  }
  const alone = measured.get("nothing else")!;
  return {
    title: `The main thread's longest pause in ${seconds} s with ${rate.toLocaleString("en-US")} readings/s, median of ${runs} (min–max)`,
    columns: [
      { title: "beside them" },
      { title: "how often" },
      { title: "longest pause ms", digits: 0 },
      { title: "more than without, in the same run, ms", digits: 0 },
      { title: "readings acknowledged, p99 ms", digits: 1 },
    ],
    rows: [...measured].map(([name, found]) => [
      name,
      name === "nothing else" ? null : spread(found.map(({ times }) => times)),
      spread(found.map(({ pauseMs }) => pauseMs)),
      name === "nothing else" ? null : spread(found.map(({ pauseMs }, run) => pauseMs - alone[run]!.pauseMs)),
      spread(found.map(({ p99 }) => p99)),
    ]),
  };
}
