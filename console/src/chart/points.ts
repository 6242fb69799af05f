/** One step of time, and what was measured in it; null where nothing was. In milliseconds since 1970. */
export interface ChartPoint {
  readonly at: number;
  readonly until: number;
  readonly value: number | null;
  /** Not everything of it has arrived yet: an hour that still runs, or for which reports are missing. */
  readonly incomplete?: boolean;
  /** It has not begun: only a device whose clock is ahead has readings there. */
  readonly ahead?: boolean;
}

/** Steps without a value, one after another. */
export interface Gap {
  readonly at: number;
  readonly until: number;
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;
/** China has had one offset since 1991, older than any reading. */
export const BEIJING_MS = 8 * UNIT_MS.h;
export const DAY_MS = UNIT_MS.d;

/** When the step after the one that begins `at` begins; `interval` as the API writes it: `1h`, `1mo`. */
export function nextStep(at: number, interval: string): number {
  const [, many, unit] = /^(\d+)(mo|[mhdw])$/.exec(interval) ?? [];
  if (unit === undefined) throw new Error(`No such interval: ${interval}`);
  if (unit !== "mo") return at + Number(many) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const day = new Date(at + BEIJING_MS);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + Number(many), 1) - BEIJING_MS;
}

export interface StepsInput {
  /** The range as the series answers it, in whole steps. */
  readonly from: string;
  readonly to: string;
  readonly interval: string;
  readonly items: readonly { readonly start: string; readonly value: number | null }[];
  /** Steps that end later are not over yet. */
  readonly now: number;
}

/**
 * Every step of the range: the API leaves out those without a reading, and none may be drawn across. It ends with the
 * step that runs, or with the last that holds something: what was stored is in the sums, and so it is shown.
 */
export function fillSteps({ from, to, interval, items, now }: StepsInput): ChartPoint[] {
  const values = new Map(items.map(({ start, value }) => [Date.parse(start), value]));
  const points: ChartPoint[] = [];
  const end = Date.parse(to);
  const last = Math.max(now, ...values.keys());
  for (let at = Date.parse(from); at < end && at <= last; ) {
    const until = nextStep(at, interval);
    points.push({
      at,
      until,
      value: values.get(at) ?? null,
      ...(until > now && { incomplete: true }),
      ...(at > now && { ahead: true }),
    });
    at = until;
  }
  return points;
}

/** Where steps are over and hold nothing. What still runs may yet come; what began at `since` has a gap for before. */
export function gapsOf(points: readonly ChartPoint[], since = Number.NEGATIVE_INFINITY): Gap[] {
  const gaps: { at: number; until: number }[] = [];
  for (const { at, until, value, incomplete } of points) {
    if (value !== null || incomplete) continue;
    const last = gaps.at(-1);
    if (last?.until === at && !(at <= since && since < until)) last.until = until;
    else gaps.push({ at, until });
  }
  return gaps;
}
