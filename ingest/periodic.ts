import { createLogLimiter, type Logger } from "../base/log.ts";
import { repeat } from "../store/database/index.ts";

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
  const attempt = async () => {
    try {
      await work();
    } catch (error) {
      limit(name, (suppressed) =>
        log.warn({ err: error, suppressed, work: name }, "periodic work failed; the next turn tries again"),
      );
    }
  };
  return repeat(attempt, everyMs, { atOnce: false });
}
