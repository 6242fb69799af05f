import { defineKind } from "../../define-kind.ts";
import { counter, gauge, high, inState, low, onEvent, silent, state, text } from "../../kind.ts";
import { NETWORK_REPORT } from "../../network-report.ts";
import { int16 } from "../../sensor-faults.ts";
import { exampleExamples } from "./examples.ts";
import { exampleScenarios, simulateExample } from "./simulate.ts";

/**
 * EXAMPLE: a rain gauge on the roof of a village hall. It is real, tested, and here to be copied.
 *
 * To add a kind of your own:
 *   1. copy this folder to `kinds/<your-kind>/` and change its three files from top to bottom: `kind.ts` is what the
 *      kind promises, `simulate.ts` how a simulated device of it behaves, `examples.ts` what its devices send;
 *   2. add one line to `catalog.ts`;
 *   3. run `npx vitest run test/devices`: the catalog's test tells what is still missing.
 * The table, its columns, the rollups, the API's documentation and the simulator follow from this folder.
 */
export const example = defineKind({
  // kebab-case. It names the table (`readings_example`) and never changes once devices exist.
  kind: "example",
  title: { en: "Rain gauge (example)", zh: "雨量计（示例）" },
  // Say where the figures come from: a datasheet with its section, a standard, or "our assumption".
  source: "Our assumption, after tipping-bucket gauges of 0.2 mm per tip.",
  // A healthy device reports this often. Presence and the `silent` alarm are reckoned from it.
  reportIntervalSeconds: 600,
  // Capabilities of its devices, by `capabilities.ts`: `sounds`, `shows`, `locates`, `hasValve`, `gateway`. Each is a
  // contract of quantities, events, commands and replies. A rain gauge has none of them.
  capabilities: [],
  // How protocols other than our own may know its devices, by the schemes of `identities.ts`: a rain gauge that speaks
  // SL 651 has an address there, and one with a LoRaWAN radio a devEUI. A device gets no identity of another scheme.
  identities: ["sl651", "deveui"],

  // `zh` is the short name that Chinese screens show.
  // One entry is one column. Keys are snake_case; the same word stands in JSON, SQL and CSV. Units are UCUM
  // codes (https://ucum.org): `mm`, `mm/h`, `Cel`, `%`, `kbit/s`; counted things are annotations: `{tip}`.
  metrics: {
    // A counter only rises, but for resets. Ask devices for counters rather than for differences: after a
    // lost message the next one still tells the whole amount.
    rain: counter({
      unit: "mm",
      // Plausible bounds, not alarm limits: a value outside them is refused as `off_scale`, the reading's others are
      // kept, and alarms see it. Give both, or rubbish becomes weather. The wettest place on Earth has 26,000 mm a
      // year.
      min: 0,
      max: 100_000,
      // The resolution of the instrument: tips of 0.2 mm need one decimal. Values are rounded to it when they are
      // stored, and take a fraction of the room of a float. Rather one decimal too many than one too few: it can't be
      // changed once the table is there.
      decimals: 1,
      resets: "at the beginning of each year (UTC)",
      // It begins anew by itself, so after any fall it counts from 0. The register of a meter does not: leave this out.
      restarts: true,
      about: "Rain since the year began",
      zh: "年累计雨量",
    }),
    // A gauge goes up and down. It has at most seven digits, those behind the point included.
    intensity: gauge({
      unit: "mm/h",
      min: 0,
      max: 500,
      decimals: 1,
      about: "Rain at this moment",
      zh: "雨强",
    }),
    // The value that the sensor sends when it has none: 0x7FFF tenths here. It is no measurement, so no alarm sees it.
    temperature: gauge({
      unit: "Cel",
      min: -60,
      max: 80,
      decimals: 1,
      sentinels: int16(1),
      about: "At the funnel",
      zh: "漏斗温度",
    }),
    battery: gauge({
      unit: "V",
      min: 0,
      max: 20,
      decimals: 2,
      about: "Of the 12 V battery behind the solar panel",
      zh: "电池电压",
    }),
    // A closed list of words; a word outside it is refused, and the reading's other values are kept.
    heater: state({
      values: ["off", "on", "broken"],
      zhValues: { off: "关", on: "开", broken: "故障" },
      about: "The funnel's heater against ice",
      zh: "防冻加热器",
    }),
    // A short text for values without a scale. Nothing can be reckoned from it, so use it sparingly.
    firmware: text({ maxLength: 32, about: "Version of its software", zh: "固件版本" }),
  },

  // The events that may happen, as opposed to the measured quantities. An event of another type is refused.
  events: [
    { type: "clogged", about: "The funnel is blocked; rain is not measured", zh: "漏斗堵塞" },
    { type: "cleaned", about: "The funnel is free again", zh: "漏斗已疏通" },
    // For kinds whose devices may have a devEUI.
    NETWORK_REPORT,
  ],

  // The commands of its devices, in kebab-case. A kind that has this shows a command and a reply in its examples.
  // The parameters of these are checked before they are sent. Callers may send others, too: firmware learns faster than
  // this file. `dangerous` is what people or things can come to harm by: consoles ask twice.
  commands: [
    {
      name: "heat",
      title: { en: "Heat", zh: "加热" },
      about: "Turns the funnel's heater on or off",
      zh: "打开或关闭漏斗加热器",
      parameters: [{ name: "on", type: "boolean", required: true, about: "On or off", zh: "打开" }],
    },
  ],

  // The alarms that a person must know of. Rules are unique within the kind; `high("intensity")` is named
  // `intensity_high`.
  alarms: [
    // Raised above `limit`, cleared below `limit - deadband`, so that a value at the limit does not flutter.
    // `onDelayMs` is how long it must last, by the device's clock, and `offDelayMs` how long it must be over.
    high("intensity", { limit: 30, deadband: 5, severity: "major", about: "Heavy rain", zh: "大雨" }),
    low("battery", {
      limit: 11.5,
      deadband: 0.5,
      onDelayMs: 1_800_000,
      severity: "minor",
      about: "Battery low",
      zh: "电池电量低",
    }),
    inState("heater", {
      values: ["broken"],
      rule: "heater_broken",
      severity: "warning",
      about: "Heater broken",
      zh: "加热器故障",
    }),
    // Cleared by another event. With an empty `clearedBy` only a person's acknowledgement clears it.
    onEvent("clogged", {
      severity: "minor",
      clearedBy: ["cleaned"],
      about: "Rain gauge clogged",
      zh: "雨量计堵塞",
    }),
    silent({
      intervals: 6,
      severity: "minor",
      about: "Rain gauge not heard for an hour",
      zh: "雨量计一小时没有上报",
    }),
  ],

  simulate: simulateExample,

  scenarios: exampleScenarios,

  examples: exampleExamples,
});
