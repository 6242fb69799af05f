import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADMINISTRATOR, decide, type Grant, mayGive, type Principal, permits } from "../../access/decide.ts";
import { type Area, covers, type Place } from "../../access/limits.ts";
import { ACTIONS, ROLES, SCOPES } from "../../access/roles.ts";
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

describe("giving", () => {
  it("never gives anybody an action anywhere where the giver does not have it", () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), grant, (own, given) => {
        fc.pre(mayGive(somebody(...own), given));
        for (const action of ACTIONS) {
          const before = decide(somebody(...own), action);
          const after = decide(somebody(given), action);
          if (!after.allowed) continue;
          expect(before.allowed).toBe(true);
          for (const place of places) {
            if (covers(after.limits, place))
              expect(before.allowed && covers(before.limits, place)).toBe(true);
          }
        }
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

  it("lets nobody give an action that they lack, also where their area is wide enough", () => {
    expect(
      mayGive(somebody({ role: "auditor", area: areaOf({}) }), { role: "operator", area: areaOf({}) }),
    ).toBe(false);
  });
});
