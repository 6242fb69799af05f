import type { PlatformProcess } from "../../test/helpers/platform-process.ts";

/**
 * The longest pause of the platform's main thread while `work` runs, in milliseconds, as the platform itself measures
 * it (`monitorEventLoopDelay`): up to ten of them are the measuring timer's own.
 */
export async function longestPause<T>(
  platform: PlatformProcess,
  work: () => Promise<T>,
): Promise<{ readonly pauseMs: number; readonly result: T }> {
  const read = () => platform.metric("sbi_nodejs_eventloop_lag_max_seconds");
  // Reading the metric begins a new measurement.
  await read();
  const result = await work();
  return { pauseMs: (await read()) * 1000, result };
}

/** Does something again and again, one after the other, until `until` is settled. @returns how often */
export async function repeatUntil(work: () => Promise<unknown>, until: Promise<unknown>): Promise<number> {
  let over = false;
  const isOver = () => {
    over = true;
  };
  until.then(isOver, isOver);
  let times = 0;
  for (; !over; times++) await work();
  await until;
  return times;
}
