import { selfContact } from "../../geo/ring.ts";
import { simplifyRing } from "../../geo/simplify.ts";
import {
  type Circle,
  circleSchema,
  MAX_POINTS,
  MAX_REGIONS,
  MAX_SHAPES,
  type Polygon,
  type Target,
  targetSchema,
} from "../message/index.ts";
import type { CapArea, CapCircle, CapInfo, CapNamedValue } from "./alert.ts";
import { namesRegion, REGION_VALUE_NAME, TARGET_VALUE_NAME } from "./names.ts";
import { quote, toRing } from "./values.ts";
import type { ImportWarning, Warn } from "./warnings.ts";

export const toCircle = ({ center: [latitude, longitude], radius }: CapCircle): Circle => ({
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

/** The codes of one geocode; Chinese early-warning messages have many in one, separated by commas. */
export function regionsOf({ valueName, value }: CapNamedValue): readonly string[] | undefined {
  const isOwn = valueName === REGION_VALUE_NAME;
  if (!isOwn && !namesRegion(valueName)) return undefined;
  const codes = value.split(/[\s,;，；、]+/).filter((code) => code !== "");
  const regions = codes.map((code) =>
    isOwn && /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/.test(code) ? code : cutToLevel(code),
  );
  return regions.length > 0 && regions.every((region) => region !== undefined) ? regions : undefined;
}

/**
 * The target that a platform of this kind has written where it took regions out of shapes; undefined without one. The
 * areas beside it are for all other readers, and say less.
 */
export function readOwnTarget({ parameters }: CapInfo, warn: Warn): Target | undefined {
  const text = parameters.find(({ valueName }) => valueName === TARGET_VALUE_NAME)?.value;
  if (text === undefined) return undefined;
  const target = parseTarget(text);
  if (target === undefined) {
    warn({
      rule: "parameter_invalid",
      message: `the parameter ${TARGET_VALUE_NAME} is ${quote(text)}: expected shapes with regions taken out of them; its areas are used`,
    });
    return undefined;
  }
  warn({
    rule: "target_from_parameter",
    message: `it is aimed at what its parameter ${TARGET_VALUE_NAME} says, shapes without ${target.exclude!.slice(0, 20).join(", ")}: its areas only name the places`,
  });
  return target;
}

function parseTarget(text: string): Target | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = targetSchema.safeParse(value);
  const isNeeded = data?.exclude?.length && data.polygons.length + data.circles.length > 0;
  return isNeeded ? data : undefined;
}

/** Everything in the areas that we can target, and a warning for each thing that we cannot. */
export function readTarget(areas: readonly CapArea[], warn: (warning: ImportWarning) => void): Target {
  const regions = new Set<string>();
  const strangers = new Set<string>();
  for (const area of areas) {
    let usable = area.polygons.length + area.circles.length;
    for (const geocode of area.geocodes) {
      const codes = regionsOf(geocode);
      if (codes === undefined) strangers.add(geocode.valueName);
      else {
        for (const code of codes) regions.add(code);
        usable += 1;
      }
    }
    if (usable === 0) {
      warn({
        rule: "area_unusable",
        message: `the area ${quote(area.areaDesc)} has no region code of ours, polygon or circle`,
      });
    }
    if (area.altitude !== undefined) {
      warn({
        rule: "altitude_ignored",
        message: `the area ${quote(area.areaDesc)} has heights, which are not used`,
      });
    }
  }
  for (const valueName of strangers) {
    warn({
      rule: "geocode_unknown",
      message: `geocodes of ${quote(valueName)} are not understood or not region codes`,
    });
  }
  const target: Target = {
    regions: atMost(MAX_REGIONS, "region codes", [...regions], warn),
    polygons: fitPolygons(areas, warn),
    circles: fitCircles(areas, warn),
  };
  if (target.regions.length + target.polygons.length + target.circles.length === 0) {
    warn({ rule: "no_target", message: "no area can be aimed at: choose the regions by hand" });
  }
  return target;
}

/** The first ones, and a warning that says how many are not targeted. */
function atMost<T>(most: number, what: string, all: readonly T[], warn: Warn): T[] {
  if (all.length > most) {
    warn({
      rule: "area_beyond_limit",
      message: `it has ${all.length} ${what}, and ${most} can be aimed at: the last ${all.length - most} are left out, nobody is warned there`,
    });
  }
  return all.slice(0, most);
}

/** Borders with more points than our limit are simplified: their shape stays. */
function fitPolygons(areas: readonly CapArea[], warn: Warn): Polygon[] {
  const all = areas.flatMap((area) => area.polygons.map((points) => ({ area, points })));
  return atMost(MAX_SHAPES, "polygons", all, warn).flatMap(({ area, points }) => {
    if (points.length <= MAX_POINTS) return [toRing(points)];
    const simple = simplifyRing(toRing(points), MAX_POINTS).map(([x, y]): [number, number] => [x, y]);
    const place = `a polygon of the area ${quote(area.areaDesc)}`;
    if (selfContact(simple)?.kind === "crosses") {
      warn({
        rule: "polygon_left_out",
        message: `${place} has ${points.length} points and cannot be simplified to ${MAX_POINTS}: it is left out, nobody is warned there`,
      });
      return [];
    }
    warn({
      rule: "polygon_simplified",
      message: `${place} has ${points.length} points and is simplified to ${simple.length}`,
    });
    return [simple];
  });
}

function fitCircles(areas: readonly CapArea[], warn: Warn): Circle[] {
  const all = areas.flatMap((area) => area.circles.map(toCircle));
  const usable = all.filter((circle) => circleSchema.safeParse(circle).success);
  if (usable.length < all.length) {
    const strange = all.filter((circle) => !usable.includes(circle)).map(({ radiusKm }) => radiusKm);
    warn({
      rule: "circle_left_out",
      message: `${strange.length} of its circles are left out: expected a radius above 0 and up to 2000 km, found ${strange.slice(0, 5).join(", ")}`,
    });
  }
  return atMost(MAX_SHAPES, "circles", usable, warn);
}
