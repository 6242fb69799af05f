import { z } from "zod";
import { USES } from "../../access/decide.ts";
import { freeText, pageQuery, tenantId, timestamp } from "../schemas.ts";

const MAX_NAME = 200;
const use = z.enum(USES).describe("政用, 民用 or 商用.");

export const tenantSchema = z
  .object({
    id: tenantId,
    name: z.string(),
    use,
    createdAt: timestamp,
    disabledAt: timestamp.nullable().describe("Since when its people and applications are shut out."),
  })
  .meta({ id: "Tenant" });

export const newTenantBody = z.strictObject({ id: tenantId, name: freeText(MAX_NAME), use });

export const tenantChangeBody = z
  .strictObject({
    name: freeText(MAX_NAME).optional(),
    disabled: z
      .boolean()
      .optional()
      .describe("True shuts out its people and applications at once. Its devices go on reporting."),
  })
  .refine((change) => Object.keys(change).length > 0, "expected at least one field");

export const tenantParams = z.object({ id: tenantId });

export const tenantListQuery = z.strictObject({ use: use.optional(), ...pageQuery(100, 1000) });
