import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Area,
  covers,
  type Limits,
  type Place,
  reachesTenant,
  regionsOfKinds,
  regionTest,
  within,
} from "../../access/limits.ts";
import { areaOf, limitsOf } from "../helpers/limits.ts";

/** A small world, so that random areas and places meet. */
const REGIONS = ["52", "5201", "520102", "520102001", "520103", "5202"];
const KINDS = ["camera", "gas-meter"];
const TENANTS = ["gas", "police"];
const DEVICES = ["a", "b"];

const list = (items: string[]) => fc.oneof(fc.constant("all" as const), fc.subarray(items, { minLength: 0 }));
const area: fc.Arbitrary<Area> = fc.record({
  regions: list(REGIONS),
  kinds: list(KINDS),
  tenants: list(TENANTS),
  devices: list(DEVICES),
});
const limits: fc.Arbitrary<Limits> = fc.array(area, { maxLength: 3 });
const places: Place[] = REGIONS.flatMap((regionCode) =>
  KINDS.flatMap((kind) =>
    [...TENANTS, null].flatMap((tenantId) => DEVICES.map((id) => ({ id, regionCode, kind, tenantId }))),
  ),
);

describe("limits", () => {
  const place = { id: "cam-1", regionCode: "520102001", kind: "camera", tenantId: "police" };

  it.each([
    [{}, true],
    [{ regions: ["520102"] }, true],
    [{ regions: ["520102001"], kinds: ["camera"] }, true],
    [{ regions: ["520102001001"] }, false],
    [{ regions: ["520103", "5202"] }, false],
    [{ kinds: ["speaker"] }, false],
    [{ tenants: ["police"] }, true],
    [{ tenants: ["gas"] }, false],
    [{ devices: ["cam-1"] }, true],
    [{ devices: ["cam-1"], regions: ["5202"] }, false],
    [{ devices: ["cam-10"] }, false],
    [{ regions: [] }, false],
    [{ kinds: [] }, false],
    [{ tenants: [] }, false],
    [{ devices: [] }, false],
  ] satisfies [Partial<Area>, boolean][])(
    "of one area %j cover a camera of the police: %s",
    (lists, expected) => {
      expect(covers(limitsOf(lists), place)).toBe(expected);
    },
  );

  it("of several areas cover what one of them covers, and of none nothing", () => {
    expect(covers([], place)).toBe(false);
    expect(covers([...limitsOf({ kinds: ["speaker"] }), ...limitsOf({ regions: ["52"] })], place)).toBe(true);
  });

  it("give a region as a whole by their areas of a kind, never by single devices", () => {
    const isMine = regionTest(
      [
        areaOf({ regions: ["520102", "520203001"], tenants: ["police"] }),
        areaOf({ kinds: ["camera"] }),
        areaOf({ devices: ["cam-1"] }),
        areaOf({ regions: ["5204"], kinds: ["speaker", "camera"] }),
      ],
      ["speaker"],
    );
    const codes = ["520102", "520102001001", "520203001001", "5204", "5201", "520203", "52", "520203002"];
    expect(codes.filter(isMine)).toEqual(["520102", "520102001001", "520203001001", "5204"]);
    const both = regionTest(
      [
        areaOf({ regions: ["5201", "5202"], kinds: ["speaker"] }),
        areaOf({ regions: ["5202"], kinds: ["siren"] }),
      ],
      ["speaker", "siren"],
    );
    expect(["5201", "5202", "5203"].filter(both)).toEqual(["5202"]);
    const apart = [
      areaOf({ regions: ["5201", "520203"], kinds: ["speaker"] }),
      areaOf({ regions: ["520102", "5202", "5203"], kinds: ["siren"] }),
    ];
    expect(regionsOfKinds(apart, ["speaker", "siren"])).toEqual(["520102", "520203"]);
    expect(regionsOfKinds([...apart, areaOf({ kinds: ["siren"] })], ["speaker", "siren"])).toEqual([
      "5201",
      "520203",
    ]);
    expect(regionsOfKinds(limitsOf({}), ["speaker", "siren"])).toBe("all");
    expect(regionsOfKinds(limitsOf({ devices: ["d"] }), ["speaker"])).toEqual([]);
    expect(regionTest([], ["speaker"])("52")).toBe(false);
    expect(regionTest(limitsOf({ tenants: ["police"] }), ["speaker"])("52")).toBe(true);
  });

  it("that name tenants do not cover what nobody owns", () => {
    expect(covers(limitsOf({ tenants: ["police"] }), { ...place, tenantId: null })).toBe(false);
    expect(covers(limitsOf({}), { ...place, tenantId: null })).toBe(true);
  });
});

describe("limits within others", () => {
  it("see nothing that the others do not see", () => {
    fc.assert(
      fc.property(limits, limits, (inner, outer) => {
        fc.pre(within(inner, outer));
        for (const place of places) if (covers(inner, place)) expect(covers(outer, place)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("are found also where they are made by narrowing the others", () => {
    const narrower = (of: Area): fc.Arbitrary<Area> =>
      fc.record({
        regions:
          of.regions === "all"
            ? list(REGIONS)
            : fc.subarray(
                REGIONS.filter((code) => (of.regions as string[]).some((own) => code.startsWith(own))),
              ),
        kinds: of.kinds === "all" ? list(KINDS) : fc.subarray([...of.kinds]),
        tenants: of.tenants === "all" ? list(TENANTS) : fc.subarray([...of.tenants]),
        devices: of.devices === "all" ? list(DEVICES) : fc.subarray([...of.devices]),
      });
    fc.assert(
      fc.property(
        limits.chain((outer) => fc.tuple(fc.constant(outer), fc.tuple(...outer.map(narrower)))),
        ([outer, inner]) => within(inner, outer),
      ),
    );
  });

  it("lie within themselves, and within what holds what holds them", () => {
    fc.assert(fc.property(limits, (some) => within(some, some)));
    fc.assert(
      fc.property(limits, limits, limits, (a, b, c) => {
        fc.pre(within(a, b) && within(b, c));
        expect(within(a, c)).toBe(true);
      }),
    );
  });

  it.each([
    ["a county in its city", limitsOf({ regions: ["520102"] }), limitsOf({ regions: ["5201"] }), true],
    ["a city in its county", limitsOf({ regions: ["5201"] }), limitsOf({ regions: ["520102"] }), false],
    ["everything in a city", limitsOf({}), limitsOf({ regions: ["5201"] }), false],
    ["a device anywhere in a city", limitsOf({ devices: ["a"] }), limitsOf({ regions: ["5201"] }), false],
    [
      "a tenant's own in all of them",
      limitsOf({ tenants: ["gas"] }),
      limitsOf({ tenants: ["gas", "police"] }),
      true,
    ],
    [
      "one good area and one bad",
      [...limitsOf({ regions: ["52"] }), ...limitsOf({})],
      limitsOf({ regions: ["52"] }),
      false,
    ],
    ["nothing in nothing", [], [], true],
  ] satisfies [string, Limits, Limits, boolean][])("%s: %#", (_what, inner, outer, expected) => {
    expect(within(inner, outer)).toBe(expected);
  });
});

describe("the reach into tenants", () => {
  it("is that of any area, and into the operator's own that of all tenants", () => {
    expect(reachesTenant(limitsOf({ tenants: ["gas"] }), "gas")).toBe(true);
    expect(reachesTenant(limitsOf({ tenants: ["gas"] }), "police")).toBe(false);
    expect(reachesTenant(limitsOf({ tenants: ["gas"] }), null)).toBe(false);
    expect(reachesTenant(limitsOf({ regions: ["52"] }), null)).toBe(true);
    expect(reachesTenant([], "gas")).toBe(false);
  });
});
