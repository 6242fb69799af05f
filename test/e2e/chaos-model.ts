import type { ChaosKind, Item, Script } from "./chaos-script.ts";

/**
 * The alarms that a device's messages call for, reckoned in the plainest way from all of them in order, and written
 * without a look at the platform's alarm engine.
 */
export interface ModelAlarm {
  readonly rule: string;
  readonly raisedAt: number;
  lastRaisedAt: number | undefined;
  times: number;
  clearedAt: number | undefined;
}

interface Condition {
  readonly rule: string;
  readonly quantity: string;
  readonly holds: (value: number | string) => boolean;
  readonly isOver: (value: number | string) => boolean;
  readonly lastsMs: number;
}

const MINUTES = 60_000;

const above = (rule: string, quantity: string, limit: number, back: number, lastsMs = 0): Condition => ({
  rule,
  quantity,
  holds: (value) => (value as number) > limit,
  isOver: (value) => (value as number) <= back,
  lastsMs,
});
const below = (rule: string, quantity: string, limit: number, back: number): Condition => ({
  rule,
  quantity,
  holds: (value) => (value as number) < limit,
  isOver: (value) => (value as number) >= back,
  lastsMs: 0,
});

const CONDITIONS: Readonly<Record<ChaosKind, readonly Condition[]>> = {
  "gas-meter": [
    below("battery_low", "battery", 3.1, 3.2),
    above("flow_high", "flow", 6.5, 6),
    {
      rule: "valve_abnormal",
      quantity: "valve",
      holds: (value) => value === "abnormal",
      isOver: (value) => value !== "abnormal",
      lastsMs: 0,
    },
  ],
  camera: [
    below("storage_free_low", "storage_free", 5, 7),
    above("packet_loss_high", "packet_loss", 5, 3, 5 * MINUTES),
  ],
};

/** An alarm that is raised again so soon after it was cleared goes on as the same one. */
const SAME_WITHIN_MS: Readonly<Record<ChaosKind, number>> = {
  "gas-meter": 180 * MINUTES,
  camera: 10 * MINUTES,
};

export function alarmsOf({ kind, count, item }: Script): ModelAlarm[] {
  const alarms: ModelAlarm[] = [];
  const since = new Map<string, number>();
  const last = (rule: string) => alarms.findLast((alarm) => alarm.rule === rule);
  const raise = (rule: string, at: number) => {
    const former = last(rule);
    if (former && former.clearedAt === undefined) return;
    if (former && former.clearedAt! >= at - SAME_WITHIN_MS[kind]) {
      Object.assign(former, { clearedAt: undefined, times: former.times + 1, lastRaisedAt: at });
    } else alarms.push({ rule, raisedAt: at, lastRaisedAt: undefined, times: 1, clearedAt: undefined });
  };
  const clear = (rule: string, at: number) => {
    const former = last(rule);
    if (former && former.clearedAt === undefined) former.clearedAt = at;
  };
  const hear = ({ channel, observedAt, body }: Item) => {
    if (channel === "events") {
      if (body.type === "signal_restored") clear("signal_loss", observedAt);
      else raise(body.type as string, observedAt);
      return;
    }
    for (const { rule, quantity, holds, isOver, lastsMs } of CONDITIONS[kind]) {
      const value = body[quantity];
      if (value === undefined) continue;
      if (holds(value)) {
        if (!since.has(rule)) since.set(rule, observedAt);
        if (observedAt - since.get(rule)! >= lastsMs) raise(rule, observedAt);
      } else {
        since.delete(rule);
        if (isOver(value)) clear(rule, observedAt);
      }
    }
  };
  for (let n = 0; n < count; n++) hear(item(n));
  return alarms;
}
