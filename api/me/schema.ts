import { z } from "zod";
import { ACTIONS } from "../../access/roles.ts";
import { accessChangeSchema } from "../access-changes/schema.ts";
import { areasJson, principalId, roleGrantJson, scopesGrantJson } from "../principal-schemas.ts";
import { tenantSchema } from "../tenants/schema.ts";

export const meSchema = z
  .object({
    type: z.enum(["person", "application", "display"]),
    id: principalId,
    name: z.string(),
    tenant: tenantSchema.nullable().describe("Null: the platform's operator."),
    grants: z.array(z.union([roleGrantJson, scopesGrantJson])).describe("The grants as they were given."),
    actions: z
      .array(z.object({ action: z.enum(ACTIONS), areas: areasJson }))
      .describe("The effect of the grants: every allowed action, and the areas in which it is allowed."),
    waiting: z
      .array(accessChangeSchema)
      .describe(
        "Changes by administrators to this person, because of which steps that make a speaker sound still wait. If you know nothing of a change, tell another administrator, who can refuse it.",
      ),
    toDecide: z
      .int()
      .describe(
        "For administrators of access: the number of changes that wait to be confirmed or refused, at most 100.",
      ),
    applications: z.array(principalId).describe("Applications that this person answers for."),
  })
  .meta({ id: "Me" });
