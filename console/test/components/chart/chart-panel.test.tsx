import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ChartPanel } from "../../../src/chart/chart-panel.tsx";
import type { ChartPoint } from "../../../src/chart/points.ts";
import { LanguageContext } from "../../../src/ui/texts.ts";

// A canvas is nothing here; what is said beside it is elements.
vi.mock("../../../src/chart/plot.tsx", () => ({ default: () => null }));

const FROM = Date.parse("2026-06-20T22:00:00+08:00");
const HOUR = 3_600_000;
const points: ChartPoint[] = [0.47, 1423.518, null, 0.312].map((value, hour) => ({
  at: FROM + hour * HOUR,
  until: FROM + (hour + 1) * HOUR,
  value,
  ...(hour === 3 && { incomplete: true }),
}));
const chart = { name: "流量", look: "line", unit: "m³/h", decimals: 3, points } as const;
const show = (more: Partial<Parameters<typeof ChartPanel>[0]["chart"]> = {}) =>
  render(
    <LanguageContext value="zh">
      <ChartPanel title="流量" chart={{ ...chart, ...more }} />
    </LanguageContext>,
  );

describe("a chart", () => {
  it("shows the same numbers as a table, with what is missing and what still runs", async () => {
    show({ comparison: { name: "昨日", values: [1, null, 3, 4] } });
    await userEvent.click(screen.getByRole("button", { name: "看表格" }));
    const rows = [...screen.getByRole<HTMLTableElement>("table").rows].map((row) =>
      [...row.cells].map((cell) => cell.textContent),
    );
    expect(rows).toEqual([
      ["时间", "流量 m³/h", "昨日", "说明"],
      ["6月21日 01:00", "0.312", "4.000", "未收齐"],
      ["6月21日 00:00", "—", "3.000", "缺"],
      ["6月20日 23:00", "1,423.518", "—", ""],
      ["6月20日 22:00", "0.470", "1.000", ""],
    ]);
    await userEvent.click(screen.getByRole("button", { name: "看图" }));
    expect(screen.queryByRole("table")).toBeNull();
  });

  it("marks the gap, the date at midnight and the last value, and says the whole in words", () => {
    const { container } = show({ shaded: { from: FROM, until: FROM + HOUR, text: "19 时起 7 小时未归零" } });
    expect(container.textContent).toContain("缺 00:00");
    expect(container.textContent).toContain("6月21日");
    expect(container.textContent).toContain("19 时起 7 小时未归零");
    expect(container.querySelector('[class*="_last_"]')?.textContent).toBe("0.312");
    expect(screen.getByRole("group").getAttribute("aria-label")).toBe(
      "流量，6月20日 22:00 至 6月21日 01:00，最低 0.312 m³/h，最高 1,423.518 m³/h. 按左右键逐点读数",
    );
  });

  it("is read point by point with the keys, gaps and what still runs included", async () => {
    show();
    await userEvent.tab();
    await userEvent.tab();
    expect(document.activeElement).toBe(screen.getByRole("group"));
    const said = async (key: string) => {
      await userEvent.keyboard(`{${key}}`);
      return screen.getByRole("status").textContent;
    };
    expect(await said("ArrowRight")).toBe("6月20日 22:00 0.470 m³/h");
    expect(await said("ArrowLeft")).toBe("6月20日 22:00 0.470 m³/h");
    expect(await said("ArrowRight")).toBe("6月20日 23:00 1,423.518 m³/h");
    expect(await said("ArrowRight")).toBe("6月21日 00:00 缺");
    expect(await said("End")).toBe("6月21日 01:00 0.312 m³/h 未收齐");
    expect(await said("Home")).toBe("6月20日 22:00 0.470 m³/h");
  });

  it("says that there is nothing instead of an empty frame", () => {
    show({ points: points.map((point) => ({ ...point, value: null })) });
    expect(screen.getByText("这段时间没有数据")).toBeTruthy();
  });
});
