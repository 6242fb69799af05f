import { describe, expect, it } from "vitest";
import { readObservedAt } from "../../ingest/observed-at.ts";

const receivedAt = Date.parse("2026-06-01T00:00:00Z");
const read = (value: unknown) => readObservedAt(value, receivedAt);

describe("readObservedAt", () => {
  it.each([
    ["2026-05-31T23:59:59Z", "2026-05-31T23:59:59.000Z"],
    ["2026-06-01T07:59:59.250+08:00", "2026-05-31T23:59:59.250Z"],
    ["2026-05-31t23:59:59.123456789z", "2026-05-31T23:59:59.123Z"],
    ["2026-05-31 23:59:59Z", "2026-05-31T23:59:59.000Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
    ["2017-01-01T07:59:60.25+08:00", "2017-01-01T00:00:00.250Z"],
    ["2016-12-31T23:59:59.999Z", "2016-12-31T23:59:59.999Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ])("reads %s", (text, expected) => {
    expect(new Date(read(text) as number).toISOString()).toBe(expected);
  });

  it("takes epoch milliseconds and cuts their fraction", () => {
    expect(read(receivedAt - 1500.75)).toBe(receivedAt - 1501);
  });

  it("takes the time of arrival when there is none", () => {
    expect(read(undefined)).toBe(receivedAt);
    expect(read(null)).toBe(receivedAt);
  });

  it.each([
    ["a day that does not exist", "2026-02-30T00:00:00Z"],
    ["a leap second of such a day", "2026-02-30T23:59:60Z"],
    ["a second that does not exist", "2016-12-31T23:59:61Z"],
    ["a time without an offset", "2026-05-31T00:00:00"],
    ["a date alone", "2026-05-31"],
    ["an hour that does not exist", "2026-05-31T24:00:00Z"],
    ["words", "yesterday"],
    ["a number as text", "1780000000000"],
    ["a truth value", true],
    ["an object", { at: 1 }],
    ["an infinite number", Number.POSITIVE_INFINITY],
  ])("refuses %s as bad_time", (_about, value) => {
    expect(read(value)).toMatchObject({ reason: "bad_time" });
  });

  it("accepts a clock that is 24 hours ahead and refuses a millisecond more", () => {
    const limit = receivedAt + 24 * 60 * 60 * 1000;
    expect(read(limit)).toBe(limit);
    expect(read(limit + 1)).toMatchObject({ reason: "clock_ahead" });
    expect(read(8.64e15)).toMatchObject({ reason: "clock_ahead" });
  });

  it("refuses a clock that was never set, and names epoch seconds for what they are", () => {
    expect(read("2014-12-31T23:59:59Z")).toMatchObject({ reason: "clock_unset" });
    expect(read(0)).toMatchObject({ reason: "clock_unset" });
    expect(read(receivedAt / 1000)).toMatchObject({
      reason: "clock_unset",
      detail: expect.stringContaining("looks like epoch seconds"),
    });
  });
});
