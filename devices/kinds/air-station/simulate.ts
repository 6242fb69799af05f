import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { HOUR_MS, localHours } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";

export const airStationScenarios: readonly Scenario[] = [
  {
    name: "haze",
    about: "Still air under an inversion: particles and exhaust gather.",
    raises: ["pm2_5_high", "pm10_high", "no2_high", "co_high"],
  },
  { name: "coal_smoke", about: "A boiler burns sulfurous coal without a filter.", raises: ["so2_high"] },
  { name: "summer_smog", about: "Sun on exhaust makes ozone.", raises: ["o3_high"] },
  { name: "beyond_range", about: "A concentration beyond the instrument's range.", raises: ["over_range"] },
  { name: "instrument_broken", about: "An analyser has failed.", raises: ["instrument_fault"] },
];

/** Streams of randomness. */
const [PARTICLES, GASES, HUMIDITY, PRESSURE, WIND, DIRECTION, HEIGHT, NOISE] = [1, 2, 3, 4, 5, 6, 7, 8];

const FLAG_OF: Readonly<Record<string, string>> = { beyond_range: "over_range", instrument_broken: "fault" };

/** A county town in the hills of Guizhou: clean air, two rush hours, ozone in the afternoon. */
export function simulateAirStation(seed: number): Behaviour {
  // Guizhou lies at about 1,100 m.
  const meanPressure = 101.3 - 0.0112 * (800 + 600 * chanceAt(seed, HEIGHT));
  return ({ random, at, scenario = "" }) => {
    const wander = (stream: number, hours: number) => drift(seed + stream, at, hours * HOUR_MS);
    const hours = localHours(at);
    const rush = Math.exp(-((hours - 8) ** 2) / 3) + Math.exp(-((hours - 18) ** 2) / 4);
    const sun = Math.max(0, Math.sin(((hours - 6) / 12) * Math.PI));
    const haze = scenario === "haze" ? 1 : 0;
    const fine = clamp(22 + 10 * wander(PARTICLES, 14) + 8 * rush + 200 * haze, 2, 1_000);
    const above = (value: number, digits: number) => round(Math.max(0, value), digits);
    const measured = {
      pm2_5: above(fine + random.normal(0, 0.5), 1),
      pm10: above(fine * 1.7 + random.normal(0, 0.8), 1),
      tsp: above(fine * 2.4 + random.normal(0, 1), 1),
      so2: above(9 + 3 * wander(GASES, 10) + (scenario === "coal_smoke" ? 700 : 0), 1),
      no2: above(18 + 14 * rush + 4 * wander(GASES, 7) + 230 * haze, 1),
      o3: above(35 + 70 * sun + 10 * wander(GASES, 5) + (scenario === "summer_smog" ? 200 : 0), 1),
      co: above(0.5 + 0.3 * rush + 12 * haze, 3),
    };
    const flag = FLAG_OF[scenario];
    return {
      metrics: {
        temperature: round(outdoorTemperature(at) + random.normal(0, 0.1), 1),
        humidity: round(clamp(78 + 15 * wander(HUMIDITY, 8) - 10 * sun, 5, 100), 1),
        pressure: round(meanPressure + 0.5 * wander(PRESSURE, 36), 2),
        wind_speed: above(haze > 0 ? 0.2 : 1.6 + 1.2 * wander(WIND, 3) + random.normal(0, 0.1), 1),
        wind_direction: Math.round(clamp(180 + 170 * wander(DIRECTION, 11), 0, 359)),
        sound_level: round(46 + 8 * rush + 2 * wander(NOISE, 1), 1),
        // Flagged values are no measurements, so a station that flags them tells none.
        ...(flag === undefined ? measured : {}),
        quality: flag ?? "normal",
      },
    };
  };
}
