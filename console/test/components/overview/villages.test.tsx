import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SummaryPart } from "../../../src/api/summary.ts";
import { VillageMatrix } from "../../../src/map/village-matrix.tsx";
import { VillageTable } from "../../../src/map/village-table.tsx";
import { deafVillages, restingRows, restingState, worstOf } from "../../../src/pages/overview/villages.ts";

const NO_ALARMS = { active: 0, unacknowledged: 0 };
const counts = (total: number, ok: number) => ({ total, ok, late: 0, silent: total - ok, never: 0 });

function part(code: string, name: string, [total, ok]: [number, number], more: object = {}): SummaryPart {
  return {
    code,
    name,
    // Whether a speaker reports in time does not decide: a broadcast reaches those that have a connection.
    speakers: { ...counts(total, total - ok), connected: ok },
    devices: { speaker: counts(total, ok), meter: counts(10, 9) },
    alarms: { critical: NO_ALARMS, major: NO_ALARMS, minor: NO_ALARMS, warning: NO_ALARMS },
    broadcasts: { onAir: 0, pendingApproval: 0, openReview: 0 },
    ...more,
  } as unknown as SummaryPart;
}

const TOWNSHIPS = { items: [part("520326001", "丹砂街道", [4, 2]), part("520326003", "大坪街道", [1, 1])] };
const VILLAGES = {
  items: [
    part("520326001003", "珍珠社区居民委员会", [2, 1]),
    part("520326001001", "洪渡社区居民委员会", [1, 1]),
    part("520326001002", "杨村村民委员会", [1, 0]),
    part("520326001004", "官学社区居民委员会", [0, 0]),
    part("520326003202", "龙潭村村民委员会", [1, 1]),
  ],
};
const rows = (pending: string[] = [], subject: "speakers" | "devices" = "speakers") =>
  restingRows(TOWNSHIPS, VILLAGES, pending, subject);
const tilesOf = (pending?: string[]) => rows(pending).flatMap(({ tiles }) => tiles);

describe("villages at rest", () => {
  it.each([
    [0, 0, "none"],
    [2, 0, "offline"],
    [2, 1, "partly"],
    [2, 2, "online"],
  ] as const)("with %i speakers of which %i answer are %s", (total, ok, state) => {
    expect(restingState({ total, ok })).toBe(state);
  });

  it("have the same names, states and numbers in the matrix and in the table", () => {
    render(<VillageMatrix caption="Matrix" rows={rows()} density="dots" />);
    render(<VillageTable caption="Table" rows={rows()} />);
    const inMatrix = within(screen.getByRole("group", { name: "Matrix" }))
      .getAllByRole("listitem")
      .map((tile) => tile.textContent);
    const inTable = within(screen.getByRole("table", { name: "Table" }))
      .getAllByRole("row")
      .slice(1)
      .map((row) => {
        const [, name, state, speakers] = within(row)
          .getAllByRole("cell")
          .map((cell) => cell.textContent);
        return [name, speakers === "—" ? "" : speakers, state].filter(Boolean).join(" ");
      });
    expect(inMatrix).toEqual(inTable);
    expect(inTable).toEqual([
      "洪渡社区 1/1 在线",
      "杨村 0/1 离线",
      "珍珠社区 1/2 部分离线",
      "官学社区 无喇叭",
      "龙潭村 1/1 在线",
    ]);
  });

  it("are named where nobody hears: those that are silent, and those without a speaker", () => {
    expect(deafVillages(rows())).toEqual({ offline: ["杨村"], without: ["官学社区"] });
  });

  it("are outlined where something that waits reaches them, from above or within", () => {
    const outlined = (pending: string[]) =>
      tilesOf(pending).flatMap(({ code, outlined }) => (outlined ? [code] : []));
    expect(outlined([])).toEqual([]);
    expect(outlined(["520326003"])).toEqual(["520326003202"]);
    expect(outlined(["520326"])).toHaveLength(5);
    expect(outlined(["520326001002"])).toEqual(["520326001002"]);
    expect(outlined(["520325"])).toEqual([]);
  });

  it("show all devices where the caller has no speakers", () => {
    const [first] = rows([], "devices");
    expect(first).toMatchObject({ well: 11, total: 14 });
    expect(first?.tiles.find(({ name }) => name === "官学社区")).toMatchObject({
      state: "partly",
      fraction: "9/10",
    });
  });
});

describe("the worst alarms of a place", () => {
  it("are those that nobody has acknowledged, of the gravest severity", () => {
    const alarms = {
      critical: { active: 2, unacknowledged: 0 },
      major: { active: 3, unacknowledged: 1 },
      minor: { active: 9, unacknowledged: 9 },
      warning: NO_ALARMS,
    };
    expect(worstOf(alarms)).toEqual({ severity: "major", alarms: 1 });
    expect(worstOf(null)).toBeUndefined();
  });

  it("mark a tile by the octagon when critical, and say so in words", () => {
    const tiles = [
      { code: "1", name: "龙潭村", state: "online", alarm: "critical" },
      { code: "2", name: "三坑村", state: "online", alarm: "minor" },
    ] as const;
    render(
      <VillageMatrix caption="Alarmed" density="dots" rows={[{ code: "0", name: "大坪街道", tiles }]} />,
    );
    const [critical, minor] = within(screen.getByRole("group", { name: "Alarmed" })).getAllByRole("listitem");
    expect(critical?.textContent).toBe("龙潭村 在线 紧急");
    expect(critical?.querySelector("svg")).not.toBeNull();
    expect(minor?.querySelector("svg")).toBeNull();
  });
});
