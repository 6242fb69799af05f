import { describe, expect, it } from "vitest";
import type { BroadcastItemJson } from "../../../src/api/broadcasts.ts";
import { byWeight, onAirNow } from "../../../src/pages/wall/air-order.ts";
import { type ReloadFacts, reloadReason } from "../../../src/pages/wall/reload-rules.ts";
import { namesThatFit } from "../../../src/pages/wall/side.tsx";
import { staleMoment } from "../../../src/pages/wall/use-wall.ts";
import { shiftAt } from "../../../src/pages/wall/use-wall-theme.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** By Beijing's clock. */
const at = (time: string) => Date.parse(`2026-06-21T${time}+08:00`);

describe("a screen is loaded anew", () => {
  const facts = (now: string, ageHours: number, more: Partial<ReloadFacts> = {}): ReloadFacts => ({
    now: at(now),
    age: ageHours * HOUR,
    isOnAir: false,
    isUpgraded: false,
    build: "0123456789abcdef",
    triedBuild: null,
    ...more,
  });

  it.each([
    ["03:59:59", 20, undefined],
    ["04:00:01", 20, "morning"],
    ["04:04:00", 20, "morning"],
    // It was missed because of a broadcast.
    ["07:30:00", 20, "morning"],
    ["07:30:00", 3, undefined],
    // It was loaded anew at four.
    ["04:11:00", 0.18, undefined],
    ["03:00:00", 25, "morning"],
    ["03:00:00", 22, undefined],
  ] as const)("at %s after %d hours: %s", (now, age, reason) => {
    expect(reloadReason(facts(now, age))).toBe(reason);
  });

  it("for another version, once for each", () => {
    const upgraded = { isUpgraded: true, build: "fedcba9876543210" };
    expect(reloadReason(facts("12:00:00", 1, upgraded))).toBe("upgrade");
    expect(
      reloadReason(facts("12:00:00", 1, { ...upgraded, triedBuild: "fedcba9876543210" })),
    ).toBeUndefined();
    expect(reloadReason(facts("12:00:00", 1, { ...upgraded, triedBuild: "0123456789abcdef" }))).toBe(
      "upgrade",
    );
  });

  it("never while something is on air, and never soon after it was", () => {
    const due = { isUpgraded: true, build: "fedcba9876543210" };
    expect(reloadReason(facts("04:00:01", 20, { ...due, isOnAir: true }))).toBeUndefined();
    expect(reloadReason(facts("04:00:01", 0.15, due))).toBeUndefined();
    expect(reloadReason(facts("04:00:01", 0.17, due))).toBe("upgrade");
  });
});

describe("what a screen shows is old", () => {
  const now = at("02:17:00");
  const live = { state: "live", since: at("02:00:00"), asOf: at("02:00:00") } as const;
  const lost = (since: string) => ({ state: "connecting", since: at(since), asOf: at("02:16:40") }) as const;
  const well = { isError: false, dataUpdatedAt: at("02:16:59") };
  const failed = { isError: true, dataUpdatedAt: at("02:11:00") };

  it("while the stream is lost, up to the moment at which it was", () => {
    expect(staleMoment(live, [well], { now, offset: 0 })).toBeUndefined();
    expect(staleMoment(lost("02:16:40"), [well], { now, offset: 0 })).toBe(at("02:16:40"));
  });

  it("not yet in the first five seconds", () => {
    expect(staleMoment(lost("02:16:56"), [well], { now, offset: 0 })).toBeUndefined();
    expect(staleMoment(lost("02:16:54"), [well], { now, offset: 0 })).toBe(at("02:16:40"));
  });

  it("where an answer could not be had, though the stream lives; not where there never was one", () => {
    expect(staleMoment(live, [well, failed], { now, offset: 0 })).toBe(at("02:11:00"));
    expect(staleMoment(live, [{ isError: true, dataUpdatedAt: 0 }], { now, offset: 0 })).toBeUndefined();
  });

  it("by the platform's clock, on a computer whose own is an hour behind", () => {
    const behind = { ...lost("02:16:40"), since: at("01:16:40"), asOf: at("01:16:40") };
    expect(staleMoment(behind, [well], { now, offset: HOUR })).toBe(at("02:16:40"));
  });
});

describe("of several on air", () => {
  const item = (id: string, mode: string, level: number, releasedAt: string, state = "playing") =>
    ({ id, state, releasedAt, message: { mode, level } }) as unknown as BroadcastItemJson;
  const idsOf = (items: readonly BroadcastItemJson[]) => items.map(({ id }) => id);

  it("what sounds for real comes first, then the gravest level, then the last", () => {
    const items = [
      item("drill", "drill", 1, "2026-06-21T02:00:00Z"),
      item("minor", "actual", 4, "2026-06-21T02:10:00Z"),
      item("older", "actual", 2, "2026-06-21T02:00:00Z"),
      item("newer", "actual", 2, "2026-06-21T02:05:00Z"),
    ];
    expect(idsOf(items.toSorted(byWeight))).toEqual(["newer", "older", "minor", "drill"]);
  });

  it("those that are over are not there, though the list still holds them", () => {
    const items = [item("over", "actual", 1, "", "completed"), item("on", "drill", 3, "", "dispatching")];
    expect(idsOf(onAirNow(items))).toEqual(["on"]);
  });
});

it("moves by some pixels each minute, and comes back", () => {
  const places = Array.from({ length: 8 }, (_, minute) => shiftAt(at("02:00:00") + minute * MINUTE));
  expect(new Set(places.map(({ x, y }) => `${x} ${y}`)).size).toBe(8);
  expect(shiftAt(at("02:08:00"))).toEqual(places[0]);
  for (const { x, y } of places) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(0.5);
});

it("names villages in a line as long as they fit", () => {
  expect(namesThatFit(["凉风村", "甘禾社区", "双联村"])).toHaveLength(2);
  expect(namesThatFit(["凉风村", "双联村", "三坑村"])).toHaveLength(3);
  expect(namesThatFit([])).toEqual([]);
});
