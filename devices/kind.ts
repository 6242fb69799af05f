import type { z } from "zod";
import type { DeviceChannel } from "../base/channels.ts";
import type { Capability } from "./capabilities.ts";
import type { IdentityScheme } from "./identities.ts";
import type { Random } from "./random.ts";

/**
 * The parts of a device kind. A kind is a folder in `kinds/`, composed from the builders below; the telemetry schema,
 * the table's columns, the API's documentation and the console all derive from it.
 */

/** The behaviour of a quantity over time, which decides how its rollup is made. */
export type MetricType = "gauge" | "counter" | "state" | "text";

/** A value of a quantity on the wire: JSON numbers for gauges and counters, strings for states and texts. */
export type MetricValue = number | string;

export interface Metric {
  readonly type: MetricType;
  /** UCUM code, e.g. `m3/h`. Absent for states and texts. */
  readonly unit?: string;
  readonly about: string;
  /** Its name in Chinese, short enough for the head of a column. */
  readonly zh?: string;
  /**
   * The plausible range, in `unit`. A value outside it is refused as `off_scale` while its neighbours are kept; alarms
   * look at it all the same. Not an alarm limit.
   */
  readonly min?: number;
  readonly max?: number;
  /**
   * The values, in `unit`, that its sensor sends when it has none: refused as `sensor_fault`, and no alarm looks at
   * them. See `sensor-faults.ts`.
   */
  readonly sentinels?: readonly number[];
  /**
   * The number of decimals that are kept, 0 to 6: the resolution of instruments in the field. A value with more is
   * rounded to them when it is stored. Whole numbers of a resolution take about a byte in columnstore, the floats of a
   * quantity without `decimals` two to four.
   */
  readonly decimals?: number;
  /** The closed list of a state's values. */
  readonly values?: readonly string[];
  /** The words of these in Chinese. */
  readonly zhValues?: Readonly<Record<string, string>>;
  /** The longest text, in UTF-16 code units. */
  readonly maxLength?: number;
  /** When a counter may go back to zero, in words. */
  readonly resets?: string;
  /** The amount by which a counter's trembling last digit may go back, in `unit`; 0 without it. */
  readonly tolerance?: number;
  /** The first number that a counter's register cannot show and after which it goes on from 0, in `unit`. */
  readonly rollsOverAt?: number;
  /**
   * True when a counter begins anew by itself, so that any value to which it falls counts as usage; absent: its
   * register lasts.
   */
  readonly restarts?: boolean;
}

export type Metrics = Readonly<Record<string, Metric>>;

type Numeric = {
  unit: string;
  min: number;
  max: number;
  decimals?: number;
  sentinels?: readonly number[];
  about: string;
  zh?: string;
};

/** A value that goes up and down. Rollups keep count, min, max and sum. */
export const gauge = (options: Numeric): Metric => ({ type: "gauge", ...options });

/**
 * A value that only rises, but for resets. Its usage is the sum of its steps from reading to reading, which counts
 * nothing for a last digit that trembles within `tolerance` or a register that runs back a little, nothing for a single
 * outlier, a new register from 0 once the next reading confirms it, and goes on past `rollsOverAt`
 * (docs/decisions/0023). A counter that falls at times by itself, such as frames since a restart, says `restarts`.
 */
export const counter = (
  options: Numeric & {
    resets?: string;
    tolerance?: number;
    rollsOverAt?: number;
    restarts?: true;
  },
): Metric => ({ type: "counter", ...options });

/** One of a closed list of words. Rollups keep the last. */
export const state = <const V extends readonly string[]>(options: {
  values: V;
  about: string;
  zh?: string;
  zhValues?: { readonly [W in V[number]]: string };
}): Metric => ({
  type: "state",
  ...options,
});

/** A short free text, such as a firmware version. Rollups keep the last. */
export const text = (options: { maxLength: number; about: string; zh?: string }): Metric => ({
  type: "text",
  ...options,
});

/** Severities after ISA-18.2 practice, most urgent first. */
export const SEVERITIES = ["critical", "major", "minor", "warning"] as const;
export type Severity = (typeof SEVERITIES)[number];

interface RuleBase {
  /** Unique within the kind, snake_case: the alarm's identity together with the device. */
  readonly rule: string;
  readonly severity: Severity;
  readonly about: string;
  /** The same in Chinese. */
  readonly zh?: string;
}

/** Raises while `metric` is beyond a limit for `onDelayMs`; clears once it is back by `deadband`. */
export interface LimitRule extends RuleBase {
  readonly type: "high" | "low";
  readonly metric: string;
  readonly limit: number;
  /** How far back inside the limit the value must come before the alarm clears, in the quantity's unit. */
  readonly deadband: number;
  /** How long the condition must hold, by the device's clock, in milliseconds. */
  readonly onDelayMs: number;
  /** How long it must be over before the alarm clears, likewise; 0 when absent. */
  readonly offDelayMs?: number;
}

/** Raises while a state has one of `values` for `onDelayMs`; clears on any other value. */
export interface StateRule extends RuleBase {
  readonly type: "state";
  readonly metric: string;
  readonly values: readonly string[];
  readonly onDelayMs: number;
  /** As for a limit. */
  readonly offDelayMs?: number;
}

/** Raises on an event; clears on one of `clearedBy`, or by acknowledgement where that list is empty. */
export interface EventRule extends RuleBase {
  readonly type: "event";
  readonly event: string;
  readonly clearedBy: readonly string[];
}

/** Raises when no report came for `intervals` report intervals; clears on the next report. */
export interface SilenceRule extends RuleBase {
  readonly type: "silence";
  readonly intervals: number;
}

/**
 * Raises on a value of `metric` beyond its plausible range, on a side that no limit rule watches; clears on the next
 * plausible one. Every kind has them without writing them (`offScaleRules`), and none proposes a broadcast.
 */
export interface OffScaleRule extends RuleBase {
  readonly type: "off_scale";
  readonly metric: string;
  /** Values below or above these are off the scale here; infinite on a side that a limit rule watches. */
  readonly below: number;
  readonly above: number;
}

export type AlarmRule = LimitRule | StateRule | EventRule | SilenceRule;

type LimitOptions = {
  limit: number;
  deadband?: number;
  onDelayMs?: number;
  offDelayMs?: number;
  severity: Severity;
  about: string;
  zh?: string;
  rule?: string;
};

const limitRule =
  (type: "high" | "low") =>
  (metric: string, { limit, deadband = 0, onDelayMs = 0, rule, ...rest }: LimitOptions): LimitRule => ({
    type,
    rule: rule ?? `${metric}_${type}`,
    metric,
    limit,
    deadband,
    onDelayMs,
    ...rest,
  });

export const high = limitRule("high");
export const low = limitRule("low");

export const inState = (
  metric: string,
  options: {
    values: string[];
    rule: string;
    severity: Severity;
    about: string;
    zh?: string;
    onDelayMs?: number;
    offDelayMs?: number;
  },
): StateRule => ({ type: "state", metric, onDelayMs: 0, ...options });

export const onEvent = (
  event: string,
  options: { severity: Severity; about: string; zh?: string; clearedBy?: string[]; rule?: string },
): EventRule => ({ type: "event", event, rule: event, clearedBy: [], ...options });

export const silent = (options: {
  intervals: number;
  severity: Severity;
  about: string;
  zh?: string;
}): SilenceRule => ({
  type: "silence",
  rule: "silent",
  ...options,
});

export interface EventType {
  readonly type: string;
  readonly about: string;
  /** Its name in Chinese. */
  readonly zh?: string;
}

/** One simulated moment of a device: the quantities of a reading, and events that happened, if any. */
export interface SimulatedMoment {
  readonly metrics: Record<string, MetricValue>;
  /** As on the wire; the runner adds a missing `eventId` or `observedAt`. */
  readonly events?: readonly { type: string; [key: string]: unknown }[];
  /** True when the device is silent at this moment; everything else here stays unsent. */
  readonly silent?: boolean;
}

export interface SimulationInput {
  /** Deterministic per device and run. */
  readonly random: Random;
  /** The simulated moment. */
  readonly at: Date;
  /** Time since the previous moment, in milliseconds; 0 at the first. */
  readonly elapsedMs: number;
  /** A story that the runner asks for, e.g. `leak`; kinds ignore the ones they don't know. */
  readonly scenario?: string | undefined;
  /** The values of the device's counters before this run; its registers may not start below. */
  readonly atLeast?: Readonly<Record<string, number>> | undefined;
}

/** A story that a device can be asked to play, so that alarms can be tried out and shown. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** The alarm rules that it raises. */
  readonly raises: readonly string[];
}

/** Every kind knows this one: the device stops reporting. */
export const SILENCE = "silence";

/** A device that behaves: called with moments in rising order, it keeps its own state between them. */
export type Behaviour = (input: SimulationInput) => SimulatedMoment;

/** A value that stands beside a command's name, in `parameters` on the wire. */
export interface CommandParameter {
  readonly name: string;
  readonly type: "number" | "text" | "boolean" | "choice";
  readonly about: string;
  /** Its name in Chinese. */
  readonly zh?: string;
  readonly required?: true;
  /** UCUM code of a number. */
  readonly unit?: string;
  /** The bounds of a number. */
  readonly min?: number;
  readonly max?: number;
  /** The longest text, in UTF-16 code units. */
  readonly maxLength?: number;
  /** The values of a choice, and their words in Chinese. */
  readonly values?: readonly string[];
  readonly zhValues?: Readonly<Record<string, string>>;
}

/** A command that devices of the kind obey. Other commands of a caller are handed over all the same. */
export interface CommandType {
  /** kebab-case, as it stands in `name` on the wire. */
  readonly name: string;
  readonly title?: { readonly en: string; readonly zh: string };
  readonly about: string;
  /** The same in Chinese. */
  readonly zh?: string;
  /** True when people or things can come to harm by it, so that whoever sends it has to be asked. */
  readonly dangerous?: true;
  /** Absent: it takes none. */
  readonly parameters?: readonly CommandParameter[];
}

/**
 * A message as a device would send it on `…/telemetry` (absent), `…/events` or `…/replies`, or would get it on
 * `…/commands`, and its expected outcome.
 */
export type KindExample = {
  readonly about: string;
  readonly channel?: DeviceChannel | "commands";
  readonly message: unknown;
} & (
  | { readonly rejects: string }
  | {
      readonly accepts: number;
      /** The reasons why values of accepted items are refused, each once, in alphabetical order; absent: none are. */
      readonly partial?: readonly string[];
    }
);

export interface KindDefinition {
  /** kebab-case, unique in the catalog. */
  readonly kind: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** The source of the facts in this file: a datasheet, a standard, or our own assumption, said as such. */
  readonly source: string;
  /** How often a healthy device reports, in seconds. */
  readonly reportIntervalSeconds: number;
  readonly metrics: Metrics;
  readonly events: readonly EventType[];
  readonly alarms: readonly AlarmRule[];
  /** Absent: devices of the kind obey nothing, or nothing that is sent as a plain command. */
  readonly commands?: readonly CommandType[];
  /** The capabilities of its devices, by `capabilities.ts`; each has a contract that the kind must keep. */
  readonly capabilities?: readonly Capability[];
  /**
   * The schemes of the identities by which protocols know its devices. Absent: none, so that no door lets anything in for
   * them but the one that asks for a token.
   */
  readonly identities?: readonly IdentityScheme[];
  /** Turns an event as a vendor's device publishes it into our shape; default: as it is. */
  readonly decodeEvent?: (event: Record<string, unknown>) => Record<string, unknown>;
  /** Makes one device's behaviour. `seed` differs from device to device. */
  readonly simulate: (seed: number) => Behaviour;
  /** The scenarios that `simulate` can play besides its ordinary days; `silence` is added for every kind. */
  readonly scenarios?: readonly Scenario[];
  readonly examples: readonly KindExample[];
}

export interface Kind extends KindDefinition {
  /** A reading on the wire. Unknown keys are kept (they land in the row's `extra`). */
  readonly telemetry: z.ZodType;
  readonly scenarios: readonly Scenario[];
  /** The rules that follow from the plausible ranges of its quantities. */
  readonly offScale: readonly OffScaleRule[];
}
