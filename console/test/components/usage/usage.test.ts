import { afterEach, describe, expect, it, vi } from "vitest";
import type { FleetSeriesJson } from "../../../src/api/series.ts";
import { periodOf, periodWords } from "../../../src/pages/usage/period.ts";
import {
  bucketTotals,
  changeOf,
  exactSum,
  type Group,
  groupTotal,
  sumOf,
  totalsByGroup,
} from "../../../src/pages/usage/totals.ts";

const beijing = (text: string) => Date.parse(`${text}+08:00`);
const now = beijing("2026-06-21T02:15:08");
const of = (search: string, at = now) => periodOf(new URLSearchParams(search), at);

describe("the period of usage", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(["America/New_York", "Asia/Shanghai"])(
    "is Beijing's month with the one before, in a browser in %s",
    (zone) => {
      vi.stubEnv("TZ", zone);
      expect(of("")).toEqual({
        by: "day",
        name: "2026-06",
        from: beijing("2026-06-01T00:00:00"),
        to: beijing("2026-07-01T00:00:00"),
        before: { name: "2026-05", from: beijing("2026-05-01T00:00:00"), to: beijing("2026-06-01T00:00:00") },
        after: undefined,
        interval: "1d",
        running: true,
      });
      // Still June elsewhere.
      expect(of("", beijing("2026-07-01T00:00:00")).name).toBe("2026-07");
    },
  );

  it.each([
    ["by=hour&period=2026-03-01", "2026-02-28", "2026-03-02", "1h"],
    ["by=day&period=2026-01", "2025-12", "2026-02", "1d"],
    ["by=month&period=2025", "2024", "2026", "1mo"],
  ])("%s lies between its neighbours", (search, before, after, interval) => {
    const period = of(search);
    expect([period.before.name, period.after, period.interval, period.running]).toEqual([
      before,
      after,
      interval,
      false,
    ]);
    expect(period.before.to).toBe(period.from);
  });

  it.each([
    "period=2026-13",
    "period=2026-07",
    "period=2026",
    "by=hour&period=2026-02-30",
    "by=week",
    "period=<img>",
  ])("is the one that runs, where the address has none: %s", (search) =>
    expect(of(search)).toEqual(of(search.startsWith("by=hour") ? "by=hour" : "")),
  );

  it("is named in words", () => {
    expect(periodWords("day", "2026-06", "zh")).toBe("2026年6月");
    expect(periodWords("hour", "2026-06-21", "zh")).toBe("2026年6月21日");
    expect(periodWords("month", "2026", "zh")).toBe("2026年");
    expect(periodWords("day", "2026-06", "en")).toBe("Jun 2026");
  });
});

const bucket = (day: number, delta: number | null) => ({
  start: new Date(beijing("2026-06-01T00:00:00") + day * 86_400_000).toISOString(),
  readings: 24,
  values: { volume: { delta } },
});
const group = (regionCode: string, values: readonly (number | null)[]): Group => ({
  regionCode,
  name: regionCode,
  deviceId: null,
  deleted: null,
  from: null,
  until: null,
  buckets: values.map((value, day) => bucket(day, value)),
});

describe("sums of usage", () => {
  it("are the same over regions and over days, to the last digit", () => {
    // Numbers that floating point cannot hold; any fixed sequence would do.
    let seed = 7;
    const next = () => {
      seed = (seed * 16807) % 2147483647;
      return (seed % 100_000) / 1000;
    };
    const groups = Array.from({ length: 40 }, (_, no) => group(String(no), Array.from({ length: 30 }, next)));
    const byRegion = exactSum(
      groups.map((one) => groupTotal(one, "volume", 3).usage),
      3,
    );
    const byDay = exactSum(
      bucketTotals(groups, "volume", 3).map(({ value }) => value ?? 0),
      3,
    );
    const whole = groups
      .flatMap(({ buckets }) => buckets.map(({ values }) => Math.round(Number(values.volume?.delta) * 1000)))
      .reduce((a, b) => a + b, 0);
    expect(byRegion).toBe(byDay);
    expect(byRegion).toBe(whole / 1000);
    // Added one after the other they differ: the test would not notice a plain sum otherwise.
    expect([0.1, 0.2, 0.3].reduce((a, b) => a + b, 0)).not.toBe(0.6);
    expect(exactSum([0.1, 0.2, 0.3], 1)).toBe(0.6);
  });

  it("of a bucket without a value are none, and not zero", () => {
    expect(
      bucketTotals([group("a", [null, 1]), group("b", [null, 2.5])], "volume", 3).map(({ value }) => value),
    ).toEqual([null, 3.5]);
  });

  it("of a part begin with the bucket that it begins with", () => {
    expect(groupTotal(group("a", [1, 2, 4]), "volume", 3, beijing("2026-06-02T00:00:00"))).toEqual({
      usage: 6,
      readings: 48,
    });
  });

  it("of several answers are added by group; an id that was given again is another device", () => {
    const device = (deleted: boolean, values: readonly number[]) => ({
      ...group("520102001001", values),
      deviceId: "m",
      deleted,
    });
    const answers = [
      { items: [device(true, [1]), device(false, [2])] },
      { items: [device(false, [0.1, 0.2])] },
    ] as unknown as FleetSeriesJson[];
    const totals = totalsByGroup(answers, "volume", 3);
    expect([...totals.values()]).toEqual([
      { usage: 1, readings: 24 },
      { usage: 2.3, readings: 72 },
    ]);
    expect(sumOf(totals, 3)).toBe(3.3);
  });

  it("change by a share, of which there is none without a time before", () => {
    expect(changeOf(103.4, 100)).toBe("+3.4%");
    expect(changeOf(50, 100)).toBe("−50.0%");
    expect(changeOf(100, 100)).toBe("0.0%");
    expect(changeOf(1, 0)).toBeUndefined();
    expect(changeOf(1, undefined)).toBeUndefined();
  });
});
