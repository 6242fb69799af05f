import { z } from "zod";
import { deviceId, timestamp } from "../schemas.ts";

const register = z.number().min(0).max(1e15);

export const newExchangeBody = z.strictObject({
  at: timestamp.describe(
    "By the device's clock: what is observed from this moment on is of the new register.",
  ),
  oldRegister: register.describe("What the old register showed last, in the metric's unit."),
  newRegister: register.describe("What the new one began with."),
  metric: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,50}$/, "expected a metric's key")
    .optional()
    .describe("The counter; may be left out where the kind has one."),
  force: z
    .boolean()
    .optional()
    .describe(
      "Whether it stands although the old register was read higher before, or the new one lower afterwards.",
    ),
});

export const exchangeSchema = z
  .object({
    id: z.int(),
    metric: z.string(),
    at: timestamp,
    oldRegister: z.number(),
    newRegister: z.number(),
    madeBy: z.string().describe("The id of who recorded it."),
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
