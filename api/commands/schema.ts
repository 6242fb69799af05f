import { z } from "zod";
import { attributes, deviceId } from "../schemas.ts";

export const commandParams = z.object({ id: deviceId });

export const commandBody = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -")
    .meta({ description: "What the device shall do, in its own words.", examples: ["close-valve"] }),
  parameters: attributes.optional(),
});

export const sentCommandSchema = z
  .object({
    commandId: z.string().meta({
      description: "What the device's replies name.",
      examples: ["cmd-Zk3v9QpLx0aT7_Rb"],
    }),
    deviceId,
    delivered: z
      .boolean()
      .describe("Handed to an open connection of the device. What came of it is in the device's replies."),
  })
  .meta({ id: "SentCommand" });
