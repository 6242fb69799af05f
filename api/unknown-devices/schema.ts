import { z } from "zod";
import { MAX_IDENTITY_LENGTH } from "../../devices/identities.ts";
import { identityFilter, identityScheme } from "../devices/schema.ts";
import { pageQuery, timestamp } from "../schemas.ts";

export const unknownDeviceSchema = z
  .object({
    scheme: z.string(),
    value: z.string().describe("In the one form that its scheme has."),
    door: z.string().describe("The door by which it came last."),
    address: z
      .string()
      .nullable()
      .describe("Where it came from on the network; null where its door does not know."),
    firstSeenAt: timestamp,
    lastSeenAt: timestamp,
    messages: z.int().describe("How many have come; none of them was acknowledged."),
    waiting: z.int().describe("How many of the newest are kept, and taken in once the device is registered."),
    sample: z
      .object({
        encoding: z.enum(["utf8", "base64"]).describe("base64 when it is not UTF-8 text."),
        data: z.string(),
      })
      .nullable()
      .describe("The first 256 bytes of the newest message that is kept."),
  })
  .meta({ id: "UnknownDevice" });

const address = z
  .union([z.ipv4(), z.ipv6()])
  .describe("Those that came last from this address, or from its IPv6 /64.");

export const unknownDeviceParams = z.object({
  scheme: identityScheme,
  value: z.string().max(MAX_IDENTITY_LENGTH),
});

export const forgetUnknownQuery = z.strictObject({ address });

export const forgottenSchema = z.object({ forgotten: z.int() }).meta({ id: "ForgottenDevices" });

export const unknownDeviceQuery = z.strictObject({
  scheme: identityScheme.optional(),
  identity: identityFilter.optional(),
  door: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, "expected the name of a door, such as hj212")
    .optional(),
  address: address.optional(),
  ...pageQuery(100, 1000),
});
