import { describe, expect, it } from "vitest";
import { ago } from "../../../src/ui/time.ts";

const now = Date.parse("2026-06-21T02:15:08+08:00");
const MINUTE = 60_000;

describe("the age of a moment", () => {
  it.each([
    [-4 * MINUTE, "4 分钟前", "4 min ago"],
    [0, "0 秒前", "0 s ago"],
    // This page's clock ticks every few seconds: what came since is new, and not from the future.
    [MINUTE - 1, "0 秒前", "0 s ago"],
    [MINUTE, "时间超前 1 分钟", "in 1 min"],
    [4 * 60 * MINUTE, "时间超前 4 小时", "in 4 h"],
    [25 * 60 * MINUTE, "时间超前 1 天", "in 1 d"],
  ])("says of %d ms from now on which side it lies", (away, zh, en) => {
    expect(ago(now + away, "zh", now)).toBe(zh);
    expect(ago(now + away, "en", now)).toBe(en);
  });
});
