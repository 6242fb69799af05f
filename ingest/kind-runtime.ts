import { ExactNumber } from "../base/exact-json.ts";
import type { EventRule, Kind, SilenceRule } from "../devices/kind.ts";
import type { KindTable } from "../store/database/index.ts";
import type { ReadingsBatch } from "../store/readings/index.ts";
import { type CheckedMetric, NUMBER, prepareMetric, STATE } from "./checked-metric.ts";
import { checkText as checkCharacters, encodeExtra, type JsonObject, show } from "./decode.ts";
import { refuseUnknown } from "./hints.ts";
import { readObservedAt, refuseTooOld } from "./observed-at.ts";
import { type Refusal, refuse } from "./reasons.ts";
import { seenStepMs } from "./seen-step.ts";
import { checkTimeless } from "./time-keys.ts";

/**
 * A kind made ready for the hot path. The check below says the same as the kind's zod schema (a property test
 * holds them together) at about a tenth of its cost, because it fills the batch's columns while it looks. Where the
 * schema refuses a number for its size, the check sets that value aside and keeps the others.
 */

const NONE: readonly SetAside[] = [];

/** A value that is no measurement, beside others that are. */
export interface SetAside {
  readonly metric: CheckedMetric;
  readonly value: number;
  /** As it was sent. */
  readonly given: unknown;
  readonly reason: "off_scale" | "sensor_fault";
}

/** A reading that was found good, and waits to be put into a batch. Reused: read it before the next check. */
export interface CheckedReading {
  observedAt: number;
  /** Whether it had no time, so that its `observedAt` is ours. */
  timeless: boolean;
  /** How many metrics it has. None only where all are set aside. */
  count: number;
  /** Values that are not kept; mostly none. */
  aside: readonly SetAside[];
  readonly metrics: CheckedMetric[];
  readonly values: (number | string)[];
  /** Text of a JSON object with the unknown keys, if there were any. */
  extra: string | undefined;
}

/** How far back what comes may lie, by what it is; milliseconds. */
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
  /** Every rule's name, to tell alarms of rules that the kind has given up. */
  readonly ruleNames: ReadonlySet<string>;
  /** Before it readings are dropped, and days are not made of them any more; epoch milliseconds. Moves on. */
  readingsSince = Number.NEGATIVE_INFINITY;
  /** How far back readings, and events and replies, may lie, in milliseconds. */
  private readonly kept: KeptMs;
  private readonly byKey = new Map<string, CheckedMetric>();
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
   * @param table as the database has it: it may hold columns of metrics that the kind has given up
   * @param kept how far back what it takes may lie
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
      if (column < 0) throw new Error(`Kind '${kind.kind}': the table has no column for metric '${key}'`);
      const rules = metricRules.filter((rule) => rule.metric === key);
      const offScale = kind.offScale.find((rule) => rule.metric === key);
      this.byKey.set(key, prepareMetric(key, metric, column, rules, offScale));
    }
  }

  /**
   * Decides whether a reading is good. The answer is valid until the next call.
   * @param several whether it is one of several in an array
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
      const fault = checkTimeless(reading, several, this.isMetric);
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
      } else if (value !== null) {
        const fault = this.look(metric, value);
        if (fault !== undefined) return fault;
      }
    }
    if (scratch.count === 0 && scratch.aside === NONE) return this.refuseEmpty(reading);
    if (unknown !== undefined) {
      const encoded = encodeExtra(unknown, "reading");
      if ("reason" in encoded) return encoded;
      scratch.extra = encoded.json;
    }
    return scratch;
  }

  /** Why an event or a reply of this moment is not kept; undefined: it is. */
  refuseOldEvent(observedAt: number, receivedAt: number): Refusal | undefined {
    const since = receivedAt - this.kept.events;
    return observedAt < since ? refuseTooOld(observedAt, since) : undefined;
  }

  /** Looks at what is no plain number within its range. */
  private look(metric: CheckedMetric, given: unknown): Refusal | undefined {
    const scratch = this.scratch;
    const value = given instanceof ExactNumber ? Number(given.text) : given;
    if (metric.check === NUMBER) {
      if (typeof value !== "number") return wrongType(metric, value);
      const isMissing = !Number.isFinite(value) || metric.sentinels?.has(value) === true;
      if (isMissing || value < metric.min || value > metric.max) {
        scratch.aside = [
          ...scratch.aside,
          { metric, value, given, reason: isMissing ? "sensor_fault" : "off_scale" },
        ];
        return undefined;
      }
    } else {
      const fault = checkText(metric, value);
      if (fault !== undefined) return fault;
    }
    scratch.metrics[scratch.count] = metric;
    scratch.values[scratch.count] = value as number | string;
    scratch.count++;
    return undefined;
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
    return refuse("empty", "the reading has no metric");
  }

  /** Puts a checked reading into the batch. @returns its row */
  add(
    batch: ReadingsBatch,
    deviceNo: number,
    receivedAt: number,
    reading: CheckedReading,
    way?: unknown,
  ): number {
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

/** The refusal of values that are set aside, which all have one reason. */
export function refuseAside(aside: readonly SetAside[]): Refusal {
  return refuse(aside[0]!.reason, () =>
    aside
      .map(({ metric, given, reason }) =>
        reason === "off_scale"
          ? `${metric.key}: ${show(given)}, expected ${metric.min} to ${metric.max} ${metric.unit}`
          : `${metric.key}: ${show(given)}, which its sensor sends in place of a value`,
      )
      .join("; "),
  );
}

function checkText(metric: CheckedMetric, value: unknown): Refusal | undefined {
  if (metric.check === STATE) {
    if (typeof value === "string" && metric.values.has(value)) return undefined;
    return wrongType(metric, value);
  }
  if (typeof value !== "string" || value.length > metric.maxLength) {
    return wrongType(metric, value);
  }
  return checkCharacters(value, metric.key);
}

const wrongType = (metric: CheckedMetric, value: unknown): Refusal =>
  refuse("bad_type", () => `${metric.key}: ${show(value)}, expected ${expectedOf(metric)}`);

function expectedOf(metric: CheckedMetric): string {
  if (metric.check === NUMBER) return `a number in ${metric.unit}`;
  if (metric.check === STATE) return `one of ${[...metric.values].join(", ")}`;
  return `a text of at most ${metric.maxLength} characters`;
}
