import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DeviceJson } from "../../../src/api/devices.ts";
import type { KindJson } from "../../../src/api/kinds.ts";
import { ChartSection } from "../../../src/pages/device/chart-section.tsx";
import { NowPanel } from "../../../src/pages/device/now-panel.tsx";
import { show } from "../platform-stub.tsx";
import { answerSeries, type Step } from "../usage/made-up-series.ts";

vi.mock("../../../src/chart/plot.tsx", () => ({ default: () => null }));

const metric = { key: "volume", type: "counter", unit: "m3", decimals: 3, about: "Volume", zh: "用气量" };
const kind = {
  kind: "gas-meter",
  reportIntervalSeconds: 3600,
  metrics: [metric],
  alarms: [],
} as unknown as KindJson;
const device = { id: "gm-1", createdAt: "2026-06-01T00:00:00+08:00" } as DeviceJson;
const step = (at: string, used: number): Step => ({
  region: "520102",
  at: `2026-06-21T${at}:00+08:00`,
  used,
});
/** Its newest reading is dated more than four hours after now. */
const steps = [step("13:10", 0.2), step("14:10", 0.3), step("19:05", 5)];
const observedAt = "2026-06-21T19:05:00+08:00";

function page(of: readonly Step[]) {
  answerSeries(of, [], {
    "/v1/devices/gm-1/latest": {
      reading: { observedAt },
      metrics: { volume: { value: 1423.5, observedAt } },
    },
  });
  return show(
    <>
      <NowPanel device="gm-1" kind={kind} />
      <ChartSection device={device} kind={kind} alarms={[]} />
    </>,
  ).container;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.parse("2026-06-21T14:30:00+08:00"));
});
afterEach(() => vi.useRealTimers());

it("a device whose clock is ahead has today what its chart shows, and is said to be ahead", async () => {
  const container = page(steps);
  await vi.waitFor(() => expect(container.textContent).toContain("今日 +5.500，其中 5.000 的读数时间在未来"));
  expect(container.textContent).toContain("时间超前 4 小时");
  await userEvent.click(await screen.findByRole("button", { name: "看表格" }));
  const rows = [...screen.getByRole<HTMLTableElement>("table").rows].map((row) =>
    [...row.cells].map((cell) => cell.textContent),
  );
  expect(rows.slice(1, 8)).toEqual([
    ["6月21日 19:00", "5.000", "还没到的时间"],
    ["6月21日 18:00", "—", "还没到的时间"],
    ["6月21日 17:00", "—", "还没到的时间"],
    ["6月21日 16:00", "—", "还没到的时间"],
    ["6月21日 15:00", "—", "还没到的时间"],
    ["6月21日 14:00", "0.300", "未收齐"],
    ["6月21日 13:00", "0.200", ""],
  ]);
});

it("one whose clock is right has a chart that ends now", async () => {
  const container = page(steps.slice(0, 2));
  await vi.waitFor(() => expect(container.textContent).toContain("今日 +0.500"));
  expect(container.textContent).not.toContain("其中");
  await userEvent.click(await screen.findByRole("button", { name: "看表格" }));
  expect(screen.getByRole<HTMLTableElement>("table").rows[1]!.textContent).toBe("6月21日 14:000.300未收齐");
});
