import { z } from "zod";
import type { ErrorCode } from "../../base/errors.ts";
import { areasJson, principalId } from "../principal-schemas.ts";
import { pageQuery, timestamp } from "../schemas.ts";

/** In UTF-16 units: 256 characters, each of which may take two. No password is longer. */
const MAX_PASSWORD_UNITS = 512;

/** A password as it was typed: not trimmed, and checked against the rules only when it is set. */
export const passwordText = z.string().min(1).max(MAX_PASSWORD_UNITS).meta({ format: "password" });

/** Further answers of a route that checks a password, besides that it was wrong. */
export const CHECKS_PASSWORD = [
  "csrf_refused",
  "too_many_attempts",
  "sign_in_busy",
  "payload_too_large",
  "unsupported_media_type",
] as const satisfies readonly ErrorCode[];

/** The same where a signed-in person gives their own password once more. */
export const ASKS_FOR_OWN_PASSWORD = [
  "wrong_password",
  "no_password",
  ...CHECKS_PASSWORD,
] as const satisfies readonly ErrorCode[];

export const totpCode = z
  .string()
  .regex(/^\d{6}$/, "expected six digits")
  .describe("The six digits that the authenticator app shows.");

const sessionType = z
  .enum(["cookie", "bearer"])
  .describe("`cookie` for browsers, `bearer` for everything else.");

export const newSessionBody = z.strictObject({
  username: z
    .string()
    .min(1)
    .max(64)
    .refine((name) => !/\p{Cc}|\p{Surrogate}/u.test(name), "expected text without control characters")
    .describe("The person's id."),
  password: passwordText,
  code: totpCode.optional().describe("The second factor's code, where one is set up."),
  type: sessionType.default("cookie"),
});

export const sessionSchema = z
  .object({
    no: z.int().describe("Its number."),
    type: sessionType,
    createdAt: timestamp,
    lastSeenAt: timestamp.describe("To the minute."),
    expiresAt: timestamp.describe(
      "It ends then, or earlier when it is not used for an hour; a display's ends only then.",
    ),
    address: z.string().nullable().describe("The address that the sign-in came from."),
    userAgent: z.string().nullable(),
    current: z.boolean().describe("True for the session of this request."),
  })
  .meta({ id: "Session" });

const csrfToken = z
  .string()
  .nullable()
  .describe(
    "For sessions of type `cookie`: send it as `X-CSRF-Token` with every request but GET and HEAD. Null for others.",
  );

export const openedSessionSchema = z
  .object({
    session: sessionSchema,
    person: z.object({ id: z.string(), name: z.string(), tenantId: z.string().nullable() }),
    token: z
      .string()
      .nullable()
      .describe(
        "For sessions of type `bearer`: send it as `Authorization: Bearer`. Shown this once. Null for others.",
      ),
    csrfToken,
  })
  .meta({ id: "OpenedSession" });

export const currentSessionSchema = z
  .object({
    session: sessionSchema,
    type: z.enum(["person", "display"]).describe("Whose it is. A display only reads."),
    id: principalId,
    name: z.string(),
    areas: areasJson.describe("The areas of the grants, as in `GET /v1/me`."),
    csrfToken,
  })
  .meta({ id: "CurrentSession" });

export const sessionListQuery = z.strictObject(pageQuery(100, 1000));

export const sessionParams = z.object({ no: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });
