/**
 * The readings table of one device kind. `store` does not know kinds; `main` derives these definitions from the catalog
 * and hands them over as data.
 */
export interface QuantityColumn {
  /** The quantity's key, which is also its column: snake_case. */
  readonly name: string;
  /** Decides the rollup: gauge count/min/max/sum, counter first/last, state and text last. */
  readonly type: "gauge" | "counter" | "state" | "text";
  /** UCUM code; for the comment on the column. */
  readonly unit?: string;
  /**
   * Digits behind the point, 0 to 6: the column holds whole numbers, 214 for 21.4 with one. Absent: floats, which
   * take several times the room in columnstore.
   */
  readonly decimals?: number;
  /**
   * The largest magnitude that a value may have, in `unit`. With `decimals` it decides between four and eight bytes.
   */
  readonly largest?: number;
  /**
   * Of a counter, in `unit`: the amount by which its last digit may tremble, and the first number that it cannot show.
   */
  readonly tolerance?: number;
  readonly rollsOverAt?: number;
  /** Of a counter: true when it begins anew by itself. */
  readonly restarts?: boolean;
}

export interface KindTable {
  /** kebab-case, as in the catalog. */
  readonly kind: string;
  /** `readings_<kind>` in snake_case. */
  readonly table: string;
  readonly columns: readonly QuantityColumn[];
}

/** A kind in SQL text. */
export const kindLiteral = ({ kind }: Pick<KindTable, "kind">): string => `'${kind.replaceAll("'", "''")}'`;

export type QuantitySqlType = "integer" | "bigint" | "real" | "double precision" | "text";

const INT4_MAX = 2_147_483_647;

/** PostgreSQL's type for a quantity. Gauges have at most seven significant digits, so four bytes hold them. */
export function sqlType(column: QuantityColumn): QuantitySqlType {
  const { type, decimals, largest = 0 } = column;
  if (type === "state" || type === "text") return "text";
  if (decimals !== undefined) return largest * 10 ** decimals <= INT4_MAX ? "integer" : "bigint";
  return type === "gauge" ? "real" : "double precision";
}

/** The number of steps of the column in one unit of the quantity. */
export const scaleOf = ({ decimals = 0 }: QuantityColumn): number => 10 ** decimals;

/**
 * SQL for the whole number that a column with decimals keeps of a value in the quantity's unit, by the same rule as for
 * messages of devices (`Math.round` in `ScaledInt4Column`): a half goes up, also below zero. `value` is a double.
 */
export const wholeOf = (column: QuantityColumn, value: string): string =>
  `ceil(floor((${value}) * ${scaleOf(column)} * 2) / 2)`;

/**
 * SQL for a value in the quantity's unit, from `value`: its column, or a call of an aggregate of it such as `sum(…)`.
 * Division gives the double that is nearest to the decimal, so that 214 comes out as 21.4; times 0.1 would not.
 */
export function inUnit(column: QuantityColumn, value: string): string {
  if (column.decimals === undefined) return value;
  return column.decimals === 0
    ? `${value}::double precision`
    : `${value} / ${scaleOf(column)}::double precision`;
}

/**
 * SQL for the moment when a reading of the relation `row` arrived: at most a second late, as its table has the delay in
 * seconds. Rows of former versions have the moment itself. In columnstore a moment takes 3 bytes where arrivals stray,
 * and a delay in seconds a quarter of one.
 */
export const arrivalOf = (row: string): string =>
  `coalesce(${row}.received_at, ${row}.observed_at + ${row}.received_after * interval '1 second')`;

/** `gas-meter` → `readings_gas_meter`. */
export function readingsTable(kind: string): string {
  return `readings_${kind.replaceAll("-", "_")}`;
}

/** A day of the rollups begins at its midnight. */
export const ROLLUP_TIME_ZONE = "Asia/Shanghai";

const IDENTIFIER = /^[a-z][a-z0-9_]{0,50}$/;

/** Definitions come from code, not from callers, but only identifiers may reach SQL text. */
export function assertIdentifier(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`Not a SQL identifier: '${name}', expected ${IDENTIFIER}`);
  return name;
}
