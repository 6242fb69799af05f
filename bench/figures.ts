/** The median of several runs and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** A number of one run stands for itself; null is "does not apply". */
export type Cell = string | number | Spread | null;

export interface Column {
  readonly title: string;
  /** Digits behind the point. Default 0. */
  readonly digits?: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** @throws RangeError for no values: a figure without a run is a mistake, not a zero */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("There is no run to take a median of");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * The smallest value that at least the share `p` (0 to 1) of the values does not exceed; NaN for none.
 * @param sorted rising
 */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
}

function text(cell: Cell | undefined, { digits = 0 }: Column): string {
  if (cell === null || cell === undefined) return "–";
  if (typeof cell === "string") return cell;
  const show = (value: number) =>
    Number.isFinite(value)
      ? value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
      : "–";
  if (typeof cell === "number") return show(cell);
  const { median, min, max } = cell;
  return min === max ? show(median) : `${show(median)} (${show(min)}–${show(max)})`;
}

const cells = ({ columns, rows }: Table): string[][] =>
  rows.map((row) => columns.map((column, index) => text(row[index], column)));

const isNumeric = ({ rows }: Table, index: number) =>
  rows.every((row) => typeof row[index] !== "string") && rows.length > 0;

/** The table for a terminal. */
export function renderText(table: Table): string {
  const titles = table.columns.map((column) => column.title);
  const body = cells(table);
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...body.map((row) => row[index]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) =>
        isNumeric(table, index) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join("  ")
      .trimEnd();
  return [table.title, line(titles), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join(
    "\n",
  );
}

/** The same for a document. */
export function renderMarkdown(table: Table): string {
  const titles = table.columns.map((column) => column.title);
  const rule = titles.map((_, index) => (isNumeric(table, index) ? "---:" : "---"));
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [`**${table.title}**`, "", line(titles), line(rule), ...cells(table).map(line)].join("\n");
}
