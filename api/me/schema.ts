import { z } from "zod";
import { ACTIONS } from "../../access/roles.ts";
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
  })
  .meta({ id: "Me" });
