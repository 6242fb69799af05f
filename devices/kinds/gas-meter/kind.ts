import { outdoorTemperature } from "../../climate.ts";
import { gasUse } from "../../household.ts";
import {
  type Behaviour,
  counter,
  defineKind,
  gauge,
  high,
  inState,
  low,
  onEvent,
  type Scenario,
  silent,
  state,
} from "../../kind.ts";
import { DAY_MS, HOUR_MS } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";
import { DS18B20, int16, NO_DATA } from "../../sensor-faults.ts";

/** Five digits before the point, three behind: a G4 household register. */
const REGISTER_MAX = 99_999.999;
const ROLLS_OVER_AT = 100_000;

const scenarios: readonly Scenario[] = [
  {
    name: "leak",
    about: "Gas flows without a pause, and the meter reports a leak.",
    raises: ["leak"],
  },
  {
    name: "burst",
    about: "A hose has come off: far too much flow, too little pressure.",
    raises: ["flow_high", "pressure_low"],
  },
  {
    name: "regulator_fault",
    about: "The pressure regulator lets too much through.",
    raises: ["pressure_high"],
  },
  {
    name: "tampering",
    about: "Somebody opens the case and holds a magnet to it.",
    raises: ["tamper", "magnet", "case_open"],
  },
  { name: "reversed", about: "Gas runs backwards through the meter.", raises: ["reverse_flow"] },
  { name: "low_battery", about: "The battery is nearly empty.", raises: ["battery_low"] },
  { name: "valve_fault", about: "The valve neither opens nor closes.", raises: ["valve_abnormal"] },
];

export const gasMeter = defineKind({
  kind: "gas-meter",
  title: { en: "LoRa gas meter", zh: "LoRa 燃气表" },
  source:
    "Our assumptions, after diaphragm meters of size G2.5 to G6 on a low-pressure household line (nominally " +
    "2 kPa gauge; low pressure means below 10 kPa), a 3.6 V lithium cell, and LoRa receivers that hear down " +
    "to about -137 dBm. No vendor's datasheet stands behind these figures; adjust them to your meters.",
  reportIntervalSeconds: 3600,
  // `decimals` are what such meters resolve: the register's litres, 0.01 kPa, 0.01 V, tenths of a degree and whole dBm.
  // SNR comes in quarters of a dB from the radio chip, in tenths by way of some gateways; two digits hold both.
  metrics: {
    volume: counter({
      unit: "m3",
      min: 0,
      max: REGISTER_MAX,
      decimals: 3,
      tolerance: 0.001,
      rollsOverAt: ROLLS_OVER_AT,
      resets: "past 99,999.999 m3, or when the meter is exchanged",
      about: "Gas metered since installation, at line conditions",
    }),
    flow: gauge({
      unit: "m3/h",
      min: 0,
      max: 10,
      decimals: 3,
      about: "Flow at the moment of reporting; a G6 meter's limit is 10",
    }),
    // Below zero by a little, because a sensor at rest shows its own error.
    pressure: gauge({
      unit: "kPa",
      min: -1,
      max: 10,
      decimals: 2,
      sentinels: [...NO_DATA, ...int16(1), ...int16(2)],
      about: "Line pressure above the atmosphere's",
    }),
    temperature: gauge({
      unit: "Cel",
      min: -40,
      max: 70,
      decimals: 1,
      sentinels: [...NO_DATA, ...DS18B20, ...int16(1), ...int16(2)],
      about: "Inside the meter's case",
    }),
    battery: gauge({ unit: "V", min: 0, max: 4, decimals: 2, about: "Voltage of the lithium cell" }),
    valve: state({ values: ["open", "closed", "abnormal"], about: "The built-in shut-off valve" }),
    // UCUM has bel-watt (B[W]) but no bel-milliwatt. dB[W] would shift every figure that radios and people
    // use by 30, so this is the plain decibel with an annotation that says what it refers to: dBm.
    rssi: gauge({
      unit: "dB{mW}",
      min: -150,
      max: 10,
      decimals: 0,
      about: "Strength of the last downlink, in dBm",
    }),
    snr: gauge({ unit: "dB", min: -30, max: 30, decimals: 2, about: "Signal to noise of the last downlink" }),
  },
  events: [
    { type: "leak", about: "The meter has found flow that never pauses" },
    { type: "tamper", about: "The meter has noticed an attempt at manipulation" },
    { type: "magnet", about: "A strong magnet is near" },
    { type: "reverse_flow", about: "Gas runs backwards" },
    { type: "case_open", about: "The case has been opened" },
    { type: "low_battery", about: "The meter itself finds its battery low" },
  ],
  alarms: [
    // Nothing but a person clears these five: somebody has to go and look.
    onEvent("leak", { severity: "critical", about: "Gas leak reported", zh: "上报燃气泄漏" }),
    onEvent("tamper", { severity: "major", about: "Meter tampered with", zh: "燃气表被动过" }),
    onEvent("magnet", { severity: "major", about: "Magnet at the meter", zh: "燃气表旁有磁铁" }),
    onEvent("case_open", { severity: "major", about: "Meter case opened", zh: "燃气表外壳被打开" }),
    onEvent("reverse_flow", { severity: "minor", about: "Gas runs backwards", zh: "燃气倒流" }),
    high("flow", {
      limit: 6.5,
      deadband: 0.5,
      severity: "major",
      about: "More flow than a household can burn",
      zh: "流量超过一户所能燃烧的量",
    }),
    high("pressure", {
      limit: 3,
      deadband: 0.3,
      severity: "major",
      about: "Line pressure too high",
      zh: "管道压力过高",
    }),
    low("pressure", {
      limit: 1,
      deadband: 0.2,
      severity: "major",
      about: "Line pressure too low",
      zh: "管道压力过低",
    }),
    // By voltage alone: the low_battery event says the same, and two alarms would need two acknowledgements.
    low("battery", {
      limit: 3.1,
      deadband: 0.1,
      severity: "minor",
      about: "Battery to be replaced",
      zh: "电池需要更换",
    }),
    inState("valve", {
      values: ["abnormal"],
      rule: "valve_abnormal",
      severity: "major",
      about: "Valve does not work",
      zh: "阀门失灵",
    }),
    // A single lost hour is ordinary radio; a day and an hour is not.
    silent({
      intervals: 25,
      severity: "minor",
      about: "Nothing heard for more than a day",
      zh: "超过一天没有上报",
    }),
  ],
  simulate,
  scenarios,
  examples: [
    {
      about: "an ordinary hour",
      message: {
        observedAt: "2025-06-01T08:00:00+08:00",
        volume: 1423.518,
        flow: 0.412,
        pressure: 2.03,
        temperature: 23.4,
        battery: 3.58,
        valve: "open",
        rssi: -104,
        snr: 4.5,
      },
      accepts: 1,
    },
    {
      about: "three hours at once after a night without coverage, one without radio figures",
      message: [
        {
          observedAt: "2025-06-01T09:00:00+08:00",
          volume: 1423.6,
          flow: 0,
          pressure: 2.04,
          battery: 3.58,
          rssi: -110,
        },
        {
          observedAt: "2025-06-01T10:00:00+08:00",
          volume: 1423.6,
          flow: 0,
          pressure: 2.05,
          battery: 3.58,
          snr: null,
        },
        {
          observedAt: "2025-06-01T11:00:00+08:00",
          volume: 1423.742,
          flow: 0.284,
          pressure: 2.01,
          battery: 3.57,
        },
      ],
      accepts: 3,
    },
    {
      about: "a key that this kind does not know is kept, not refused",
      message: { observedAt: "2025-06-01T12:00:00+08:00", volume: 1423.9, spreading_factor: 10 },
      accepts: 1,
    },
    {
      about: "an unconnected pressure sensor reads 0x7FFF",
      message: { observedAt: "2025-06-01T13:00:00+08:00", volume: 1424, pressure: 3276.7 },
      accepts: 1,
      partial: ["sensor_fault"],
    },
    {
      about: "a regulator that has failed: the sensor ends at 10 kPa, the register counts on",
      message: { observedAt: "2025-06-01T13:10:00+08:00", volume: 1424.01, pressure: 12 },
      accepts: 1,
      partial: ["off_scale"],
    },
    {
      about: "nothing but a thermometer that has just been switched on and one value off the scale",
      message: { observedAt: "2025-06-01T13:20:00+08:00", temperature: 85, flow: 16 },
      rejects: "off_scale",
    },
    {
      about: "a register that ran below zero",
      message: { observedAt: "2025-06-01T14:00:00+08:00", volume: -0.001 },
      rejects: "off_scale",
    },
    {
      about: "a number sent as text",
      message: { observedAt: "2025-06-01T15:00:00+08:00", volume: "1424.1" },
      rejects: "bad_type",
    },
    {
      about: "a word that is not one of the valve's",
      message: { observedAt: "2025-06-01T16:00:00+08:00", valve: "ajar" },
      rejects: "bad_type",
    },
    {
      about: "a word in other letters and a number in quotes beside a register that counts on",
      message: { observedAt: "2025-06-01T17:00:00+08:00", volume: 1424.1, valve: "OPEN", pressure: "2.0" },
      accepts: 1,
      partial: ["bad_type"],
    },
    {
      about: "a clock that has never been set",
      message: { observedAt: "2000-01-01T00:00:12Z", volume: 1424.1 },
      rejects: "clock_unset",
    },
    {
      about: "a clock that is decades ahead",
      message: { observedAt: "2099-12-31T23:59:59Z", volume: 1424.1 },
      rejects: "clock_ahead",
    },
    {
      about: "a leak",
      channel: "events",
      message: { eventId: "leak-1", observedAt: "2025-06-01T08:00:05+08:00", type: "leak", flow: 0.35 },
      accepts: 1,
    },
    {
      about: "an event that no gas meter has",
      channel: "events",
      message: { eventId: "boil-1", observedAt: "2025-06-01T08:00:06+08:00", type: "boiling_over" },
      rejects: "unknown_event",
    },
  ],
});

/** Streams of the meter's randomness, so that one draw never tells about another. */
const [PRESSURE, RADIO, CELL] = [101, 102, 103];

/** What a scenario adds to the flow, in m3/h. */
const EXTRA_FLOW: Record<string, number> = { leak: 0.35, burst: 8 };

const SCENARIO_EVENTS: Record<string, readonly { type: string; [key: string]: unknown }[]> = {
  leak: [{ type: "leak", flow: EXTRA_FLOW.leak }],
  tampering: [{ type: "case_open" }, { type: "magnet" }, { type: "tamper", method: "magnet" }],
  reversed: [{ type: "reverse_flow" }],
  low_battery: [{ type: "low_battery", battery: 2.95 }],
};

const halves = (value: number) => Math.round(value * 2) / 2;

function simulate(seed: number): Behaviour {
  const useOfGas = gasUse(seed);
  const meanRssi = -90 - 30 * chanceAt(seed, RADIO);
  const cellMade = Date.UTC(2018 + 5 * chanceAt(seed, CELL), 0);
  /** What the register shows beyond the household's ordinary use, in m3. */
  let surplus: number | undefined;
  let playing: string | undefined;

  return ({ random, at, elapsedMs, scenario, atLeast }) => {
    const ordinary = useOfGas(at);
    surplus ??= Math.max(0, (atLeast?.volume ?? 0) - ordinary.volume);
    const extraFlow = EXTRA_FLOW[scenario ?? ""] ?? 0;
    surplus += (extraFlow * elapsedMs) / HOUR_MS;
    const flow = clamp(ordinary.flow * random.between(0.96, 1.04) + extraFlow, 0, 10);
    const pressure =
      scenario === "regulator_fault"
        ? 4.6
        : scenario === "burst"
          ? 0.6
          : 2 + 0.12 * drift(seed + PRESSURE, at, DAY_MS / 8);
    const cellYears = (at.getTime() - cellMade) / (365 * DAY_MS);
    const events = scenario && scenario !== playing ? SCENARIO_EVENTS[scenario] : undefined;
    playing = scenario;
    return {
      metrics: {
        volume: round((ordinary.volume + surplus) % REGISTER_MAX, 3),
        flow: round(flow, 3),
        // Resolutions as such sensors have them: 0.01 kPa, half a degree, 0.01 V, 1 dB, a quarter of a dB.
        pressure: round(pressure - 0.04 * Math.min(flow, 4) + random.normal(0, 0.01), 2),
        // Meters hang in kitchens and stairwells, so they follow the weather only in part.
        temperature: halves(clamp(10 + outdoorTemperature(at) * 0.5 + random.normal(0, 0.2), -30, 60)),
        battery:
          scenario === "low_battery"
            ? 2.95
            : round(clamp(3.65 - 0.025 * cellYears, 3.3, 3.65) + random.normal(0, 0.002), 2),
        valve: scenario === "valve_fault" ? "abnormal" : "open",
        rssi: Math.round(
          clamp(meanRssi + 5 * drift(seed + RADIO, at, HOUR_MS * 3) + random.normal(0, 2), -137, -40),
        ),
        snr: halves(2 * clamp(10 + (meanRssi + 90) * 0.7 + random.normal(0, 1.5), -20, 14)) / 2,
      },
      ...(events ? { events } : {}),
    };
  };
}
