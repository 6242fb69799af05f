import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADMINISTRATOR, decide, type Grant, mayGive, type Principal, permits } from "../../access/decide.ts";
import { type Area, covers, type Place, within } from "../../access/limits.ts";
import { ACTIONS, isSounding, MAY, ROLES, SCOPES, SOUNDING_ACTIONS } from "../../access/roles.ts";
import { areaOf } from "../helpers/limits.ts";

const somebody = (...grants: Grant[]): Principal => ({
  type: "person",
  id: "p",
  name: "p",
  tenantId: "gas",
  grants,
});

const REGIONS = ["52", "5201", "520102"];
const area: fc.Arbitrary<Area> = fc
  .record({
    regions: fc.oneof(fc.constant("all" as const), fc.subarray(REGIONS)),
    tenants: fc.oneof(fc.constant("all" as const), fc.subarray(["gas", "police"])),
  })
  .map(areaOf);
const grant: fc.Arbitrary<Grant> = fc.oneof(
  fc.record({ role: fc.constantFrom(...ROLES), area }),
  fc.record({ scopes: fc.subarray([...SCOPES], { minLength: 1 }), area }),
);
const places: Place[] = REGIONS.flatMap((regionCode) =>
  ["gas", "police", null].map((tenantId) => ({ id: "d", kind: "camera", regionCode, tenantId })),
);

describe("a decision", () => {
  it("is made of the grants that hold the action, and covers what one of them covers", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), fc.constantFrom(...ACTIONS), (grants, action) => {
        const decision = decide(somebody(...grants), action);
        const holding = grants.filter((each) => permits(each, action));
        expect(decision.allowed).toBe(holding.length > 0);
        for (const place of places) {
          expect(decision.allowed && covers(decision.limits, place)).toBe(
            holding.some((each) => covers([each.area], place)),
          );
        }
      }),
    );
  });

  it("does not mix the area of one grant with the role of another", () => {
    const principal = somebody(
      { role: "viewer", area: areaOf({}) },
      { role: "operator", area: areaOf({ regions: ["520102"] }) },
    );
    expect(decide(principal, "alarms:acknowledge")).toEqual({
      allowed: true,
      limits: [areaOf({ regions: ["520102"] })],
    });
  });

  it("refuses whoever has no grant everything", () => {
    for (const action of ACTIONS) expect(decide(somebody(), action).allowed).toBe(false);
  });
});

describe("the steps that make a speaker sound", () => {
  it("are held by dispatchers, duty officers and approvers as the table says, and never by an administrator", () => {
    const held = ROLES.map((role) => [role, SOUNDING_ACTIONS.filter((action) => MAY[role].has(action))]);
    expect(Object.fromEntries(held)).toEqual({
      viewer: [],
      operator: [],
      installer: [],
      dispatcher: ["broadcasts:submit"],
      "duty-officer": ["broadcasts:submit", "broadcasts:release", "broadcasts:retry"],
      approver: ["broadcasts:approve", "broadcasts:retry", "broadcasts:review"],
      auditor: [],
      administrator: [],
    });
    for (const action of SOUNDING_ACTIONS) expect(decide(ADMINISTRATOR, action).allowed, action).toBe(false);
    for (const action of ["broadcasts:read", "broadcasts:draft", "broadcasts:cancel"] as const)
      expect(decide(ADMINISTRATOR, action).allowed, action).toBe(true);
  });

  it("cannot be given to an application, but for submitting", () => {
    expect(SCOPES.filter(isSounding)).toEqual(["broadcasts:submit"]);
    expect(SCOPES).toContain("broadcasts:cancel");
  });

  it("that no application may take names the roles that may, and nothing where a scope would do", () => {
    const billing: Principal = { ...somebody(), type: "application", name: "billing" };
    const told = (who: Principal) =>
      ACTIONS.flatMap((action) => {
        const decision = decide(who, action);
        return !decision.allowed && decision.reason.includes("no application may") ? [action] : [];
      });
    expect(told(billing)).toEqual(
      // What comes with a scope of another name can be given, too.
      ACTIONS.filter(
        (action) => !(SCOPES as readonly string[]).includes(action) && action !== "devices:entrust",
      ),
    );
    expect(told(somebody())).toEqual([]);
    expect(decide(billing, "readings:repair")).toEqual({
      allowed: false,
      // As docs/repairs.md quotes it.
      reason:
        "'billing' may not do 'readings:repair', which no application may, because a person must answer for it by name: it takes the role operator or administrator",
    });
  });
});

describe("who speaks for a device", () => {
  it("is decided by administrators and by applications that may add devices, and not by installers", () => {
    expect(ROLES.filter((role) => MAY[role].has("devices:write"))).toEqual(["installer", "administrator"]);
    expect(ROLES.filter((role) => MAY[role].has("devices:entrust"))).toEqual(["administrator"]);
    const area = areaOf({ regions: ["5201"] });
    const application = (scope: (typeof SCOPES)[number]) => somebody({ scopes: [scope], area });
    for (const scope of SCOPES) {
      expect(decide(application(scope), "devices:entrust").allowed, scope).toBe(scope === "devices:write");
    }
    expect(decide(application("devices:write"), "devices:entrust")).toEqual({
      allowed: true,
      limits: [area],
    });
  });

  it("is all that an installer lacks of what becomes of devices, and they do nothing else", () => {
    const beyondReading = [...MAY.installer].filter((action) => !MAY.viewer.has(action));
    expect(beyondReading).toEqual(["devices:write", "rejections:read"]);
  });
});

describe("giving", () => {
  it("is for administrators alone, and never reaches beyond where they are administrators", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), grant, (own, given) => {
        const administers = own.filter((each) => "role" in each && each.role === "administrator");
        const limits = administers.map((each) => each.area);
        expect(mayGive(somebody(...own), given)).toBe(within([given.area], limits));
        if (!mayGive(somebody(...own), given)) return;
        for (const place of places) if (covers([given.area], place)) expect(covers(limits, place)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("lets the administrator give everything, and a county's administrator anything within the county", () => {
    const county = somebody({ role: "administrator", area: areaOf({ regions: ["520102"] }) });
    for (const role of ROLES) {
      expect(mayGive(ADMINISTRATOR, { role, area: areaOf({}) })).toBe(true);
      expect(mayGive(county, { role, area: areaOf({ regions: ["520102001"] }) })).toBe(true);
      expect(mayGive(county, { role, area: areaOf({ regions: ["5201"] }) })).toBe(false);
      expect(mayGive(county, { role, area: areaOf({}) })).toBe(false);
    }
  });

  it("is refused to whoever holds the same role, and to whoever may only look", () => {
    for (const role of ROLES.filter((name) => name !== "administrator")) {
      expect(mayGive(somebody({ role, area: areaOf({}) }), { role, area: areaOf({}) })).toBe(false);
      expect(mayGive(somebody({ role, area: areaOf({}) }), { role: "viewer", area: areaOf({}) })).toBe(false);
    }
  });
});
