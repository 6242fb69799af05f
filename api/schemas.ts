import { z } from "zod";
import { PlatformError } from "../base/errors.ts";
import { ExactNumber, spreadWithin, writeJson } from "../base/exact-json.ts";
import { isTimeZone, MAX_INT4, ROLLUP_TIME_ZONE, withinYears } from "../store/database/index.ts";
import { REGION_LEVELS } from "../store/places/index.ts";
import { isStorable, UNSTORABLE_MESSAGE } from "./storable.ts";

/** Schemas that more than one resource uses. */

/** A moment in an answer that is text already. */
export const momentText = z
  .string()
  .refine((text) => z.iso.datetime().safeParse(text).success, "expected RFC 3339 in UTC")
  .meta({ format: "date-time" });

const OUT_OF_YEARS = "expected a moment of the years 1 to 9999";
/** In UTC, whatever the offset in which it was written. */
const isWithinYears = (date: Date) => date.getTime() === withinYears(date).getTime();

/** A moment: in an answer RFC 3339 in UTC. */
export const timestamp = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode(text, { issues }) {
    const date = new Date(text);
    if (!isWithinYears(date)) issues.push({ code: "custom", input: text, message: OUT_OF_YEARS });
    return date;
  },
  // Stored moments are answered, even where their offset cannot be written to the second.
  encode: (date) => withinYears(date).toISOString(),
});

/**
 * A moment in a query. A `+` that was not escaped reaches us as a space, and nothing else in RFC 3339 has one
 * before the offset, so it is put back.
 */
export const moment = z
  .string()
  .transform((text) => text.replace(/ (\d\d:\d\d)$/, "+$1"))
  .pipe(
    z.iso.datetime({
      offset: true,
      error: "expected a moment with its offset, e.g. 2026-01-31T08:00:00+08:00",
    }),
  )
  .transform((text) => new Date(text))
  .refine(isWithinYears, OUT_OF_YEARS)
  .meta({ description: "RFC 3339 with an offset, e.g. `2026-01-31T08:00:00+08:00`.", format: "date-time" });

/** Free text of a caller. */
export const freeText = (maxLength: number) =>
  z.string().trim().min(1).max(maxLength).refine(isStorable, UNSTORABLE_MESSAGE);

const MAX_ATTRIBUTES_BYTES = 16_384;

/** As deep as a device's own JSON may be; beyond some thousand levels JSON.stringify itself gives up. */
const MAX_DEPTH = 16;
const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  value instanceof ExactNumber ||
  (levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1)));

/** An operator's own data about a device. */
export const attributes = z
  .record(z.string(), z.unknown())
  .refine((value) => isShallow(value, MAX_DEPTH), {
    error: `expected at most ${MAX_DEPTH} levels of nesting`,
    abort: true,
  })
  .refine(
    (value) => Buffer.byteLength(writeJson(value)) + spreadWithin(value) <= MAX_ATTRIBUTES_BYTES,
    "expected at most 16 KiB as JSON, its numbers written without exponents",
  )
  .meta({ description: "Any JSON object of at most 16 KiB." });

export const deviceId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "expected 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit",
  )
  .meta({
    description: "Chosen by the operator; also the device's MQTT user name.",
    examples: ["meter-0001"],
  });

export const tenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected 1 to 63 of a-z 0-9 -, beginning with a letter or digit")
  .meta({ description: "A tenant's id.", examples: ["guiyang-gas"] });

export const kindName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "expected a kind of /v1/kinds")
  .meta({ examples: ["gas-meter"] });

export const regionCode = z
  .string()
  .regex(/^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/, "expected a division code of 2, 4, 6, 9 or 12 digits")
  .meta({ description: "Statistical division code, cut to its level.", examples: ["520102"] });

const LEVELS = REGION_LEVELS.map(({ level }) => level) as [
  (typeof REGION_LEVELS)[number]["level"],
  ...(typeof REGION_LEVELS)[number]["level"][],
];
export const regionLevel = z.enum(LEVELS);

export const location = z
  .object({
    longitude: z.number().min(-180).max(180).describe("Degrees, WGS 84."),
    latitude: z.number().min(-90).max(90).describe("Degrees, WGS 84."),
  })
  .meta({ id: "Location" });

/** `a,b,c` as a list without repetitions. */
export const commaList = <T extends z.ZodType<unknown, string>>(item: T, maxItems: number) =>
  z
    .string()
    .transform((text) => [
      ...new Set(
        text
          .split(",")
          .map((piece) => piece.trim())
          .filter((piece) => piece !== ""),
      ),
    ])
    .pipe(z.array(item).min(1).max(maxItems));

export const metricList = commaList(
  z.string().regex(/^[a-z][a-z0-9_]{0,50}$/, "expected the key of a quantity"),
  100,
).meta({
  description: "Keys of quantities, separated by commas. Default: all of the kind.",
});

export const timeZone = z
  .string()
  .refine(isTimeZone, "expected an IANA time zone such as Asia/Shanghai")
  .default(ROLLUP_TIME_ZONE)
  .describe("IANA time zone in which days, weeks and months begin.");

/** A page of a list: `limit` rows from `cursor` on. */
export const pageQuery = (defaultLimit: number, maxLimit: number) => ({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxLimit)
    .optional()
    .describe(`Items per page, ${defaultLimit} by default, at most ${maxLimit}.`),
  cursor: z.string().max(600).optional().describe("`nextCursor` of the page before."),
});

/** Yes or no in an address. */
export const yesOrNo = z.enum(["true", "false"]).transform((text) => text === "true");

/** The number of a revision or version, whose column has four bytes. */
export const revisionNumber = z.int().min(1).max(MAX_INT4);

/** A list: `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** @throws PlatformError `invalid_request` unless from < to, where both are given */
export function assertRange(from: Date | undefined, to: Date | undefined): void {
  if (!from || !to || from < to) return;
  const message = `'from' is ${from.toISOString()} and 'to' is ${to.toISOString()}: expected from before to`;
  throw new PlatformError("invalid_request", message, { faults: [{ path: "/from", message }] });
}
