import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor, toPage } from "../../store/cursor.ts";

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

  it.each([
    ["of another list", encodeCursor("events", [at, 7])],
    ["with too few keys", encodeCursor("alarms", [at])],
    ["with too many keys", encodeCursor("alarms", [at, 7, 8])],
    ["with a time that is none", encodeCursor("alarms", ["now()", 7])],
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
