import { setTimeout as sleep } from "node:timers/promises";
import type { LoadDevice } from "../fleet.ts";
import { type Moments, STEP_MS, startLoad, WINDOW } from "../load/run-load.ts";
import type { LoadOrder, LoadReport } from "../load/worker.ts";
import type { Bench } from "../story.ts";
import type { Lineup, Spent } from "./stage.ts";

/** The setting of all measurements of the story. */
export interface ClusterSetting {
  readonly bench: Bench;
  readonly devices: readonly LoadDevice[];
  readonly moments: Moments;
}

/** Processor time of a message, in microseconds. */
export interface Cost {
  readonly platform: number;
  readonly database: number;
  readonly broker: number;
}

export interface Figures {
  /** Committed in the whole run, until the last is. */
  readonly perSecond: number;
  readonly cost: Cost;
  /** Messages/s that were acknowledged in the counted time. */
  readonly acknowledged: number;
  readonly p50: number;
  readonly p99: number;
  /** From the last acknowledgement until all that was acknowledged is stored, in milliseconds. */
  readonly behindMs: number;
}

const TIMEOUT_MS = 120_000;
const LOOK_MS = 20;

/** So many messages as fast as they go, until the last is stored. */
export const atFullSpeed = (setting: ClusterSetting, stage: Lineup, messages: number): Promise<Figures> =>
  measure(setting, stage, { rate: 0, amount: { messages, timeoutMs: TIMEOUT_MS } });

export const atRate = (
  setting: ClusterSetting,
  stage: Lineup,
  rate: number,
  seconds: number,
): Promise<Figures> =>
  measure(setting, stage, {
    rate,
    amount: { warmUpMs: Math.min(500, seconds * 1000), runMs: seconds * 1000 },
  });

/** @throws Error when what is stored differs from what was acknowledged */
async function measure(
  { bench, devices, moments }: ClusterSetting,
  stage: Lineup,
  order: Pick<LoadOrder, "rate" | "amount">,
): Promise<Figures> {
  const before = await stored(stage);
  const load = startLoad(bench, {
    host: "127.0.0.1",
    ports: stage.ports,
    devices,
    qos: 1,
    window: WINDOW,
    readingsPerMessage: 1,
    from: moments.next,
    stepMs: STEP_MS,
    record: false,
    ...order,
  });
  await load.counting;
  const [spent, began] = [stage.spent(), performance.now()];
  const report = await load.report;
  const acknowledged = performance.now();
  moments.used(report.last);
  const kept = await settled(stage, before + report.total.acknowledged);
  const [ended, spentAtLast] = [performance.now(), stage.spent()];
  if (kept - before !== report.total.acknowledged) {
    throw new Error(
      `expected ${report.total.acknowledged} messages to be stored as they were acknowledged, found ${kept - before}`,
    );
  }
  // By time, some have come before counting began.
  const counted = "messages" in order.amount ? report.total.acknowledged : countedOf(report);
  const each = (key: keyof Spent) => ((spentAtLast[key] - spent[key]) * 1000) / counted;
  return {
    perSecond: report.total.acknowledged / ((ended - began) / 1000),
    cost: { platform: each("platform"), database: each("database"), broker: each("broker") },
    acknowledged: report.acknowledged / report.seconds,
    p50: report.p50 ?? Number.NaN,
    p99: report.p99 ?? Number.NaN,
    behindMs: ended - acknowledged,
  };
}

/** Those under way as counting ends are acknowledged after it, as those before were as it began. */
const countedOf = ({ sent }: LoadReport): number => sent;

async function stored({ platforms }: Lineup): Promise<number> {
  const counts = await Promise.all(
    platforms.map((platform) => platform.metric("sbi_items_total", 'outcome="stored"')),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Waits until so many are stored in all. */
async function settled(stage: Lineup, expected: number): Promise<number> {
  for (const deadline = performance.now() + TIMEOUT_MS; ; ) {
    const now = await stored(stage);
    if (now >= expected || performance.now() > deadline) return now;
    await sleep(LOOK_MS);
  }
}
