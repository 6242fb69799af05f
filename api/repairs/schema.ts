import { z } from "zod";
import { readingSchema } from "../readings/schema.ts";
import { deviceId, freeText, pageQuery, timestamp } from "../schemas.ts";

const metric = z.string().regex(/^[a-z][a-z0-9_]{0,50}$/, "expected the key of a quantity");
const number = z.number().min(-1e15).max(1e15);

const correction = z
  .union([
    z.strictObject({
      metric,
      set: z
        .union([number, freeText(200), z.null()])
        .describe("The value, in the quantity's unit; null takes it away."),
    }),
    z.strictObject({ metric, add: number.describe("Added to each value, in the quantity's unit.") }),
    z.strictObject({ metric, multiply: number.describe("Each value is multiplied by this.") }),
  ])
  .meta({
    id: "Correction",
    description:
      "What becomes of the values of one metric that are there. None is made where there was none.",
  });

const range = {
  from: timestamp.describe("From this moment on, by the device's clock, which may have been wrong."),
  to: timestamp.describe("Before this moment."),
  reason: freeText(500).describe("The reason, which stays on record."),
};

export const newRepairBody = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("void"), ...range }),
  z.strictObject({
    action: z.literal("correct"),
    ...range,
    corrections: z.array(correction).min(1).max(100),
  }),
]);

export const undoBody = z.strictObject({ reason: range.reason });

export const repairSchema = z
  .object({
    id: z.int(),
    action: z.enum(["void", "correct"]),
    from: timestamp,
    to: timestamp,
    reason: z.string(),
    corrections: z.array(correction).nullable().describe("Null where readings were voided."),
    readings: z.int().describe("The number of readings that it took away or changed."),
    madeBy: z.string().describe("The id of the person or application that made it."),
    madeAt: timestamp,
    undone: z
      .object({
        by: z.string(),
        at: timestamp,
        reason: z.string(),
        restored: z
          .int()
          .describe(
            "The number of readings that have all of their values again. Values of the others that the device has contradicted since are rejections `conflict`.",
          ),
      })
      .nullable(),
  })
  .meta({ id: "Repair" });

export const repairedReadingSchema = readingSchema.omit({ corrected: true }).meta({ id: "RepairedReading" });

export const repairParams = z.object({
  id: deviceId,
  repair: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
});

export const repairListQuery = z.strictObject(pageQuery(100, 1000));
export const repairedReadingsQuery = z.strictObject(pageQuery(500, 5000));
