import { describe, expect, it } from "vitest";
import { parseOidcMapping } from "../../accounts/oidc-mapping.ts";

describe("the mapping in the settings", () => {
  it.each([
    [{ a: { role: "king", tenantId: "x", regions: "all", tenants: "all" } }, "OIDC_MAPPING.a"],
    [{ a: { role: "viewer", tenantId: "x", regions: "all" } }, "OIDC_MAPPING.a"],
    [{ a: { role: "viewer", tenantId: "x", tenants: "all", regions: [] } }, "OIDC_MAPPING.a"],
    [{ a: [] }, "OIDC_MAPPING.a"],
    [["a"], "OIDC_MAPPING"],
    ["a", "OIDC_MAPPING"],
  ])("%j is refused at the start, with its place", (mapping, place) => {
    expect(() => parseOidcMapping(mapping)).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(place) }),
    );
  });
});
