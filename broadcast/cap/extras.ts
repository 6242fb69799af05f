import { createHash } from "node:crypto";
import type { AlertExtras, Circle, Polygon, Target } from "../message/index.ts";
import type { CapAlert, CapArea, CapInfo } from "./alert.ts";
import { regionsOf, toCircle } from "./import-area.ts";
import { EVENT_CODE_VALUE_NAME, OWN_PARAMETERS } from "./names.ts";
import { toRing } from "./values.ts";
import type { Warn } from "./warnings.ts";

/** Limits: characters of one text, entries of one list, and everything as JSON. */
const MAX_LENGTH = 4000;
const MAX_ENTRIES = 100;
const MAX_JSON = 64 * 1024;

/**
 * The content of an alert besides the message: for people who decide, and for the alert that goes out again. Parts that
 * are too long are left out with a warning; the document has them.
 * @param infos of one message, as they were written, in the order of its texts
 */
export function readExtras(
  alert: Pick<CapAlert, "source" | "addresses" | "restriction" | "codes" | "note" | "incidents">,
  infos: readonly CapInfo[],
  warn: Warn,
): AlertExtras {
  const [first] = infos;
  const extras: AlertExtras = fitAll(
    {
      ...present("source", alert.source),
      ...present("addresses", alert.addresses),
      ...present("restriction", alert.restriction),
      ...present("note", alert.note),
      ...present("incidents", alert.incidents),
      ...filled("codes", alert.codes),
      ...(first!.categories.length > 1 ? { categories: [...first!.categories] } : {}),
      ...present("onset", first!.onset),
      ...filled(
        "eventCodes",
        first!.eventCodes.filter(({ valueName }) => valueName !== EVENT_CODE_VALUE_NAME),
      ),
      infos: infos.map(readInfo),
      areas: first!.areas.map(readArea),
    },
    warn,
  );
  if (JSON.stringify(extras).length <= MAX_JSON) return extras;
  tooLong(warn);
  const { infos: all, areas: _areas, ...rest } = extras;
  const short = {
    ...rest,
    infos: all.map(({ language, event }) => ({ language, event, areas: [] })),
    areas: [],
  };
  return JSON.stringify(short).length <= MAX_JSON ? short : { infos: [], areas: [] };
}

const tooLong = (warn: Warn) =>
  warn({
    rule: "details_left_out",
    message: "some of its details are too long to be kept beside the message: the document has them",
  });

function readInfo(info: CapInfo): AlertExtras["infos"][number] {
  const resources = info.resources.map(({ derefUri, ...resource }) =>
    derefUri === undefined ? resource : { ...resource, hasContent: true },
  );
  return {
    language: info.language,
    event: info.event,
    ...present("audience", info.audience),
    ...present("senderName", info.senderName),
    ...present("contact", info.contact),
    ...present("web", info.web),
    ...filled(
      "parameters",
      info.parameters.filter(({ valueName }) => !OWN_PARAMETERS.includes(valueName)),
    ),
    ...filled("resources", resources),
    areas: info.areas.map(({ areaDesc }) => areaDesc),
  };
}

const readArea = (area: CapArea): AlertExtras["areas"][number] => ({
  ...filled(
    "regions",
    area.geocodes.flatMap((geocode) => regionsOf(geocode) ?? []),
  ),
  ...filled("shapes", [...area.polygons.map(toRing), ...area.circles.map(toCircle)].map(shapeKey)),
  ...filled(
    "geocodes",
    area.geocodes.filter((geocode) => regionsOf(geocode) === undefined),
  ),
  ...present("altitude", area.altitude),
  ...present("ceiling", area.ceiling),
});

/** The key of a shape of an area, by which it is recognized in the target. */
export const shapeKey = (shape: Polygon | Circle): string =>
  createHash("sha256").update(JSON.stringify(shape)).digest("base64url").slice(0, 16);

/** True when everything of an area that can be targeted is still in the target: only then it is named as it was. */
export function isWhole(
  { regions = [], shapes = [] }: AlertExtras["areas"][number],
  target: Target,
): boolean {
  if ((target.exclude ?? []).length > 0) return false;
  const keys = new Set([...target.polygons, ...target.circles].map(shapeKey));
  return regions.every((code) => target.regions.includes(code)) && shapes.every((key) => keys.has(key));
}

const present = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };

const filled = <K extends string, T>(key: K, values: readonly T[]) =>
  (values.length === 0 ? {} : { [key]: values }) as { [P in K]?: T[] };

/** The same value with texts cut and lists ended where they are too long, at any depth. */
function fitAll<T>(value: T, warn: Warn): T {
  if (typeof value === "string") {
    if (value.length <= MAX_LENGTH) return value;
    tooLong(warn);
    return `${value.slice(0, MAX_LENGTH - 1).toWellFormed()}…` as T;
  }
  if (Array.isArray(value)) {
    if (value.length > MAX_ENTRIES) tooLong(warn);
    return value.slice(0, MAX_ENTRIES).map((one) => fitAll(one, warn)) as T;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fitAll(one, warn)])) as T;
}
