import { z } from "zod";
import type { Area } from "../access/limits.ts";
import { ROLES, SCOPES } from "../access/roles.ts";
import { heldUntil } from "../accounts/grants.ts";
import type { StoredGrant } from "../store/access/index.ts";
import { deviceId, freeText, kindName, pageQuery, regionCode, tenantId, timestamp } from "./schemas.ts";

/** Schemas that people, applications, displays and `me` share. */

const MAX_NAME = 200;

export const principalId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "expected 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit",
  )
  .meta({
    description: "One name space for people and applications. Never given again: the audit names it.",
    examples: ["zhang.wei"],
  });

/** Absent does not mean "all": a list that the caller forgot must not open everything. */
const listOrAll = <T extends z.ZodType<string>>(item: T, maxItems: number) =>
  z.union([z.literal("all"), z.array(item).min(1).max(maxItems)]);

export const areaSchema = z
  .strictObject({
    regions: listOrAll(regionCode, 200).describe("Regions with everything inside them."),
    kinds: listOrAll(kindName, 100),
    tenants: listOrAll(tenantId, 100).describe(
      "Owners of devices; a device without an owner is in `all` only.",
    ),
    devices: listOrAll(deviceId, 500).describe("Single devices."),
  })
  .meta({ id: "Area", description: "The devices that lie in all four." });

/** An area in an answer: an earlier version or the administrator may have given more than a body may. */
export const areaJson = z.object({
  regions: z.union([z.literal("all"), z.array(z.string())]),
  kinds: z.union([z.literal("all"), z.array(z.string())]),
  tenants: z.union([z.literal("all"), z.array(z.string())]),
  devices: z.union([z.literal("all"), z.array(z.string())]),
});

const MAX_GRANTS = 50;

export const personGrants = z
  .array(z.strictObject({ role: z.enum(ROLES), area: areaSchema }))
  .max(MAX_GRANTS)
  .describe("The rights of this person, and where they hold.");

export const applicationGrants = z
  .array(z.strictObject({ scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length), area: areaSchema }))
  .max(MAX_GRANTS)
  .describe("The rights of this application, and where they hold.");

export const roleGrantJson = z.object({
  role: z.string(),
  area: areaJson,
  waitsUntil: timestamp
    .optional()
    .describe("Until then the steps that make a speaker sound wait. Absent: nothing waits."),
});
export const scopesGrantJson = z.object({ scopes: z.array(z.string()), area: areaJson });
export const areasJson = z.array(areaJson);

/** The fields that answers about people and about applications have in common. */
export const principalFields = {
  id: principalId,
  tenantId,
  name: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
  disabledAt: timestamp.nullable().describe("Since when they are shut out; null: they are not."),
};

export const newPrincipalFields = {
  id: principalId,
  tenantId,
  name: freeText(MAX_NAME),
};

export const principalChangeBody = z
  .strictObject({
    name: freeText(MAX_NAME).optional(),
    disabled: z.boolean().optional().describe("True shuts it out at once; nobody is deleted."),
  })
  .refine((change) => Object.keys(change).length > 0, "expected at least one field");

export const principalParams = z.object({ id: principalId });

export const principalListQuery = z.strictObject({
  tenant: tenantId.optional(),
  q: freeText(100).optional().describe("Part of the id or name, in any case."),
  ...pageQuery(100, 1000),
});

const toListJson = (list: readonly string[] | "all") => (list === "all" ? list : [...list]);

export const toAreaJson = ({ regions, kinds, tenants, devices }: Area): z.input<typeof areaJson> => ({
  regions: toListJson(regions),
  kinds: toListJson(kinds),
  tenants: toListJson(tenants),
  devices: toListJson(devices),
});

/** Grants of a person; a grant of another form cannot be a person's and gives nothing. */
export const toRoleGrants = (grants: readonly StoredGrant[]): z.output<typeof roleGrantJson>[] =>
  grants.flatMap((grant) => {
    if (!("role" in grant)) return [];
    const until = heldUntil(grant, Date.now());
    return {
      role: grant.role,
      area: toAreaJson(grant.area),
      ...(until ? { waitsUntil: until } : {}),
    };
  });

/** Grants of an application; a grant of another form cannot be an application's and gives nothing. */
export const toScopesGrants = (grants: readonly StoredGrant[]): z.input<typeof scopesGrantJson>[] =>
  grants.flatMap((grant) =>
    "scopes" in grant ? { scopes: [...grant.scopes], area: toAreaJson(grant.area) } : [],
  );
