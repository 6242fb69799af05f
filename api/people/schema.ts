import { z } from "zod";
import { PASSWORD_LENGTH } from "../../accounts/password-rules.ts";
import { newPrincipalFields, personGrants, principalFields, roleGrantJson } from "../principal-schemas.ts";

export const personSchema = z
  .object({ ...principalFields, grants: z.array(roleGrantJson) })
  .meta({ id: "Person" });

export const newPersonBody = z.strictObject({
  ...newPrincipalFields,
  grants: personGrants.default([]),
  password: z
    .string()
    .max(4 * PASSWORD_LENGTH.max)
    .optional()
    .describe("A first password. Without one, somebody signs in through an identity provider."),
});

export const personGrantsBody = z.strictObject({ grants: personGrants });
