import { z } from "zod";
import { isClosed } from "../../geo/ring.ts";
import { countPoints } from "../../geo/shapes.ts";

/**
 * The content of one broadcast: its texts, target and settings, whoever wrote it. `cap/` turns CAP into this and back;
 * the API takes it as JSON; a command carries it to the speakers.
 */

/** Actual: it happens. Drill: it sounds, and is announced as a drill. Training: it can never reach a speaker. */
export const MODES = ["actual", "drill", "training"] as const;
export type Mode = (typeof MODES)[number];

/** Emergency before daily: a daily programme gives way and comes back, an emergency does not give way to it. */
export const CLASSES = ["emergency", "daily"] as const;
export type MessageClass = (typeof CLASSES)[number];

/** 1 特别重大 red, 2 重大 orange, 3 较大 yellow, 4 一般 blue. */
export const LEVELS = [1, 2, 3, 4] as const;
export type Level = (typeof LEVELS)[number];

/** CAP 1.2's words, where ours have no other. */
export const CATEGORIES = [
  "Geo",
  "Met",
  "Safety",
  "Security",
  "Rescue",
  "Fire",
  "Health",
  "Env",
  "Transport",
  "Infra",
  "CBRNE",
  "Other",
] as const;
export const RESPONSE_TYPES = [
  "Shelter",
  "Evacuate",
  "Prepare",
  "Execute",
  "Avoid",
  "Monitor",
  "Assess",
  "AllClear",
  "None",
] as const;
export const URGENCIES = ["Immediate", "Expected", "Future", "Past", "Unknown"] as const;
export const CERTAINTIES = ["Observed", "Likely", "Possible", "Unlikely", "Unknown"] as const;

/** Degrees, WGS 84. */
const longitude = z.number().min(-180).max(180);
const latitude = z.number().min(-90).max(90);

export const MAX_REGIONS = 2000;
export const MAX_SHAPES = 50;
/** Limits of one polygon, and of all polygons of a target together. */
export const MAX_POINTS = 1000;
export const MAX_TOTAL_POINTS = 50_000;

const isDegrees = (value: unknown, most: number) =>
  typeof value === "number" && value >= -most && value <= most;

/** The first invalid point of a ring: its place and the expectation. Undefined when all are valid. */
function badPoint(ring: readonly unknown[]): { readonly at: number; readonly expected: string } | undefined {
  for (let at = 0; at < ring.length; at++) {
    const point = ring[at];
    if (!Array.isArray(point) || point.length !== 2) {
      return { at, expected: "expected [longitude, latitude]" };
    }
    if (!isDegrees(point[0], 180)) return { at, expected: "expected a longitude from -180 to 180 degrees" };
    if (!isDegrees(point[1], 90)) return { at, expected: "expected a latitude from -90 to 90 degrees" };
  }
  return undefined;
}

/**
 * A point as documents show it. The ring checks its points itself: a schema for each of 50,000 would hold the thread
 * for too long.
 */
const pointSchema = z.any().meta({
  type: "array",
  prefixItems: [
    { type: "number", minimum: -180, maximum: 180 },
    { type: "number", minimum: -90, maximum: 90 },
  ],
  items: false,
  minItems: 2,
  maxItems: 2,
}) as unknown as z.ZodType<[longitude: number, latitude: number]>;

/**
 * A ring of `[longitude, latitude]` in GeoJSON's order, closed: first = last. `target-faults.ts` checks that it does
 * not cross itself.
 */
export const polygonSchema = z
  .array(pointSchema)
  .min(4)
  .max(MAX_POINTS)
  .superRefine((ring, context) => {
    const bad = badPoint(ring);
    if (bad) context.addIssue({ code: "custom", path: [bad.at], message: bad.expected });
    else if (ring.length >= 4 && !isClosed(ring)) {
      context.addIssue({
        code: "custom",
        message: "expected a closed ring: the last point repeats the first",
      });
    }
  });

export const circleSchema = z.strictObject({
  longitude,
  latitude,
  /** Kilometres. */
  radiusKm: z.number().positive().max(2000),
});

const regionCodes = z
  .array(
    z
      .string()
      .regex(/^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/, "expected a region code of 2, 4, 6, 9 or 12 digits"),
  )
  .max(MAX_REGIONS);

/**
 * The target is everybody in any of the regions, polygons or circles, except in the excluded regions. A region stands
 * for itself and everything that its code prefixes.
 */
export const targetSchema = z
  .strictObject({
    regions: regionCodes.default([]),
    polygons: z.array(polygonSchema).max(MAX_SHAPES).default([]),
    circles: z.array(circleSchema).max(MAX_SHAPES).default([]),
    exclude: regionCodes.optional().describe("Regions that are taken out of the others, and of the shapes."),
  })
  .refine(({ polygons }) => countPoints(polygons) <= MAX_TOTAL_POINTS, {
    path: ["polygons"],
    error: ({ input }) =>
      `found ${countPoints((input as { polygons: unknown[][] }).polygons)} points in all, expected at most ${MAX_TOTAL_POINTS}`,
  });

export type Target = z.infer<typeof targetSchema>;
export type Polygon = z.infer<typeof polygonSchema>;
export type Circle = z.infer<typeof circleSchema>;

/** BCP 47, e.g. `zh-CN`, `en`, `za` (Zhuang). */
const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/, "expected a language tag such as zh-CN");

/** Characters of a description or an instruction. */
export const MAX_SPOKEN = 4000;

export const textSchema = z.strictObject({
  language,
  /** One line for screens and lists. */
  headline: z.string().trim().min(1).max(160),
  /** The text that is read aloud. */
  description: z.string().trim().min(1).max(MAX_SPOKEN),
  /** The instruction to people; read aloud after it. */
  instruction: z.string().trim().max(MAX_SPOKEN).optional(),
});
export type Text = z.infer<typeof textSchema>;

const namedValues = z.array(z.object({ valueName: z.string(), value: z.string() }));

/**
 * The other content of an imported alert, in CAP's words: kept for the people who decide, and for the alert that goes
 * out again. Only the import writes it; odd values in it keep no message from being released.
 */
export const alertExtrasSchema = z.object({
  source: z.string().optional(),
  addresses: z.string().optional(),
  restriction: z.string().optional(),
  codes: z.array(z.string()).optional(),
  note: z.string().optional(),
  incidents: z.string().optional(),
  /** All of them, when there are several; the message has the first. */
  categories: z.array(z.string()).optional(),
  /** As written in the alert. */
  onset: z.string().optional(),
  /** Codes in others' lists of events. */
  eventCodes: namedValues.optional(),
  /** In the order of the texts. */
  infos: z.array(
    z.object({
      language: z.string(),
      event: z.string(),
      audience: z.string().optional(),
      senderName: z.string().optional(),
      contact: z.string().optional(),
      web: z.string().optional(),
      parameters: namedValues.optional(),
      resources: z
        .array(
          z.object({
            resourceDesc: z.string(),
            mimeType: z.string(),
            size: z.number().optional(),
            uri: z.string().optional(),
            digest: z.string().optional(),
            /** The document has the thing itself. */
            hasContent: z.boolean().optional(),
          }),
        )
        .optional(),
      /** The name of each of the areas in this language. */
      areas: z.array(z.string()),
    }),
  ),
  areas: z.array(
    z.object({
      regions: z.array(z.string()).optional(),
      /** The keys of its polygons and circles, from `shapeKey`. */
      shapes: z.array(z.string()).optional(),
      /** Codes of other lists than ours. */
      geocodes: namedValues.optional(),
      /** Feet above mean sea level. */
      altitude: z.number().optional(),
      ceiling: z.number().optional(),
    }),
  ),
});
export type AlertExtras = z.infer<typeof alertExtrasSchema>;

/** Volume in percent; null leaves each speaker at its own. */
const volume = z.int().min(1).max(100).nullable();

export const messageSchema = z.strictObject({
  mode: z.enum(MODES),
  class: z.enum(CLASSES).default("emergency"),
  level: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  /** Five characters of the national list, e.g. 11D01 landslide; `00000` for a test. See `event-codes.ts`. */
  eventCode: z.string().regex(/^[0-9A-Z]{5}$/, "expected five characters such as 11D01"),
  /** In the order in which they are read aloud; one per language. */
  texts: z.array(textSchema).min(1).max(8),
  target: targetSchema,
  /** Not before; absent: at once. */
  startsAt: z.date().optional(),
  /** Never aired after. Absent: `DEFAULT_LIFETIME_HOURS` after release. */
  expiresAt: z.date().optional(),
  volume: volume.default(null),
  /** How often the whole text is read. */
  repeatCount: z.int().min(1).max(20).default(1),
  category: z.enum(CATEGORIES).default("Other"),
  urgency: z.enum(URGENCIES).default("Immediate"),
  certainty: z.enum(CERTAINTIES).default("Observed"),
  responseTypes: z.array(z.enum(RESPONSE_TYPES)).max(RESPONSE_TYPES.length).default([]),
  senderName: z.string().trim().max(200).optional(),
  contact: z.string().trim().max(200).optional(),
  web: z.url().max(500).optional(),
  cap: alertExtrasSchema.optional().catch(undefined),
});
/** A message that is complete, defaults filled in. */
export type BroadcastMessage = z.infer<typeof messageSchema>;

/** The expiry by default, and the longest that may be asked for. Hours from release. */
export const DEFAULT_LIFETIME_HOURS = 24;
export const MAX_LIFETIME_HOURS = 72;

/** CAP's severity of each level. */
export const SEVERITY_OF_LEVEL = { 1: "Extreme", 2: "Severe", 3: "Moderate", 4: "Minor" } as const;
