import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ChartFrame, ChartGround } from "../../../src/chart/chart-frame.tsx";
import { type ChartInput, chartModel } from "../../../src/chart/chart-model.ts";

const DAY = 86_400_000;
const BEGIN = Date.parse("2026-06-01T00:00:00+08:00");

const model = (days: number, widthPx: number, more: Partial<ChartInput> = {}) =>
  chartModel(
    {
      name: "用气量",
      look: "bars",
      unit: "m³",
      decimals: 3,
      points: Array.from({ length: days }, (_, day) => ({
        at: BEGIN + day * DAY,
        until: BEGIN + (day + 1) * DAY,
        value: 100 + day,
      })),
      ...more,
    },
    widthPx,
    "zh",
  );

describe("words at the right end of a chart", () => {
  it("keep the newest value within the plot where its bar is narrower than its number", () => {
    const { rerender } = render(<ChartFrame model={model(30, 280)} />);
    expect(screen.getByText("129.000").style.left).toBe("");
    rerender(<ChartFrame model={model(3, 900)} />);
    expect(screen.getByText("102.000").style.left).toBe("83.33333333333334%");
  });

  it("stand before the beginning of what is shaded where there is no room behind it", () => {
    const shaded = (from: number) => ({ from, until: BEGIN + 30 * DAY, text: "上报燃气泄漏，02:11 起" });
    const classOf = (from: number) => {
      const { unmount } = render(<ChartGround model={model(30, 800, { shaded: shaded(from) })} />);
      const { className } = screen.getByText("上报燃气泄漏，02:11 起");
      unmount();
      return className;
    };
    expect(classOf(BEGIN + 29 * DAY)).toContain("before");
    expect(classOf(BEGIN + 10 * DAY)).toBe("");
  });

  it("keep the name of the last day within the plot on a phone", () => {
    const atEnd = (widthPx: number) => {
      const { container, unmount } = render(<ChartFrame model={model(29, widthPx)} />);
      const last = [...container.querySelectorAll("span")].findLast(({ textContent }) =>
        /^6月\d+日$/.test(textContent ?? ""),
      );
      unmount();
      return last!.className.includes("atEnd");
    };
    expect([atEnd(280), atEnd(1200)]).toEqual([true, false]);
  });
});
