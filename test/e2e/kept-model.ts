import { ExactNumber, meaningOf, stringifyExact } from "../../base/exact-json.ts";
import { catalog } from "../../devices/catalog.ts";
import type { Kind, Metric } from "../../devices/kind.ts";
import type { Correction } from "../../store/readings/repairs.ts";
import { type Exchange, stepsOf } from "../helpers/usage.ts";

/** An item as it is sent. */
export type Item = Record<string, unknown>;

/** What is kept of a moment: quantities by their keys, and what the kind does not know by its key behind a `+`. */
export type Values = Record<string, unknown>;

/** A repair, in plain words and in memory. */
export interface ModelRepair {
  readonly id: number;
  readonly corrections: readonly Correction[] | undefined;
  /** The readings that it took away or changed, as they were, with what it has left there. */
  readonly touched: ReadonlyMap<
    number,
    { readonly before: Values; readonly there: Values; readonly after: Values }
  >;
  isActive: boolean;
  /** Moments at which something else stands for good. */
  readonly outlived: Set<number>;
}

export interface Counts {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
}
const none = (): Counts => ({ received: 0, stored: 0, duplicate: 0, rejected: 0 });

/** Where a device was and whose it was, with what it sent of that time, and meanwhile without a time. */
export interface Place {
  readonly since: number;
  readonly tenantId: string | null;
  readonly regionCode: string;
  readonly counts: Counts;
  /** What may have been counted beside it. */
  readonly perhaps: Counts;
}

interface KeptEvent {
  readonly at: number;
  readonly eventId: string;
  readonly type: string;
  readonly data: Item;
}

export interface Outcome {
  readonly kind: "stored" | "duplicate" | "rejected";
  /** When the item was observed, by which it counts for a place; undefined: for the one that its device has. */
  readonly at: number | undefined;
  readonly refused: { readonly reason: string; readonly partial: boolean; readonly values: Item }[];
}

/** Whether what was sent has to be there, or only may be: it was sent again, and nobody but the database knows more. */
export type Certainty = "sure" | "perhaps";

/** What no column keeps. */
export const NUL = "a\0";
export const DEEP = JSON.parse(`${"[".repeat(17)}${"]".repeat(17)}`);

/** The name of an event that its device gave none. */
export const OURS = "auto";

const DAY = 24 * 3_600_000;

/**
 * What has to become of what one device sent, in plain words and in memory.
 *
 * A message whose acknowledgement was lost is sent again, and nobody but the database knows whether it had been stored
 * before: what comes of the second time may be there, what comes of the first has to be.
 */
export class KeptModel {
  readonly id: string;
  readonly kind: string;
  metrics: Readonly<Record<string, Metric>>;
  readonly moments = new Map<number, Values>();
  readonly events: KeptEvent[] = [];
  /** Values that were refused: reason, whether it is partial, observedAt as it was sent, name and value, as JSON. */
  readonly refused: Record<Certainty, string[]> = { sure: [], perhaps: [] };
  readonly places: Place[];
  readonly exchanges: (Exchange & { readonly metric: string })[] = [];
  readonly repairs: ModelRepair[] = [];
  /** The moments that items without a time were given since the platform was started, the latest of them. */
  lastArrival = 0;
  gatewayId: string | null;
  isRegistered = true;

  constructor(
    id: string,
    kind: string,
    place: { tenantId: string | null; regionCode: string },
    gatewayId: string | null,
  ) {
    this.id = id;
    this.kind = kind;
    this.metrics = catalog.find((candidate) => candidate.kind === kind)!.metrics;
    this.places = [{ ...place, since: Number.NEGATIVE_INFINITY, counts: none(), perhaps: none() }];
    this.gatewayId = gatewayId;
  }

  /** Takes a kind that has gained quantities. */
  widen(kind: Kind): void {
    this.metrics = kind.metrics;
  }

  get counters(): string[] {
    return Object.keys(this.metrics).filter((key) => this.metrics[key]!.type === "counter");
  }

  get place(): Place {
    return this.places.at(-1)!;
  }

  /** The place of a moment. */
  placeAt(at: number): Place {
    return this.places.findLast(({ since }) => since <= at)!;
  }

  /** @returns whether it is elsewhere now */
  moveTo(since: number, { tenantId, regionCode }: Pick<Place, "tenantId" | "regionCode">): boolean {
    if (this.place.tenantId === tenantId && this.place.regionCode === regionCode) return false;
    // The first owner has what was there before: nobody but the platform had it.
    if (tenantId !== null && this.places.every((place) => place.tenantId === null)) {
      this.places.splice(0, this.places.length, ...this.places.map((place) => ({ ...place, tenantId })));
      if (this.place.regionCode === regionCode) return false;
    }
    // A place that lasted no millisecond is none.
    const before = this.place.since === since ? this.places.pop() : undefined;
    const { counts, perhaps } = before ?? { counts: none(), perhaps: none() };
    this.places.push({ since, tenantId, regionCode, counts, perhaps });
    return true;
  }

  take(item: Item, receivedAt: number, several: boolean, how: Certainty = "sure"): void {
    this.count(this.decide(item, receivedAt, several), how);
  }

  takeEvent(item: Item, receivedAt: number, several: boolean, how: Certainty = "sure"): void {
    this.count(this.decideEvent(item, receivedAt, several), how);
  }

  /** A gateway is told of its own owner's devices alone that they exist; one of the platform of all. */
  isToldOf({ isRegistered, place }: KeptModel): boolean {
    return isRegistered && (this.place.tenantId === null || this.place.tenantId === place.tenantId);
  }

  /** An item that is refused whole, for what is not in it. */
  refuseWhole(reason: string, values: Item, how: Certainty, items = 1): void {
    this.count(rejected(reason, values, undefined), how, items);
  }

  private count(outcome: Outcome, how: Certainty, items = 1): void {
    const { counts, perhaps } = outcome.at === undefined ? this.place : this.placeAt(outcome.at);
    countIn(how === "sure" ? counts : perhaps, outcome.kind, items);
    this.refuse(outcome, how);
  }

  refuse({ refused }: Outcome, how: Certainty): void {
    for (const { reason, partial, values } of refused) {
      const { observedAt = null, ...others } = values;
      for (const [name, value] of Object.entries(others)) {
        this.refused[how].push(stringifyExact([reason, partial, observedAt, name, value]));
      }
    }
  }

  /** Decides what becomes of a reading, and keeps what is good of it. */
  decide(item: Item, receivedAt: number, several: boolean): Outcome {
    const { observedAt, ...values } = item;
    const known = Object.keys(values).filter((key) => key in this.metrics);
    if (observedAt === undefined && ("ts" in values || several)) {
      return rejected(known.length > 0 ? "time_missing" : "no_quantity", item, receivedAt);
    }
    const arrival = Math.max(receivedAt, this.lastArrival + 1);
    let at = observedAt === undefined ? arrival : Date.parse(observedAt as string);
    const wrongClock = clockFault(at, receivedAt);
    if (wrongClock) return rejected(wrongClock, item, undefined);
    const good: Values = {};
    const sent: Item = {};
    const aside: Record<string, Item> = {};
    for (const [name, value] of Object.entries(values)) {
      const metric = this.metrics[name];
      const fault = metric ? faultOf(metric, value) : unkept(value);
      if (fault) aside[fault] = { ...aside[fault], [name]: value };
      else {
        sent[name] = metric ? asKept(metric, value) : value;
        good[metric ? name : `+${name}`] = sent[name];
      }
    }
    // Keys that a kind does not know are kept beside quantities, and are not enough by themselves.
    if (!Object.keys(good).some((name) => name in this.metrics)) {
      // What is off the scale comes first: alarms look at it.
      const isWhy = (reason: string) => known.some((name) => name in (aside[reason] ?? {}));
      return rejected(["off_scale", "sensor_fault", "bad_type"].find(isWhy) ?? "no_quantity", item, at);
    }
    if (observedAt === undefined) {
      // Never the same millisecond twice, and none that is taken.
      this.lastArrival = arrival;
      while (this.moments.has(at)) at++;
    }
    const moment = new Date(at).toISOString();
    const refused: Outcome["refused"] = Object.entries(aside).map(([reason, beside]) => ({
      reason,
      partial: true,
      values: { observedAt: moment, ...beside },
    }));
    const there = this.moments.get(at);
    if (!there) {
      this.moments.set(at, good);
      return { kind: "stored", at, refused };
    }
    const conflict: Item = {};
    let kept = false;
    for (const [name, value] of Object.entries(good)) {
      if (!(name in there)) {
        there[name] = value;
        kept = true;
      } else if (meaningOf(there[name]) !== meaningOf(value)) conflict[name.replace("+", "")] = value;
    }
    if (Object.keys(conflict).length === 0) return { kind: kept ? "stored" : "duplicate", at, refused };
    refused.push({
      reason: "conflict",
      partial: kept,
      values: { observedAt: moment, ...(kept ? conflict : sent) },
    });
    return { kind: kept ? "stored" : "rejected", at, refused };
  }

  /** Decides what becomes of an event; one without a time that can be used has that of its arrival. */
  decideEvent(item: Item, receivedAt: number, several: boolean): Outcome {
    const { observedAt, eventId: given, type, phase, ...said } = item;
    const isTimeless = observedAt === undefined;
    const own = isTimeless ? receivedAt : readableTime(observedAt, receivedAt);
    if (type === "hail") return rejected("unknown_event", item, own);
    const wrongTime = isTimeless
      ? "ts" in said || several
        ? "time_missing"
        : undefined
      : clockFault(Date.parse(observedAt as string), receivedAt);
    const hasOwn = !isTimeless && wrongTime === undefined;
    let at = hasOwn ? Date.parse(observedAt as string) : Math.max(receivedAt, this.lastArrival + 1);
    if (!hasOwn) this.lastArrival = at;
    const data = Object.fromEntries(Object.entries(said).filter(([, value]) => !unkept(value)));
    const faults = [wrongTime, phase && "bad_shape", ...Object.values(said).map(unkept)];
    const refused = [...new Set(faults.filter((fault) => typeof fault === "string"))].map((reason) => ({
      reason,
      partial: true,
      values: item,
    }));
    // One without a name is told from others by what it says, and by when it came where it does not say when it was.
    const content = stringifyExact(isTimeless && !("ts" in item) ? [item, at] : item);
    const eventId = given === undefined ? `${OURS} ${content}` : String(given);
    const event = { eventId, type: type as string, data };
    for (;;) {
      const there = this.events.find((other) => other.at === at && other.eventId === eventId);
      if (!there) break;
      if (there.type === type && meaningOf(there.data) === meaningOf(data))
        return { kind: "duplicate", at, refused };
      at++;
    }
    this.events.push({ at, ...event });
    return { kind: "stored", at, refused };
  }

  /** Moments with what was kept of each, oldest first. */
  stored(): [at: number, values: Values][] {
    return [...this.moments].sort(([a], [b]) => a - b);
  }

  /** What a counter counted with each reading, in whole steps of its resolution. */
  steps(counter: string): { at: number; step: number }[] {
    const metric = this.metrics[counter]!;
    const scale = 10 ** metric.decimals!;
    const { tolerance = 0, rollsOverAt, restarts } = metric;
    const inSteps = (value: number) => Math.round(value * scale);
    const readings = this.stored()
      .filter(([, values]) => counter in values)
      .map(([at, values]) => ({ at, value: inSteps(values[counter] as number) }));
    const rules = {
      tolerance: inSteps(tolerance),
      rollsOverAt: rollsOverAt === undefined ? undefined : inSteps(rollsOverAt),
      restarts,
    };
    const exchanges = this.exchanges
      .filter(({ metric: of }) => of === counter)
      .map(({ at, oldRegister, newRegister }) => ({
        at,
        oldRegister: inSteps(oldRegister),
        newRegister: inSteps(newRegister),
      }));
    return stepsOf(readings, rules, exchanges).map((step, i) => ({ at: readings[i]!.at, step }));
  }

  /** @returns what puts everything that was kept back as it is now */
  remember(): () => void {
    const moments = [...this.moments].map(([at, there]) => [at, there, { ...there }] as const);
    const events = [...this.events];
    const { lastArrival } = this;
    return () => {
      this.lastArrival = lastArrival;
      this.events.splice(0, this.events.length, ...events);
      this.moments.clear();
      for (const [at, there, values] of moments) {
        for (const name of Object.keys(there)) delete there[name];
        this.moments.set(at, Object.assign(there, values));
      }
    };
  }
}

/** Counts items in a place, or takes them back. */
export function countIn(counts: Counts, kind: Outcome["kind"], items: number): void {
  counts.received += items;
  counts[kind] += items;
}

const rejected = (reason: string, values: Item, at: number | undefined): Outcome => ({
  kind: "rejected",
  at,
  refused: [{ reason, partial: false, values }],
});

/** When an item says that it was observed, if that can be. */
export function readableTime(observedAt: unknown, receivedAt: number): number | undefined {
  const at = Date.parse(observedAt as string);
  return Number.isNaN(at) || clockFault(at, receivedAt) ? undefined : at;
}

function clockFault(at: number, receivedAt: number): string | undefined {
  if (at > receivedAt + DAY) return "clock_ahead";
  return at < Date.UTC(2015, 0) ? "clock_unset" : undefined;
}

/** A value as its column keeps it. */
export function asKept({ decimals }: Metric, value: unknown): unknown {
  if (typeof value !== "number" || decimals === undefined) return value;
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

/** Of a key that the kind does not know, and of what an event says. */
function unkept(value: unknown): string | undefined {
  if (value === NUL) return "bad_text";
  return value === DEEP ? "too_deep" : undefined;
}

function faultOf(metric: Metric, value: unknown): string | undefined {
  if (metric.type === "state") return metric.values?.includes(value as string) ? undefined : "bad_type";
  if (metric.type === "text") return typeof value === "string" ? undefined : "bad_type";
  const number = value instanceof ExactNumber ? Number(value.text) : value;
  if (typeof number !== "number") return "bad_type";
  if (Number.isNaN(number) || metric.sentinels?.includes(number)) return "sensor_fault";
  return number < metric.min! || number > metric.max! ? "off_scale" : undefined;
}
