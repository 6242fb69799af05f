import { z } from "zod";
import { REJECTIONS_BY } from "../../store/ledger/index.ts";
import { deviceId, kindName, moment, pageQuery, regionCode, timestamp, yesOrNo } from "../schemas.ts";

const fields = {
  id: z.int(),
  receivedAt: timestamp,
  deviceId: z.string().nullable().describe("Null when it came from, or was meant for, an unknown device."),
  publisher: z.string().describe("The MQTT user name of the publisher."),
  door: z
    .string()
    .describe(
      "The door by which it came: `mqtt` for what devices send here themselves, `mqtt-source` for a source that the platform subscribes to.",
    ),
  topic: z
    .string()
    .describe("Where or as what it came, in the words of the door's protocol: over MQTT, the topic."),
  reason: z.string().describe("One of a closed list, e.g. `off_scale`."),
  detail: z.string().describe("What was wrong, and what was expected."),
  messages: z
    .int()
    .describe(
      "The number of messages that this stands for: messages of one device on one foreign topic within an hour are one rejection, with the payload of the first.",
    ),
  items: z
    .int()
    .describe(
      "The number of items that this stands for: items of one message that were refused for one reason are one rejection.",
    ),
  partial: z
    .boolean()
    .describe(
      "True for values out of items whose other values were kept. The ledger counts such items as stored.",
    ),
  payloadBytes: z
    .int()
    .describe(
      "Its full length. The platform keeps all of it, except of a payload from a source what lies beyond 321 KiB.",
    ),
  replayedAt: timestamp.nullable(),
  replayOutcome: z.string().nullable(),
};

export const rejectionSchema = z.object(fields).meta({ id: "Rejection" });

export const rejectedMessageSchema = z
  .object({
    ...fields,
    payload: z.object({
      encoding: z.enum(["utf8", "base64"]).describe("base64 when the payload is not UTF-8 text."),
      data: z.string(),
    }),
  })
  .meta({ id: "RejectedMessage" });

export const replaySchema = z
  .object({ outcome: z.enum(["stored", "duplicate", "rejected"]), detail: z.string() })
  .meta({ id: "Replay" });

const rejectionFilter = {
  device: deviceId.optional(),
  reason: z
    .string()
    .regex(/^[a-z_]{1,40}$/, "expected a reason such as off_scale")
    .optional(),
  partial: yesOrNo
    .optional()
    .describe("true: values out of items whose other values were kept; false: whole items and messages."),
  region: regionCode.optional().describe("Of devices that were then in this region, or inside it."),
  kind: kindName.optional(),
  from: moment.optional().meta({ description: "Received from this moment on." }),
  to: moment.optional().meta({ description: "Received before this moment." }),
};

export const rejectionListQuery = z.strictObject({ ...rejectionFilter, ...pageQuery(100, 1000) });

export const rejectionCountsQuery = z.strictObject({
  by: z.enum(REJECTIONS_BY).default("reason"),
  ...rejectionFilter,
});

export const rejectionCountsSchema = z
  .object({
    by: z.enum(REJECTIONS_BY),
    total: z.int().describe("Rejections in all."),
    nextCursor: z.null().describe("Counts are never cut."),
    items: z.array(
      z.object({
        value: z.string().nullable().describe("Null: the kind of unknown devices."),
        rejections: z.int(),
        items: z.int().describe("The items that these stand for."),
      }),
    ),
  })
  .meta({ id: "RejectionCounts" });

export const rejectionParams = z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
