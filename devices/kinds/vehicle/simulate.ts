import type { Behaviour, Scenario } from "../../kind.ts";
import { HOUR_MS, localHours } from "../../local-time.ts";
import { chanceAt, createRunningSum, round } from "../../noise.ts";

export const vehicleScenarios: readonly Scenario[] = [
  { name: "sos", about: "The driver presses the alarm button.", raises: ["sos"] },
  {
    name: "theft",
    about: "Somebody breaks the lock and rides away.",
    raises: ["stolen", "illegal_ignition", "illegal_displacement"],
  },
  { name: "crash", about: "It hits something and rolls over.", raises: ["collision", "rollover"] },
  {
    name: "speeding",
    about: "Too fast, for too long.",
    raises: ["overspeed", "fatigue_driving", "speed_high"],
  },
  { name: "siphoning", about: "Fuel is taken, and a tyre cut.", raises: ["fuel_anomaly", "tyre_pressure"] },
  { name: "unplugged", about: "The terminal is cut off from the battery.", raises: ["power_off"] },
  { name: "weak_battery", about: "The battery is nearly empty.", raises: ["power_low"] },
  { name: "antenna_cut", about: "The antenna is cut.", raises: ["gnss_fault"] },
];

const EVENTS: Readonly<Record<string, readonly string[]>> = {
  sos: ["sos"],
  theft: ["stolen", "illegal_ignition", "illegal_displacement"],
  crash: ["collision", "rollover"],
  speeding: ["overspeed", "fatigue_driving"],
  siphoning: ["fuel_anomaly", "tyre_pressure"],
};

const [USE, START, LONGITUDE, LATITUDE, FIRST, TANK] = [1, 2, 3, 4, 5, 6];

/** Its rounds begin here: hours since 1970, so that its odometer is the same whenever it is asked. */
const ORIGIN = Date.UTC(2025, 0) / HOUR_MS;

/** The radius of its rounds, in degrees of latitude: five kilometres. */
const RADIUS = 0.045;
const ROUND_KM = 2 * Math.PI * 5;

/** A vehicle of a county town, which does its rounds by day. */
export function simulateVehicle(seed: number): Behaviour {
  const centre = [106 + 2 * chanceAt(seed, LONGITUDE) + 0.4, 26.3 + 1.6 * chanceAt(seed, LATITUDE)] as const;
  const first = Math.floor(60_000 * chanceAt(seed, FIRST));
  const kmIn = (hour: number) => {
    const local = localHours(new Date(hour * HOUR_MS));
    const isOut = local >= 7 && local < 20 && chanceAt(seed, USE, hour) < 0.6;
    return isOut ? 8 + 30 * chanceAt(seed, START, hour) : 0;
  };
  const kmBefore = createRunningSum(ORIGIN, kmIn);
  let playing: string | undefined;

  return ({ random, at, scenario = "" }) => {
    const begins = scenario !== playing;
    const ended = playing === "speeding" && scenario !== "speeding";
    playing = scenario;
    const hours = at.getTime() / HOUR_MS;
    const hour = Math.floor(hours);
    const average = kmIn(hour);
    const km = kmBefore(hour) + average * (hours - hour);
    const angle = (km / ROUND_KM) * 2 * Math.PI;
    const isMoving = average > 0;
    const told = begins ? (EVENTS[scenario] ?? []) : [];
    const over = ended ? ["overspeed_over", "fatigue_driving_over"] : [];
    const isBlind = scenario === "antenna_cut";
    return {
      metrics: {
        longitude: round(centre[0] + RADIUS * 1.12 * Math.cos(angle), 4),
        latitude: round(centre[1] + RADIUS * Math.sin(angle), 4),
        altitude: Math.round(1100 + 60 * Math.sin(angle * 3)),
        speed: scenario === "speeding" ? 215 : isMoving ? round(average + random.between(0, 15), 1) : 0,
        // Against the clock around the centre.
        direction: Math.round(((((-angle * 180) / Math.PI) % 360) + 360) % 360),
        mileage: round(first + km, 1),
        fuel: round(55 - ((km * 0.08 + 20 * chanceAt(seed, TANK)) % 45), 1),
        satellites: isBlind ? 0 : Math.round(random.between(7, 16)),
        signal: Math.round(random.between(14, 31)),
        ignition: isMoving ? "on" : "off",
        fix: isBlind ? "none" : "located",
        power: scenario === "unplugged" ? "off" : scenario === "weak_battery" ? "low" : "ok",
        gnss: isBlind ? "antenna_cut" : "ok",
        alarms: (EVENTS[scenario] ?? []).join(" ") || "none",
      },
      ...(told.length + over.length > 0 ? { events: [...told, ...over].map((type) => ({ type })) } : {}),
    };
  };
}
