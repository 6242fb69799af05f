import type { AlarmRule, Kind, MetricValue, SimulatedMoment } from "../../devices/kind.ts";

/**
 * A second opinion on what the platform must do with a message, written for tests and small on purpose: it
 * knows the kind's own schema and nothing of the code that takes messages in.
 */
const DAY_MS = 86_400_000;
const PHASES = ["instant", "new", "update", "end"];

type Item = Record<string, unknown>;
const isObject = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function judgeTime(observedAt: unknown): string | undefined {
  if (observedAt === undefined) return undefined;
  const time = new Date(observedAt as string | number).getTime();
  if (Number.isNaN(time)) return "bad_time";
  if (time > Date.now() + DAY_MS) return "clock_ahead";
  return time < Date.UTC(2015, 0) ? "clock_unset" : undefined;
}

/** Why a reading is refused; or why values of it are, while others are kept. */
function judgeReading(kind: Kind, item: unknown): string | { partial: string[] } {
  if (!isObject(item)) return "bad_shape";
  const time = judgeTime(item.observedAt);
  if (time) return time;
  const aside = new Map<string, string>();
  for (const issue of kind.telemetry.safeParse(item).error?.issues ?? []) {
    const key = String(issue.path[0]);
    const metric = kind.metrics[key];
    // A number beyond its bounds is off the scale; a wrong word or a text too long is of the wrong type.
    const numeric = metric?.type === "gauge" || metric?.type === "counter";
    if (!numeric || typeof item[key] !== "number") return "bad_type";
    aside.set(key, "off_scale");
  }
  for (const [key, { sentinels }] of Object.entries(kind.metrics)) {
    if (sentinels?.includes(item[key] as number)) aside.set(key, "sensor_fault");
  }
  // What PostgreSQL cannot store as text, and zod does not mind.
  if (Object.values(item).some((value) => typeof value === "string" && value.includes("\0")))
    return "bad_text";
  const kept = Object.keys(kind.metrics).filter((key) => (item[key] ?? null) !== null && !aside.has(key));
  const partial = [...new Set(aside.values())].sort();
  return kept.length > 0 ? { partial } : (partial[0] ?? "empty");
}

function judgeEvent(kind: Kind, item: unknown): string | { partial: string[] } | undefined {
  if (!isObject(item)) return "bad_shape";
  const event = kind.decodeEvent ? kind.decodeEvent(item) : item;
  if (typeof event.eventId !== "string" || event.eventId === "") return "bad_shape";
  if (typeof event.type !== "string") return "bad_shape";
  if (event.phase !== undefined && !PHASES.includes(event.phase as string)) return "bad_shape";
  if (!kind.events.some((known) => known.type === event.type)) return "unknown_event";
  const time = judgeTime(event.observedAt);
  return time ? { partial: [time] } : undefined;
}

export type Verdict = { accepts: number; partial?: string[] } | { rejects: string };

/** What must become of a message on a device's own topic. */
export function judge(kind: Kind, channel: "telemetry" | "events", message: unknown): Verdict {
  const items = Array.isArray(message) ? message : [message];
  const partial = new Set<string>();
  for (const item of items) {
    const verdict = channel === "events" ? judgeEvent(kind, item) : judgeReading(kind, item);
    if (typeof verdict === "string") return { rejects: verdict };
    for (const reason of verdict?.partial ?? []) partial.add(reason);
  }
  return { accepts: items.length, ...(partial.size > 0 ? { partial: [...partial].sort() } : {}) };
}

export interface Sample {
  readonly at: Date;
  readonly moment: SimulatedMoment;
}

/** Whether a condition holds from one sample to a later one that is at least `delayMs` away, with no gap. */
function holdsFor(
  samples: readonly Sample[],
  delayMs: number,
  holds: (value: MetricValue) => boolean,
  metric: string,
) {
  let since: number | undefined;
  for (const { at, moment } of samples) {
    const value = moment.metrics[metric];
    if (moment.silent || value === undefined) continue;
    if (!holds(value)) since = undefined;
    else since ??= at.getTime();
    if (since !== undefined && at.getTime() - since >= delayMs) return true;
  }
  return false;
}

/** Whether the samples would raise the rule's alarm. */
export function raises(kind: Kind, rule: AlarmRule, samples: readonly Sample[]): boolean {
  switch (rule.type) {
    case "high":
      return holdsFor(samples, rule.onDelayMs, (value) => (value as number) > rule.limit, rule.metric);
    case "low":
      return holdsFor(samples, rule.onDelayMs, (value) => (value as number) < rule.limit, rule.metric);
    case "state":
      return holdsFor(samples, rule.onDelayMs, (value) => rule.values.includes(value as string), rule.metric);
    case "event":
      return samples.some(({ moment }) =>
        moment.events?.some((event) => (kind.decodeEvent?.(event) ?? event).type === rule.event),
      );
    case "silence": {
      const limit = rule.intervals * kind.reportIntervalSeconds * 1000;
      let heard = samples[0]?.at.getTime() ?? 0;
      for (const { at, moment } of samples) {
        if (at.getTime() - heard > limit) return true;
        if (!moment.silent) heard = at.getTime();
      }
      return false;
    }
  }
}
