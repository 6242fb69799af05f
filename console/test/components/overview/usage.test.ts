import { describe, expect, it } from "vitest";
import { hoursOf } from "../../../src/pages/overview/usage.ts";

const HOUR = 3_600_000;
const FROM = Date.parse("2026-06-19T03:00:00Z");
const at = (hour: number) => new Date(FROM + hour * HOUR).toISOString();
const bucket = (hour: number, delta: number | null) => ({
  start: at(hour),
  readings: 1,
  values: { volume: { delta } },
});
type Series = Parameters<typeof hoursOf>[0];
const series = (...groups: ReturnType<typeof bucket>[][]) =>
  ({ from: at(0), to: at(48), items: groups.map((buckets) => ({ buckets })) }) as unknown as Series;

describe("the usage of 24 hours against the day before", () => {
  const now = FROM + 47.5 * HOUR;

  it("sums the parts of the region hour by hour, and leaves gaps where nothing came", () => {
    const { points, before } = hoursOf(
      series([bucket(24, 2), bucket(0, 1), bucket(30, null)], [bucket(24, 3), bucket(0, 4)]),
      "volume",
      now,
    );
    expect(points).toHaveLength(24);
    expect(points[0]).toMatchObject({ at: FROM + 24 * HOUR, value: 5 });
    expect(before[0]).toBe(5);
    expect(points[6]?.value).toBeNull();
    expect(before[1]).toBeNull();
  });

  it("says of the hour that runs, and of no other, that it is not complete", () => {
    const { points } = hoursOf(series([bucket(47, 1)]), "volume", now);
    expect(points.map(({ incomplete }) => incomplete === true)).toEqual([...Array(23).fill(false), true]);
  });
});
