import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor, toPage } from "../../../store/database/cursor.ts";

const at = "2026-01-01 00:00:00.000123+00";

describe("a cursor", () => {
  it("comes back as the keys that it was made of", () => {
    const cursor = encodeCursor("alarms", [at, 7]);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor("alarms", ["time", "integer"], cursor)).toEqual([at, 7]);
  });

  it("is optional", () => {
    expect(decodeCursor("alarms", ["integer"], undefined)).toBeUndefined();
  });

  it.each<[string, string]>([
    ["of another list", encodeCursor("events", [at, 7])],
    ["with too few keys", encodeCursor("alarms", [at])],
    ["with too many keys", encodeCursor("alarms", [at, 7, 8])],
    ["with a time that is none", encodeCursor("alarms", ["now()", 7])],
    ...["2026-13-01", "2026-02-29", "2026-00-10", "0000-01-01", "294276-06-01", "2026-04-31"].map(
      (day): [string, string] => [`of ${day}`, encodeCursor("alarms", [`${day} 00:00:00+00`, 7])],
    ),
    ...["24:00:00+00", "12:60:00+00", "12:00:61+00", "12:00:00+99"].map((time): [string, string] => [
      `at ${time}`,
      encodeCursor("alarms", [`2026-01-01 ${time}`, 7]),
    ]),
    ["with a number that is too large", encodeCursor("alarms", [at, 2 ** 53])],
    ["with a number that is none", encodeCursor("alarms", [at, "7"])],
    ["with a fraction", encodeCursor("alarms", [at, 7.5])],
    ["that is not JSON", Buffer.from("alarms").toString("base64url")],
    ["that is not a list", Buffer.from("{}").toString("base64url")],
    ["that is empty", ""],
  ])("%s is refused", (_what, cursor) => {
    expect(() => decodeCursor("alarms", ["time", "integer"], cursor)).toThrow(
      expect.objectContaining({ code: "invalid_cursor" }),
    );
  });

  it("holds what the database's columns hold, to the last", () => {
    for (const time of [
      "2028-02-29 23:59:59.999999+08",
      "0001-01-01 00:00:00+00",
      "294275-12-31 12:00:00-03:30:10",
    ])
      expect(decodeCursor("alarms", ["time"], encodeCursor("alarms", [time]))).toEqual([time]);
    const device = (no: number) => decodeCursor("latest", ["device"], encodeCursor("latest", [no]));
    for (const no of [2_147_483_647, -2_147_483_647]) expect(device(no)).toEqual([no]);
    for (const no of [2_147_483_648, -2_147_483_649, 1.5]) expect(() => device(no)).toThrow("cursor");
  });

  it("refuses text that the database could not take", () => {
    expect(() => decodeCursor("regions", ["text"], encodeCursor("regions", ["a\0"]))).toThrow("cursor");
  });
});

describe("a page", () => {
  const page = (rows: number[], limit: number) => toPage(rows, limit, String, (row) => `after ${row}`);

  it("has a cursor only when there is a row beyond it", () => {
    expect(page([1, 2, 3], 2)).toEqual({ items: ["1", "2"], nextCursor: "after 2" });
    expect(page([1, 2], 2)).toEqual({ items: ["1", "2"], nextCursor: null });
    expect(page([], 2)).toEqual({ items: [], nextCursor: null });
  });
});
