import { describe, expect, it } from "vitest";
import type { DeviceJson, DeviceStatus } from "../../../src/api/devices.ts";
import { overdueOf, rankGateways } from "../../../src/pages/quality/gateways.ts";

const unwell = (id: string, status: DeviceStatus) => ({ id, status }) as DeviceJson;
const counted = (counts: Record<string, number>) =>
  Object.entries(counts).map(([value, devices]) => ({ value, devices }));

describe("gateways", () => {
  const counts = {
    total: [...counted({ a: 500, b: 200, c: 300, d: 10 }), { value: null, devices: 40 }],
    late: counted({ b: 150, c: 20 }),
    silent: counted({ b: 40, c: 100 }),
    never: counted({ b: 1 }),
  };

  it("come with the most overdue devices first, then the worst itself", () => {
    const ranked = rankGateways(counts, [unwell("b", "ok"), unwell("e", "late"), unwell("f", "silent")]);
    expect(ranked.map(({ id }) => id)).toEqual(["b", "c", "f", "e", "a", "d"]);
    expect(overdueOf(ranked[0]!)).toBe(191);
    expect(ranked[0]).toMatchObject({ total: 200, late: 150, silent: 40, never: 1 });
  });

  it("are none for devices that have none", () => {
    const direct = { total: [{ value: null, devices: 40 }], late: [], silent: [], never: [] };
    expect(rankGateways(direct, [])).toEqual([]);
  });
});
