import { outdoorTemperature } from "../../climate.ts";
import { gasUse } from "../../household.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { DAY_MS, HOUR_MS } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";

/** Five digits before the point, three behind: a G4 household register. */
export const REGISTER_MAX = 99_999.999;

export const gasMeterScenarios: readonly Scenario[] = [
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

/** Streams of the meter's randomness, so that one draw never tells about another. */
const [PRESSURE, RADIO, CELL] = [101, 102, 103];

/** The addition of a scenario to the flow, in m3/h. */
const EXTRA_FLOW: Record<string, number> = { leak: 0.35, burst: 8 };

const SCENARIO_EVENTS: Record<string, readonly { type: string; [key: string]: unknown }[]> = {
  leak: [{ type: "leak", flow: EXTRA_FLOW.leak }],
  tampering: [{ type: "case_open" }, { type: "magnet" }, { type: "tamper", method: "magnet" }],
  reversed: [{ type: "reverse_flow" }],
  low_battery: [{ type: "low_battery", battery: 2.95 }],
};

const halves = (value: number) => Math.round(value * 2) / 2;

export function simulateGasMeter(seed: number): Behaviour {
  const useOfGas = gasUse(seed);
  const meanRssi = -90 - 30 * chanceAt(seed, RADIO);
  const cellMade = Date.UTC(2018 + 5 * chanceAt(seed, CELL), 0);
  /** The part of the register beyond the household's ordinary use, in m3. */
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
