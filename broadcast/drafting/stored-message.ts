import type { Fault } from "../../base/errors.ts";
import type { Attachment, Broadcast, BroadcastSource, SourceWarning } from "../../store/broadcast/index.ts";
import { withinYears } from "../../store/database/index.ts";
import {
  type AlertExtras,
  alertExtrasSchema,
  CATEGORIES,
  CERTAINTIES,
  type Circle,
  CLASSES,
  LEVELS,
  MODES,
  type Polygon,
  RESPONSE_TYPES,
  type Target,
  type Text,
  URGENCIES,
} from "../message/index.ts";
import type { Draft } from "./draft-schema.ts";

/**
 * Messages as they are stored, read without ever being refused. `message.ts` says what may come in today; a stored
 * message came in under the rules of its own day, from a CAP alert that goes beyond our limits, or from another
 * version. So nothing here checks lengths, counts or ranges, and a value that cannot be read at all is left out and
 * named.
 */

/** The columns beside a stored message. The database checks their values. */
export type StoredMessageRow = Pick<Broadcast, "message" | "mode" | "class" | "level"> & {
  readonly eventCode?: string | null;
};

export interface StoredMessage {
  readonly draft: Draft;
  /**
   * Values that could not be read and were left out, each with its place. Such a draft is not released before it is
   * mended.
   */
  readonly unread: readonly Fault[];
}

/** Reads one value; gives undefined, and a fault, for a value that cannot be read. */
type Read<T> = (value: unknown, path: string, faults: Fault[]) => T | undefined;

const that =
  <T>(expected: string, is: (value: unknown) => value is T): Read<T> =>
  (value, path, faults) => {
    if (is(value)) return value;
    faults.push({ path, message: `cannot be read: expected ${expected}` });
    return undefined;
  };

/** For a value that was looked at already, and is not the expected one. */
const isNothing = (_value: unknown): _value is never => false;

const text = that("text", (value) => typeof value === "string");
// PostgreSQL keeps numbers that are too large for JavaScript.
const number = that("a number", (value): value is number => Number.isFinite(value));
const oneOf = <T>(values: readonly T[]): Read<T> =>
  that(`one of ${values.join(", ")}`, (value): value is T => values.some((one) => one === value));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf =
  <T>(item: Read<T>): Read<T[]> =>
  (value, path, faults) => {
    if (!Array.isArray(value)) return that("a list", isNothing)(value, path, faults);
    return value.flatMap((one, index) => {
      const read = item(one, `${path}/${index}`, faults);
      return read === undefined ? [] : [read];
    });
  };

const moment: Read<Date> = (value, path, faults) => {
  const at = new Date(typeof value === "string" ? value : Number.NaN);
  return Number.isNaN(at.getTime()) ? that("a moment", isNothing)(value, path, faults) : withinYears(at);
};

/** The fields of an object: how each is read, and its value where it is absent or unreadable. */
type Fields<T> = {
  readonly [K in keyof T]-?: { readonly read: Read<NonNullable<T[K]>>; readonly absent: T[K] };
};

/** Fields that are absent or null are no fault, and unknown keys are passed over. */
function readFields<T extends object>(
  from: Record<string, unknown>,
  fields: Fields<T>,
  path: string,
  faults: Fault[],
): T {
  const read: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[]) {
    const stored = from[key];
    const { read: readOne, absent } = fields[key];
    const given =
      stored === undefined || stored === null ? undefined : readOne(stored, `${path}/${key}`, faults);
    const value = given ?? absent;
    if (value !== undefined) read[key] = value;
  }
  return read as T;
}

const objectOf =
  <T extends object>(fields: Fields<T>): Read<T> =>
  (value, path, faults) =>
    isObject(value)
      ? readFields(value, fields, path, faults)
      : that("an object", isNothing)(value, path, faults);

/** A text without a language gets the tag for an unknown one (BCP 47). */
const storedText = objectOf<Text>({
  language: { read: text, absent: "und" },
  headline: { read: text, absent: "" },
  description: { read: text, absent: "" },
  instruction: { read: text, absent: undefined },
});

/** A ring or a circle with one number missing is another place: it is left out as a whole. */
const ring: Read<Polygon> = (value, path, faults) => {
  const isPoint = (point: unknown) =>
    Array.isArray(point) && Number.isFinite(point[0]) && Number.isFinite(point[1]);
  const points = that<Polygon>(
    "a ring of [longitude, latitude]",
    (one): one is Polygon => Array.isArray(one) && one.every(isPoint),
  )(value, path, faults);
  // This is nearly always so: then 50,000 points are not copied, and are recognized as rings that were judged.
  if (points?.every((point) => point.length === 2)) return points;
  return points?.map(([longitude, latitude]) => [longitude, latitude]);
};

const circle: Read<Circle> = (value, path, faults) => {
  const keys = ["longitude", "latitude", "radiusKm"] as const;
  const read = that<Circle>(
    "longitude, latitude and radiusKm",
    (one): one is Circle => isObject(one) && keys.every((key) => Number.isFinite(one[key])),
  )(value, path, faults);
  return read && { longitude: read.longitude, latitude: read.latitude, radiusKm: read.radiusKm };
};

const target = objectOf<Target>({
  regions: { read: listOf(text), absent: [] },
  polygons: { read: listOf(ring), absent: [] },
  circles: { read: listOf(circle), absent: [] },
  exclude: { read: listOf(text), absent: undefined },
});

/** They do not matter for airing: odd values in them are passed over. */
const alertExtras: Read<AlertExtras> = (value) => alertExtrasSchema.safeParse(value).data;

const optionalText = { read: text, absent: undefined };

const fieldsBeside = (row: StoredMessageRow): Fields<Draft> => ({
  mode: { read: oneOf(MODES), absent: row.mode },
  class: { read: oneOf(CLASSES), absent: row.class },
  level: { read: oneOf(LEVELS), absent: row.level as Draft["level"] },
  eventCode: { read: text, absent: row.eventCode ?? undefined },
  texts: { read: listOf(storedText), absent: [] },
  target: { read: target, absent: { regions: [], polygons: [], circles: [] } },
  startsAt: { read: moment, absent: undefined },
  expiresAt: { read: moment, absent: undefined },
  volume: { read: number, absent: null },
  repeatCount: { read: number, absent: 1 },
  category: { read: oneOf(CATEGORIES), absent: "Other" },
  urgency: { read: oneOf(URGENCIES), absent: "Immediate" },
  certainty: { read: oneOf(CERTAINTIES), absent: "Observed" },
  responseTypes: { read: listOf(oneOf(RESPONSE_TYPES)), absent: [] },
  senderName: optionalText,
  contact: optionalText,
  web: optionalText,
  cap: { read: alertExtras, absent: undefined },
});

/** The message of a broadcast, from any stored form. Never throws. */
export function readStoredMessage(row: StoredMessageRow): StoredMessage {
  const unread: Fault[] = [];
  const stored: unknown = row.message;
  const from = isObject(stored) ? stored : {};
  if (!isObject(stored)) unread.push({ path: "/", message: "cannot be read: expected a message" });
  return { draft: readFields(from, fieldsBeside(row), "", unread), unread };
}

/** Warnings of earlier versions are texts. */
const warning: Read<SourceWarning> = (value, path, faults) =>
  typeof value === "string"
    ? { rule: "import", message: value }
    : objectOf<SourceWarning>({
        rule: { read: text, absent: "import" },
        message: { read: text, absent: "" },
      })(value, path, faults);

/** The source of an imported alert, as it is stored; null when there is none. */
export function readStoredSource(stored: unknown): BroadcastSource | null {
  if (!isObject(stored)) return null;
  return readFields<BroadcastSource>(
    stored,
    {
      sender: { read: text, absent: "" },
      identifier: { read: text, absent: "" },
      sent: { read: text, absent: "" },
      msgType: { read: text, absent: "" },
      signature: { read: text, absent: "absent" },
      status: optionalText,
      document: optionalText,
      warnings: { read: listOf(warning), absent: [] },
    },
    "",
    [],
  );
}

/** The attachments of a proposal, as they are stored. */
export const readStoredAttachments = (stored: unknown): Attachment[] =>
  listOf(
    objectOf<Attachment>({
      kind: { read: text, absent: "" },
      deviceId: { read: text, absent: "" },
      distanceKm: { read: number, absent: null },
    }),
  )(stored, "", []) ?? [];
