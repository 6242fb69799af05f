import { area, type SchematicCell } from "./schematic.ts";

/** A cell so much smaller than the usual one has no room for its name. */
const SMALL = 0.35;
/** Digits of a city's code. */
const CITY = 4;
/** Two small neighbours still find their place by eye. */
const AT_LEAST = 3;

/** The places that need a drawing of their own, larger: the districts of a city, which lie close together. */
export function crowdedCodes(cells: readonly SchematicCell[]): readonly string[] {
  const areas = cells.map(({ ring }) => area(ring)).sort((a, b) => a - b);
  const usual = areas[Math.floor(areas.length / 2)] ?? 0;
  const small = cells.filter(({ ring }) => area(ring) < SMALL * usual).map(({ code }) => code);
  const cities = small.map((code) => code.slice(0, CITY));
  return small.filter((code) => cities.filter((city) => code.startsWith(city)).length >= AT_LEAST);
}
