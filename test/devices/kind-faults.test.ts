import { describe, expect, it } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { kindFaults } from "../../devices/checks/kind-faults.ts";
import { defineKind } from "../../devices/define-kind.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";
import { alarm, alarmToo, at, type FaultRow, faultsOf, good, having, metric, named } from "./changed-kind.ts";

const FAULTS: FaultRow[] = [
  ["capitals in its name", having({ kind: "rainGauge" }), "/kind", "kebab-case"],
  ["a name that is too long", having({ kind: "r".repeat(41) }), "/kind", "at most 40"],
  ...["1h", "1d", "1d-open", "1d-sums", "latest"].map(
    (end): FaultRow => [
      `the name of another kind's table, ${end}`,
      having({ kind: `rain-gauge-${end}` }),
      "/kind",
      `end in '-${end}'`,
    ],
  ),
  ["no title in English", having({ title: { en: " ", zh: "雨" } }), "/title/en", "it is empty"],
  ["a title in English twice", having({ title: { en: "Rain", zh: "Rain" } }), "/title/zh", "in Chinese"],
  ["identities of a scheme twice", having({ identities: ["mn", "mn"] }), "/identities/1", "expected it once"],
  [
    "identities of an unknown scheme",
    having({ identities: ["imsi" as never] }),
    "/identities/0",
    "expected one of deveui",
  ],
  ["no source", having({ source: "me" }), "/source", "where its figures come from"],
  ["an interval of 0", having({ reportIntervalSeconds: 0 }), "/reportIntervalSeconds", "0: expected"],
  [
    "an interval in milliseconds",
    having({ reportIntervalSeconds: 3_600_000 }),
    "/reportIntervalSeconds",
    "in seconds",
  ],

  ["nothing to measure", having({ metrics: {} }), "/metrics", "at least one quantity"],
  ["a quantity in camelCase", named("rainRate"), "/metrics/rainRate", "snake_case"],
  [
    "a quantity with a long name",
    named("r".repeat(51)),
    `/metrics/${"r".repeat(51)}`,
    "at most 50 characters",
  ],
  ["a quantity named like a column", named("received_after"), "/metrics/received_after", "another name"],
  ["a quantity twice", named("in_tensity"), "/metrics/in_tensity", "'intensity' in other letters"],
  ["a quantity that says nothing", metric("rain", { about: "" }), "/metrics/rain/about", "it is empty"],
  ["a unit that is none", metric("rain", { unit: "fps" }), "/metrics/rain/unit", "expected a UCUM code"],
  ["no unit", metric("rain", { unit: undefined } as never), "/metrics/rain/unit", "the unit '1'"],
  ["no range", metric("rain", { max: undefined } as never), "/metrics/rain", "no plausible range"],
  ["an endless range", metric("rain", { max: Number.POSITIVE_INFINITY }), "/metrics/rain", "no plausible"],
  ["an empty range", metric("battery", { min: 20 }), "/metrics/battery/max", "not above min"],
  ["half a decimal", metric("rain", { decimals: 0.5 }), "/metrics/rain/decimals", "from 0 to 6"],
  ["seven decimals", metric("rain", { decimals: 7 }), "/metrics/rain/decimals", "from 0 to 6"],
  ["bounds between steps", metric("rain", { max: 99.95 }), "/metrics/rain/decimals", "cannot hold"],
  ["a gauge of eight digits", metric("battery", { decimals: 6 }), "/metrics/battery/decimals", "less than"],
  [
    "a counter beyond whole numbers",
    metric("rain", { max: 1e12, decimals: 4 }),
    "/metrics/rain/decimals",
    "less than 9007199254740991",
  ],
  [
    "a sentinel that can be measured",
    metric("temperature", { sentinels: [-999, 21] }),
    "/metrics/temperature/sentinels/1",
    "21 can be measured",
  ],
  ["a counter that may go back", metric("rain", { resets: "" }), "/metrics/rain/resets", "in words"],
  ["a tolerance below 0", metric("rain", { tolerance: -1 }), "/metrics/rain/tolerance", "from 0"],
  [
    "a register that rolls over before its end",
    metric("rain", { rollsOverAt: 1000 }),
    "/metrics/rain/rollsOverAt",
    "cannot show",
  ],
  ["a state with a unit", metric("heater", { unit: "W" }), "/metrics/heater", "neither unit"],
  ["a state of one word", metric("heater", { values: ["on"] }), "/metrics/heater/values", "two different"],
  [
    "a state with a word twice",
    metric("heater", { values: ["off", "on", "broken", "on"] }),
    "/metrics/heater/values",
    "two different",
  ],
  ["a text without length", metric("firmware", { maxLength: 0 }), "/metrics/firmware/maxLength", "from 1"],

  [
    "an event in capitals",
    having({ events: [...good.events, { type: "Hail", about: "Hail" }] }),
    "/events/3",
    "snake_case",
  ],
  [
    "an event twice",
    having({ events: [...good.events, { type: "cleaned", about: "Again" }] }),
    "/events/3",
    "expected each once",
  ],
  [
    "a command with an underscore",
    having({ commands: [...good.commands!, { name: "heat_up", about: "Heat" }] }),
    "/commands/1",
    "kebab-case",
  ],

  [
    "a rule twice",
    alarmToo("silent", { type: "event", event: "cleaned", clearedBy: [] }),
    "/alarms/5",
    "twice",
  ],
  ["a rule with capitals", alarm("silent", { rule: "Silent" }), at("silent"), "snake_case"],
  [
    "a rule named like a derived one",
    alarm("silent", { rule: "off_scale_rain" }),
    `${at("silent")}/rule`,
    "off_scale_",
  ],
  ["a severity that is none", alarm("silent", { severity: "bad" }), `${at("silent")}/severity`, "critical"],
  [
    "a limit on a quantity that is not there",
    alarm("intensity_high", { metric: "intensty" }),
    `${at("intensity_high")}/metric`,
    "'intensty'",
  ],
  [
    "a limit on a state",
    alarm("intensity_high", { metric: "heater" }),
    `${at("intensity_high")}/metric`,
    "a gauge or a counter",
  ],
  [
    "a limit beyond the range",
    alarm("intensity_high", { limit: 500 }),
    `${at("intensity_high")}/limit`,
    "500 is never crossed",
  ],
  [
    "a deadband that leads out of the range",
    alarm("intensity_high", { deadband: 30 }),
    `${at("intensity_high")}/deadband`,
    "it clears at 0, which never comes",
  ],
  [
    "a low limit that clears above the range",
    alarm("battery_low", { deadband: 9 }),
    `${at("battery_low")}/deadband`,
    "it clears at 20.5",
  ],
  [
    "a deadband on the wrong side",
    alarm("battery_low", { deadband: -0.5 }),
    `${at("battery_low")}/deadband`,
    "beyond its limit",
  ],
  [
    "a high limit below the low one",
    alarmToo("intensity_high", { rule: "battery_high", metric: "battery", limit: 11, deadband: 0 }),
    at("battery_low"),
    "overlaps 'battery_high'",
  ],
  [
    "a low limit that clears where the high one is raised",
    alarmToo("intensity_high", { rule: "battery_high", metric: "battery", limit: 11.9, deadband: 0 }),
    at("battery_low"),
    "overlaps 'battery_high'",
  ],
  [
    "a high limit that clears where the low one is raised",
    alarmToo("intensity_high", { rule: "battery_high", metric: "battery", limit: 15, deadband: 4 }),
    at("battery_low"),
    "overlaps 'battery_high'",
  ],
  ["half a millisecond", alarm("battery_low", { onDelayMs: 0.5 }), `${at("battery_low")}/onDelayMs`, "whole"],
  [
    "time backwards",
    alarm("heater_broken", { offDelayMs: -1 }),
    `${at("heater_broken")}/offDelayMs`,
    "from 0",
  ],
  [
    "a word that a state has not",
    alarm("heater_broken", { values: ["brken"] }),
    `${at("heater_broken")}/values`,
    "'brken'",
  ],
  [
    "no word of a state",
    alarm("heater_broken", { values: [] }),
    `${at("heater_broken")}/values`,
    "expected of",
  ],
  [
    "every word of a state",
    alarm("heater_broken", { values: ["off", "on", "broken"] }),
    `${at("heater_broken")}/values`,
    "never clears",
  ],
  [
    "a state that is a text",
    alarm("heater_broken", { metric: "firmware" }),
    `${at("heater_broken")}/metric`,
    "a state",
  ],
  ["an event that is not there", alarm("clogged", { event: "cloged" }), `${at("clogged")}/event`, "'cloged'"],
  [
    "an event that clears and is not there",
    alarm("clogged", { clearedBy: ["clean"] }),
    `${at("clogged")}/clearedBy`,
    "'clean'",
  ],
  [
    "an event that clears itself",
    alarm("clogged", { clearedBy: ["clogged"] }),
    `${at("clogged")}/clearedBy`,
    "as well",
  ],
  ["silence after one interval", alarm("silent", { intervals: 1 }), `${at("silent")}/intervals`, "from 2"],
  ["silence after years", alarm("silent", { intervals: 100_000 }), `${at("silent")}/intervals`, "a year"],
  [
    "silence twice",
    alarmToo("silent", { rule: "dead", intervals: 20 }),
    "/alarms/5",
    "'silent' is of silence",
  ],

  [
    "a scenario that raises nothing known",
    having({ scenarios: [{ name: "hail", about: "Hail", raises: ["hail"] }] }),
    "/scenarios/0/raises",
    "no alarm rule 'hail'",
  ],
  [
    "the scenario that every kind has",
    having({ scenarios: [{ name: "silence", about: "Silence", raises: [] }] }),
    "/scenarios/0",
    "every kind has 'silence'",
  ],
];

describe("what a kind promises", () => {
  it.each(catalog.map((kind) => [kind.kind, kind] as const))("holds for %s", (_name, kind) => {
    expect(kindFaults(definitionOf(kind), kind.telemetry)).toEqual([]);
  });

  it.each(FAULTS)("is refused with %s, by its place and what was expected", (_name, kind, path, message) => {
    const found = faultsOf(kind);
    expect(found).toContainEqual([path, expect.stringContaining(message)]);
    // One line for each place where it shows, and nothing of what is well.
    expect(found.length).toBeLessThanOrEqual(7);
  });

  it("is refused with everything that is wrong at once, and with the kind's name", () => {
    const kind = having({ source: "", metrics: { ...good.metrics, Rain: good.metrics.rain! } });
    expect(() => defineKind(kind)).toThrow(/^Kind 'example' .*\n {2}\/source: .*\n {2}\/metrics\/Rain: /);
  });
});
