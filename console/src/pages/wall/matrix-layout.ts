import type { TileState, TownshipRow, VillageTile } from "../../map/tile-state.ts";

/*
 * How the villages of a broadcast fit beside it. Lengths are in rem: 16 pixels at 1920×1080. Words are never smaller than
 * 24 pixels, so what does not fit is set more tightly, then folded, and at last counted.
 */

/** The width of the matrix, and the width and height of what stands in it, as in `wall-matrix.module.css`. */
const WIDTH = 77;
const ROOMY = { columns: 7, tile: 3.625, gap: 0.5, township: 4.125, rowGap: 1 } as const;
const TIGHT = { tile: 2.125, gap: 0.3, glyph: 1.35, padding: 0.7 } as const;
const TIGHT_COLUMNS = [8, 9, 10] as const;
/** A Chinese character of a tile is as wide as it is high; figures and Latin letters about half of that. */
const CHARACTER = 1.46;

/** A village, or the name of a township before its villages. */
export interface Cell {
  readonly code: string;
  readonly name: string;
  /** Columns that it takes. */
  readonly span: number;
  readonly state: TileState | "township";
  /** `13 / 13`, of a township. */
  readonly about?: string | undefined;
}

/** A row a township where there is room; else one flow of cells. What it does not name is counted. */
export type MatrixLayout =
  | { readonly look: "rows"; readonly rows: readonly TownshipRow[] }
  | {
      readonly look: "flow";
      readonly columns: number;
      readonly cells: readonly Cell[];
      /** Villages without a tile, all of whose speakers have sounded. */
      readonly hiddenSounded: number;
      /** Villages without a tile of which that is not so. Only where there are hundreds. */
      readonly hidden: number;
    };

const isWell = ({ state }: Pick<VillageTile, "state">): boolean => state === "sounded" || state === "online";

const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character.charCodeAt(0) < 0x2000 ? 0.6 : 1), 0) * CHARACTER;

/** The height of the matrix with a row a township. */
export function roomyHeight(rows: readonly TownshipRow[]): number {
  const heights = rows.map(({ tiles }) => {
    const lines = Math.ceil(tiles.length / ROOMY.columns);
    return Math.max(ROOMY.township, lines * (ROOMY.tile + ROOMY.gap) - ROOMY.gap) + ROOMY.rowGap;
  });
  return heights.reduce((sum, height) => sum + height, 0);
}

/** How many columns a text takes, so that no name is cut. */
function spanOf(text: string, extra: number, columns: number): number {
  const column = (WIDTH - (columns - 1) * TIGHT.gap) / columns;
  const needs = widthOf(text) + extra + TIGHT.padding;
  return Math.min(columns, Math.max(1, Math.ceil((needs + TIGHT.gap) / (column + TIGHT.gap))));
}

/** How much is said beside the villages: a township's numbers, its name alone, or also in place of those in which all is well. */
type Words = "numbers" | "names" | { readonly folded: string };

function cellsOf(rows: readonly TownshipRow[], columns: number, words: Words): Cell[] {
  return rows.flatMap((row) => {
    const isFolded = typeof words === "object" && row.tiles.every(isWell);
    const about = isFolded ? words.folded : words === "numbers" ? row.about : undefined;
    const township: Cell = {
      code: row.code,
      name: row.name,
      about,
      state: "township",
      span: spanOf(`${row.name}${about ?? ""}`, about === undefined ? 0 : 0.5, columns),
    };
    if (isFolded) return [township];
    return [
      township,
      ...row.tiles.map(({ code, name, state }) => ({
        code,
        name,
        state,
        span: spanOf(name, TIGHT.glyph, columns),
      })),
    ];
  });
}

/** The lines that cells take, from left to right; one that does not fit any more begins the next. */
export function linesOf(cells: readonly Pick<Cell, "span">[], columns: number): number {
  let lines = 0;
  let left = 0;
  for (const { span } of cells) {
    if (span > left) {
      lines += 1;
      left = columns;
    }
    left -= span;
  }
  return lines;
}

/** So many lines of the tight look have room in a height. */
export const tightLines = (height: number): number =>
  Math.floor((height + TIGHT.gap) / (TIGHT.tile + TIGHT.gap));

/**
 * Fits the villages into a height, and names as many as that allows: first each township a row; then all in one flow,
 * at last without the townships' numbers; then townships in which all is well by their name alone; then only the
 * villages in which something is not.
 */
export function fitMatrix(rows: readonly TownshipRow[], height: number, folded: string): MatrixLayout {
  if (roomyHeight(rows) <= height) return { look: "rows", rows };
  const lines = tightLines(height);
  for (const words of ["numbers", "names", { folded }] as const) {
    for (const columns of TIGHT_COLUMNS) {
      const cells = cellsOf(rows, columns, words);
      if (linesOf(cells, columns) <= lines)
        return { look: "flow", columns, cells, hiddenSounded: 0, hidden: 0 };
    }
  }
  const columns = TIGHT_COLUMNS.at(-1)!;
  const wrong = rows
    .map((row) => ({ ...row, tiles: row.tiles.filter((tile) => !isWell(tile)) }))
    .filter(({ tiles }) => tiles.length > 0);
  const all = cellsOf(wrong, columns, "names");
  const cells: Cell[] = [];
  for (const cell of all) {
    if (linesOf([...cells, cell], columns) > lines) break;
    cells.push(cell);
  }
  const villages = (some: readonly Cell[]) => some.filter(({ state }) => state !== "township").length;
  return {
    look: "flow",
    columns,
    cells,
    hiddenSounded: rows.flatMap(({ tiles }) => tiles).filter(isWell).length,
    hidden: villages(all) - villages(cells),
  };
}

/** Pages of rows that each fit into a height without anything folded, for when there is time to turn them. */
export function pagesOf(rows: readonly TownshipRow[], height: number): MatrixLayout[] {
  const fits = (some: readonly TownshipRow[]) => {
    const layout = fitMatrix(some, height, "");
    return layout.look === "rows" || some.length === 1 ? layout : undefined;
  };
  const whole = fitMatrix(rows, height, "");
  if (whole.look === "rows") return [whole];
  const pages: MatrixLayout[] = [];
  let page: TownshipRow[] = [];
  for (const row of rows) {
    if (page.length > 0 && !fits([...page, row])) {
      pages.push(fits(page)!);
      page = [];
    }
    page.push(row);
  }
  if (page.length > 0) pages.push(fits(page)!);
  return pages;
}
