import { describe, expect, it } from "vitest";
import { imbalanceOf } from "../../../src/api/balance.ts";
import type { CommandJson, KindJson, MetricJson } from "../../../src/api/kinds.ts";
import { eventName, metricName, stateWord } from "../../../src/api/kinds.ts";
import { parametersOf } from "../../../src/pages/device/command-form.ts";
import { limitNote } from "../../../src/pages/device/limits.ts";
import { rangeOf, stepFor } from "../../../src/pages/device/range.ts";

const DAY = 86_400_000;
const beijing = (text: string) => Date.parse(`${text}+08:00`);

describe("the account of what a device sent", () => {
  const ledger = { received: 8764, stored: 8741, duplicate: 19, rejected: 3, pending: 1 };

  it("is equal on both sides", () => {
    expect(imbalanceOf(ledger)).toBe(0);
  });

  it.each(["received", "stored", "duplicate", "rejected", "pending"] as const)(
    "is not, when %s is off by one",
    (part) => {
      expect(Math.abs(imbalanceOf({ ...ledger, [part]: ledger[part] + 1 }))).toBe(1);
    },
  );
});

const metric = (more: Partial<MetricJson>): MetricJson =>
  ({
    key: "pressure",
    type: "gauge",
    unit: "kPa",
    about: "Line pressure",
    zh: "管道压力",
    min: -1,
    max: 10,
    ...more,
  }) as MetricJson;
const rule = (type: "high" | "low", limit: number, of = "pressure") =>
  ({ type, limit, metric: of }) as KindJson["alarms"][number];
const kind = (alarms: KindJson["alarms"]) => ({ alarms }) as KindJson;

describe("what is usual for a value", () => {
  const both = kind([rule("high", 3), rule("low", 1)]);

  it.each([
    [both, 2.03, "正常 1 至 3", false],
    [both, 3.12, "超过上限 3", true],
    [both, 0.5, "低于下限 1", true],
    // The rules are strict.
    [both, 3, "正常 1 至 3", false],
    [kind([rule("high", 6.5)]), 0.312, "上限 6.5，未超", false],
    [kind([rule("low", 3.1)]), 3.58, "低于 3.1 告警", false],
    [kind([rule("high", 3, "flow")]), 9, "量程 −1 至 10", false],
  ])("comes of the rules, and else of the scale", (ofKind, value, text, beyond) => {
    expect(limitNote(ofKind, metric({}), value, "zh")).toEqual({ text, beyond });
  });

  it("is not said of a state", () => {
    expect(
      limitNote(both, metric({ key: "valve", type: "state", min: null, max: null }), undefined, "zh"),
    ).toBeUndefined();
  });
});

describe("names", () => {
  it("are the kind's Chinese ones, and the code where there is none", () => {
    expect(metricName(metric({}), "zh")).toBe("管道压力");
    expect(metricName(metric({ zh: "Line pressure" }), "zh")).toBe("pressure");
    expect(metricName(metric({ key: "battery_voltage" }), "en")).toBe("Battery voltage");
    const events = { events: [{ type: "leak", about: "A leak", zh: "燃气泄漏" }] } as unknown as KindJson;
    expect(eventName(events, "leak", "zh")).toBe("燃气泄漏");
    expect(eventName(events, "new_one", "zh")).toBe("new_one");
    expect(eventName(undefined, "leak", "zh")).toBe("leak");
    expect(stateWord(metric({ zhValues: { open: "开" } }), "open", "zh")).toBe("开");
    expect(stateWord(metric({ zhValues: { open: "开" } }), "ajar", "zh")).toBe("ajar");
  });
});

describe("the range of a chart", () => {
  const now = beijing("2026-06-21T02:15:08");
  const of = (search: string, type: MetricJson["type"] = "gauge") =>
    rangeOf(new URLSearchParams(search), now, type);

  it("is 24 whole hours with the one that runs, and the same question all that hour", () => {
    const range = of("");
    expect(range).toEqual({ name: "24h", from: "2026-06-19T19:00:00.000Z", interval: "1h" });
    expect(rangeOf(new URLSearchParams(), now + 44 * 60_000, "gauge")).toEqual(range);
    expect(rangeOf(new URLSearchParams(), now + 45 * 60_000, "gauge")).not.toEqual(range);
  });

  it("begins days at Beijing's midnight", () => {
    expect(of("range=30d", "counter")).toEqual({
      name: "30d",
      from: new Date(beijing("2026-05-23T00:00:00")).toISOString(),
      interval: "1d",
    });
  });

  it("is read from the address in Beijing time", () => {
    expect(of("range=custom&from=2026-06-01T00:00&to=2026-06-03T12:00")).toEqual({
      name: "custom",
      from: "2026-06-01T00:00:00+08:00",
      to: "2026-06-03T12:00:00+08:00",
      interval: "1h",
    });
    expect(of("range=custom&from=2026-06-20T00:00")).not.toHaveProperty("to");
  });

  it.each([
    "range=1y",
    "range=custom",
    "range=custom&from=yesterday",
    "range=custom&from=2026-07-01T00:00",
    "range=custom&from=2026-06-02T00:00&to=2026-06-01T00:00",
  ])("falls back to 24 hours for %s", (search) => expect(of(search).name).toBe("24h"));

  it("has steps of which a chart can show all", () => {
    for (const days of [1, 7, 8, 30, 45, 46, 200, 365, 1400, 4000])
      for (const type of ["counter", "gauge"] as const) {
        const step = { "1h": 1 / 24, "6h": 1 / 4, "1d": 1, "1w": 7, "1mo": 28 }[stepFor(days * DAY, type)]!;
        expect(days / step, `${days} days of a ${type}`).toBeLessThanOrEqual(201);
      }
  });
});

describe("the form of a command", () => {
  const parameter = (name: string, type: string, more = {}) => ({ name, type, required: false, ...more });
  const command = (dangerous: boolean, parameters: object[]) =>
    ({ dangerous, parameters }) as unknown as CommandJson;
  const form = (values: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    return data;
  };

  it("gives parameters in the types that the device takes, without what was left empty", () => {
    const asked = command(false, [
      parameter("level", "number"),
      parameter("loud", "boolean"),
      parameter("mode", "choice"),
      parameter("note", "text"),
    ]);
    expect(parametersOf(asked, form({ level: "12.5", loud: "false", mode: "eco", note: "  " }))).toEqual({
      values: { level: 12.5, loud: false, mode: "eco" },
      missing: [],
    });
  });

  it("wants what is required, and the reason of what is dangerous", () => {
    const reason = [parameter("reason", "text")];
    expect(
      parametersOf(command(false, [parameter("to", "text", { required: true })]), form({})).missing,
    ).toEqual(["to"]);
    expect(parametersOf(command(true, reason), form({ reason: " " })).missing).toEqual(["reason"]);
    expect(parametersOf(command(false, reason), form({})).missing).toEqual([]);
  });
});
