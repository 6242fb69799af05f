import { type LogFn, type Logger, pino } from "pino";

export type { Logger } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names of fields that hold secrets, in lower case without `-` and `_`; also as the end of a longer name. */
const SECRET_NAME =
  /(^|.)(authorization|cookie|passw(or)?d|passphrase|secret|token|apikey|adminkey|privatekey|(password|token|key)hash|otp|jws|jwt)$|^key$/;

/** True when a field of this name holds a secret. */
export const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ""));

const BLOT = "[redacted]";

/**
 * Secrets inside a text: the password of a URL, `Bearer …` and `Basic …`, our keys (`sbi_…`), and signed tokens. No
 * part of a pattern is unbounded and can also begin within itself: the work would grow with the square of a text.
 */
const SECRETS_IN_TEXT: readonly [pattern: RegExp, put: string][] = [
  [/(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s:/@]{0,255}):[^\s@]{1,2048}@/gi, `$1:${BLOT}@`],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${BLOT}`],
  [/\bsbis?_[A-Za-z0-9_-]{20,}/g, BLOT],
  [/\beyJ[A-Za-z0-9_-]{5,4096}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{10,}/g, BLOT],
];

/** The text without the secrets that can be recognized by their form. */
export function redactText(text: string): string {
  return SECRETS_IN_TEXT.reduce((rest, [pattern, put]) => rest.replaceAll(pattern, put), text);
}

const CHILD_SECRETS = ["authorization", "cookie", "password", "token", "key", "apiKey", "secret"].flatMap(
  (name) => [name, `*.${name}`],
);

/** True for a value that only says if there is a secret, which is none itself. */
const isFlag = (value: unknown) => value === null || value === undefined || typeof value === "boolean";

/** A code that a person types or receives to prove who they are; error codes and SQLSTATEs look different. */
const ONE_TIME_CODE = /^(\d{6,8}|[A-Za-z0-9._~-]{20,})$/;
/**
 * Words of letters of one case: `provider_sign_in_failed`, `DEPTH_ZERO_SELF_SIGNED_CERT`. Random secrets do not look
 * like that.
 */
const ERROR_CODE = /^([a-z]{2,}(_[a-z0-9]+)+|[A-Z]{2,}(_[A-Z0-9]+)+)$/;
const isOneTimeCode = (code: string) => ONE_TIME_CODE.test(code) && !ERROR_CODE.test(code);

/** Log fields are flat; deeper than this the log only says that there is more. */
const MAX_DEPTH = 8;

/** A copy without secrets: without fields that are named as one, and without texts that hold one. */
function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Error) return redact(pino.stdSerializers.err(value), depth);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (depth > MAX_DEPTH) return "…";
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return redact(toJSON.call(value, ""), depth + 1);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const isCode = name === "code" && typeof inner === "string" && isOneTimeCode(inner);
    copy[name] = !isFlag(inner) && (isSecretName(name) || isCode) ? BLOT : redact(inner, depth + 1);
  }
  return copy;
}

/**
 * The root logger: JSON lines on standard output. Each component takes a child, `{ component: "ingest" }`.
 * info = lifecycle, warn = an operator may act, error = data lost or a promise broken, debug = per message.
 * Secrets are blotted out wherever they turn up: by the name of their field at any depth, and by their form in
 * texts, also of errors. That is the net under code that should not log them at all.
 */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redact(fields) as Record<string, unknown>,
    },
    // The bindings of a child logger go past the formatters.
    redact: { paths: CHILD_SECRETS, censor: (value: unknown) => (isFlag(value) ? value : BLOT) },
    // Errors are texts and fields by then; see `redact`.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn) {
        // The message, which may be the words of an error.
        const [first, ...rest] = args as unknown[];
        const given = first instanceof Error && rest.length === 0 ? [first, first.message] : [first, ...rest];
        const plain = given.map((arg) => (typeof arg === "string" ? redactText(arg) : arg));
        method.apply(this, plain as Parameters<LogFn>);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Lets a repeating message through at most once per `everyMs` and per `key`, and says how many it held back: a database
 * that is away must not fill the disk with one line per message.
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
