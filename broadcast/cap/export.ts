import { create } from "xmlbuilder2";
import { PlatformError } from "../../base/errors.ts";
import {
  type AlertExtras,
  type BroadcastMessage,
  type Circle,
  findEventCode,
  type Mode,
  type Polygon,
  SEVERITY_OF_LEVEL,
  type Target,
  type Text,
} from "../message/index.ts";
import { CAP_NAMESPACE, type CapMessageType, type CapNamedValue } from "./alert.ts";
import { cleanText } from "./clean-text.ts";
import { isWhole, shapeKey } from "./extras.ts";
import {
  CLASS_VALUE_NAME,
  EVENT_CODE_VALUE_NAME,
  REGION_VALUE_NAME,
  REPEAT_VALUE_NAME,
  TARGET_VALUE_NAME,
  VOLUME_VALUE_NAME,
} from "./names.ts";
import { parseAlert } from "./parse.ts";
import { readTime, timeOf } from "./values.ts";

/** The fields of an alert besides the message. */
export interface AlertHeader {
  /** Without space, comma, `<` or `&`; the same holds for `sender`. */
  readonly identifier: string;
  readonly sender: string;
  readonly sent: Date;
  readonly msgType: Extract<CapMessageType, "Alert" | "Update" | "Cancel">;
  /** True when it was not released: every reader is told that it is a draft, whatever its mode. */
  readonly isDraft?: boolean;
  /** The alerts that an Update replaces or a Cancel ends; times to the second, as they were sent. */
  readonly references?: readonly {
    readonly sender: string;
    readonly identifier: string;
    readonly sent: Date;
  }[];
  /** E.g. why it was cancelled. */
  readonly note?: string;
  /**
   * The regions to name in place of shapes that something is taken out of: those of the speakers that are meant. None
   * of them holds an excluded region.
   */
  readonly standIns?: readonly string[];
  readonly regionName: (code: string, language: "zh" | "en") => string;
}

const STATUS_OF_MODE: Record<Mode, string> = { actual: "Actual", drill: "Exercise", training: "Test" };

/** More names than this only make a description longer, not clearer. */
const MAX_NAMES = 20;

/**
 * A message as CAP 1.2, one info for each language; a Cancel has none. Times are to the second in +08:00. The result
 * has passed `parseAlert`, and comes back from `importAlert` as the same message.
 * @throws PlatformError `cap_invalid` when CAP cannot hold it: a polygon that crosses itself, over 1 MiB
 */
export function exportAlert(message: BroadcastMessage, header: AlertHeader): string {
  const document = create({ version: "1.0", encoding: "UTF-8" });
  const alert = document.ele(CAP_NAMESPACE, "alert");
  const isCancel = header.msgType === "Cancel";
  addHead(alert, message, header, isCancel ? undefined : message.cap);
  for (const text of isCancel ? [] : message.texts) addInfo(alert, text, message, header);
  const xml = document.end();
  const check = parseAlert(Buffer.from(xml));
  const lost = check.ok ? check.warnings.filter(({ leftOut }) => leftOut) : check.faults;
  if (lost.length === 0) return xml;
  const faults = lost.map(({ path, message }) => ({ path, message }));
  throw new PlatformError("cap_invalid", `CAP cannot hold this message: ${faults[0]?.message}`, { faults });
}

type XmlNode = ReturnType<typeof create>;
type Info = AlertExtras["infos"][number];

/** Empty values are left out. */
function add(parent: XmlNode, name: string, text: string | undefined): void {
  if (text !== undefined && text !== "") parent.ele(CAP_NAMESPACE, name).txt(cleanText(text));
}

function addPair(parent: XmlNode, name: string, valueName: string, value: string): void {
  const pair = parent.ele(CAP_NAMESPACE, name);
  add(pair, "valueName", valueName);
  // Empty, it is a value all the same.
  pair.ele(CAP_NAMESPACE, "value").txt(cleanText(value));
}

function addPairs(parent: XmlNode, name: string, pairs: readonly CapNamedValue[] = []): void {
  for (const { valueName, value } of pairs) addPair(parent, name, valueName, value);
}

function addHead(
  alert: XmlNode,
  message: BroadcastMessage,
  header: AlertHeader,
  extras: AlertExtras | undefined,
): void {
  const references = (header.references ?? []).map(
    ({ sender, identifier, sent }) => `${sender},${identifier},${formatTime(sent)}`,
  );
  add(alert, "identifier", header.identifier);
  add(alert, "sender", header.sender);
  add(alert, "sent", formatTime(header.sent));
  add(alert, "status", header.isDraft ? "Draft" : STATUS_OF_MODE[message.mode]);
  add(alert, "msgType", header.msgType);
  add(alert, "source", extras?.source);
  add(alert, "scope", "Public");
  add(alert, "addresses", extras?.addresses);
  for (const code of extras?.codes ?? []) add(alert, "code", code);
  add(alert, "note", header.note ?? extras?.note);
  add(alert, "references", references.join(" "));
  add(alert, "incidents", extras?.incidents);
}

function addInfo(alert: XmlNode, text: Text, message: BroadcastMessage, header: AlertHeader): void {
  const extras = message.cap;
  const own = extras?.infos.find(({ language }) => language === text.language);
  const others = (extras?.categories ?? []).filter((one) => one !== message.category);
  const info = alert.ele(CAP_NAMESPACE, "info");
  add(info, "language", text.language);
  for (const category of [message.category, ...others]) add(info, "category", category);
  add(info, "event", own?.event ?? eventName(message.eventCode, text));
  for (const type of message.responseTypes) add(info, "responseType", type);
  add(info, "urgency", message.urgency);
  add(info, "severity", SEVERITY_OF_LEVEL[message.level]);
  add(info, "certainty", message.certainty);
  add(info, "audience", own?.audience);
  addPair(info, "eventCode", EVENT_CODE_VALUE_NAME, message.eventCode);
  addPairs(info, "eventCode", extras?.eventCodes);
  add(info, "effective", message.startsAt && formatTime(message.startsAt));
  add(info, "onset", extras?.onset && restateTime(extras.onset));
  add(info, "expires", message.expiresAt && formatTime(message.expiresAt));
  add(info, "senderName", own?.senderName ?? message.senderName);
  add(info, "headline", text.headline);
  add(info, "description", text.description);
  add(info, "instruction", text.instruction);
  const web = own?.web ?? message.web;
  add(info, "web", web && escapeUri(web));
  add(info, "contact", own?.contact ?? message.contact);
  addParameters(info, message, own);
  addResources(info, own);
  for (const place of placesOf(message, own, isChinese(text), header)) addArea(info, place);
}

function addParameters(info: XmlNode, message: BroadcastMessage, own: Info | undefined): void {
  addPair(info, "parameter", CLASS_VALUE_NAME, message.class);
  if (message.volume !== null) addPair(info, "parameter", VOLUME_VALUE_NAME, String(message.volume));
  addPair(info, "parameter", REPEAT_VALUE_NAME, String(message.repeatCount));
  if (isCut(message.target)) addPair(info, "parameter", TARGET_VALUE_NAME, JSON.stringify(message.target));
  addPairs(info, "parameter", own?.parameters);
}

function addResources(info: XmlNode, own: Info | undefined): void {
  for (const { resourceDesc, mimeType, size, uri, digest } of own?.resources ?? []) {
    const resource = info.ele(CAP_NAMESPACE, "resource");
    add(resource, "resourceDesc", resourceDesc);
    add(resource, "mimeType", mimeType);
    add(resource, "size", size === undefined ? undefined : String(size));
    add(resource, "uri", uri);
    add(resource, "digest", digest);
  }
}

function addArea(info: XmlNode, place: Place): void {
  const area = info.ele(CAP_NAMESPACE, "area");
  add(area, "areaDesc", place.areaDesc);
  for (const polygon of place.polygons) add(area, "polygon", polygon);
  for (const circle of place.circles) add(area, "circle", circle);
  for (const region of place.regions) addPair(area, "geocode", REGION_VALUE_NAME, region);
  addPairs(area, "geocode", place.geocodes);
  add(area, "altitude", place.altitude === undefined ? undefined : decimal(place.altitude));
  add(area, "ceiling", place.ceiling === undefined ? undefined : decimal(place.ceiling));
}

/** Shanghai has had no summer time since 1991, so one offset serves all. */
export function formatTime(time: Date): string {
  const shifted = new Date(time.getTime() + 8 * 3_600_000);
  return `${shifted.toISOString().slice(0, 19)}+08:00`;
}

/** The same instant as another sender's time. A text that is no time goes out as it came, and is refused as such. */
const restateTime = (text: string): string => ("broken" in readTime(text) ? text : formatTime(timeOf(text)));

const isChinese = (text: Text) => /^(zh|cmn|yue)\b/i.test(text.language);

function eventName(code: string, text: Text): string {
  const event = findEventCode(code);
  if (event === undefined) return text.headline;
  return isChinese(text) ? event.zh : event.en;
}

interface Place {
  readonly areaDesc: string;
  readonly regions: readonly string[];
  readonly polygons: readonly string[];
  readonly circles: readonly string[];
  readonly geocodes?: readonly CapNamedValue[] | undefined;
  readonly altitude?: number | undefined;
  readonly ceiling?: number | undefined;
}

/** The areas as an imported alert had them, where they are still whole, and one or two for everything else. */
function placesOf(
  { target, cap }: BroadcastMessage,
  own: Info | undefined,
  chinese: boolean,
  header: AlertHeader,
): Place[] {
  const known = (cap?.areas ?? []).flatMap((area, i) => {
    const areaDesc = own?.areas[i];
    return areaDesc !== undefined && isWhole(area, target) ? [{ ...area, areaDesc }] : [];
  });
  const regions = new Set(known.flatMap((area) => area.regions ?? []));
  const shapes = new Set(known.flatMap((area) => area.shapes ?? []));
  const rest = {
    ...target,
    regions: target.regions.filter((code) => !regions.has(code)),
    polygons: target.polygons.filter((ring) => !shapes.has(shapeKey(ring))),
    circles: target.circles.filter((circle) => !shapes.has(shapeKey(circle))),
  };
  const places = known.map((area) => ({
    ...area,
    regions: area.regions ?? [],
    polygons: target.polygons.filter((ring) => area.shapes?.includes(shapeKey(ring))).map(ringText),
    circles: target.circles.filter((circle) => area.shapes?.includes(shapeKey(circle))).map(circleText),
  }));
  return [...places, ...describePlaces(rest, chinese, header)];
}

// CAP writes latitude first.
const ringText = (ring: Polygon): string =>
  ring.map(([longitude, latitude]) => `${decimal(latitude)},${decimal(longitude)}`).join(" ");
const circleText = ({ longitude, latitude, radiusKm }: Circle): string =>
  `${decimal(latitude)},${decimal(longitude)} ${decimal(radiusKm)}`;

/** True when something is taken out of shapes. */
const isCut = ({ polygons, circles, exclude = [] }: Target): boolean =>
  exclude.length > 0 && polygons.length + circles.length > 0;

/**
 * One area for the regions and one for the shapes; CAP joins all areas of an info. It cannot say "without": the caller
 * has left the excluded regions out. A shape that something is taken out of is not written, since its readers would
 * warn the neighbours: regions stand in for it, and the parameter has it as it is.
 */
function describePlaces(
  target: Target,
  chinese: boolean,
  { regionName, standIns = [] }: AlertHeader,
): Place[] {
  const { regions, exclude = [] } = target;
  const places: Place[] = [];
  const nameAll = (codes: readonly string[]) => {
    const names = codes
      .slice(0, MAX_NAMES)
      .map((code) => regionName(code, chinese ? "zh" : "en"))
      .join(chinese ? "、" : ", ");
    const more = chinese ? `等${codes.length}个地区` : ` and others, ${codes.length} regions in all`;
    return codes.length > MAX_NAMES ? names + more : names;
  };
  if (regions.length > 0) {
    places.push({
      areaDesc: nameAll(regions),
      regions,
      polygons: [],
      circles: [],
    });
  }
  if (isCut(target)) {
    const drawn = chinese ? "地图上划定的范围" : "Area marked on the map";
    const without = chinese ? `（不含${nameAll(exclude)}）` : ` (without ${nameAll(exclude)})`;
    const areaDesc = (standIns.length > 0 ? nameAll(standIns) : drawn) + without;
    return [...places, { areaDesc, regions: standIns, polygons: [], circles: [] }];
  }
  const polygons = target.polygons.map(ringText);
  const circles = target.circles.map(circleText);
  if (polygons.length + circles.length > 0) {
    places.push({
      areaDesc: chinese ? "地图上划定的范围" : "Area marked on the map",
      regions: [],
      polygons,
      circles,
    });
  }
  return places;
}

/** All digits of a number, without the exponent that JavaScript writes below 1e-6. */
function decimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign, digit, fraction = "", exponent] = match;
  const written = `${sign}0.${"0".repeat(Number(exponent) - 1)}${digit}${fraction}`;
  // Nearer to zero than the size of an atom: longer than any reader takes.
  return written.length > 40 ? "0" : written;
}

/** A space or the like is no part of a URI; the address of a page keeps working when it is escaped. */
const escapeUri = (uri: string) => (/[\s"<>\\^`{|}]/.test(uri) ? encodeURI(decodeURIIfWhole(uri)) : uri);

function decodeURIIfWhole(uri: string): string {
  try {
    return decodeURI(uri);
  } catch {
    return uri;
  }
}
