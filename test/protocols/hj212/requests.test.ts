import { describe, expect, it } from "vitest";
import { OpenRequests } from "../../../protocols/hj212/requests.ts";

const AT = Date.parse("2026-08-01T00:58:57.223Z");
const HOUR = 3_600_000;

describe("open requests", () => {
  it("have time stamps of their own, also within one millisecond", () => {
    const open = new OpenRequests();
    expect([1, 1, 2].map((no) => open.add(no, "c", AT))).toEqual([
      "20260801085857223",
      "20260801085857224",
      "20260801085857225",
    ]);
  });

  it("are found by their station until their last answer, or for an hour", () => {
    const open = new OpenRequests();
    const qn = open.add(1, "cmd-1", AT);
    expect(open.find(1, qn, AT)).toMatchObject({ commandId: "cmd-1" });
    expect(open.find(2, qn, AT)).toBeUndefined();
    expect(open.find(1, qn, AT + HOUR)).toBeUndefined();
    open.end(1, qn);
    expect(open.find(1, qn, AT)).toBeUndefined();
  });

  it("are 10,000 at most: the oldest are forgotten", () => {
    const open = new OpenRequests();
    const names = Array.from({ length: 10_010 }, (_, i) => open.add(1, `cmd-${i}`, AT));
    expect(names.filter((qn) => open.find(1, qn, AT)).length).toBe(10_000);
    expect(open.find(1, names[9]!, AT)).toBeUndefined();
    expect(open.find(1, names[10]!, AT)).toBeDefined();
  });
});
