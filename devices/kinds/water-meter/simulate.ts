import type { Behaviour, Scenario } from "../../kind.ts";
import { DAY_MS, HOUR_MS, localDay, startOfLocalDay } from "../../local-time.ts";
import { chanceAt, clamp, createRunningSum, drift, round } from "../../noise.ts";

/** Six digits before the point, as frames of CJ/T 188 have them, and three behind. */
export const WATER_REGISTER_MAX = 999_999.999;

export const waterMeterScenarios: readonly Scenario[] = [
  {
    name: "leak",
    about: "A tap runs all night, and the meter reports that flow never pauses.",
    raises: ["leak"],
  },
  {
    name: "burst",
    about: "A pipe behind the meter has burst: far too much flow, too little pressure.",
    raises: ["leak", "flow_high", "pressure_low"],
  },
  { name: "surge", about: "The pump station presses too hard.", raises: ["pressure_high"] },
  {
    name: "tampering",
    about: "Somebody opens the case and holds a magnet to it.",
    raises: ["tamper", "magnet"],
  },
  { name: "reversed", about: "Water runs backwards through the meter.", raises: ["reverse_flow"] },
  { name: "low_battery", about: "The battery is nearly empty.", raises: ["battery_low"] },
  { name: "valve_fault", about: "The valve neither opens nor closes.", raises: ["valve_abnormal"] },
];

/** Streams of the meter's randomness. */
const [PEOPLE, THIRST, PRESSURE, RADIO, CELL] = [201, 202, 203, 204, 205];

/** Shares of a day's water by its hours: our assumption. */
const HOURS = [1, 1, 1, 1, 1, 2, 6, 9, 7, 5, 4, 5, 6, 4, 3, 3, 4, 6, 9, 9, 7, 5, 3, 2];
const WHOLE_DAY = HOURS.reduce((sum, share) => sum + share, 0);
/** Shares before each hour. */
const BEFORE = HOURS.map((_, hour) => HOURS.slice(0, hour).reduce((sum, share) => sum + share, 0));

/** The addition of a scenario to the flow, in m3/h. */
const EXTRA_FLOW: Readonly<Record<string, number>> = { leak: 0.03, burst: 4.5 };

const SCENARIO_EVENTS: Readonly<Record<string, readonly { type: string; [key: string]: unknown }[]>> = {
  leak: [{ type: "leak", flow: EXTRA_FLOW.leak }],
  burst: [{ type: "leak", flow: EXTRA_FLOW.burst }],
  tampering: [{ type: "magnet" }, { type: "tamper" }],
  reversed: [{ type: "reverse_flow" }],
  low_battery: [{ type: "low_battery", battery: 2.95 }],
};

const PRESSURES: Readonly<Record<string, number>> = { burst: 60, surge: 820 };

/** A household's register (m3) and flow (m3/h), as functions of the seed and the moment alone. */
function waterUse(seed: number): (at: Date) => { volume: number; flow: number } {
  const people = 1 + Math.floor(chanceAt(seed, PEOPLE) * 5);
  const daily = (day: number) => (0.05 + 0.1 * people) * (0.7 + 0.6 * chanceAt(seed, THIRST, day));
  const installed = localDay(new Date("2020-01-01T00:00:00Z"));
  const total = createRunningSum(installed, daily);
  return (at) => {
    const day = localDay(at);
    if (day < installed) return { volume: 0, flow: 0 };
    const hours = (at.getTime() - startOfLocalDay(day)) / HOUR_MS;
    const hour = Math.floor(hours);
    const shares = BEFORE[hour]! + HOURS[hour]! * (hours - hour);
    const use = daily(day) / WHOLE_DAY;
    return { volume: total(day) + use * shares, flow: use * HOURS[hour]! };
  };
}

export function simulateWaterMeter(seed: number): Behaviour {
  const useOfWater = waterUse(seed);
  const meanRssi = -95 - 25 * chanceAt(seed, RADIO);
  const cellMade = Date.UTC(2019 + 5 * chanceAt(seed, CELL), 0);
  /** The part of the register beyond the household's ordinary use, in m3. */
  let surplus: number | undefined;
  let playing: string | undefined;

  return ({ random, at, elapsedMs, scenario, atLeast }) => {
    const ordinary = useOfWater(at);
    surplus ??= Math.max(0, (atLeast?.volume ?? 0) - ordinary.volume);
    const extraFlow = EXTRA_FLOW[scenario ?? ""] ?? 0;
    surplus += (extraFlow * elapsedMs) / HOUR_MS;
    const cellYears = (at.getTime() - cellMade) / (365 * DAY_MS);
    const pressure = PRESSURES[scenario ?? ""] ?? 280 + 60 * drift(seed + PRESSURE, at, DAY_MS / 6);
    const events = scenario && scenario !== playing ? SCENARIO_EVENTS[scenario] : undefined;
    playing = scenario;
    return {
      metrics: {
        volume: round((ordinary.volume + surplus) % WATER_REGISTER_MAX, 3),
        flow: round(clamp(ordinary.flow * random.between(0.95, 1.05) + extraFlow, 0, 16), 3),
        pressure: round(pressure + random.normal(0, 0.5), 1),
        // Meters lie in pits, where frost does not come.
        temperature: round(14 + 5 * drift(seed + CELL, at, 60 * DAY_MS) + random.normal(0, 0.1), 1),
        battery:
          scenario === "low_battery"
            ? 2.95
            : round(clamp(3.65 - 0.03 * cellYears, 3.3, 3.65) + random.normal(0, 0.002), 2),
        valve: scenario === "valve_fault" ? "abnormal" : "open",
        rssi: Math.round(
          clamp(meanRssi + 5 * drift(seed + RADIO, at, HOUR_MS * 3) + random.normal(0, 2), -137, -40),
        ),
        snr: round(clamp(10 + (meanRssi + 95) * 0.6 + random.normal(0, 1.5), -20, 14), 1),
      },
      ...(events ? { events } : {}),
    };
  };
}
