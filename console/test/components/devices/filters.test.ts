import { describe, expect, it } from "vitest";
import {
  deviceFiltersOf,
  devicesAddress,
  NO_FILTERS,
  narrowing,
} from "../../../src/pages/devices/filters.ts";
import { gatewayHints } from "../../../src/pages/devices/gateway-hint.ts";

const of = (address: string) => deviceFiltersOf(new URLSearchParams(address.split("?")[1] ?? ""));

describe("the address of the list of devices", () => {
  it("holds every filter, and gives it back", () => {
    const filters = {
      kind: "gas-meter",
      region: "520326",
      gateway: "gw-1",
      tenant: "demo-gas",
      attribute: "楼栋:7 & 8",
      q: "龙潭 #12",
      status: "late,silent",
      alarm: "critical",
      sort: "name",
      order: "desc",
    } as const;
    expect(of(devicesAddress(filters))).toEqual(filters);
  });

  it("asks without a choice for those of which nothing was heard for longest", () => {
    expect(of("/devices")).toEqual({ sort: "lastSeenAt", order: "asc" });
    expect(of("/devices?sort=name")).toEqual({ sort: "name", order: "asc" });
  });

  it.each([
    ["status=broken", "status"],
    ["alarm=loud", "alarm"],
    ["region=52032", "region"],
    ["attribute=nothing", "attribute"],
    ["kind=%20", "kind"],
  ])("leaves out what the platform would refuse: %s", (search, name) => {
    expect(of(`/devices?${search}`)).not.toHaveProperty(name);
  });

  it("keeps of several states those that exist, and takes an unknown order for the usual one", () => {
    expect(of("/devices?status=late,broken,never&sort=size&order=up")).toEqual({
      status: "late,never",
      sort: "lastSeenAt",
      order: "asc",
    });
  });

  it("is cleared of all that narrows, and keeps the order", () => {
    const filters = of("/devices?kind=speaker&q=a&alarm=any&status=ok&sort=id");
    expect(Object.keys(narrowing(filters)).every((name) => name in NO_FILTERS)).toBe(true);
    expect(narrowing(of("/devices?sort=id&order=desc"))).toEqual({});
  });
});

describe("a hint at a gateway", () => {
  const all = [
    { value: "gw-1", devices: 214 },
    { value: "gw-2", devices: 300 },
    { value: null, devices: 9 },
  ];

  it("says that what is late is one gateway", () => {
    expect(gatewayHints([{ value: "gw-1", devices: 214 }], all)).toEqual([{ gateway: "gw-1", overdue: 214 }]);
    expect(gatewayHints([{ value: "gw-1", devices: 200 }], all)).toHaveLength(1);
  });

  it("is not given where the others behind it report, where they are few, or where there is none", () => {
    expect(gatewayHints([{ value: "gw-2", devices: 200 }], all)).toEqual([]);
    expect(gatewayHints([{ value: "gw-3", devices: 4 }], [{ value: "gw-3", devices: 4 }])).toEqual([]);
    expect(gatewayHints([{ value: null, devices: 9 }], all)).toEqual([]);
  });
});
