import { describe, expect, it } from "vitest";
import type { BroadcastItemJson } from "../../../src/api/broadcasts.ts";
import type { MeJson } from "../../../src/api/session.ts";
import { type Need, type Situation, whatNeeds } from "../../../src/pages/overview/needs.ts";

const NOBODY: Situation = {
  pending: [],
  onAir: [],
  reviews: [],
  returned: [],
  drafts: [],
  alarms: [],
  alarmsAreCut: false,
  deaf: { offline: [], without: [] },
  gateways: [],
};

const person = (id: string, ...actions: string[]) =>
  ({ id, actions: actions.map((action) => ({ action, areas: [] })) }) as unknown as MeJson;
const APPROVER = person("wang.fang", "broadcasts:approve", "broadcasts:review");

function broadcast(id: string, more: object = {}, mode = "actual", level = 2) {
  const updatedAt = "2026-06-20T18:08:00Z";
  const people = { createdBy: "zhang.min", submittedBy: "zhang.min", approvedBy: "li.qiang" };
  return { id, updatedAt, ...people, message: { mode, level }, ...more } as BroadcastItemJson;
}
const alarm = (id: number, severity: string) => ({ id, severity }) as Situation["alarms"][number];
const gateway = { id: "gw-1" } as Situation["gateways"][number];

const nameOf = (need: Need): string => {
  if ("broadcast" in need) return `${need.type} ${need.broadcast.id}`;
  if (need.type === "alarm") return `alarm ${need.alarm.id}`;
  return need.type;
};
const order = (me: MeJson, situation: Partial<Situation>) =>
  whatNeeds(me, { ...NOBODY, ...situation }).map(nameOf);

describe("what needs the person now", () => {
  it("puts what is real and cannot wait before what is a drill or can", () => {
    const situation: Partial<Situation> = {
      pending: [broadcast("drill", {}, "drill", 1), broadcast("real")],
      onAir: [broadcast("drill-on-air", {}, "drill"), broadcast("on-air")],
      reviews: [broadcast("green")],
      alarms: [alarm(1, "critical"), alarm(2, "major")],
      deaf: { offline: ["三坑村"], without: ["岩湾村"] },
      gateways: [gateway],
    };
    expect(order(APPROVER, situation)).toEqual([
      "approve real",
      "onAir on-air",
      "alarm 1",
      "review green",
      "alarm 2",
      "approve drill",
      "onAir drill-on-air",
      "deaf",
      "gateway",
    ]);
  });

  it("puts the most serious level first, and what has waited longest among equals", () => {
    const late = { updatedAt: "2026-06-20T18:30:00Z" };
    const pending = [
      broadcast("young", late),
      broadcast("old"),
      broadcast("grave", late, "actual", 1),
      broadcast("light", {}, "actual", 4),
    ];
    expect(order(APPROVER, { pending })).toEqual([
      "approve grave",
      "approve old",
      "approve young",
      "approve light",
    ]);
  });

  it("asks nobody to decide about what is their own", () => {
    const pending = [
      broadcast("submitted", { submittedBy: "wang.fang" }),
      broadcast("written", { createdBy: "wang.fang" }),
    ];
    const reviews = [broadcast("released", { approvedBy: "wang.fang" })];
    expect(order(APPROVER, { pending, reviews })).toEqual([]);
  });

  it("asks nobody who may not", () => {
    const situation = { pending: [broadcast("real")], reviews: [broadcast("green")] };
    expect(order(person("chen.jie", "broadcasts:read"), situation)).toEqual([]);
  });

  it("tells an author alone what was returned", () => {
    const returned = [broadcast("mine"), broadcast("other", { createdBy: "li.qiang" })];
    expect(order(person("zhang.min"), { returned })).toEqual(["returned mine"]);
  });

  it("gives three alarms a line, leaves minor ones to their page, and says how many more there are", () => {
    const alarms = [1, 2, 3, 4, 5].map((id) => alarm(id, id < 5 ? "critical" : "major"));
    const needs = whatNeeds(APPROVER, { ...NOBODY, alarms: [...alarms, alarm(6, "minor")] });
    expect(needs.map(nameOf)).toEqual(["alarm 1", "alarm 2", "alarm 3", "moreAlarms"]);
    expect(needs.at(-1)).toMatchObject({ alarms: 2, isLeast: false });
  });

  it("gives a fourth alarm its own line rather than say that there is one more", () => {
    const alarms = [1, 2, 3, 4].map((id) => alarm(id, "major"));
    expect(order(APPROVER, { alarms })).toEqual(["alarm 1", "alarm 2", "alarm 3", "alarm 4"]);
  });

  it("says that there are at least so many where the list was cut among urgent ones", () => {
    const alarms = [1, 2, 3, 4, 5].map((id) => alarm(id, "critical"));
    const last = (more: readonly Situation["alarms"][number][]) =>
      whatNeeds(APPROVER, { ...NOBODY, alarms: [...alarms, ...more], alarmsAreCut: true }).at(-1);
    expect(last([])).toMatchObject({ alarms: 2, isLeast: true });
    expect(last([alarm(6, "minor")])).toMatchObject({ alarms: 2, isLeast: false });
  });

  it("names the draft that an alarm proposed", () => {
    const drafts = [broadcast("other", { proposedByAlarm: 8 }), broadcast("draft", { proposedByAlarm: 7 })];
    expect(whatNeeds(APPROVER, { ...NOBODY, alarms: [alarm(7, "critical")], drafts })).toEqual([
      expect.objectContaining({ type: "alarm", proposal: "draft" }),
    ]);
  });
});
