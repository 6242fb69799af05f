import { describe, expect, it } from "vitest";
import { filtersOf, showOf } from "../../../src/pages/alarms/filters.ts";

const asked = (search: string) => filtersOf(new URLSearchParams(search));

describe("the address of the alarms", () => {
  it("asks for what nobody has acknowledged, the most urgent first, when it says nothing", () => {
    expect(asked("")).toEqual({ state: "active", acknowledged: "false", sort: "severity" });
    expect(asked("acknowledged=false")).toEqual(asked(""));
  });

  it("asks for the other lists by name", () => {
    expect(asked("state=active")).toEqual({ state: "active", sort: "severity" });
    expect(asked("state=cleared&sort=raisedAt")).toEqual({ state: "cleared", sort: "raisedAt" });
    expect(asked("state=all&acknowledged=true")).toEqual({
      state: "all",
      acknowledged: "true",
      sort: "severity",
    });
    expect(showOf(new URLSearchParams("acknowledged=true"))).toBe("active");
  });

  it("reads moments as Beijing's", () => {
    expect(asked("from=2026-06-21T02:00")).toMatchObject({ from: "2026-06-21T02:00:00+08:00" });
  });

  it("hands over what narrows the list, and leaves out what it does not understand", () => {
    expect(asked("severity=major&kind=gas-meter&rule=leak,tamper&region=520326")).toMatchObject({
      severity: "major",
      kind: "gas-meter",
      rule: "leak,tamper",
      region: "520326",
    });
    expect(asked("severity=2&kind=<img>&rule=1=1&region=52032&from=yesterday&sort=x&state=x")).toEqual(
      asked(""),
    );
  });
});
