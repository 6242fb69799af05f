import { z } from "zod";
import type { Grant } from "../access/decide.ts";
import { ROLES } from "../access/roles.ts";
import { PlatformError } from "../base/errors.ts";

const ids = (pattern: RegExp, expected: string) =>
  z.union([z.literal("all"), z.array(z.string().regex(pattern, expected)).min(1)]);

const entrySchema = z.strictObject({
  role: z.enum(ROLES),
  /** The tenant that the person belongs to. */
  tenantId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected a tenant's id"),
  /** The area of the role. Regions and tenants must be given: nobody shall see a province because of an omission. */
  regions: ids(/^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/, "expected a division code"),
  tenants: ids(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected a tenant's id"),
  kinds: ids(/^[a-z][a-z0-9-]{0,39}$/, "expected a kind").default("all"),
});
type Entry = z.output<typeof entrySchema>;

const mappingSchema = z.record(
  z.string().min(1),
  z.union([entrySchema.transform((entry) => [entry]), z.array(entrySchema).min(1)]),
);

/** The grants for each value of the provider's claim. */
export type OidcMapping = ReadonlyMap<string, readonly Entry[]>;

/** @throws PlatformError `config_invalid` that says which entry is wrong, and how */
export function parseOidcMapping(value: unknown): OidcMapping {
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const faults = parsed.error.issues.map(({ path, message }) => ({
    path: ["OIDC_MAPPING", ...path].join("."),
    message,
  }));
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`);
  throw new PlatformError("config_invalid", `OIDC_MAPPING is not valid:\n${lines.join("\n")}`, { faults });
}

/**
 * The values of a claim: a text, or a list of texts. A name with dots, such as Keycloak's `realm_access.roles`, goes
 * down into objects unless there is a claim of just that name. Undefined when there is none.
 */
export function valuesOfClaim(claims: Readonly<Record<string, unknown>>, name: string): string[] | undefined {
  const value = Object.hasOwn(claims, name)
    ? claims[name]
    : name.split(".").reduce<unknown>((inner, part) => {
        const isObject = typeof inner === "object" && inner !== null && Object.hasOwn(inner, part);
        return isObject ? (inner as Record<string, unknown>)[part] : undefined;
      }, claims);
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : undefined;
}

/** The grants of all values together; undefined when they give nothing. */
export function grantsFrom(
  mapping: OidcMapping,
  values: readonly string[],
): { readonly tenantId: string; readonly grants: readonly Grant[] } | undefined {
  const entries = [...new Set(values)].sort().flatMap((value) => mapping.get(value) ?? []);
  const tenantIds = new Set(entries.map((entry) => entry.tenantId));
  const [tenantId] = tenantIds;
  if (tenantId === undefined) return undefined;
  if (tenantIds.size > 1) {
    throw new PlatformError(
      "provider_sign_in_failed",
      `Your roles belong to several tenants (${[...tenantIds].join(", ")}): a person belongs to one`,
    );
  }
  return {
    tenantId,
    grants: entries.map(({ role, regions, kinds, tenants }) => ({
      role,
      area: { regions, kinds, tenants, devices: "all" },
    })),
  };
}
