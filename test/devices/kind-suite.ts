import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Behaviour, Kind, LimitRule, Scenario } from "../../devices/kind.ts";
import { round } from "../../devices/noise.ts";
import { createRandom } from "../../devices/random.ts";
import { ucumFault } from "../../devices/ucum.ts";
import { judge, raises, type Sample } from "./judge.ts";

/** Columns that every readings table and rollup has beside its metrics. */
const RESERVED = ["device_no", "observed_at", "received_at", "extra", "bucket", "readings"];
/** Why a message may be refused: the closed list of the platform. */
const REASONS =
  "not_json bad_frame payload_too_large too_deep bad_shape empty no_quantity bad_type off_scale sensor_fault conflict time_missing bad_time clock_ahead clock_unset bad_text unknown_device not_assigned unknown_event foreign_topic rate_limited store_refused".split(
    " ",
  );
const METRIC_KEY = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
/** PostgreSQL cuts names at 63 bytes, and rollups append up to six characters (`_first`, `_count`). */
const LONGEST_KEY = 50;
const START = new Date("2025-11-20T00:10:00Z");
/** When the examples arrive. */
const RECEIVED_AT = Date.parse("2026-06-01T00:00:00Z");

/** `count` moments, one report interval apart, starting in ordinary life and then in the scenario. */
function run(kind: Kind, count: number, scenario?: string, seed = 42): Sample[] {
  const behave: Behaviour = kind.simulate(seed);
  const random = createRandom(seed);
  const stepMs = kind.reportIntervalSeconds * 1000;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(START.getTime() + index * stepMs);
    const elapsedMs = index === 0 ? 0 : stepMs;
    return { at, moment: behave({ random, at, elapsedMs, scenario: index === 0 ? undefined : scenario }) };
  });
}

/** How many moments of a scenario show what it raises: an hour of minutes, and longer for what waits longer. */
function momentsOf({ alarms, reportIntervalSeconds }: Kind, { raises: promised }: Scenario): number {
  const waits = alarms
    .filter(({ rule }) => promised.includes(rule))
    .map((rule) => {
      if (rule.type === "silence") return rule.intervals;
      return "onDelayMs" in rule ? rule.onDelayMs / 1000 / reportIntervalSeconds : 0;
    });
  // One before the scenario begins, one at its beginning and one past the wait.
  return Math.max(60, ...waits.map((intervals) => Math.ceil(intervals) + 3));
}

/**
 * The tests that every kind passes, whatever its rhythm: one that reports once a day, too. They play at no other time than
 * that of their moments: what asks the wall clock finds itself in 1970.
 */
export function describeKind(kind: Kind): void {
  describe(kind.kind, () => testsOf(kind));
}

function testsOf(kind: Kind): void {
  beforeAll(() => {
    vi.useFakeTimers({ now: 0, toFake: ["Date"] });
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  const metrics = Object.entries(kind.metrics);
  const numeric = metrics.filter(([, metric]) => metric.type === "gauge" || metric.type === "counter");
  const words = metrics.filter(([, metric]) => metric.type === "state" || metric.type === "text");

  it("has titles in both languages, a source, an interval and something to measure", () => {
    expect(kind.title.en).not.toBe("");
    expect(kind.title.zh).toMatch(/\p{Script=Han}/u);
    expect(kind.source.length).toBeGreaterThan(20);
    expect(kind.reportIntervalSeconds).toBeGreaterThan(0);
    expect(metrics.length).toBeGreaterThan(0);
  });

  it.each(metrics)("%s can be a column and explains itself", (key, metric) => {
    expect(key).toMatch(METRIC_KEY);
    expect(key.length).toBeLessThanOrEqual(LONGEST_KEY);
    expect(RESERVED).not.toContain(key);
    expect(metric.about).not.toBe("");
  });

  it.each(numeric)("%s has a UCUM unit and both bounds", (_key, metric) => {
    expect(ucumFault(metric.unit ?? "")).toBeUndefined();
    expect(metric.min).toBeTypeOf("number");
    expect(metric.max).toBeTypeOf("number");
    expect(metric.min!).toBeLessThan(metric.max!);
  });

  it.each(numeric)("%s is kept with decimals that leave its range whole", (_key, metric) => {
    const { decimals, min, max, type } = metric;
    expect(decimals).toBeOneOf([0, 1, 2, 3, 4, 5, 6]);
    expect([round(min!, decimals!), round(max!, decimals!)]).toEqual([min, max]);
    // A gauge has seven digits, which is what its rollups keep; a counter is exact as far as JavaScript counts.
    const largest = Math.max(-min!, max!) * 10 ** decimals!;
    expect(largest).toBeLessThan(type === "gauge" ? 1e7 : Number.MAX_SAFE_INTEGER);
  });

  it.each(numeric)("%s names no value as a fault of its sensor that it can have", (_key, metric) => {
    for (const sentinel of metric.sentinels ?? []) {
      expect(Number.isFinite(sentinel)).toBe(true);
      expect(sentinel < metric.min! || sentinel > metric.max!, String(sentinel)).toBe(true);
    }
  });

  it.each(words)("%s has no unit and a bounded set of values", (_key, metric) => {
    expect(metric.unit).toBeUndefined();
    expect(metric.decimals).toBeUndefined();
    if (metric.type === "state") expect(new Set(metric.values).size).toBeGreaterThan(1);
    else expect(metric.maxLength).toBeGreaterThan(0);
  });

  it("says of each counter when it may go back", () => {
    for (const [key, metric] of numeric) {
      if (metric.type === "counter") expect(metric.resets, key).toBeTypeOf("string");
    }
  });

  it("has event types in snake_case, each once", () => {
    const types = kind.events.map((event) => event.type);
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(type).toMatch(METRIC_KEY);
  });

  it("has alarm rules in snake_case, each once", () => {
    const rules = kind.alarms.map((alarm) => alarm.rule);
    expect(new Set(rules).size).toBe(rules.length);
    for (const rule of rules) expect(rule).toMatch(METRIC_KEY);
  });

  it("has rules for what is off the scale, which are beside those that a broadcast may be proposed for", () => {
    const written = kind.alarms.map((alarm) => alarm.rule);
    for (const { rule, metric, below, above, severity } of kind.offScale) {
      expect(rule).toBe(`off_scale_${metric}`);
      expect(written).not.toContain(rule);
      expect(severity).toBe("major");
      const has = (type: string) =>
        kind.alarms.some((alarm) => alarm.type === type && "metric" in alarm && alarm.metric === metric);
      expect(below).toBe(has("low") ? Number.NEGATIVE_INFINITY : kind.metrics[metric]!.min);
      expect(above).toBe(has("high") ? Number.POSITIVE_INFINITY : kind.metrics[metric]!.max);
    }
    const watched = new Set(kind.offScale.map(({ metric }) => metric));
    for (const [key] of numeric) {
      const sides = kind.alarms
        .filter((alarm) => "metric" in alarm && alarm.metric === key)
        .map(({ type }) => type);
      expect(watched.has(key), key).toBe(!(sides.includes("high") && sides.includes("low")));
    }
  });

  it("is missed when it falls silent", () => {
    expect(kind.alarms.some((alarm) => alarm.type === "silence")).toBe(true);
  });

  it.each(kind.alarms.map((alarm) => [alarm.rule, alarm] as const))(
    "alarm %s refers to what the kind has, within its range",
    (_rule, alarm) => {
      if (alarm.type === "silence") expect(alarm.intervals).toBeGreaterThanOrEqual(2);
      else if (alarm.type === "event") {
        const types = kind.events.map((event) => event.type);
        expect(types).toContain(alarm.event);
        for (const type of alarm.clearedBy) expect(types).toContain(type);
        expect(alarm.clearedBy).not.toContain(alarm.event);
      } else if (alarm.type === "state") {
        const metric = kind.metrics[alarm.metric];
        expect(metric?.type).toBe("state");
        for (const value of alarm.values) expect(metric?.values).toContain(value);
      } else expectInsideRange(kind, alarm);
    },
  );

  it.each(kind.alarms.map((alarm) => [alarm.rule, alarm] as const))(
    "alarm %s is raised by a scenario that promises to",
    (rule, alarm) => {
      const scenarios = kind.scenarios.filter((scenario) => scenario.raises.includes(rule));
      expect(scenarios.length).toBeGreaterThan(0);
      for (const scenario of scenarios) {
        const samples = run(kind, momentsOf(kind, scenario), scenario.name);
        expect(raises(kind, alarm, samples), scenario.name).toBe(true);
      }
    },
  );

  it("promises no alarm that it does not have", () => {
    const rules = kind.alarms.map((alarm) => alarm.rule);
    for (const scenario of kind.scenarios) {
      for (const rule of scenario.raises) expect(rules, scenario.name).toContain(rule);
    }
  });

  it("raises no critical alarm in ordinary days", () => {
    const samples = run(kind, 1000);
    const raised = kind.alarms.filter(
      (alarm) => alarm.severity === "critical" && raises(kind, alarm, samples),
    );
    expect(raised).toEqual([]);
  });

  it("shows what is accepted and what is refused, in its examples", () => {
    const telemetry = kind.examples.filter((example) => (example.channel ?? "telemetry") === "telemetry");
    expect(telemetry.some((example) => "accepts" in example)).toBe(true);
    expect(telemetry.some((example) => "rejects" in example)).toBe(true);
    expect(kind.examples.some((example) => example.channel === "events")).toBe(true);
    for (const channel of ["commands", "replies"] as const) {
      if (kind.commands) expect(kind.examples.some((example) => example.channel === channel)).toBe(true);
    }
  });

  it("gives each accepted item of its examples a time of its own", () => {
    const keys = kind.examples
      .filter((example) => "accepts" in example && example.channel !== "commands")
      .flatMap((example) =>
        (Array.isArray(example.message) ? example.message : [example.message]).map(
          (item) => [example.channel ?? "telemetry", item] as const,
        ),
      )
      .map(([channel, item]) => {
        const event = channel === "events" && kind.decodeEvent ? kind.decodeEvent(item) : item;
        return `${channel} ${new Date(event.observedAt).toISOString()} ${event.eventId ?? event.commandId ?? ""} ${event.phase ?? event.outcome ?? ""}`;
      });
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(kind.examples.map((example) => [example.about, example] as const))(
    "example: %s",
    (_about, example) => {
      const { rejects, accepts, partial } = {
        rejects: undefined,
        accepts: undefined,
        partial: undefined,
        ...example,
      };
      const expected = rejects === undefined ? { accepts, ...(partial ? { partial } : {}) } : { rejects };
      for (const reason of [rejects ?? [], partial ?? []].flat()) expect(REASONS).toContain(reason);
      expect(judge(kind, example.channel ?? "telemetry", example.message, RECEIVED_AT)).toEqual(expected);
    },
  );

  it("simulates 1,000 moments that are accepted, with every metric but those of past intervals, and the same on every run", () => {
    const samples = run(kind, 1000);
    // A station reports the mean of an hour once it is over, and not with the values of a moment; an example shows it.
    const apart = new Set(
      metrics.map(([key]) => key).filter((key) => !Object.hasOwn(samples[0]!.moment.metrics, key)),
    );
    const shown = new Set(
      kind.examples.flatMap((example) =>
        "accepts" in example ? [example.message].flat().flatMap((item) => Object.keys(item as object)) : [],
      ),
    );
    expect([...apart].filter((key) => !/_(minute|hour|day)$/.test(key) || !shown.has(key))).toEqual([]);
    expect(samples.map(({ moment }) => moment)).toEqual(run(kind, 1000).map(({ moment }) => moment));
    for (const { at, moment } of samples) {
      expect(Object.keys(moment.metrics).sort()).toEqual(
        metrics.flatMap(([key]) => (apart.has(key) ? [] : [key])).sort(),
      );
      expect(
        judge(kind, "telemetry", { observedAt: at.toISOString(), ...moment.metrics }, at.getTime()),
      ).toEqual({
        accepts: 1,
      });
    }
  });

  it("reports in steps that its metrics keep, in ordinary days, scenarios and examples", () => {
    const scenarios = kind.scenarios.flatMap((one) => run(kind, momentsOf(kind, one), one.name));
    const sent = [...run(kind, 1000), ...scenarios].map(
      ({ moment }) => moment.metrics as Record<string, unknown>,
    );
    for (const example of kind.examples) {
      if ("accepts" in example && (example.channel ?? "telemetry") === "telemetry")
        sent.push(...[example.message as Record<string, unknown>].flat());
    }
    const lost = sent.flatMap((reading) =>
      numeric.flatMap(([key, { decimals }]) => {
        const value = reading[key];
        return typeof value === "number" && round(value, decimals!) !== value ? `${key}: ${value}` : [];
      }),
    );
    expect(lost).toEqual([]);
  });

  it.each(kind.scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "plays %s with accepted readings and known events",
    (name, scenario) => {
      const moments = run(kind, momentsOf(kind, scenario), name);
      for (const { at, moment } of moments) {
        expect(
          judge(kind, "telemetry", { observedAt: at.toISOString(), ...moment.metrics }, at.getTime()),
        ).toEqual({
          accepts: 1,
        });
        for (const event of moment.events ?? []) {
          const completed = { eventId: "e", observedAt: at.toISOString(), ...event };
          expect(judge(kind, "events", completed, at.getTime())).toEqual({ accepts: 1 });
        }
      }
    },
  );
}

function expectInsideRange(kind: Kind, rule: LimitRule) {
  const metric = kind.metrics[rule.metric];
  expect(metric?.type === "gauge" || metric?.type === "counter").toBe(true);
  expect(rule.deadband).toBeGreaterThanOrEqual(0);
  expect(rule.onDelayMs).toBeGreaterThanOrEqual(0);
  // The limit can be crossed, and the value that clears the alarm can be reached.
  const clears = rule.type === "high" ? rule.limit - rule.deadband : rule.limit + rule.deadband;
  for (const value of [rule.limit, clears]) {
    expect(value).toBeGreaterThan(metric!.min!);
    expect(value).toBeLessThan(metric!.max!);
  }
}
