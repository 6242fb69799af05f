import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keptBefore, lateBefore } from "../../../store/rollups/late-readings.ts";

const MINUTE = 60_000;
const now = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2100, 0) });

describe("a reading that is not late when it is sent", () => {
  it("is in no span that is kept before half an hour has passed, so that none falls between", () => {
    fc.assert(
      fc.property(now, fc.nat({ max: 30 * MINUTE }), (sent, later) => {
        expect(keptBefore(sent + later)).toBeLessThanOrEqual(lateBefore(sent));
      }),
    );
  });

  it("is of the last hours: a device in its rhythm is not late, and one that was away is", () => {
    fc.assert(
      fc.property(now, (sent) => {
        expect(lateBefore(sent)).toBeLessThanOrEqual(sent - 30 * MINUTE);
        expect(lateBefore(sent)).toBeGreaterThan(sent - 4 * 60 * MINUTE);
      }),
    );
  });
});
