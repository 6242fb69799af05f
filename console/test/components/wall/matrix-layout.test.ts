import { describe, expect, it } from "vitest";
import type { TileState, TownshipRow } from "../../../src/map/tile-state.ts";
import {
  fitMatrix,
  linesOf,
  type MatrixLayout,
  pagesOf,
  roomyHeight,
  tightLines,
} from "../../../src/pages/wall/matrix-layout.ts";

/** In rem: what is free beside one broadcast, at any size of the screen. */
const HEIGHT = 47;
const NAMES = ["三坑村", "洪渡社区", "岩湾村", "接官坪社区", "官学社区", "水坝村", "沙坝村", "新场坝社区"];

/** Townships with so many villages each. */
const rowsOf = (sizes: readonly number[], state: TileState = "playing"): TownshipRow[] =>
  sizes.map((size, township) => ({
    code: `520326${String(township).padStart(3, "0")}`,
    name: "都濡街道",
    about: "25 / 30",
    tiles: Array.from({ length: size }, (_, village) => ({
      code: `520326${String(township).padStart(3, "0")}${String(village).padStart(3, "0")}`,
      name: NAMES[village % NAMES.length]!,
      state,
    })),
  }));

/** As large as the demo's county: 124 villages in 16 townships. */
const COUNTY = [7, 18, 9, 11, 9, 9, 6, 7, 10, 6, 5, 7, 8, 7, 4, 1];

const namesIn = (layout: MatrixLayout): string[] =>
  layout.look === "rows"
    ? layout.rows.flatMap(({ tiles }) => tiles.map(({ code }) => code))
    : layout.cells.filter(({ state }) => state !== "township").map(({ code }) => code);
const codesOf = (rows: readonly TownshipRow[]) => rows.flatMap(({ tiles }) => tiles.map(({ code }) => code));

describe("the villages beside a broadcast", () => {
  it("have a row a township where they fit", () => {
    const rows = rowsOf([7, 18, 9, 9, 10]);
    expect(fitMatrix(rows, HEIGHT, "✓")).toEqual({ look: "rows", rows });
    expect(roomyHeight(rows)).toBeLessThanOrEqual(HEIGHT);
  });

  it("are all named where a county has 124, though something else is on air too", () => {
    const rows = rowsOf(COUNTY);
    expect(codesOf(rows)).toHaveLength(124);
    for (const height of [HEIGHT, HEIGHT - 3.25]) {
      const layout = fitMatrix(rows, height, "✓");
      expect(layout).toMatchObject({ look: "flow", hidden: 0, hiddenSounded: 0 });
      expect(namesIn(layout)).toEqual(codesOf(rows));
      if (layout.look !== "flow") return;
      expect(linesOf(layout.cells, layout.columns)).toBeLessThanOrEqual(tightLines(height));
    }
  });

  it("stand in cells that hold their names: long ones take two", () => {
    const layout = fitMatrix(rowsOf(COUNTY), HEIGHT, "✓");
    if (layout.look !== "flow") throw new Error("rows");
    // In rem; a character is 24 pixels wide, a glyph 17, and there is room at both sides.
    const column = (77 - (layout.columns - 1) * 0.3) / layout.columns;
    for (const { name, span, state } of layout.cells) {
      if (state === "township") continue;
      const width = span * column + (span - 1) * 0.3;
      expect(width, name).toBeGreaterThanOrEqual([...name].length * 1.455 + 1.9);
    }
  });

  it("are folded into their township where all of it has sounded, before any other loses its name", () => {
    const rows = rowsOf([...COUNTY, ...COUNTY, 30], "sounded").map((row, at) =>
      at % 8 === 0
        ? { ...row, tiles: row.tiles.map((tile) => ({ ...tile, state: "failed" as const })) }
        : row,
    );
    const layout = fitMatrix(rows, HEIGHT, "✓");
    if (layout.look !== "flow") throw new Error("rows");
    expect(layout.hidden).toBe(0);
    expect(layout.cells.filter(({ state }) => state === "township")).toHaveLength(rows.length);
    expect(layout.cells.filter(({ about }) => about === "✓").length).toBeGreaterThan(20);
    const failed = codesOf(rows.filter((_, at) => at % 8 === 0));
    expect(namesIn(layout)).toEqual(failed);
  });

  it("are counted where hundreds do not fit, and none is lost", () => {
    const rows = [...rowsOf(Array(60).fill(10), "failed"), ...rowsOf(Array(3).fill(9), "sounded")];
    const layout = fitMatrix(rows, HEIGHT, "✓");
    if (layout.look !== "flow") throw new Error("rows");
    expect(linesOf(layout.cells, layout.columns)).toBeLessThanOrEqual(tightLines(HEIGHT));
    expect(namesIn(layout).length).toBeGreaterThan(90);
    expect(namesIn(layout).length + layout.hidden + layout.hiddenSounded).toBe(627);
    expect(layout.hiddenSounded).toBe(27);
  });

  it("keep the wrong ones of a township of which the rest has sounded", () => {
    const tiles = rowsOf([200], "sounded")[0]!.tiles.map((tile, at) =>
      at === 150 ? { ...tile, state: "offline" as const } : tile,
    );
    const layout = fitMatrix([{ code: "520326000", name: "都濡街道", tiles }], HEIGHT, "✓");
    expect(namesIn(layout)).toEqual(["520326000150"]);
    expect(layout).toMatchObject({ hidden: 0, hiddenSounded: 199 });
  });
});

describe("pages of villages, while nothing is on air", () => {
  it("hold every village once, in order, each page in rows that fit", () => {
    const rows = rowsOf(COUNTY, "online");
    const pages = pagesOf(rows, HEIGHT);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(namesIn)).toEqual(codesOf(rows));
    for (const page of pages) {
      expect(page.look).toBe("rows");
      if (page.look === "rows") expect(roomyHeight(page.rows)).toBeLessThanOrEqual(HEIGHT);
    }
  });

  it("are one where everything fits, and none where there is nothing", () => {
    expect(pagesOf(rowsOf([7, 9]), HEIGHT)).toHaveLength(1);
    expect(pagesOf([], HEIGHT).flatMap(namesIn)).toEqual([]);
  });

  it("show a township that is larger than a page as far as it goes", () => {
    const pages = pagesOf(rowsOf([100, 3], "online"), HEIGHT);
    expect(pages.flatMap(namesIn)).toHaveLength(103);
  });
});

it("counts lines as a browser fills them: what does not fit begins the next", () => {
  const spans = (...all: number[]) => all.map((span) => ({ span }));
  expect(linesOf([], 8)).toBe(0);
  expect(linesOf(spans(1, 1, 1, 1, 1, 1, 1, 1), 8)).toBe(1);
  expect(linesOf(spans(1, 1, 1, 1, 1, 1, 1, 2), 8)).toBe(2);
  expect(linesOf(spans(7, 2, 7), 8)).toBe(3);
});
