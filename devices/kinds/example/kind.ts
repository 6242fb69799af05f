/**
 * EXAMPLE: a rain gauge on the roof of a village hall. It is real, tested, and here to be copied.
 *
 * To add a kind of your own:
 *   1. copy this folder to `kinds/<your-kind>/` and change it from top to bottom;
 *   2. add one line to `catalog.ts`;
 *   3. run `npx vitest run test/devices`: the catalog's test tells what is still missing.
 * The table, its columns, the rollups, the API's documentation and the simulator follow from this file.
 */
import { outdoorTemperature } from "../../climate.ts";
import {
  type Behaviour,
  counter,
  defineKind,
  gauge,
  high,
  inState,
  low,
  onEvent,
  silent,
  state,
  text,
} from "../../kind.ts";
import { HOUR_MS } from "../../local-time.ts";
import { chanceAt, createRunningSum, drift, round } from "../../noise.ts";
import { int16 } from "../../sensor-faults.ts";

export const example = defineKind({
  // kebab-case. It names the table (`readings_example`) and never changes once devices exist.
  kind: "example",
  title: { en: "Rain gauge (example)", zh: "雨量计（示例）" },
  // Say where the figures come from: a datasheet with its section, a standard, or "our assumption".
  source: "Our assumption, after tipping-bucket gauges of 0.2 mm per tip.",
  // A healthy device is heard this often. Presence and the `silent` alarm are reckoned from it.
  reportIntervalSeconds: 600,

  // One entry is one column. Keys are snake_case; the same word stands in JSON, SQL and CSV. Units are UCUM
  // codes (https://ucum.org): `mm`, `mm/h`, `Cel`, `%`, `kbit/s`; counted things are annotations: `{tip}`.
  metrics: {
    // A counter only rises, but for resets. Ask devices for counters rather than for differences: after a
    // lost message the next one still tells the whole amount.
    rain: counter({
      unit: "mm",
      // Plausible bounds, not alarm limits: a value outside them is refused as `off_scale`, the reading's others are
      // kept, and alarms see it. Give both, or rubbish becomes weather. The wettest place on Earth has 26,000 mm a year.
      min: 0,
      max: 100_000,
      // What the instrument resolves: tips of 0.2 mm need one digit behind the point. What is stored is rounded to
      // it, and takes a fraction of the room of a float. Rather one digit too many than one too few: it can't be
      // changed once the table is there.
      decimals: 1,
      resets: "at the beginning of each year (UTC)",
      // It begins anew by itself, so after any fall it counts from 0. The register of a meter does not: leave this out.
      restarts: true,
      about: "Rain since the year began",
    }),
    // A gauge goes up and down. It has at most seven digits, those behind the point included.
    intensity: gauge({ unit: "mm/h", min: 0, max: 500, decimals: 1, about: "Rain at this moment" }),
    // What the sensor sends when it has no value: 0x7FFF tenths here. It is no measurement, so no alarm sees it.
    temperature: gauge({
      unit: "Cel",
      min: -60,
      max: 80,
      decimals: 1,
      sentinels: int16(1),
      about: "At the funnel",
    }),
    battery: gauge({
      unit: "V",
      min: 0,
      max: 20,
      decimals: 2,
      about: "Of the 12 V battery behind the solar panel",
    }),
    // A closed list of words; a word outside it is refused, and the reading's other values are kept.
    heater: state({ values: ["off", "on", "broken"], about: "The funnel's heater against ice" }),
    // A short text for what has no scale. Nothing can be reckoned from it, so use it sparingly.
    firmware: text({ maxLength: 32, about: "Version of its software" }),
  },

  // What may happen, as opposed to what is measured. An event of another type is refused.
  events: [
    { type: "clogged", about: "The funnel is blocked; rain is not measured" },
    { type: "cleaned", about: "The funnel is free again" },
  ],

  // When somebody must know. Rules are unique within the kind; `high("intensity")` is named `intensity_high`.
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

  simulate,

  // Stories for `npm run simulate -- --scenario <name>`. Each alarm rule needs an example or a scenario that
  // raises it; what no test can raise, nobody knows to work. `silence` is there for every kind.
  scenarios: [
    { name: "downpour", about: "A thunderstorm stands still above the gauge.", raises: ["intensity_high"] },
    {
      name: "neglected",
      about: "Leaves in the funnel, snow on the panel, a broken heater.",
      raises: ["clogged", "battery_low", "heater_broken"],
    },
  ],

  // Messages as devices send them, with what must become of them. Write down those that must fail, too, and
  // take the expected outcome from the datasheet rather than from running the code. Each has its own time,
  // because a device has one reading per moment. If a vendor's events look different from ours, give the kind
  // a `decodeEvent` as `camera/` does.
  examples: [
    {
      about: "a drizzle",
      message: {
        observedAt: "2025-06-01T08:00:00+08:00",
        rain: 412.6,
        intensity: 0.8,
        temperature: 18.2,
        battery: 12.9,
        heater: "off",
        firmware: "1.0.3",
      },
      accepts: 1,
    },
    {
      about: "metrics may be left out or null, and times may be epoch milliseconds",
      message: [
        { observedAt: 1_748_736_600_000, rain: 412.8 },
        { observedAt: 1_748_737_200_000, rain: 413, battery: null },
      ],
      accepts: 2,
    },
    {
      about: "an unplugged sensor reads 0x7FFF tenths of a degree",
      message: { observedAt: "2025-06-01T08:30:00+08:00", temperature: 3276.7, rain: 413.1 },
      accepts: 1,
      // Why values of it are refused while the others are kept.
      partial: ["sensor_fault"],
    },
    {
      about: "a number in quotes",
      message: { observedAt: "2025-06-01T08:40:00+08:00", rain: "413.2" },
      rejects: "bad_type",
    },
    {
      about: "and one beside other values, which costs only itself",
      message: { observedAt: "2025-06-01T08:50:00+08:00", rain: 413.2, battery: "12.9" },
      accepts: 1,
      partial: ["bad_type"],
    },
    {
      about: "a clock that was never set",
      message: { observedAt: 12_345, rain: 413.2 },
      rejects: "clock_unset",
    },
    {
      about: "leaves, and somebody with a ladder",
      channel: "events",
      message: [
        { eventId: "c-1", observedAt: "2025-06-01T09:00:00+08:00", type: "clogged" },
        { eventId: "c-2", observedAt: "2025-06-01T15:00:00+08:00", type: "cleaned", by: "village office" },
      ],
      accepts: 2,
    },
    {
      about: "an event that is not in the list above",
      channel: "events",
      message: { eventId: "h-1", observedAt: "2025-06-01T16:00:00+08:00", type: "hail" },
      rejects: "unknown_event",
    },
  ],
});

/**
 * How a simulated device behaves: called with moments in rising order, it returns what it would report.
 * Counters must come from the moment and the seed alone (`chanceAt`, `drift`, `createRunningSum`), so that a
 * simulator that starts again goes on where it was; `random` is for the noise on top.
 */
function simulate(seed: number): Behaviour {
  /** Rain in one hour since 1970, in mm: none, unless the slow wander of the weather says so. */
  const rainIn = (hour: number) => Math.max(0, drift(seed, new Date(hour * HOUR_MS), 9 * HOUR_MS) - 0.4) * 12;
  let year = Number.NaN;
  let rainBefore = (_hour: number): number => 0;
  let playing: string | undefined;

  return ({ random, at, scenario }) => {
    if (at.getUTCFullYear() !== year) {
      year = at.getUTCFullYear();
      rainBefore = createRunningSum(Date.UTC(year, 0) / HOUR_MS, rainIn);
    }
    const hours = at.getTime() / HOUR_MS;
    const hour = Math.floor(hours);
    const neglected = scenario === "neglected";
    const begins = scenario !== playing;
    const ends = begins && playing === "neglected";
    playing = scenario;
    return {
      metrics: {
        rain: round(rainBefore(hour) + rainIn(hour) * (hours - hour), 1),
        intensity: scenario === "downpour" ? 48 : round(rainIn(hour), 1),
        temperature: round(outdoorTemperature(at) + random.normal(0, 0.3), 1),
        battery: neglected ? 11.1 : round(12.8 + 0.3 * drift(seed + 1, at, 6 * HOUR_MS), 2),
        heater: neglected ? "broken" : outdoorTemperature(at) < 2 ? "on" : "off",
        firmware: chanceAt(seed, 1) < 0.5 ? "1.0.3" : "1.1.0",
      },
      ...(neglected && begins ? { events: [{ type: "clogged" }] } : {}),
      ...(ends ? { events: [{ type: "cleaned" }] } : {}),
    };
  };
}
