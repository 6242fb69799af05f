import { type Logger, pino } from "pino";

export type { Logger } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The root logger: JSON lines on standard output. Each component takes a child, `{ component: "ingest" }`.
 * info = lifecycle, warn = an operator may act, error = data lost or a promise broken, debug = per message.
 */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        "password",
        "token",
        "*.password",
        "*.token",
        "req.headers.authorization",
        "headers.authorization",
      ],
      censor: "[redacted]",
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Lets a repeating message through at most once per `everyMs` and per `key`, and says how many it held
 * back: a database that is away must not fill the disk with one line per message.
 */
export function createLogLimiter(everyMs = 10_000, now: () => number = Date.now) {
  const last = new Map<string, { at: number; suppressed: number }>();
  return (key: string, emit: (suppressed: number) => void): void => {
    const at = now();
    const entry = last.get(key);
    if (entry && at - entry.at < everyMs) {
      entry.suppressed++;
      return;
    }
    emit(entry?.suppressed ?? 0);
    last.set(key, { at, suppressed: 0 });
  };
}
