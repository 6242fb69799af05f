import { percentile } from "../figures.ts";

export interface LoopOptions {
  /** Requests under way at once: each of as many callers sends its next one after the answer. */
  readonly callers: number;
  readonly runMs: number;
}

export interface LoopFigures {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Calls `ask` again and again for a time; calls under way at its end still count, with the time that they took. */
export async function closedLoop(ask: () => Promise<unknown>, options: LoopOptions): Promise<LoopFigures> {
  const latencies: number[] = [];
  const started = performance.now();
  const caller = async () => {
    do {
      const from = performance.now();
      await ask();
      latencies.push(performance.now() - from);
    } while (performance.now() - started < options.runMs);
  };
  await Promise.all(Array.from({ length: options.callers }, caller));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}
