import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KindJson, MetricJson } from "../../../src/api/kinds.ts";
import { periodOf } from "../../../src/pages/usage/period.ts";
import type { Group } from "../../../src/pages/usage/totals.ts";
import { UsageView } from "../../../src/pages/usage/usage-view.tsx";
import { show } from "../platform-stub.tsx";
import { answerSeries, type Step } from "./made-up-series.ts";

// A canvas is nothing here.
vi.mock("../../../src/chart/plot.tsx", () => ({ default: () => null }));

const beijing = (text: string) => Date.parse(`${text}+08:00`);
const metric = {
  key: "volume",
  type: "counter",
  unit: "m3",
  decimals: 3,
  about: "Volume",
  zh: "用气量",
  fleetAggregates: ["delta"],
} as unknown as MetricJson;
const kind = { kind: "gas-meter", reportIntervalSeconds: 3600, metrics: [metric] } as unknown as KindJson;
const step = (region: string, at: string, used: number): Step => ({ region, at: `${at}+08:00`, used });

/** Each hour of a time the same. */
function hourly(region: string, from: string, until: string, used: number): Step[] {
  const steps: Step[] = [];
  for (let at = beijing(from) + 600_000; at < beijing(until); at += 3_600_000)
    steps.push({ region, at: new Date(at).toISOString(), used });
  return steps;
}

async function usageOf(
  search: string,
  at: string,
  steps: readonly Step[],
  more: {
    region?: string;
    groups?: readonly Partial<Group>[];
    dropped?: (search: URLSearchParams) => boolean;
  } = {},
) {
  const now = beijing(at);
  vi.setSystemTime(now);
  const asked = answerSeries(steps, more.groups, {}, more.dropped);
  const period = periodOf(new URLSearchParams(search), now);
  const { container } = show(
    <UsageView period={period} region={more.region} kind={kind} metric={metric} now={now} />,
  );
  const table = await screen.findByRole("table");
  const cells = () =>
    within(table)
      .getAllByRole("row")
      .slice(1)
      .map((row) => [...row.children].map(({ textContent }) => textContent));
  const text = () => container.textContent;
  return { asked, cells, text, total: () => container.querySelector("p b")?.textContent };
}

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

describe("usage of a period that runs", () => {
  // A meter's clock is ahead by five hours.
  const today = [
    ...hourly("520102", "2026-06-21T00:00:00", "2026-06-21T14:00:00", 0.5),
    step("520102", "2026-06-21T14:10:00", 1.04),
    step("520103", "2026-06-21T19:05:00", 5),
  ];

  it.each([["by=hour"], ["by=day"], ["by=month"]])(
    "is one number everywhere, and what lies in the future is named: %s",
    async (search) => {
      const { total, cells, text } = await usageOf(search, "2026-06-21T14:30:00", today);
      await vi.waitFor(() => expect(text()).toContain("其中 5.000 m³ 的读数时间在未来（15:00 以后）"));
      expect(total()).toBe("13.040");
      const rows = cells();
      expect(rows.map((row) => row.slice(0, 3))).toEqual([
        ["520102 设备", "8.040", "61%"],
        ["520103 设备", "5.000", "38%"],
        ["合计", "13.040", ""],
      ]);
      expect(rows.at(-1)!.at(-1)).toContain("与上面的合计相同");
      expect(screen.queryByRole("alert")).toBeNull();
      expect(text()).not.toContain("与上面的合计不同");
    },
  );

  it("says nothing of the future where nothing lies there, or where the period is over", async () => {
    const { text } = await usageOf("by=hour&period=2026-06-21", "2026-06-22T10:00:00", today);
    expect(text()).toContain("13.040");
    expect(text()).not.toContain("在未来");
  });

  it("is compared with the same hours of the day before, and no minute more", async () => {
    const { text, cells } = await usageOf("by=hour", "2026-06-21T14:30:00", [
      ...today,
      ...hourly("520102", "2026-06-20T00:00:00", "2026-06-21T00:00:00", 0.25),
    ]);
    // 14 whole hours on both sides: 7.000 and 3.500.
    await vi.waitFor(() => expect(text()).toContain("截至 14:00 7.000，前一天同时段 3.500 +100.0%"));
    expect(cells()[0]!.slice(3, 5)).toEqual(["3.500", "+100.0%"]);
    expect(cells()[2]!.slice(3, 5)).toEqual(["3.500", "+100.0%"]);
    expect(text()).toContain("前一天同时段和增减：两边都只算到 14:00。");
  });

  it("is compared with the same part of the month before, not with whole days", async () => {
    const { text } = await usageOf("by=day", "2026-11-30T10:30:00", [
      ...hourly("520102", "2026-10-01T00:00:00", "2026-11-01T00:00:00", 0.1),
      ...hourly("520102", "2026-11-01T00:00:00", "2026-11-30T10:30:00", 0.2),
    ]);
    const hours = 29 * 24 + 10;
    await vi.waitFor(() =>
      expect(text()).toContain(
        `截至 10:00 ${(hours * 0.2).toFixed(3)}，上月同期 ${(hours * 0.1).toFixed(3)} +100.0%`,
      ),
    );
  });

  it.each([
    // The second of January is compared with one day.
    ["2026-01-02T10:30:00", 1, 1, "1月1日"],
    // No 29 February in the year before: its days stand against all of that February.
    ["2028-03-01T08:00:00", 60, 59, "2月29日"],
    ["2028-02-29T08:00:00", 59, 59, "2月28日"],
    ["2029-03-01T08:00:00", 59, 60, "2月28日"],
  ])("is compared by date with the year before, on %s", async (at, days, daysBefore, until) => {
    const year = Number(at.slice(0, 4));
    const { text, asked } = await usageOf("by=month", at, [
      ...hourly("520102", `${year - 1}-01-01T00:00:00`, `${year - 1}-04-01T00:00:00`, 0.1),
      ...hourly("520102", `${year}-01-01T00:00:00`, at, 0.1),
    ]);
    const of = (many: number) => (many * 2.4).toFixed(3);
    await vi.waitFor(() =>
      expect(text()).toContain(`截至 ${until} ${of(days)}，上年同期 ${of(daysBefore)} `),
    );
    // Readings of a year ago may be gone; days are kept.
    expect(asked.filter((one) => one.includes("interval=1h") && one.includes(`from=${year - 1}-0`))).toEqual(
      [],
    );
  });

  it("after the 28th of March is compared with February as far as it goes", async () => {
    const { text } = await usageOf("by=day", "2026-03-30T12:00:00", [
      ...hourly("520102", "2026-02-01T00:00:00", "2026-03-01T00:00:00", 0.1),
      ...hourly("520102", "2026-03-01T00:00:00", "2026-03-30T12:00:00", 0.1),
    ]);
    await vi.waitFor(() => expect(text()).toContain("截至 3月29日 00:00 67.200，上月同期 67.200 0.0%"));
  });

  it.each([
    ["by=hour", "2026-06-21T00:40:00", "第一个小时还没过完，暂不与前一天比较"],
    ["by=day", "2026-06-01T00:40:00", "第一个小时还没过完，暂不与上月比较"],
    ["by=month", "2026-01-01T10:40:00", "第一天还没过完，暂不与上年比较"],
  ])("is compared with nothing before a first part is over: %s", async (search, at, words) => {
    const before = beijing(at) - 3 * 3_600_000;
    const { text, cells } = await usageOf(search, at, [
      { region: "520102", at: new Date(before).toISOString(), used: 1 },
      step("520102", at, 1),
    ]);
    expect(text()).toContain(words);
    expect(cells().at(-1)!.slice(3, 5)).toEqual(["—", "—"]);
  });

  it("is compared with nothing where a part of the time before is not kept any more", async () => {
    const refused: string[] = [];
    const { text, asked } = await usageOf(
      "by=day",
      "2026-06-21T14:30:00",
      [...hourly("520102", "2026-05-01T00:00:00", "2026-06-01T00:00:00", 0.1), ...today],
      {
        dropped: (search) => {
          const isOld = search.get("interval") === "1h" && search.get("from")!.startsWith("2026-05");
          if (isOld) refused.push(`${search}`);
          return isOld;
        },
      },
    );
    // The other part is there, and what came since the last whole hour.
    await vi.waitFor(() => expect([refused.length, asked.length]).toEqual([1, 5]));
    await vi.waitFor(() => expect(text()).toContain("在未来"));
    expect(text()).not.toContain("上月同期 4");
    expect(text()).not.toContain("截至");
  });

  it("compares a period that is over with the whole one before it", async () => {
    const { text } = await usageOf("by=day&period=2026-05", "2026-06-21T14:30:00", [
      step("520102", "2026-04-30T23:59:00", 4),
      step("520102", "2026-05-31T23:59:00", 5),
    ]);
    await vi.waitFor(() => expect(text()).toContain("上月 4.000 +25.0%"));
    expect(text()).not.toContain("截至");
  });
});

describe("the table of groups", () => {
  it("has a share of less than one per cent where it is not nothing", async () => {
    const { cells } = await usageOf("by=hour&period=2026-06-20", "2026-06-21T14:30:00", [
      step("520102", "2026-06-20T10:00:00", 1000),
      step("520103", "2026-06-20T10:00:00", 1),
      step("520104", "2026-06-20T10:00:00", 0),
    ]);
    expect(cells().map((row) => row[2])).toEqual(["99%", "<1%", "0%", ""]);
  });

  it("expects of a device the readings of the time that it was there", async () => {
    const { cells, text } = await usageOf(
      "by=hour&period=2026-06-20",
      "2026-06-21T14:30:00",
      [...hourly("a", "2026-06-20T12:00:00", "2026-06-20T18:00:00", 1), step("b", "2026-06-20T01:00:00", 1)],
      {
        region: "520102001001",
        groups: [
          { deviceId: "a", from: "2026-06-20T12:00:00+08:00" },
          { deviceId: "b", until: "2026-06-20T04:00:00+08:00" },
        ],
      },
    );
    expect(cells().map((row) => row[5])).toEqual(["50%", "25%", expect.stringContaining("相同")]);
    expect(text()).toContain("它不是收齐的户数");
  });

  it("does not count a reading of the future as one that was owed", async () => {
    const { cells } = await usageOf(
      "by=hour",
      "2026-06-21T04:00:00",
      [step("a", "2026-06-21T00:30:00", 1), step("a", "2026-06-21T09:00:00", 1)],
      { region: "520102001001", groups: [{ deviceId: "a" }] },
    );
    expect(cells()[0]![5]).toBe("25%");
  });
});
