import type { EventRule, Kind, SilenceRule } from "../devices/kind.ts";
import type { KindTable } from "../store/database/index.ts";
import type { ReadingsBatch } from "../store/readings/index.ts";
import { type CheckedQuantity, NUMBER, prepareMetric } from "./checked-quantity.ts";
import { refuseUnknown } from "./hints.ts";
import { encodeParts, type JsonObject } from "./kept-json.ts";
import { readObservedAt, refuseTooOld } from "./observed-at.ts";
import { type Refusal, refuse } from "./reasons.ts";
import { seenStepMs } from "./seen-step.ts";
import { asideByReason, asideOf, lookAtNumber, lookAtText, refuseAside, type SetAside } from "./set-aside.ts";
import { checkTimeless } from "./time-keys.ts";
import type { Way } from "./way.ts";

/**
 * A kind made ready for the hot path. The check below gives the same result as the kind's zod schema (a property test
 * compares them) at about a tenth of its cost, because it fills the batch's columns while it looks. Where the schema
 * refuses a value, the check sets that one aside and keeps the others.
 */

const NONE: readonly SetAside[] = [];

/** A reading that was found good, and waits to be put into a batch. Reused: read it before the next check. */
export interface CheckedReading {
  observedAt: number;
  /** True when it had no time, so that its `observedAt` is the platform's. */
  timeless: boolean;
  /** The number of its quantities. None only where all are set aside. */
  count: number;
  /** Values that are not kept; mostly none. */
  aside: readonly SetAside[];
  readonly metrics: CheckedQuantity[];
  readonly values: (number | string)[];
  /** Text of a JSON object with the unknown keys, if there were any. */
  extra: string | undefined;
}

/** How far back items may lie, by their channel; milliseconds. */
export interface KeptMs {
  readonly readings: number;
  readonly events: number;
}

const FOR_EVER: KeptMs = { readings: Number.POSITIVE_INFINITY, events: Number.POSITIVE_INFINITY };

export class KindRuntime {
  readonly kind: Kind;
  readonly table: KindTable;
  readonly reportIntervalMs: number;
  /** How much later than the last note a device has to be heard to be noted again; `last-seen.ts`. */
  readonly seenStepMs: number;
  readonly eventTypes: ReadonlySet<string>;
  readonly eventRules: readonly EventRule[];
  readonly silenceRules: readonly SilenceRule[];
  /** The name of every rule, to find alarms of rules that the kind has given up. */
  readonly ruleNames: ReadonlySet<string>;
  /** Readings before this are dropped, and days are not counted from them any more; epoch milliseconds. Moves on. */
  readingsSince = Number.NEGATIVE_INFINITY;
  /** How far back readings, and events and replies, may lie, in milliseconds. */
  private readonly kept: KeptMs;
  private readonly byKey = new Map<string, CheckedQuantity>();
  private readonly scratch: CheckedReading = {
    observedAt: 0,
    timeless: false,
    count: 0,
    aside: NONE,
    metrics: [],
    values: [],
    extra: undefined,
  };

  /**
   * @param table as the database has it: it may hold columns of quantities that the kind has given up
   * @param kept how far back its items may lie
   */
  constructor(kind: Kind, table: KindTable, kept: KeptMs = FOR_EVER) {
    this.kept = kept;
    this.kind = kind;
    this.table = table;
    this.reportIntervalMs = kind.reportIntervalSeconds * 1000;
    this.seenStepMs = seenStepMs(this.reportIntervalMs);
    this.eventTypes = new Set(kind.events.map((event) => event.type));
    this.eventRules = kind.alarms.filter((rule) => rule.type === "event");
    this.silenceRules = kind.alarms.filter((rule) => rule.type === "silence");
    this.ruleNames = new Set([...kind.alarms, ...kind.offScale].map((rule) => rule.rule));
    const metricRules = kind.alarms.filter((rule) => rule.type !== "event" && rule.type !== "silence");
    for (const [key, metric] of Object.entries(kind.metrics)) {
      const column = table.columns.findIndex((candidate) => candidate.name === key);
      if (column < 0) throw new Error(`Kind '${kind.kind}': the table has no column for quantity '${key}'`);
      const rules = metricRules.filter((rule) => rule.metric === key);
      const offScale = kind.offScale.find((rule) => rule.metric === key);
      this.byKey.set(key, prepareMetric(key, metric, column, rules, offScale));
    }
  }

  /**
   * Decides if a reading is good. The answer is valid until the next call.
   * @param several true when it is one of several in an array
   * @param arrival the time that it gets when it has none
   */
  check(
    reading: JsonObject,
    receivedAt: number,
    several = false,
    arrival: number = receivedAt,
  ): CheckedReading | Refusal {
    const scratch = this.scratch;
    scratch.count = 0;
    scratch.aside = NONE;
    scratch.extra = undefined;
    const given = reading.observedAt;
    scratch.timeless = given === undefined || given === null;
    if (scratch.timeless) {
      const fault = checkTimeless(reading, several, receivedAt, this.isMetric);
      if (fault !== undefined) return this.hasMetric(reading) ? fault : this.refuseEmpty(reading);
    }
    const observedAt = readObservedAt(given, receivedAt, arrival);
    if (typeof observedAt !== "number") return observedAt;
    if (observedAt < this.readingsSince || observedAt < receivedAt - this.kept.readings) {
      return refuseTooOld(observedAt, Math.max(this.readingsSince, receivedAt - this.kept.readings));
    }
    scratch.observedAt = observedAt;
    let unknown: JsonObject | undefined;
    for (const key in reading) {
      const value = reading[key];
      const metric = this.byKey.get(key);
      if (metric === undefined) {
        if (key === "observedAt") continue;
        // No prototype: a key `__proto__` is data like any other.
        unknown ??= Object.create(null) as JsonObject;
        unknown[key] = value;
      } else if (
        metric.check === NUMBER &&
        typeof value === "number" &&
        value >= metric.min &&
        value <= metric.max &&
        (metric.sentinels === undefined || !metric.sentinels.has(value))
      ) {
        scratch.metrics[scratch.count] = metric;
        scratch.values[scratch.count] = value;
        scratch.count++;
      } else if (value !== null) this.look(metric, value);
    }
    if (scratch.count === 0) {
      const [first] = asideByReason(scratch.aside);
      if (first === undefined) return this.refuseEmpty(reading);
      // Alarms look at a value off the scale before it is refused.
      return isMeasured(first[0]!) ? scratch : refuseAside(first);
    }
    if (unknown !== undefined) {
      const { json, leftOut } = encodeParts(unknown, "reading");
      scratch.extra = json;
      if (leftOut.length > 0) scratch.aside = [...scratch.aside, ...leftOut.map(asideOf)];
    }
    return scratch;
  }

  /** The reason why an event or a reply of this moment is not kept; undefined: it is. */
  refuseOldEvent(observedAt: number, receivedAt: number): Refusal | undefined {
    const since = receivedAt - this.kept.events;
    return observedAt < since ? refuseTooOld(observedAt, since) : undefined;
  }

  /** Looks at a value that is no plain number within its range, and keeps it or sets it aside. */
  private look(metric: CheckedQuantity, given: unknown): void {
    const scratch = this.scratch;
    const isNumber = metric.check === NUMBER;
    const aside = isNumber ? lookAtNumber(metric, given) : lookAtText(metric, given);
    if (aside !== undefined) {
      scratch.aside = [...scratch.aside, aside];
      return;
    }
    scratch.metrics[scratch.count] = metric;
    scratch.values[scratch.count] = isNumber ? Number(given) : (given as string);
    scratch.count++;
  }

  private readonly isMetric = (key: string) => this.byKey.has(key);

  private hasMetric(reading: JsonObject): boolean {
    for (const key in reading) if (reading[key] !== null && this.byKey.has(key)) return true;
    return false;
  }

  private refuseEmpty(reading: JsonObject): Refusal {
    for (const key in reading) {
      if (key !== "observedAt" && !this.byKey.has(key))
        return refuseUnknown(this.kind.kind, reading, this.byKey);
    }
    return refuse("empty", "the reading has no quantity");
  }

  /** Puts a checked reading into the batch. @param way the way by which it came @returns its row */
  add(batch: ReadingsBatch, deviceNo: number, receivedAt: number, reading: CheckedReading, way: Way): number {
    const row = batch.begin(deviceNo, reading.observedAt, receivedAt);
    batch.markWay(row, way);
    if (reading.timeless) batch.markArrival(row);
    for (let i = 0; i < reading.count; i++) {
      const metric = reading.metrics[i]!;
      if (metric.check === NUMBER) batch.setNumber(row, metric.column, reading.values[i] as number);
      else batch.setText(row, metric.column, reading.values[i] as string);
    }
    if (reading.extra !== undefined) batch.setExtra(row, reading.extra);
    return row;
  }
}

const isMeasured = ({ refusal: { reason } }: SetAside) => reason === "off_scale" || reason === "sensor_fault";
