/**
 * How the readings of one device kind lie in the database. `store` does not know kinds; `main` derives these
 * definitions from the catalog and hands them over as data.
 */
export interface MetricColumn {
  /** The metric's key, which is also its column: snake_case. */
  readonly name: string;
  /** Decides the rollup: gauge count/min/max/sum, counter first/last, state and text last. */
  readonly type: "gauge" | "counter" | "state" | "text";
}

export interface KindTable {
  /** kebab-case, as in the catalog. */
  readonly kind: string;
  /** `readings_<kind>` in snake_case. */
  readonly table: string;
  readonly columns: readonly MetricColumn[];
}

/** PostgreSQL's type for a metric. Gauges have at most seven significant digits, so four bytes hold them. */
export function sqlType(column: MetricColumn): "real" | "double precision" | "text" {
  if (column.type === "gauge") return "real";
  return column.type === "counter" ? "double precision" : "text";
}

/** `gas-meter` → `readings_gas_meter`. */
export function readingsTable(kind: string): string {
  return `readings_${kind.replaceAll("-", "_")}`;
}

/** The rollups of a readings table, finest first. Days begin at midnight in Asia/Shanghai. */
export const ROLLUPS = [
  { suffix: "_1h", seconds: 3600 },
  { suffix: "_1d", seconds: 86_400 },
] as const;

export const ROLLUP_TIME_ZONE = "Asia/Shanghai";

const IDENTIFIER = /^[a-z][a-z0-9_]{0,50}$/;

/** Definitions come from code, not from callers, but nothing that could not be an identifier reaches SQL text. */
export function assertIdentifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`Not a SQL identifier: '${name}', expected ${IDENTIFIER}`);
  return name;
}
