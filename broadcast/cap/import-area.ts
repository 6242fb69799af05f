import type { Circle, Polygon, Target } from "../message.ts";
import type { CapArea, CapCircle, CapPoint } from "./alert.ts";
import type { ImportWarning } from "./import.ts";
import { namesRegion, REGION_VALUE_NAME } from "./names.ts";

/** CAP has latitude first, GeoJSON and we have longitude first: turned here and, the other way, in `export.ts`. */
const toRing = (points: readonly CapPoint[]): Polygon =>
  points.map(([latitude, longitude]) => [longitude, latitude]);

const toCircle = ({ center: [latitude, longitude], radius }: CapCircle): Circle => ({
  longitude,
  latitude,
  radiusKm: radius,
});

/**
 * A statutory code of 12 or 6 digits cut to the level that it speaks of: its groups of zeros at the end name no
 * division. `520102001000` is the street `520102001`, `520100` the city `5201`.
 */
export function cutToLevel(code: string): string | undefined {
  if (!/^\d{6}(\d{3}|\d{6})?$|^\d{2}$|^\d{4}$/.test(code)) return undefined;
  let cut = code;
  for (const [length, zeros] of [
    [12, "000"],
    [9, "000"],
    [6, "00"],
    [4, "00"],
  ] as const) {
    if (cut.length === length && cut.endsWith(zeros)) cut = cut.slice(0, length - zeros.length);
  }
  return cut === "00" ? undefined : cut;
}

/** Everything of the areas that we can aim at, and a warning for each thing that we cannot. */
export function readTarget(areas: readonly CapArea[], warn: (warning: ImportWarning) => void): Target {
  const regions = new Set<string>();
  const strangers = new Set<string>();
  for (const area of areas) {
    let usable = area.polygons.length + area.circles.length;
    for (const { valueName, value } of area.geocodes) {
      const region =
        valueName === REGION_VALUE_NAME && /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(value)
          ? value
          : valueName === REGION_VALUE_NAME || namesRegion(valueName)
            ? cutToLevel(value)
            : undefined;
      if (region === undefined) {
        strangers.add(valueName);
      } else {
        regions.add(region);
        usable += 1;
      }
    }
    if (usable === 0) {
      warn({
        rule: "area_unusable",
        message: `the area "${area.areaDesc}" has no region code of ours, polygon or circle`,
      });
    }
    if (area.altitude !== undefined) {
      warn({
        rule: "altitude_ignored",
        message: `the area "${area.areaDesc}" has heights, which are not used`,
      });
    }
  }
  for (const valueName of strangers) {
    warn({
      rule: "geocode_unknown",
      message: `geocodes of "${valueName}" are not understood or not region codes`,
    });
  }
  const target: Target = {
    regions: [...regions],
    polygons: areas.flatMap((area) => area.polygons.map(toRing)),
    circles: areas.flatMap((area) => area.circles.map(toCircle)),
  };
  if (target.regions.length + target.polygons.length + target.circles.length === 0) {
    warn({ rule: "no_target", message: "no area can be aimed at: choose the regions by hand" });
  }
  return target;
}
