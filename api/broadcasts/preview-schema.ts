import { z } from "zod";
import { CLASSES, MODES, messageSchema } from "../../broadcast/message/index.ts";
import { regionCode, timestamp } from "../schemas.ts";
import { approversSchema } from "./deciding-schema.ts";
import { airedUntilSchema, broadcastId, broadcastText, target } from "./schema.ts";

export const previewBody = z.strictObject({
  target,
  texts: z.array(broadcastText).max(8).optional(),
  repeatCount: messageSchema.shape.repeatCount,
  mode: messageSchema.shape.mode
    .optional()
    .describe("With mode and level the answer also has what it would interrupt, and who could approve it."),
  class: messageSchema.shape.class,
  level: messageSchema.shape.level.optional(),
});

const villages = z.object({
  count: z.int(),
  items: z.array(z.object({ code: regionCode, name: z.string() })).describe("The first 200."),
});

const preview = {
  speakers: z
    .int()
    .describe("Speakers within your limits; others are neither counted nor named anywhere here."),
  online: z.int(),
  withinLimits: z
    .boolean()
    .describe(
      "True when the target means at least one speaker and, as far as is known, neither a region nor a speaker beyond your limits. Otherwise you cannot submit it.",
    ),
  beyond: z
    .array(regionCode)
    .describe(
      "Regions that are not yours: targeted regions of which a part that is not excluded lies beyond your limits, and regions whose own place lies in a shape.",
    ),
  villages: z
    .int()
    .nullable()
    .describe("Null where it has shapes, and it is not known which villages lie in them."),
  villagesCovered: z.int().describe("Villages with at least one speaker."),
  villagesWithoutSpeaker: z.object({
    count: z.int().nullable().describe("Null: none is known, and there may be some."),
    items: villages.shape.items,
    unknown: z
      .boolean()
      .describe("There may be more: it has shapes, and it is not known which villages lie in them."),
  }),
  possiblyWithoutSpeaker: villages.describe(
    "They have none either, and may lie in one of the shapes, which holds speakers of their township. Told where you hold the whole township.",
  ),
  villagesOffline: villages.describe("Villages whose speakers are all offline."),
  byTownship: z.array(
    z.object({
      regionCode: z.string(),
      name: z.string().nullable(),
      speakers: z.int(),
      online: z.int(),
      villages: z.int().nullable(),
      villagesCovered: z.int(),
    }),
  ),
  byVillage: z
    .array(z.object({ regionCode: z.string(), name: z.string(), speakers: z.int(), online: z.int() }))
    .nullable()
    .describe(
      "Each village that is known to be meant, in the order of codes, with its speakers; null where there are more than 1,000.",
    ),
  readingSeconds: z
    .int()
    .nullable()
    .describe("Time to read the texts, repetitions included; null without texts."),
};

const conflicts = z
  .array(
    z.object({
      id: broadcastId.nullable().describe("Null where you do not see it."),
      headline: z.string().nullable(),
      class: z.enum(CLASSES),
      level: z.int(),
      mode: z.enum(MODES),
      startsAt: timestamp.nullable(),
      expiresAt: timestamp,
      speakers: z.int().describe("The number of these speakers that play it or are to play it."),
      playing: z.int().describe("The number of these speakers that play it now."),
      givesWay: z
        .enum(["this", "other", "ends"])
        .describe(
          "Which of the two waits or is interrupted there; `ends`: this broadcast takes the other's place.",
        ),
    }),
  )
  .describe("Broadcasts that play or wait on these speakers, the most urgent first.");

export const previewSchema = z
  .object({
    ...preview,
    conflicts: conflicts
      .nullable()
      .describe("The same of the stored preview; null without `mode` and `level`."),
    approvers: approversSchema
      .nullable()
      .describe(
        "The people who could approve it if you submitted it; null without `mode` and `level`, and where you may not submit all of it.",
      ),
  })
  .meta({ id: "BroadcastPreview" });

const changedSpeakers = z.object({
  count: z.int(),
  items: z.array(z.object({ deviceId: z.string(), regionCode: z.string() })).describe("The first 200."),
});

export const storedPreviewSchema = z
  .object({
    ...preview,
    airedUntil: airedUntilSchema,
    conflicts,
    replacesWider: z
      .array(broadcastId)
      .describe(
        "Broadcasts whose place it takes and that reach further: they end also where this one is not heard.",
      ),
    changedSinceSubmission: z
      .object({
        at: timestamp.describe("When it was submitted."),
        added: changedSpeakers,
        removed: changedSpeakers,
        wentOffline: changedSpeakers,
        cameOnline: changedSpeakers,
        villagesWithoutSpeaker: z
          .object({ added: villages, removed: villages })
          .nullable()
          .describe(
            "Null for a caller who sees the speakers of some owners only: the number would give away those of others.",
          ),
        possiblyWithoutSpeaker: z
          .object({ added: villages, removed: villages })
          .nullable()
          .describe("Null as above."),
      })
      .nullable()
      .describe(
        "Null for a broadcast that was never submitted, or was submitted before the platform recorded this.",
      ),
  })
  .meta({ id: "BroadcastStoredPreview" });
