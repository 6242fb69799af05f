import type { Fault } from "../../base/errors.ts";
import {
  type AlarmRule,
  type KindDefinition,
  type LimitRule,
  SEVERITIES,
  SILENCE,
  type StateRule,
} from "../kind.ts";
import { nameFaults, SNAKE_CASE, textFaults } from "./names.ts";

const LONGEST_RULE = 64;
/** Rules that follow from plausible ranges begin with this. */
const OFF_SCALE = "off_scale_";
const YEAR_SECONDS = 366 * 86_400;

/** Faults of a kind's alarm rules: their quantities and events exist, and they can be raised and cleared. */
export function* alarmFaults(definition: KindDefinition): Generator<Fault> {
  const { alarms } = definition;
  const names = alarms.map(({ rule }) => rule);
  yield* nameFaults(names, { path: "/alarms", noun: "rule", form: SNAKE_CASE, longest: LONGEST_RULE });
  for (const [index, rule] of alarms.entries()) {
    const path = `/alarms/${index}`;
    for (const fault of ruleFaults(definition, rule, index))
      yield { path: `${path}${fault.path}`, message: `rule '${rule.rule}': ${fault.message}` };
  }
  yield* sideFaults(alarms);
}

function* ruleFaults(definition: KindDefinition, rule: AlarmRule, index: number): Generator<Fault> {
  const { events, alarms, reportIntervalSeconds } = definition;
  yield* textFaults("/about", rule.about);
  if (!SEVERITIES.includes(rule.severity))
    yield { path: "/severity", message: `'${rule.severity}': expected one of ${SEVERITIES.join(", ")}` };
  if (rule.rule.startsWith(OFF_SCALE))
    yield {
      path: "/rule",
      message: `rules of plausible ranges begin with ${OFF_SCALE}: expected another name`,
    };
  switch (rule.type) {
    case "high":
    case "low":
      yield* limitFaults(definition, rule);
      yield* delayFaults(rule);
      break;
    case "state":
      yield* stateFaults(definition, rule);
      yield* delayFaults(rule);
      break;
    case "event": {
      const types = events.map(({ type }) => type);
      const known = (type: string) => (types.includes(type) ? [] : [type]);
      for (const type of known(rule.event)) yield unknownEvent("/event", type, types);
      for (const type of rule.clearedBy.flatMap(known)) yield unknownEvent("/clearedBy", type, types);
      if (rule.clearedBy.includes(rule.event))
        yield { path: "/clearedBy", message: `'${rule.event}' raises it as well: expected other events` };
      break;
    }
    case "silence": {
      const { intervals } = rule;
      // One report may be late, and is shown as late before it counts as missing.
      if (!Number.isInteger(intervals) || intervals < 2)
        yield { path: "/intervals", message: `${intervals}: expected a whole number from 2` };
      const seconds = intervals * reportIntervalSeconds;
      if (!(seconds <= YEAR_SECONDS)) {
        yield {
          path: "/intervals",
          message: `${intervals} intervals of ${reportIntervalSeconds} s are ${seconds} s: expected a year at most`,
        };
      }
      const first = alarms.findIndex(({ type }) => type === "silence");
      if (first < index)
        yield { path: "", message: `'${alarms[first]!.rule}' is of silence, too: expected one such rule` };
    }
  }
}

const unknownEvent = (path: string, type: string, types: readonly string[]): Fault => ({
  path,
  message: `the kind has no event '${type}': expected one of ${types.join(", ")}`,
});

/** The value at which an alarm is over. */
const clearsAt = ({ type, limit, deadband }: LimitRule) =>
  type === "high" ? limit - deadband : limit + deadband;

/** The limit can be crossed, and the value that clears the alarm can be reached. */
function* limitFaults({ metrics }: KindDefinition, rule: LimitRule): Generator<Fault> {
  const metric = Object.hasOwn(metrics, rule.metric) ? metrics[rule.metric] : undefined;
  if (metric === undefined || (metric.type !== "gauge" && metric.type !== "counter")) {
    yield { path: "/metric", message: `'${rule.metric}': expected a gauge or a counter of the kind` };
    return;
  }
  if (!(rule.deadband >= 0)) {
    yield {
      path: "/deadband",
      message: `${rule.deadband} would clear the alarm beyond its limit: expected 0 or more`,
    };
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = metric;
  const isInside = (value: number) => value > min && value < max;
  const range = `expected a number between ${min} and ${max}, where values of ${rule.metric} lie`;
  if (!isInside(rule.limit)) yield { path: "/limit", message: `${rule.limit} is never crossed: ${range}` };
  else if (!isInside(clearsAt(rule)))
    yield { path: "/deadband", message: `it clears at ${clearsAt(rule)}, which never comes: ${range}` };
}

function* stateFaults({ metrics }: KindDefinition, rule: StateRule): Generator<Fault> {
  const metric = Object.hasOwn(metrics, rule.metric) ? metrics[rule.metric] : undefined;
  if (metric?.type !== "state") {
    yield { path: "/metric", message: `'${rule.metric}': expected a state of the kind` };
    return;
  }
  const words = metric.values ?? [];
  const strange = rule.values.filter((value) => !words.includes(value));
  if (strange.length > 0 || rule.values.length === 0)
    yield { path: "/values", message: `'${strange.join("', '")}': expected of ${words.join(", ")}` };
  if (words.every((word) => rule.values.includes(word)))
    yield {
      path: "/values",
      message: "with all of them it never clears: expected some of the state's values",
    };
}

function* delayFaults(rule: LimitRule | StateRule): Generator<Fault> {
  for (const name of ["onDelayMs", "offDelayMs"] as const) {
    const delay = rule[name] ?? 0;
    if (!Number.isInteger(delay) || delay < 0)
      yield { path: `/${name}`, message: `${delay}: expected a whole number of milliseconds from 0` };
  }
}

/**
 * Between a low limit and a high one of a quantity there is room, in which neither alarm is raised nor waits to clear.
 */
function* sideFaults(alarms: readonly AlarmRule[]): Generator<Fault> {
  for (const [index, low] of alarms.entries()) {
    if (low.type !== "low") continue;
    for (const high of alarms) {
      if (high.type !== "high" || high.metric !== low.metric) continue;
      if (low.limit < high.limit && clearsAt(low) < high.limit && clearsAt(high) > low.limit) continue;
      yield {
        path: `/alarms/${index}`,
        message: `rule '${low.rule}' (${low.limit}, clears at ${clearsAt(low)}) overlaps '${high.rule}' (${high.limit}, clears at ${clearsAt(high)}): expected the low one and what clears it below the high one, and the other way round`,
      };
    }
  }
}

/** Faults of the scenarios of a simulated device. */
export function* scenarioFaults({ scenarios = [], alarms }: KindDefinition): Generator<Fault> {
  const names = scenarios.map(({ name }) => name);
  yield* nameFaults(names, { path: "/scenarios", noun: "scenario", form: SNAKE_CASE, longest: LONGEST_RULE });
  const rules = alarms.map(({ rule }) => rule);
  for (const [index, { name, raises }] of scenarios.entries()) {
    if (name === SILENCE)
      yield { path: `/scenarios/${index}`, message: `every kind has '${SILENCE}': expected only others` };
    for (const rule of raises.filter((one) => !rules.includes(one))) {
      yield {
        path: `/scenarios/${index}/raises`,
        message: `scenario '${name}': the kind has no alarm rule '${rule}': expected one of ${rules.join(", ")}`,
      };
    }
  }
}
