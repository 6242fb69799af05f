import { describe, expect, it } from "vitest";
import type { CoverageJson, TargetReportJson } from "../../../src/api/broadcasts.ts";
import { shownCounts } from "../../../src/map/speaker-counts.ts";
import { reasonsOf, UNPROVEN, villagesOf } from "../../../src/map/village-groups.ts";
import { reachRows, unheardBefore } from "../../../src/pages/broadcast/pending/reach-rows.ts";
import { previewOf } from "./fake-platform.tsx";

type Counts = CoverageJson["items"][number];
const NOTHING = { sounded: 0, refused: 0, failed: 0, offline: 0, cancelled: 0, open: 0, partlyHeard: 0 };
const village = (number: number, more: Partial<Counts>): Counts => {
  const { sounded, refused, failed, offline, cancelled, open } = { ...NOTHING, ...more };
  const targeted = sounded + refused + failed + offline + cancelled + open;
  return { regionCode: `52032600100${number}`, name: `${number}村`, targeted, ...NOTHING, ...more };
};
const target = (number: number, state: string, reason: string | null = null) =>
  ({
    deviceId: `sp-${number}-${state}`,
    regionCode: `52032600100${number}`,
    state,
    reason,
  }) as TargetReportJson;

const without = { count: 1, items: [{ code: "520326001009", name: "9村" }], unknown: false };
const find = (items: Counts[], targets: TargetReportJson[] = [], sentOut = true) =>
  villagesOf({ coverage: { items, villagesWithoutSpeaker: without }, targets, sentOut });
const groupsOf = (...facts: Parameters<typeof find>) => find(...facts).map(({ group }) => group);

describe("villages of a broadcast", () => {
  it.each([
    ["proven in one speaker, though another failed", { sounded: 1, failed: 1 }, [], "heard", "failed"],
    ["waiting for a speaker that plays", { open: 1 }, [target(1, "started")], "waiting", "playing"],
    ["waiting for one that has the order", { open: 1 }, [], "waiting", "waiting"],
    ["silent: every speaker failed", { failed: 2 }, [], "silent", "failed"],
    ["silent: refused", { refused: 1 }, [], "silent", "refused"],
    ["silent: offline to the end", { offline: 1 }, [], "silent", "offline"],
    ["offline: the order could not reach it yet", { open: 1 }, [target(1, "waiting")], "offline", "offline"],
    [
      "offline: one failed, the other may come back",
      { failed: 1, open: 1 },
      [target(1, "failed"), target(1, "waiting")],
      "offline",
      "failed",
    ],
    ["heard in part only", { cancelled: 1, partlyHeard: 1 }, [], "partly", "cancelled"],
    [
      "offline: heard in part, the other may come back",
      { failed: 1, partlyHeard: 1, open: 1 },
      [target(1, "waiting")],
      "offline",
      "failed",
    ],
  ] as const)("are %s", (_name, counts, targets, group, state) => {
    const [found] = find([village(1, counts)], [...targets]);
    expect([found!.group, found!.state]).toEqual([group, state]);
  });

  it("are villages: a speaker that is registered at a township is none", () => {
    const township = { ...village(1, { failed: 1 }), regionCode: "520326001", name: "都濡街道" };
    expect(find([township, village(2, { sounded: 1 })]).map(({ code }) => code)).toEqual([
      "520326001002",
      "520326001009",
    ]);
  });

  it("are not called silent while commands are still being sent out", () => {
    expect(groupsOf([village(1, { open: 1 })], [target(1, "waiting")], false)).toEqual(["waiting", "none"]);
  });

  it("are each in exactly one group, and as many at every stage", () => {
    const stages: Counts[][] = [
      [village(1, { open: 2 }), village(2, { open: 1 }), village(3, { open: 1 })],
      [village(1, { sounded: 1, open: 1 }), village(2, { open: 1 }), village(3, { failed: 1 })],
      [village(1, { sounded: 2 }), village(2, { offline: 1 }), village(3, { failed: 1, partlyHeard: 1 })],
    ];
    for (const items of stages) {
      const villages = find(items, [target(2, "waiting")]);
      expect(villages.map(({ code }) => code)).toEqual([
        "520326001001",
        "520326001002",
        "520326001003",
        "520326001009",
      ]);
      const grouped = [...UNPROVEN, "heard"].flatMap((group) =>
        villages.filter((one) => one.group === group),
      );
      expect(new Set(grouped).size).toBe(villages.length);
      expect(grouped.length).toBe(villages.length);
    }
  });

  it("have heard nothing before the release where they hear nothing after it", () => {
    const preview = previewOf(3) as unknown as Parameters<typeof unheardBefore>[0];
    const before = unheardBefore(preview).map(({ code }) => code);
    const after = villagesOf({
      coverage: {
        items: [village(1, { open: 2 }), village(2, { open: 1 })],
        villagesWithoutSpeaker: preview.villagesWithoutSpeaker as never,
      },
      targets: [target(2, "waiting"), target(1, "started")],
      sentOut: true,
    }).filter(({ group }) => group === "offline" || group === "none");
    expect(after.map(({ code }) => code)).toEqual(before);
  });

  it("say why, the most frequent reason first", () => {
    const [found] = find(
      [village(1, { failed: 3, open: 1 })],
      [
        target(1, "waiting"),
        target(1, "failed", "no_sound"),
        target(1, "failed", "amplifier"),
        target(1, "failed", "amplifier"),
      ],
    );
    expect(reasonsOf(found!)).toEqual([
      { reason: "amplifier", count: 2 },
      { reason: "offline", count: 1 },
      { reason: "no_sound", count: 1 },
    ]);
  });
});

describe("before the release", () => {
  it("draws a village by what of it is online", () => {
    const [row] = reachRows(previewOf(3) as never);
    expect(row!.tiles.map(({ name, state, fraction }) => [name, state, fraction])).toEqual([
      ["文化社区", "online", "2/2"],
      ["岩湾村", "offline", "0/1"],
      ["凉风村", "none", undefined],
    ]);
    expect(row!.unheard).toHaveLength(2);
  });
});

describe("counts of speakers", () => {
  const counts = {
    targets: 92,
    waiting: 4,
    handedOver: 2,
    acknowledged: 4,
    started: 20,
    sounded: 58,
    refused: 1,
    failed: 3,
    offline: 0,
    cancelled: 0,
  };
  const sum = ({ all: _all, ...parts }: ReturnType<typeof shownCounts>) =>
    Object.values(parts).reduce((total, part) => total + part, 0);

  it.each([true, false])("are all of them together, the order sent out: %s", (sentOut) => {
    expect(sum(shownCounts(counts, sentOut))).toBe(92);
  });

  it("call nothing sounded but what is proven, and what was not reached offline", () => {
    expect(shownCounts(counts, true)).toMatchObject({ sounded: 58, waiting: 6, offline: 4 });
    expect(shownCounts(counts, false)).toMatchObject({ sounded: 58, waiting: 10, offline: 0 });
  });
});
