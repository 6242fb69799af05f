/** Which quantity of ours a factor's code stands for, by the sort of station that sends it. Units are those of the kinds. */

const WATER: Readonly<Record<string, string>> = {
  w00000: "flow",
  w01001: "ph",
  w01003: "turbidity",
  w01009: "dissolved_oxygen",
  w01010: "temperature",
  w01014: "conductivity",
  w01018: "cod",
  w01019: "permanganate_index",
  w21001: "total_nitrogen",
  w21003: "ammonia_nitrogen",
  w21011: "total_phosphorus",
};

/** The codes of HJ/T 212-2005. */
const OLD_WATER: Readonly<Record<string, string>> = {
  B01: "flow",
  "001": "ph",
  "011": "cod",
  "060": "ammonia_nitrogen",
  "065": "total_nitrogen",
  "101": "total_phosphorus",
};

const AIR: Readonly<Record<string, string>> = {
  a01001: "temperature",
  a01002: "humidity",
  a01006: "pressure",
  a01007: "wind_speed",
  a01008: "wind_direction",
  a05024: "o3",
  a21004: "no2",
  a21005: "co",
  a21026: "so2",
  a34001: "tsp",
  a34002: "pm10",
  a34004: "pm2_5",
  LA: "sound_level",
};

/** Surface water, groundwater and sea water; waste water, and sources into groundwater and the sea. */
const WATER_STATIONS: ReadonlySet<string> = new Set(["21", "24", "26", "32", "33", "34"]);

/**
 * Ambient air, and dust at construction sites. Not flue gas (31): it has the same codes, in mg/m3 and a thousand times as
 * much.
 */
const AIR_STATIONS: ReadonlySet<string> = new Set(["22", "39"]);

/** The quantity of a factor; undefined where we know none, and the value is kept under its own code. */
export function quantityOf(st: string, code: string): string | undefined {
  if (WATER_STATIONS.has(st)) return ownOf(WATER, code) ?? ownOf(OLD_WATER, code);
  return AIR_STATIONS.has(st) ? ownOf(AIR, code) : undefined;
}

const ownOf = (table: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;
