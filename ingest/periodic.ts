import type { Logger } from "../log.ts";
import { createLogLimiter } from "../log.ts";

/**
 * Runs `work` every `everyMs`, never twice at once. A failure is logged and the next turn tries again.
 * `stop` waits for a turn under way.
 */
export function startPeriodic(
  name: string,
  everyMs: number,
  work: () => Promise<unknown>,
  log: Logger,
): { stop(): Promise<void> } {
  const limit = createLogLimiter();
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) => {
        limit(name, (suppressed) =>
          log.warn({ err: error, suppressed, work: name }, "periodic work failed; the next turn tries again"),
        );
      })
      .finally(() => {
        running = undefined;
      });
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
