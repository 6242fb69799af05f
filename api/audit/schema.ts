import { z } from "zod";
import { freeText, moment, pageQuery, timestamp } from "../schemas.ts";

const id = freeText(200);

export const auditRowSchema = z
  .object({
    auditNo: z.int().describe("Without gaps, from 1: a missing number is a missing row."),
    at: timestamp,
    actor: z.object({
      type: z
        .enum(["person", "application", "display", "device", "machine", "platform"])
        .describe("`machine`: a command on the platform's machine; `platform`: the platform by itself."),
      id: z.string().nullable(),
      name: z.string().nullable(),
      tenantId: z.string().nullable(),
      address: z.string().nullable(),
      requestId: z
        .string()
        .nullable()
        .describe("The platform's id of the request; the answer had it as `X-Request-Id`."),
      callerRequestId: z.string().nullable().describe("The `X-Request-Id` that the caller sent."),
    }),
    action: z.string().describe("`<object>.<verb>`, e.g. `device.update`."),
    object: z.object({ type: z.string(), id: z.string().nullable() }),
    reason: z.string().nullable(),
    before: z.unknown().describe("What was there; null where nothing was."),
    after: z.unknown().describe("The state after the change, or the request's parameters."),
    hash: z.string().describe("SHA-256 over this row and the hash of the one before, in hexadecimal."),
  })
  .meta({ id: "AuditRow" });

export const auditQuery = z.strictObject({
  actor: id.optional().describe("The id of a person, application or device."),
  action: z
    .string()
    .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, "expected an action, or the beginning of one up to a dot")
    .max(100)
    .optional()
    .describe("An action, e.g. `device.update`, or the part before a dot, e.g. `device`."),
  objectType: id.optional(),
  objectId: id.optional(),
  from: moment.optional(),
  to: moment.optional(),
  ...pageQuery(100, 1000),
});
