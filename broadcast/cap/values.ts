import { isClosed, longEdge, selfContact } from "../../geo/ring.ts";
import type { Polygon } from "../message/index.ts";
import type { CapCircle, CapPoint, CapReference } from "./alert.ts";

/** A value that was read, or the rule that its text breaks. */
export type Read<T> = { readonly value: T; readonly warning?: Broken } | { readonly broken: Broken };
export interface Broken {
  readonly rule: string;
  readonly message: string;
}

/**
 * Real warning polygons have tens to hundreds of points, borders of districts some thousands, and 1 MiB holds some
 * 60,000. The worst ring of this many takes two or three seconds of the thread that judges large documents.
 */
export const MAX_POLYGON_POINTS = 50_000;

const broken = (rule: string, message: string): { broken: Broken } => ({ broken: { rule, message } });

/** A piece of the text, short enough for a message. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60).replace(/[\uD800-\uDBFF]$/, "")}…` : text);

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d\d):(\d\d)$/;
/** A time before or after these is a mistake, and not every program can reckon with it. */
const [FIRST_YEAR, LAST_YEAR] = [1900, 9998];
const TIME_EXPECTED = "expected YYYY-MM-DDThh:mm:ss and a zone such as +08:00 (UTC is -00:00)";

/** Checks CAP's form of time: seconds, a zone as numbers, no `Z`, no fraction. */
export function readTime(text: string): Read<string> {
  const match = TIME.exec(text);
  if (match === null) {
    const hint = text.endsWith("Z")
      ? '; "Z" is not allowed'
      : /[.,]/.test(text)
        ? "; no fraction or comma"
        : "";
    return broken("time_format", `found ${quote(text)}, ${TIME_EXPECTED}${hint}`);
  }
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const date = new Date(Date.UTC(year!, month! - 1, day));
  date.setUTCFullYear(year!, month! - 1, day);
  const real = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day;
  const zone = Number(match[8]) * 60 + Number(match[9]);
  if (year! < FIRST_YEAR || year! > LAST_YEAR) {
    return broken("time_format", `found ${quote(text)}, expected a year from ${FIRST_YEAR} to ${LAST_YEAR}`);
  }
  // 24:00:00 is the end of the day, as XML Schema has it.
  const isMidnight = hour === 24 && minute === 0 && second === 0;
  if (
    !real ||
    (hour! > 23 && !isMidnight) ||
    minute! > 59 ||
    second! > 59 ||
    Number(match[9]) > 59 ||
    zone > 840
  ) {
    return broken("time_format", `found ${quote(text)}, expected a day and a time that exist`);
  }
  return { value: text };
}

/** The instant of a time that `readTime` accepts. */
export const timeOf = (text: string): Date => new Date(text);

/** Characters of a name; real ones have up to 200. */
const MAX_NAME = 500;

/** `identifier` and `sender`: they are joined by commas and spaces in references. */
export function readName(text: string): Read<string> {
  if (text.length > MAX_NAME) {
    return broken("identifier_length", `found ${text.length} characters, expected at most ${MAX_NAME}`);
  }
  const found = /[\s,<&]/.exec(text)?.[0];
  return found === undefined
    ? { value: text }
    : broken(
        "identifier_characters",
        `found ${quote(found)} in ${quote(text)}, expected no space, comma, < or &`,
      );
}

/** References of one alert: each one is looked up. */
export const MAX_REFERENCES = 500;

/** Space-separated `sender,identifier,sent`. */
export function readReferences(text: string): Read<CapReference[]> {
  const references: CapReference[] = [];
  const parts = text.split(/\s+/);
  if (parts.length > MAX_REFERENCES) {
    return broken("references_count", `found ${parts.length} references, expected at most ${MAX_REFERENCES}`);
  }
  for (const part of parts) {
    const [sender, identifier, sent, ...more] = part.split(",");
    const isLong = part.length > 2 * MAX_NAME;
    if (!sender || !identifier || !sent || more.length > 0 || isLong) {
      return broken(
        "references_format",
        `found ${quote(part)}, expected sender,identifier,sent, several of them separated by spaces`,
      );
    }
    const time = readTime(sent);
    if ("broken" in time) {
      return broken("references_format", `in ${quote(part)} as time of sending: ${time.broken.message}`);
    }
    references.push({ sender, identifier, sent });
  }
  return { value: references };
}

/**
 * The same for an alert and for all references to it, whatever zone their times are written in: alerts are told apart,
 * found and counted once by this key.
 */
export function referenceKey({ sender, identifier, sent }: CapReference): string {
  return `${sender},${identifier},${timeOf(sent).toISOString()}`;
}

/** Linear in the length of the text: with `\d+\.?\d*` a long run of digits would take seconds. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** `-0` is 0, as it is once it was stored. */
const numberOf = (text: string): number => Number(text) + 0;

/** A decimal without exponent. */
export function readDecimal(text: string): Read<number> {
  return DECIMAL.test(text) && text.length <= 40
    ? { value: numberOf(text) }
    : broken("number_format", `found ${quote(text)}, expected a decimal number`);
}

export function readSize(text: string): Read<number> {
  return /^\d{1,15}$/.test(text)
    ? { value: Number(text) }
    : broken("size_format", `found ${quote(text)}, expected a whole number of bytes`);
}

export function readMimeType(text: string): Read<string> {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/s.test(text)
    ? { value: text }
    : broken("mime_type", `found ${quote(text)}, expected a media type such as audio/mpeg`);
}

/** RFC 3066, as XML Schema's `language` has it; `zh_CN` is what programs call `zh-CN`. */
export function readLanguage(text: string): Read<string> {
  if (/^[A-Za-z]{2,3}_[A-Za-z0-9]{2,8}$/.test(text)) {
    const value = text.replace("_", "-");
    return { value, warning: { rule: "language_format", message: `found ${quote(text)}, read as ${value}` } };
  }
  return /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(text)
    ? { value: text }
    : broken("language_format", `found ${quote(text)}, expected a language tag such as zh-CN`);
}

/** CAP has latitude first, GeoJSON and we have longitude first: turned here and, the other way, in `export.ts`. */
export const toRing = (points: readonly CapPoint[]): Polygon =>
  points.map(([latitude, longitude]) => [longitude, latitude]);

function readPoint(text: string, shape: "polygon" | "circle"): Read<CapPoint> {
  const parts = text.split(",");
  const [latitude, longitude] = parts.map((part) => (DECIMAL.test(part) ? numberOf(part) : Number.NaN));
  if (parts.length !== 2 || Number.isNaN(latitude) || Number.isNaN(longitude)) {
    return broken(`${shape}_format`, `found ${quote(text)}, expected latitude,longitude in decimal degrees`);
  }
  if (Math.abs(latitude!) > 90 || Math.abs(longitude!) > 180) {
    return broken(
      `${shape}_range`,
      `found ${quote(text)}, expected a latitude of -90 to 90 and then a longitude of -180 to 180`,
    );
  }
  return { value: [latitude!, longitude!] };
}

/** Latitude,longitude pairs: at least 4, the last the first again, the line not meeting itself. */
export function readPolygon(text: string): Read<CapPoint[]> {
  const points: CapPoint[] = [];
  const pairs = text.split(/\s+/).filter((pair) => pair !== "");
  for (const [i, pair] of pairs.entries()) {
    const point = readPoint(pair, "polygon");
    if ("broken" in point)
      return broken(point.broken.rule, `point ${i + 1} of the polygon: ${point.broken.message}`);
    points.push(point.value);
  }
  if (points.length < 4) {
    return broken(
      "polygon_points",
      `found ${points.length} points, expected at least 4 (the last = the first)`,
    );
  }
  if (points.length > MAX_POLYGON_POINTS) {
    return broken("polygon_points", `found ${points.length} points, expected at most ${MAX_POLYGON_POINTS}`);
  }
  const ring = toRing(points);
  if (!isClosed(ring)) {
    return broken(
      "polygon_closed",
      `the first point is ${points[0]!.join()} and the last ${points.at(-1)!.join()}, expected the same point`,
    );
  }
  if (longEdge(ring) !== undefined) {
    return broken(
      "polygon_meridian",
      "an edge spans more than 180 degrees of longitude: expected no ring over the 180th meridian",
    );
  }
  const contact = selfContact(ring)?.kind;
  if (contact === "crosses") {
    return broken("polygon_self_intersects", "the polygon's line crosses itself, expected a simple ring");
  }
  if (contact === "touches") {
    const message = "the polygon's line touches itself, expected a simple ring; it is kept";
    return { value: points, warning: { rule: "polygon_touches_itself", message } };
  }
  return { value: points };
}

/** `latitude,longitude radius`, the radius in kilometres. */
export function readCircle(text: string): Read<CapCircle> {
  const [center, radius, ...more] = text.split(/\s+/);
  if (!center || !radius || more.length > 0 || !DECIMAL.test(radius)) {
    return broken(
      "circle_format",
      `found ${quote(text)}, expected latitude,longitude radius, e.g. 26.6,106.7 5`,
    );
  }
  const point = readPoint(center, "circle");
  if ("broken" in point) return point;
  if (Number(radius) < 0 || Number(radius) > 20_038) {
    return broken("circle_range", `found a radius of ${quote(radius)}, expected kilometres from 0 to 20038`);
  }
  return { value: { center: point.value, radius: Number(radius) } };
}
