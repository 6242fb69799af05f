import { z } from "zod";
import { ACTIONS } from "../../access/roles.ts";
import { accessChangeSchema } from "../access-changes/schema.ts";
import { areasJson, principalId, roleGrantJson, scopesGrantJson } from "../principal-schemas.ts";
import { tenantSchema } from "../tenants/schema.ts";

export const meSchema = z
  .object({
    type: z.enum(["person", "application"]),
    id: principalId,
    name: z.string(),
    tenant: tenantSchema.nullable().describe("Null: the platform's own."),
    grants: z.array(z.union([roleGrantJson, scopesGrantJson])).describe("As they were given."),
    actions: z
      .array(z.object({ action: z.enum(ACTIONS), areas: areasJson }))
      .describe("What comes of the grants: every action that is allowed, and the areas in which it is."),
    waiting: z
      .array(accessChangeSchema)
      .describe(
        "What administrators did to this person, for which steps that make a speaker sound still wait. Who knows nothing of it tells another administrator, who refuses it.",
      ),
    toDecide: z
      .int()
      .describe(
        "Of who looks after access: how many changes wait for being confirmed or refused, 100 at most.",
      ),
    applications: z.array(principalId).describe("Applications that this person answers for."),
  })
  .meta({ id: "Me" });
