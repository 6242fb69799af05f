import { z } from "zod";
import { deviceId, timestamp } from "../schemas.ts";

const register = z.number().min(0).max(1e15);

export const newExchangeBody = z.strictObject({
  at: timestamp.describe("By the device's clock: readings from this moment on come from the new register."),
  oldRegister: register.describe("The last value of the old register, in the quantity's unit."),
  newRegister: register.describe("The first value of the new register."),
  metric: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,50}$/, "expected the key of a quantity")
    .optional()
    .describe("The counter; may be left out where the kind has one."),
  force: z
    .boolean()
    .optional()
    .describe(
      "True when it stands although a reading before it is above the old register, or one after it below the new one.",
    ),
});

export const exchangeSchema = z
  .object({
    id: z.int(),
    metric: z.string(),
    at: timestamp,
    oldRegister: z.number(),
    newRegister: z.number(),
    madeBy: z.string().describe("The id of the person or application that recorded it."),
    madeAt: timestamp,
  })
  .meta({ id: "Exchange" });

export const exchangeListSchema = z.object({
  items: z.array(exchangeSchema).describe("Oldest first."),
  nextCursor: z.null().describe("The list is never cut."),
});

export const exchangeParams = z.object({
  id: deviceId,
  exchange: z.coerce.number().int().min(1).max(2_147_483_647),
});
