import { z } from "zod";
import { PASSWORD_LENGTH } from "../../accounts/password-rules.ts";
import { waitingSchema } from "../access-changes/schema.ts";
import { newPrincipalFields, personGrants, principalFields, roleGrantJson } from "../principal-schemas.ts";

export const personSchema = z
  .object({ ...principalFields, grants: z.array(roleGrantJson) })
  .meta({ id: "Person" });

/** After a change of a person or their grants. */
export const changedPersonSchema = personSchema
  .extend({ waiting: waitingSchema })
  .meta({ id: "ChangedPerson" });

export const newPersonBody = z.strictObject({
  ...newPrincipalFields,
  grants: personGrants.default([]),
  password: z
    .string()
    .max(4 * PASSWORD_LENGTH.max)
    .optional()
    .describe("A first password. Without one, the person signs in through an identity provider."),
});

export const personGrantsBody = z.strictObject({ grants: personGrants });
