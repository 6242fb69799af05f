import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { DAY_MS, HOUR_MS } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";

export const waterStationScenarios: readonly Scenario[] = [
  {
    name: "sewage",
    about: "Somebody lets sewage into the river: it takes the oxygen.",
    raises: ["cod_high", "ammonia_nitrogen_high", "total_phosphorus_high", "dissolved_oxygen_low"],
  },
  { name: "acid", about: "A plating works spills acid.", raises: ["ph_low"] },
  { name: "lime", about: "A construction site washes lime into the river.", raises: ["ph_high"] },
  { name: "beyond_range", about: "A concentration beyond the instrument's range.", raises: ["over_range"] },
  { name: "instrument_broken", about: "An analyser has failed.", raises: ["instrument_fault"] },
];

/** Streams of randomness, one a quantity. */
const [PH, OXYGEN, CONDUCTIVITY, TURBIDITY, ORGANIC, NITROGEN, PHOSPHORUS, FLOW] = [1, 2, 3, 4, 5, 6, 7, 8];

const PH_OF: Readonly<Record<string, number>> = { acid: 4.8, lime: 10.2 };

const FLAG_OF: Readonly<Record<string, string>> = { beyond_range: "over_range", instrument_broken: "fault" };

/** A mountain river in Guizhou: hard, clear but after rain, poor in nutrients. */
export function simulateWaterStation(seed: number): Behaviour {
  const meanFlow = 400 + 3000 * chanceAt(seed, FLOW);
  return ({ random, at, scenario = "" }) => {
    const wander = (stream: number, hours: number) => drift(seed + stream, at, hours * HOUR_MS);
    const sewage = scenario === "sewage" ? 1 : 0;
    const temperature = clamp(6 + outdoorTemperature(at) * 0.6, 1, 28);
    // Cold water holds more oxygen.
    const saturated = 14.6 - 0.33 * temperature + 0.003 * temperature ** 2;
    const nitrogen = 0.25 + 0.12 * wander(NITROGEN, 9) + 4.5 * sewage;
    const measured = {
      cod: round(9 + 3 * wander(ORGANIC, 12) + 70 * sewage + random.normal(0, 0.3), 2),
      permanganate_index: round(2.6 + 0.8 * wander(ORGANIC, 12) + 15 * sewage, 2),
      ammonia_nitrogen: round(Math.max(0, nitrogen + random.normal(0, 0.004)), 3),
      total_phosphorus: round(Math.max(0, 0.06 + 0.02 * wander(PHOSPHORUS, 15) + 0.9 * sewage), 3),
      total_nitrogen: round(1.4 + 0.3 * wander(NITROGEN, 9) + 6 * sewage, 3),
    };
    const flag = FLAG_OF[scenario];
    return {
      metrics: {
        ph: round((PH_OF[scenario] ?? 7.9 + 0.2 * wander(PH, 6)) + random.normal(0, 0.01), 2),
        temperature: round(temperature, 1),
        dissolved_oxygen: round(Math.max(0.3, saturated * (0.92 + 0.05 * wander(OXYGEN, 5)) - 9 * sewage), 2),
        conductivity: round(420 + 40 * wander(CONDUCTIVITY, 30) + 300 * sewage, 1),
        turbidity: round(Math.max(0.5, 6 + 5 * wander(TURBIDITY, 20) + 60 * sewage), 2),
        flow: round(meanFlow * (1 + 0.3 * drift(seed + FLOW, at, 2 * DAY_MS)), 2),
        // Flagged values are no measurements, so a station that flags them tells none.
        ...(flag === undefined ? measured : {}),
        quality: flag ?? "normal",
      },
    };
  };
}
