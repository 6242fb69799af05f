import { z } from "zod";
import { deviceId, kindName, moment, pageQuery, regionCode, timestamp } from "../schemas.ts";

export const eventSchema = z
  .object({
    deviceId: z.string(),
    kind: kindName,
    regionCode,
    eventId: z.string(),
    type: z.string().describe("One of the kind's events."),
    phase: z
      .enum(["instant", "new", "update", "end"])
      .describe("A lasting event comes as new, update and end under one eventId."),
    observedAt: timestamp.describe("By the device's clock."),
    receivedAt: timestamp.describe("By the platform's clock."),
    data: z.record(z.string(), z.unknown()).describe("All other fields that the device sent."),
  })
  .meta({ id: "Event" });

export const eventListQuery = z.strictObject({
  device: deviceId.optional(),
  region: regionCode.optional(),
  kind: kindName.optional(),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,50}$/, "expected an event's type, e.g. reverse_flow")
    .optional(),
  from: moment.optional(),
  to: moment.optional(),
  ...pageQuery(100, 1000),
});
