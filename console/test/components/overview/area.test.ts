import { describe, expect, it } from "vitest";
import type { MeJson } from "../../../src/api/session.ts";
import { homeRegion, regionAround, seesAllKinds, shownRegion } from "../../../src/app/area.ts";

const me = (...areas: { regions: "all" | string[]; kinds?: "all" | string[] }[]) =>
  ({
    actions: [{ action: "devices:read", areas: areas.map((area) => ({ kinds: "all", ...area })) }],
  }) as unknown as MeJson;

describe("where the overview begins", () => {
  it.each([
    ["a county's officer in the county", me({ regions: ["520326"] }), "520326"],
    ["who has two counties of a city in the city", me({ regions: ["520326", "520325"] }), "5203"],
    ["who has two cities in the province", me({ regions: ["5203", "520502"] }), "52"],
    ["who has a township and its county in the county", me({ regions: ["520326", "520326003"] }), "520326"],
    ["who has one village in its township", me({ regions: ["520326003202"] }), "520326003"],
    ["who has everything above all provinces", me({ regions: ["5203"] }, { regions: "all" }), undefined],
    ["who has two provinces above them", me({ regions: ["52", "45"] }), undefined],
  ])("%s", (_, caller, region) => {
    expect(homeRegion(caller)).toBe(region);
  });

  it("is where an address says, unless that is no region", () => {
    expect(shownRegion("520326")).toBe("520326");
    expect(shownRegion("520326003202")).toBe("520326003");
    for (const text of [null, "", "5", "52032", "520326x", "%3Cimg%3E"]) {
      expect(shownRegion(text)).toBeUndefined();
    }
  });

  it("holds only places that hold all of the caller's", () => {
    expect(regionAround(["520326003", "520326004"])).toBe("520326");
    expect(regionAround([])).toBeUndefined();
  });

  it("knows who is given single kinds", () => {
    expect(seesAllKinds(me({ regions: "all", kinds: ["gas-meter"] }))).toBe(false);
    expect(seesAllKinds(me({ regions: "all" }))).toBe(true);
  });
});
