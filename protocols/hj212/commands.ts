import { digitsOf } from "./answers.ts";

/** Our commands in the station's words. Pure. */

/** A request: its command, and what stands between `CP=&&` and `&&`. */
export interface Request {
  readonly cn: string;
  readonly content: string;
}

/** A command of our own dialect, as far as it concerns us. */
interface OwnCommand {
  readonly commandId?: unknown;
  readonly name?: unknown;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
}

/** What a station can be asked for, by our word for the interval. */
const DATA: Readonly<Record<string, string>> = { minute: "2051", hour: "2061", day: "2031" };

/** The bounds of a real-time interval in seconds, by HJ 212-2017. */
const SHORTEST_S = 30;
const LONGEST_S = 3600;

/** A command that is ready to be sent; undefined for one that no station knows, or whose parameters make none. */
export function requestOf(
  payload: string,
  now: number,
): { readonly id: string; readonly request: Request } | undefined {
  const { commandId, name, parameters } = JSON.parse(payload) as OwnCommand;
  if (typeof commandId !== "string" || typeof name !== "string") return undefined;
  const make = Object.hasOwn(REQUESTS, name) ? REQUESTS[name] : undefined;
  const request = make?.(parameters ?? {}, now);
  return request && { id: commandId, request };
}

type Parameters = Readonly<Record<string, unknown>>;

const REQUESTS: Readonly<Record<string, (parameters: Parameters, now: number) => Request | undefined>> = {
  "set-clock": (_, now) => clockRequest(now),
  "set-report-interval": ({ seconds }) =>
    typeof seconds === "number" && Number.isInteger(seconds) && seconds >= SHORTEST_S && seconds <= LONGEST_S
      ? { cn: "1062", content: `RtdInterval=${seconds}` }
      : undefined,
  "send-data": ({ interval, from, to }) => {
    const cn = typeof interval === "string" && Object.hasOwn(DATA, interval) ? DATA[interval] : undefined;
    const [begin, end] = [momentIn(from), momentIn(to)];
    if (cn === undefined || begin === undefined || end === undefined || begin > end) return undefined;
    return { cn, content: `BeginTime=${digitsOf(begin, 14)};EndTime=${digitsOf(end, 14)}` };
  },
};

/** Sets the clock of the logger. */
export const clockRequest = (now: number): Request => ({
  cn: "1012",
  content: `SystemTime=${digitsOf(now, 14)}`,
});

const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function momentIn(value: unknown): number | undefined {
  const at = typeof value === "string" && ZONED.test(value) ? Date.parse(value) : Number.NaN;
  return at >= 0 && at < 253_402_300_800_000 ? at : undefined;
}
