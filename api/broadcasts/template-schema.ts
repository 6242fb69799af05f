import { z } from "zod";
import { CATEGORIES, MODES, messageSchema, RESPONSE_TYPES } from "../../broadcast/message/index.ts";
import { commaList, regionCode, revisionNumber, timestamp } from "../schemas.ts";
import { broadcastText } from "./schema.ts";

const { eventCode } = messageSchema.shape;

export const templateQuery = z.strictObject({
  eventCode: eventCode.optional(),
  level: z.coerce.number().int().min(1).max(4).optional().describe("With a level the texts are filled in."),
  mode: z.enum(MODES).default("actual"),
  region: commaList(regionCode, 100)
    .optional()
    .meta({ description: "The place that the texts name: region codes, separated by commas." }),
  exclude: commaList(regionCode, 100)
    .optional()
    .meta({ description: "Regions that are taken out of it, in the same way." }),
});

export const templateParams = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a template's id")
    .meta({ examples: ["tpl-7k2m9xqd4w"] }),
});

const texts = z
  .array(broadcastText)
  .min(1)
  .max(8)
  .describe(
    "In the order in which they are read. `{place}`, `{time}`, `{level}` and `{colour}` are filled in: in Chinese texts in Chinese, in all others in English, where `a {colour}` becomes `an orange`.",
  );

export const templateBody = z
  .strictObject({
    eventCode,
    level: messageSchema.shape.level
      .optional()
      .describe("Absent: for each level that has no template of its own."),
    texts,
  })
  .meta({ id: "BroadcastTemplateDraft" });

export const templateChangeBody = z.strictObject({
  version: revisionNumber.describe(
    "The version that you have read. If it is no longer the present one, somebody else was faster, and the change is refused.",
  ),
  texts,
});

const fields = {
  source: z.enum(["built-in", "own"]),
  id: z.string().describe("For a built-in template, its event code."),
  version: z.int().nullable().describe("Null: built in."),
  eventCode: z.string(),
  level: z.int().nullable().describe("Null: for each level that has no template of its own."),
  event: z
    .object({ zh: z.string(), en: z.string() })
    .nullable()
    .describe("Null for a code for which the platform has no names."),
  category: z.enum(CATEGORIES),
  responseTypes: z.array(z.enum(RESPONSE_TYPES)),
};

/** Texts as they are stored, or filled in: they may be longer than a request's may be. */
const storedTexts = z
  .array(
    z.object({
      language: z.string(),
      headline: z.string(),
      description: z.string(),
      instruction: z.string().optional(),
    }),
  )
  .describe("With `{place}`, `{time}`, `{level}` and `{colour}`, unless a level was given.");

export const templatesSchema = z.object({
  items: z.array(z.object({ ...fields, texts: storedTexts }).meta({ id: "BroadcastTemplate" })),
});

export const ownTemplateSchema = z
  .object({
    ...fields,
    texts: storedTexts,
    createdAt: timestamp,
    changedAt: timestamp.describe("When this version was written."),
    changedBy: z.string(),
  })
  .meta({ id: "OwnBroadcastTemplate" });

export const templateVersionsSchema = z.object({
  items: z.array(
    z.object({ version: z.int(), texts: storedTexts, changedAt: timestamp, changedBy: z.string() }),
  ),
});
