import { z } from "zod";
import { attributes, deviceId, freeText, moment, pageQuery, timestamp } from "../schemas.ts";

export const commandParams = z.object({ id: deviceId });

export const commandBody = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -")
    .meta({ description: "The name of the command, in the device's own words.", examples: ["close-valve"] }),
  parameters: attributes.optional(),
});

export const sentCommandSchema = z
  .object({
    commandId: z.string().meta({
      description: "The id that the device's replies name.",
      examples: ["cmd-Zk3v9QpLx0aT7_Rb"],
    }),
    deviceId,
    delivered: z
      .boolean()
      .describe(
        "An open connection of the device, or of its gateway, took it. The outcome is in `/v1/devices/{id}/replies`.",
      ),
  })
  .meta({ id: "SentCommand" });

export const commandReplySchema = z
  .object({
    commandId: z.string(),
    outcome: z.string().describe("In the device's own words; those of speakers are in docs/terminals.md."),
    observedAt: timestamp.describe("By the device's clock."),
    receivedAt: timestamp.describe("By the platform's clock."),
    data: z.record(z.string(), z.unknown()).describe("All other fields that the device sent."),
  })
  .meta({ id: "Reply" });

/** As long as the command's id in a reply may be. */
const MAX_COMMAND_ID = 128;

export const replyListQuery = z.strictObject({
  command: freeText(MAX_COMMAND_ID).optional().describe("Only replies to the command of this id."),
  from: moment.optional(),
  to: moment.optional(),
  ...pageQuery(100, 1000),
});
