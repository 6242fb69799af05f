import { catalog } from "../../devices/catalog.ts";
import type { Metric } from "../../devices/kind.ts";
import { type Exchange, stepsOf } from "../helpers/usage.ts";

/** An item as it is sent. */
export type Item = Record<string, unknown>;

interface Counts {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
}

interface Place {
  readonly since: number;
  readonly tenantId: string;
}

/**
 * What has to become of what one device sent, in plain words and in memory.
 *
 * A message whose acknowledgement was lost is sent again, and nobody but the database knows whether it had been stored
 * before: `takeAgain` counts what comes of the second time as what may be there, `take` as what has to be.
 */
export class KeptModel {
  readonly id: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** The counter of its kind. */
  readonly counter: string;
  readonly moments = new Map<number, Record<string, unknown>>();
  /** Values that were refused: JSON of reason, whether it is partial, observedAt as it was sent, name and value. */
  readonly refused: string[] = [];
  readonly perhapsRefused: string[] = [];
  readonly counts: Counts = { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  readonly perhaps: Counts = { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  readonly places: Place[];
  readonly exchanges: Exchange[] = [];
  /** The moments that items without a time were given since the platform was started, the latest of them. */
  lastArrival = 0;
  gatewayId: string | null;

  constructor(id: string, kind: string, tenantId: string, gatewayId: string | null) {
    this.id = id;
    this.metrics = catalog.find((candidate) => candidate.kind === kind)!.metrics;
    this.counter = Object.keys(this.metrics).find((key) => this.metrics[key]!.type === "counter")!;
    this.places = [{ since: Number.NEGATIVE_INFINITY, tenantId }];
    this.gatewayId = gatewayId;
  }

  take(item: Item, receivedAt: number, several: boolean): void {
    this.count(this.decide(item, receivedAt, several), this.counts, this.refused);
  }

  takeAgain(item: Item, receivedAt: number, several: boolean): void {
    this.count(this.decide(item, receivedAt, several), this.perhaps, this.perhapsRefused);
  }

  /** An item that is refused whole, for what is not in it. */
  refuseWhole(reason: string, values: Item, again: boolean): void {
    const outcome = { kind: "rejected" as const, refused: [{ reason, partial: false, values }] };
    if (again) this.count(outcome, this.perhaps, this.perhapsRefused);
    else this.count(outcome, this.counts, this.refused);
  }

  private count(outcome: Outcome, counts: Counts, list: string[]): void {
    counts.received++;
    counts[outcome.kind]++;
    for (const { reason, partial, values } of outcome.refused) {
      const { observedAt = null, ...others } = values;
      for (const [name, value] of Object.entries(others)) {
        list.push(JSON.stringify([reason, partial, observedAt, name, value]));
      }
    }
  }

  private decide(item: Item, receivedAt: number, several: boolean): Outcome {
    const { observedAt, ...values } = item;
    const whole = (reason: string): Outcome => ({
      kind: "rejected",
      refused: [{ reason, partial: false, values: item }],
    });
    const known = Object.keys(values).filter((key) => key in this.metrics);
    if (observedAt === undefined && ("ts" in values || several)) {
      return whole(known.length > 0 ? "time_missing" : "no_quantity");
    }
    const at = observedAt === undefined ? this.arrival(receivedAt) : Date.parse(observedAt as string);
    if (at > receivedAt + 24 * 3_600_000) return whole("clock_ahead");
    if (at < Date.UTC(2015, 0)) return whole("clock_unset");
    const good: Record<string, unknown> = {};
    const aside: Record<string, Record<string, unknown>> = {};
    for (const [name, value] of Object.entries(values)) {
      const metric = this.metrics[name];
      const fault = metric && faultOf(metric, value);
      if (fault === "bad_type") return whole("bad_type");
      if (fault) aside[fault] = { ...aside[fault], [name]: value };
      else good[name] = this.asKept(name, value);
    }
    // Keys that a kind does not know are kept beside quantities, and are not enough by themselves.
    if (!Object.keys(good).some((name) => name in this.metrics)) {
      return whole(aside.off_scale ? "off_scale" : aside.sensor_fault ? "sensor_fault" : "no_quantity");
    }
    const moment = new Date(at).toISOString();
    const refused: Outcome["refused"][number][] = Object.entries(aside).map(([reason, beside]) => ({
      reason,
      partial: true,
      values: { observedAt: moment, ...beside },
    }));
    const there = this.moments.get(at);
    if (!there) {
      this.moments.set(at, good);
      return { kind: "stored", refused };
    }
    const conflict: Record<string, unknown> = {};
    let kept = false;
    for (const [name, value] of Object.entries(good)) {
      if (!(name in there)) {
        there[name] = value;
        kept = true;
      } else if (there[name] !== value) conflict[name] = value;
    }
    if (Object.keys(conflict).length === 0) return { kind: kept ? "stored" : "duplicate", refused };
    const said = { observedAt: moment, ...(kept ? conflict : good) };
    refused.push({ reason: "conflict", partial: kept, values: said });
    return { kind: kept ? "stored" : "rejected", refused };
  }

  /** Of an item without a time: never the same millisecond twice, and none that is taken. */
  private arrival(receivedAt: number): number {
    let at = Math.max(receivedAt, this.lastArrival + 1);
    this.lastArrival = at;
    while (this.moments.has(at)) at++;
    return at;
  }

  private asKept(name: string, value: unknown): unknown {
    const scale = this.scaleOf(name);
    return typeof value === "number" && scale !== undefined ? Math.round(value * scale) / scale : value;
  }

  private scaleOf(name: string): number | undefined {
    const decimals = this.metrics[name]?.decimals;
    return decimals === undefined ? undefined : 10 ** decimals;
  }

  /** Moments with what was kept of each, oldest first. */
  stored(): [at: number, values: Record<string, unknown>][] {
    return [...this.moments].sort(([a], [b]) => a - b);
  }

  /** Whose a moment is. */
  tenantAt(at: number): string {
    return this.places.findLast(({ since }) => since <= at)!.tenantId;
  }

  /** What its counter counted with each reading, in whole steps of its resolution. */
  steps(): { at: number; step: number }[] {
    const scale = this.scaleOf(this.counter) ?? 1;
    const { tolerance = 0, rollsOverAt } = this.metrics[this.counter]!;
    const inSteps = (value: number) => Math.round(value * scale);
    const readings = this.stored()
      .filter(([, values]) => this.counter in values)
      .map(([at, values]) => ({ at, value: inSteps(values[this.counter] as number) }));
    const rules = {
      tolerance: inSteps(tolerance),
      rollsOverAt: rollsOverAt === undefined ? undefined : inSteps(rollsOverAt),
    };
    const exchanges = this.exchanges.map(({ at, oldRegister, newRegister }) => ({
      at,
      oldRegister: inSteps(oldRegister),
      newRegister: inSteps(newRegister),
    }));
    return stepsOf(readings, rules, exchanges).map((step, i) => ({ at: readings[i]!.at, step }));
  }
}

interface Outcome {
  readonly kind: "stored" | "duplicate" | "rejected";
  readonly refused: { readonly reason: string; readonly partial: boolean; readonly values: Item }[];
}

function faultOf(metric: Metric, value: unknown): string | undefined {
  if (metric.type === "state") return metric.values?.includes(value as string) ? undefined : "bad_type";
  if (typeof value !== "number") return "bad_type";
  if (metric.sentinels?.includes(value)) return "sensor_fault";
  return value < metric.min! || value > metric.max! ? "off_scale" : undefined;
}
