import { z } from "zod";
import {
  applicationGrants,
  newPrincipalFields,
  principalFields,
  principalId,
  scopesGrantJson,
} from "../principal-schemas.ts";
import { moment, timestamp } from "../schemas.ts";

export const applicationSchema = z
  .object({
    ...principalFields,
    ownerId: principalId
      .nullable()
      .describe("The person who answers for it. Null: it has no owner yet, and may submit no broadcast."),
    grants: z.array(scopesGrantJson),
  })
  .meta({ id: "Application" });

export const newApplicationBody = z.strictObject({
  ...newPrincipalFields,
  grants: applicationGrants.default([]),
  ownerId: principalId
    .optional()
    .describe(
      "The person who answers for it: its submissions count as theirs. Default: the person who adds it; needed with the administrator's key, which is no person.",
    ),
});

export const applicationOwnerBody = z.strictObject({ ownerId: principalId });

export const applicationGrantsBody = z.strictObject({ grants: applicationGrants });

export const keySchema = z
  .object({
    prefix: z.string().describe("The part after `sbi_`: it names the key and is no secret."),
    createdAt: timestamp,
    expiresAt: timestamp.nullable().describe("Null: never."),
    revokedAt: timestamp.nullable(),
    lastUsedAt: timestamp.nullable().describe("To the minute; null: never."),
    madeBy: z
      .string()
      .nullable()
      .describe(
        "The person to whom it was shown when it was made. Null: the operator of the machine, or no longer known.",
      ),
  })
  .meta({ id: "ApiKey" });

export const madeKeySchema = keySchema
  .extend({ key: z.string().describe("The key. It is shown this once and kept only as a hash.") })
  .meta({ id: "MadeApiKey" });

const expiresAt = moment
  .nullish()
  .refine((at) => !at || at.getTime() > Date.now(), "expected a moment in the future, or null for never");

export const newKeyBody = z.strictObject({ expiresAt: expiresAt.describe("Default: never.") }).nullish();

/** In hours. */
const OVERLAP = { default: 24, max: 30 * 24 } as const;

export const rotateKeyBody = z
  .strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(OVERLAP.max)
      .default(OVERLAP.default)
      .describe("How long the old key goes on; 0 ends it at once."),
    expiresAt: expiresAt.describe("Of the new key. Default: the lifetime that the old key was made with."),
  })
  .nullish();

export const keyParams = z.object({
  id: principalId,
  prefix: z.string().regex(/^[a-z0-9]{8}$/, "expected the 8 characters of a key's prefix"),
});
