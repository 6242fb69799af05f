import { describe, expect, it } from "vitest";
import { chooseSource, countBuckets, isTimeZone, parseInterval } from "../../../store/database/interval.ts";

describe("an interval", () => {
  it.each([
    ["15m", { amount: 15, unit: "minute" }],
    ["90m", { amount: 90, unit: "minute" }],
    ["120m", { amount: 2, unit: "hour" }],
    ["1h", { amount: 1, unit: "hour" }],
    ["7d", { amount: 7, unit: "day" }],
    ["1w", { amount: 1, unit: "week" }],
    ["3mo", { amount: 3, unit: "month" }],
  ])("%s is read", (text, expected) => {
    expect(parseInterval(text)).toEqual(expected);
  });

  it.each(["", "0m", "m", "1", "1s", "1M", "-1h", "1.5h", "1000d", "1 h", "1h; select"])(
    "%j is none",
    (text) => {
      expect(parseInterval(text)).toBeUndefined();
    },
  );

  it("never has more buckets than counted", () => {
    const from = new Date("2026-01-01T00:00:00Z");
    const to = new Date("2027-01-01T00:00:00Z");
    expect(countBuckets({ amount: 1, unit: "hour" }, from, to)).toBe(8760);
    expect(countBuckets({ amount: 1, unit: "month" }, from, to)).toBeGreaterThanOrEqual(12);
  });
});

describe("a time zone", () => {
  it.each(["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT-8"])("%s is one", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  // PostgreSQL would read +08:00 the POSIX way, as west of Greenwich.
  it.each(["+08:00", "-8", "", "Mars/Phobos", "UTC; drop", "'"])("%j is none", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe("the source of a series", () => {
  const from = new Date("2026-01-01T00:00:00Z");
  const to = new Date("2026-12-31T00:00:00Z");
  const source = (interval: string, zone: string) => chooseSource(parseInterval(interval)!, zone, from, to);

  it.each([
    ["15m", "Asia/Shanghai", "raw"],
    ["90m", "Asia/Shanghai", "raw"],
    ["1h", "Asia/Shanghai", "1h"],
    ["1d", "Asia/Shanghai", "1d"],
    ["1w", "Asia/Shanghai", "1d"],
    ["1mo", "Asia/Shanghai", "1d"],
    ["1d", "UTC", "1h"],
    ["1d", "Europe/Berlin", "1h"],
    ["1d", "Asia/Kolkata", "raw"],
    ["1h", "Asia/Kathmandu", "raw"],
    // Half an hour of daylight saving: whole hours in one half of the year only.
    ["1d", "Australia/Lord_Howe", "raw"],
  ])("for %s in %s is %s", (interval, zone, expected) => {
    expect(source(interval, zone)).toBe(expected);
  });
});
