import { describe, expect, it } from "vitest";
import type { MeJson } from "../../../src/api/session.ts";
import { waitsFor } from "../../../src/app/waits-for.ts";
import { historyFilters } from "../../../src/pages/broadcasts/filters.ts";
import { broadcastOf, meOf } from "./fake-platform.tsx";

const may = (id: string, regions: "all" | string[], ...actions: string[]) =>
  ({
    ...meOf(id),
    actions: actions.map((action) => ({
      action,
      areas: [{ regions, kinds: "all", tenants: "all", devices: "all" }],
    })),
  }) as unknown as MeJson;
const approver = (id: string, regions: "all" | string[] = ["520326"]) =>
  may(id, regions, "broadcasts:read", "broadcasts:approve");
const reviewed = (approvedBy: string) => broadcastOf({ state: "playing", review: "open", approvedBy });

describe("what a broadcast waits for", () => {
  it.each([
    ["its approver", approver("wang.fang"), broadcastOf(), "approve"],
    ["an approver of everything", approver("wang.fang", "all"), broadcastOf(), "approve"],
    ["not the one who submitted it", approver("zhang.min"), broadcastOf(), undefined],
    ["not the one who wrote it", approver("li.qiang"), broadcastOf({ createdBy: "li.qiang" }), undefined],
    ["not an approver of another county", approver("wang.fang", ["520325"]), broadcastOf(), undefined],
    ["not one of a part of it", approver("wang.fang", ["520326001001"]), broadcastOf(), undefined],
    ["not somebody who only reads", may("a", "all", "broadcasts:read"), broadcastOf(), undefined],
    ["nobody once it is decided", approver("wang.fang"), broadcastOf({ state: "playing" }), undefined],
    ["its author when it is returned", approver("zhang.min"), broadcastOf({ state: "returned" }), "returned"],
    ["not others when it is returned", approver("wang.fang"), broadcastOf({ state: "returned" }), undefined],
    ["a reviewer", may("wang.fang", "all", "broadcasts:review"), reviewed("li.qiang"), "review"],
    ["not its releaser", may("li.qiang", "all", "broadcasts:review"), reviewed("li.qiang"), undefined],
  ] as const)("is for %s", (_name, me, broadcast, waiting) => {
    expect(waitsFor(me, broadcast)).toBe(waiting);
  });
});

describe("the filters in an address", () => {
  it("become what the platform is asked, in Beijing time", () => {
    const address = "tab=history&level=2&mode=drill&event=11A51&region=520326&from=2026-06-21T02:16&q= 山洪 ";
    expect(historyFilters(new URLSearchParams(address))).toEqual({
      q: "山洪",
      level: 2,
      mode: "drill",
      eventCode: "11A51",
      region: "520326",
      from: "2026-06-21T02:16:00+08:00",
    });
  });

  it("are left out where they make no sense", () => {
    const address = "level=7&mode=loud&event=山洪&region=x&from=yesterday&q=";
    expect(historyFilters(new URLSearchParams(address))).toEqual({});
  });
});
