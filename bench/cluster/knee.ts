import { atRate, type ClusterSetting, type Figures } from "./measure.ts";
import type { Lineup } from "./stage.ts";

/** Where more messages a second bring only longer waiting. */
export interface Knee {
  /** The highest rate that was tried and held; undefined when the lowest was too much already. */
  readonly rate: number | undefined;
  readonly p99: number | undefined;
  /** What gave way at the next one; undefined when all held. */
  readonly gaveWay: string | undefined;
}

export interface KneeOptions {
  /** Shares of the full speed, in percent, rising. */
  readonly steps: readonly number[];
  readonly seconds: number;
  /** The longest acknowledgement that 99 of 100 may take, in milliseconds. */
  readonly limitMs: number;
}

/** What is acknowledged and still waits after this time has piled up: a batch is committed within some milliseconds. */
const BEHIND_MS = 1000;
/** Less of the rate than this means that the platform takes no more. The load makes nothing up. */
const REACHED = 0.95;

/** Raises the rate step by step, until acknowledgements take longer or what waits grows. */
export async function findKnee(
  setting: ClusterSetting,
  stage: Lineup,
  fullSpeed: number,
  options: KneeOptions,
): Promise<Knee> {
  let held: { rate: number; p99: number } | undefined;
  for (const step of options.steps) {
    const rate = Math.max(1, Math.round((fullSpeed * step) / 100));
    const figures = await atRate(setting, stage, rate, options.seconds);
    const gaveWay = whatGaveWay(figures, rate, options.limitMs);
    setting.bench.progress(
      `  ${rate}/s: ${Math.round(figures.acknowledged)}/s acknowledged, p99 ${figures.p99.toFixed(0)} ms, all stored ${figures.behindMs.toFixed(0)} ms later${gaveWay ? `: ${gaveWay}` : ""}`,
    );
    if (gaveWay) return { rate: held?.rate, p99: held?.p99, gaveWay: `${gaveWay}, at ${round(rate)}/s` };
    held = { rate, p99: figures.p99 };
  }
  return { rate: held?.rate, p99: held?.p99, gaveWay: undefined };
}

const round = (rate: number) => rate.toLocaleString("en-US");

export function whatGaveWay(
  { acknowledged, p99, behindMs }: Pick<Figures, "acknowledged" | "p99" | "behindMs">,
  rate: number,
  limitMs: number,
): string | undefined {
  if (behindMs > BEHIND_MS) return `${(behindMs / 1000).toFixed(1)} s behind`;
  if (p99 > limitMs) return `p99 ${p99.toFixed(0)} ms`;
  return acknowledged < rate * REACHED ? `${round(Math.round(acknowledged))}/s acknowledged` : undefined;
}
