import { afterEach, describe, expect, it, vi } from "vitest";
import { chartModel, isBefore } from "../../../src/chart/chart-model.ts";
import { fillSteps, gapsOf, nextStep } from "../../../src/chart/points.ts";
import { spanName, stepMoment, timeAxis } from "../../../src/chart/time-axis.ts";
import { valueAxis } from "../../../src/chart/value-axis.ts";

const ms = (text: string) => Date.parse(`${text}+08:00`);
const HOUR = 3_600_000;
const line = (points: ReturnType<typeof fillSteps>) =>
  ({ name: "流量", look: "line", unit: "m³/h", decimals: 3, points }) as const;

/** Hours of a day in June, of which the API leaves out those without a reading. */
const hours = (have: readonly number[], now = "2026-06-21T00:00:00") =>
  fillSteps({
    from: "2026-06-19T16:00:00.000Z",
    to: "2026-06-20T16:00:00.000Z",
    interval: "1h",
    items: have.map((hour) => ({
      start: new Date(ms("2026-06-20T00:00:00") + hour * HOUR).toISOString(),
      value: hour,
    })),
    now: ms(now),
  });
const all = Array.from({ length: 24 }, (_, hour) => hour);

describe("steps of time", () => {
  it("are all there, also those that the API leaves out, which hold nothing", () => {
    const points = hours(all.filter((hour) => hour !== 17));
    expect(points).toHaveLength(24);
    expect(points.map(({ value }) => value)).toEqual(all.map((hour) => (hour === 17 ? null : hour)));
    expect(points.every(({ until }, index) => until === (points[index + 1]?.at ?? until))).toBe(true);
  });

  it("end with the one that runs now, which is incomplete and no gap", () => {
    const points = hours([0, 1], "2026-06-20T02:30:00");
    expect(points.map(({ value, incomplete }) => [value, incomplete ?? false])).toEqual([
      [0, false],
      [1, false],
      [null, true],
    ]);
    expect(gapsOf(points)).toEqual([]);
  });

  it("go on to the last that holds something, where a device's clock is ahead", () => {
    const points = hours([0, 1, 5], "2026-06-20T02:30:00");
    expect(points.map(({ value }) => value)).toEqual([0, 1, null, null, null, 5]);
    expect(points.map(({ incomplete }) => incomplete ?? false)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(points.map(({ ahead }) => ahead ?? false)).toEqual([false, false, false, true, true, true]);
    expect(gapsOf(points)).toEqual([]);
  });

  it("of months are Beijing's, and as long as each is", () => {
    const starts = [ms("2026-01-01T00:00:00")];
    for (let month = 0; month < 12; month++) starts.push(nextStep(starts.at(-1)!, "1mo"));
    expect(starts.at(-1)).toBe(ms("2027-01-01T00:00:00"));
    expect((starts[2]! - starts[1]!) / HOUR).toBe(28 * 24);
  });

  it("are refused where the interval is none", () => {
    expect(() => nextStep(0, "1y")).toThrow();
  });
});

describe("a gap", () => {
  it("joins steps that are missing one after another, and no others", () => {
    const gaps = gapsOf(hours(all.filter((hour) => ![3, 17, 18, 19].includes(hour))));
    expect(gaps.map(({ at, until }) => spanName(at, until, HOUR, "zh"))).toEqual(["03:00", "17:00–20:00"]);
  });

  it("is marked between the points of a line, in words that fit", () => {
    const points = hours(all.filter((hour) => hour !== 17));
    const { gaps } = chartModel(line(points), 800, "zh");
    expect(gaps.map(({ label }) => label)).toEqual(["缺 17:00"]);
    // From 16:00 to 18:00, of 00:00 to 23:00.
    expect(gaps[0]!.left).toBeCloseTo(16 / 23);
    expect(1 - gaps[0]!.right).toBeCloseTo(18 / 23);
    expect(chartModel(line(points), 300, "zh").gaps[0]!.label).toBe("缺");
    expect(chartModel(line(points), 2000, "en").gaps[0]!.label).toBe("Missing 17:00");
  });

  it("is none before what is measured began", () => {
    const since = ms("2026-06-20T05:30:00");
    const model = chartModel({ ...line(hours(all.slice(8))), since }, 1200, "zh");
    expect(model.gaps.map(({ label }) => label)).toEqual(["登记前", "缺 05:00–08:00"]);
    // Readings that were brought in from before are shown as any.
    expect(chartModel({ ...line(hours(all)), since }, 1200, "zh").gaps).toEqual([]);
  });

  it("between readings is one, also where the device was added later than it sent them", () => {
    const since = ms("2026-06-20T20:30:00");
    const model = chartModel({ ...line(hours([4, 5, 8, 22, 23])), since }, 1200, "zh");
    expect(model.gaps.map(({ label }) => label)).toEqual(["登记前", "缺 06:00–08:00", "缺 09:00–22:00"]);
    expect(isBefore(model, ms("2026-06-20T04:00:00"))).toBe(true);
    expect(isBefore(model, ms("2026-06-20T07:00:00"))).toBe(false);
  });

  it("at the end says that nothing came since, and the last value stays labelled", () => {
    const model = chartModel(line(hours(all.slice(0, 12))), 800, "zh");
    expect(model.gaps.at(-1)).toMatchObject({
      label: "缺 12:00–00:00",
      right: 0,
    });
    expect(model.last).toMatchObject({ label: "11.000" });
  });
});

describe("the axis of time", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(["America/New_York", "Asia/Shanghai", "UTC"])(
    "is Beijing's in a browser that stands in %s",
    (zone) => {
      vi.stubEnv("TZ", zone);
      // The night in which New York's clocks go back.
      const axis = timeAxis(ms("2026-11-01T03:00:00"), ms("2026-11-02T02:00:00"), 500, "zh");
      expect(axis.marks.map(({ label }) => label)).toEqual([
        "03:00",
        "06:00",
        "09:00",
        "12:00",
        "15:00",
        "18:00",
        "21:00",
        "00:00",
      ]);
      expect(axis.midnights).toEqual([{ at: ms("2026-11-02T00:00:00"), label: "11月2日" }]);
      expect(stepMoment(ms("2026-11-02T00:00:00"), ms("2026-11-02T01:00:00"), "zh")).toBe("11月2日 00:00");
      expect(stepMoment(ms("2026-11-01T00:00:00"), ms("2026-12-01T00:00:00"), "zh")).toBe("2026年11月");
      expect(stepMoment(ms("2026-11-02T00:00:00"), ms("2026-11-03T00:00:00"), "en")).toBe("2 Nov");
    },
  );

  it("marks days where hours have no room, and months of years", () => {
    const week = timeAxis(ms("2026-06-14T03:00:00"), ms("2026-06-21T03:00:00"), 900, "zh");
    expect(week.marks[0]).toEqual({ at: ms("2026-06-15T00:00:00"), label: "6月15日" });
    expect(week.midnights.map(({ at }) => at)).toEqual(week.marks.map(({ at }) => at));
    const year = timeAxis(ms("2025-07-01T00:00:00"), ms("2026-07-01T00:00:00"), 1200, "zh");
    expect(year.marks.map(({ label }) => label)).toEqual([
      "7月",
      "8月",
      "9月",
      "10月",
      "11月",
      "12月",
      "2026年1月",
      "2月",
      "3月",
      "4月",
      "5月",
      "6月",
      "7月",
    ]);
  });
});

describe("the axis of values", () => {
  it("has bars stand on zero, and a line where that does not flatten it", () => {
    expect(valueAxis(95, 100, true).from).toBe(0);
    expect(valueAxis(2.01, 2.09, false).from).toBeGreaterThan(1.9);
    expect(valueAxis(0.2, 1.08, false)).toMatchObject({
      from: 0,
      marks: [0, 0.3, 0.6, 0.9, 1.2],
      decimals: 1,
    });
  });

  it.each([
    [0, 0],
    [5, 5],
    [-104, -104],
    [-130, -88],
    [0, 123456],
    [1423.5, 1423.518],
  ])("of %d to %d holds both, with two marks at least", (low, high) => {
    for (const bars of [false, true]) {
      const { from, to, marks } = valueAxis(low, high, bars);
      expect(from).toBeLessThanOrEqual(low);
      expect(to).toBeGreaterThan(from);
      expect(to).toBeGreaterThanOrEqual(high);
      expect(marks.length).toBeGreaterThanOrEqual(2);
      expect(marks.length).toBeLessThanOrEqual(8);
    }
  });
});
