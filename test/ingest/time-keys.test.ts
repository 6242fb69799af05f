import { describe, expect, it } from "vitest";
import { checkTimeless } from "../../ingest/time-keys.ts";

describe("an item without observedAt", () => {
  it.each([
    ["ts", 1_795_500_000_000],
    ["timestamp", "2026-11-20T00:00:00Z"],
    ["Timestamp", 1_795_500_000],
    ["observed_at", "2026-11-20T00:00:00Z"],
    ["ObservedAt", "2026-11-20T00:00:00Z"],
    ["observedat", 0],
    ["created_at", "yesterday"],
    ["eventTime", 12],
    ["dateTime", "20261120000000"],
    ["DataTime", "20261120000000"],
    ["采集时间", "2026年11月20日 8时"],
    ["time", "2026-11-20 08:00:00"],
    ["time", 1_795_500_000],
    ["time", "08:00"],
    ["at", "1795500000000"],
    ["t", 1_795_500_000_000],
    ["t", 1_795_500_000_000_000],
    ["date", "20/11/2026"],
  ])("whose time stands under '%s' (%j) is refused with that key in the hint", (key, value) => {
    expect(checkTimeless({ volume: 1, [key]: value }, false)).toMatchObject({
      reason: "time_missing",
      detail: expect.stringContaining(`'${key}' says ${JSON.stringify(value)}; send the time as observedAt`),
    });
  });

  it.each([
    ["t", 21.5],
    ["time", 12_345],
    ["time", "summer"],
    ["at", "the gate"],
    ["date", null],
    ["timestamp", null],
    ["timestamp", ""],
    ["ts", true],
    ["uptime", 1_795_500_000],
    ["runtime", 5],
    ["end_time", "2026-11-20T00:00:00Z"],
    ["serial", 1_795_500_000],
  ])("may have the time of its arrival with '%s' (%j)", (key, value) => {
    expect(checkTimeless({ volume: 1, [key]: value }, false)).toBeUndefined();
  });

  it("may have a quantity of its kind that is named like a time", () => {
    const item = { ts: 1_795_500_000_000 };
    expect(checkTimeless(item, false, (key) => key === "ts")).toBeUndefined();
    expect(checkTimeless(item, true, (key) => key === "ts")).toMatchObject({ reason: "time_missing" });
  });

  it("is refused as one of several", () => {
    expect(checkTimeless({ volume: 1 }, true)).toMatchObject({ reason: "time_missing" });
  });
});
