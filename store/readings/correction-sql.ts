import {
  assertIdentifier,
  type KindTable,
  type QuantityColumn,
  scaleOf,
  sqlType,
  wholeOf,
} from "../database/index.ts";
import type { Correction } from "./repairs.ts";

/** SQL for the values of quantities that a person corrects. */

export const columnOf = (table: KindTable, metric: string): QuantityColumn =>
  table.columns.find(({ name }) => name === metric)!;

/**
 * The corrected value of a column of the relation `row`, with its parameter. Numbers are in the quantity's unit, and
 * are stored as a device's would be.
 */
export function corrected(
  column: QuantityColumn,
  correction: Correction,
  parameter: number,
  row: "r" | "o" = "r",
): [string, unknown] {
  const m = `${row}.${assertIdentifier(column.name)}`;
  if (sqlType(column) === "text") return [`$${parameter}::text`, "set" in correction ? correction.set : null];
  const p = `$${parameter}`;
  if ("set" in correction) return [kept(column, `${p}::float8`), correction.set];
  const [sign, operand] = "add" in correction ? ["+", correction.add] : ["*", correction.multiply];
  if (column.decimals === undefined) return [kept(column, `${m} ${sign} ${p}::float8`), operand];
  // In decimals, so that the result is the number that a device would have printed.
  return [
    kept(
      column,
      `(${m}::numeric * ${(1 / scaleOf(column)).toFixed(column.decimals)} ${sign} ${p}::numeric)::float8`,
    ),
    operand,
  ];
}

const kept = (column: QuantityColumn, value: string): string =>
  `(${column.decimals === undefined ? value : wholeOf(column, value)})::${sqlType(column)}`;
