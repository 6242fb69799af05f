import type { DeviceChannel } from "../../base/channels.ts";
import type { AlarmRule, Kind, MetricValue, SimulatedMoment } from "../../devices/kind.ts";

/**
 * A second opinion on what the platform must do with a message, written for tests and small on purpose: it
 * knows the kind's own schema and nothing of the code that takes messages in.
 */
const DAY_MS = 86_400_000;
const ORDER = ["off_scale", "sensor_fault", "bad_type", "bad_text"];
const PHASES = ["instant", "new", "update", "end"];

type Item = Record<string, unknown>;
const isObject = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function judgeTime(observedAt: unknown, receivedAt: number): string | undefined {
  if (observedAt === undefined) return undefined;
  const time = new Date(observedAt as string | number).getTime();
  if (Number.isNaN(time)) return "bad_time";
  if (time > receivedAt + DAY_MS) return "clock_ahead";
  return time < Date.UTC(2015, 0) ? "clock_unset" : undefined;
}

/** Why a reading is refused; or why values of it are, while others are kept. */
function judgeReading(kind: Kind, item: unknown, receivedAt: number): string | { partial: string[] } {
  if (!isObject(item)) return "bad_shape";
  const time = judgeTime(item.observedAt, receivedAt);
  if (time) return time;
  const aside = new Map<string, string>();
  for (const issue of kind.telemetry.safeParse(item).error?.issues ?? []) {
    const key = String(issue.path[0]);
    const metric = kind.metrics[key];
    // A number beyond its bounds is off the scale; a wrong word or a text too long is of the wrong type.
    const numeric = metric?.type === "gauge" || metric?.type === "counter";
    aside.set(key, numeric && typeof item[key] === "number" ? "off_scale" : "bad_type");
  }
  for (const [key, { sentinels }] of Object.entries(kind.metrics)) {
    if (sentinels?.includes(item[key] as number)) aside.set(key, "sensor_fault");
  }
  // What PostgreSQL cannot store as text, and zod does not mind.
  for (const [key, value] of Object.entries(item))
    if (typeof value === "string" && value.includes("\0") && !aside.has(key)) aside.set(key, "bad_text");
  const isKnown = (key: string) => key in kind.metrics && (item[key] ?? null) !== null;
  const kept = Object.keys(item).filter((key) => isKnown(key) && !aside.has(key));
  if (kept.length > 0) return { partial: [...new Set(aside.values())].sort() };
  // Alarms look at what is off the scale, so that comes first.
  const reasons = Object.keys(item)
    .filter(isKnown)
    .map((key) => aside.get(key));
  return ORDER.find((reason) => reasons.includes(reason)) ?? "empty";
}

function judgeEvent(
  kind: Kind,
  item: unknown,
  receivedAt: number,
): string | { partial: string[] } | undefined {
  if (!isObject(item)) return "bad_shape";
  let event = item;
  try {
    event = kind.decodeEvent?.(item) ?? item;
  } catch {
    return "bad_shape";
  }
  if (typeof event.type !== "string") return "bad_shape";
  if (!kind.events.some((known) => known.type === event.type)) return "unknown_event";
  const partial = new Set<string>();
  // A name may be missing, or a number.
  const { eventId, phase = "instant" } = event;
  if (typeof eventId === "string" ? eventId.length > 128 : !["number", "undefined"].includes(typeof eventId))
    partial.add("bad_shape");
  if (!PHASES.includes(phase as string)) partial.add("bad_shape");
  const time = judgeTime(event.observedAt, receivedAt);
  if (time) partial.add(time);
  return partial.size > 0 ? { partial: [...partial] } : undefined;
}

const isName = (value: unknown, longest: number) =>
  typeof value === "string" && value.length >= 1 && value.length <= longest;

function judgeReply(item: unknown, receivedAt: number): string | undefined {
  if (!isObject(item)) return "bad_shape";
  if (!isName(item.commandId, 128) || !isName(item.outcome, 64)) return "bad_shape";
  return judgeTime(item.observedAt, receivedAt);
}

/** What the API hands over, and the kind says that its devices obey. */
function judgeCommand({ commands = [] }: Kind, item: unknown): string | undefined {
  const keys = ["commandId", "name", "parameters"];
  const isCommand =
    isObject(item) &&
    isName(item.commandId, 128) &&
    commands.some(({ name }) => name === item.name) &&
    (item.parameters === undefined || isObject(item.parameters)) &&
    Object.keys(item).every((key) => keys.includes(key));
  return isCommand ? undefined : "bad_shape";
}

export type Verdict = { accepts: number; partial?: string[] } | { rejects: string };

/**
 * What must become of a message on a device's own topic.
 * @param receivedAt our clock as it arrives, epoch milliseconds
 */
export function judge(
  kind: Kind,
  channel: DeviceChannel | "commands",
  message: unknown,
  receivedAt: number,
): Verdict {
  const judgeItem = (item: unknown) => {
    switch (channel) {
      case "telemetry":
        return judgeReading(kind, item, receivedAt);
      case "events":
        return judgeEvent(kind, item, receivedAt);
      case "replies":
        return judgeReply(item, receivedAt);
      case "commands":
        return judgeCommand(kind, item);
    }
  };
  const items = Array.isArray(message) ? message : [message];
  const partial = new Set<string>();
  for (const item of items) {
    const verdict = judgeItem(item);
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
