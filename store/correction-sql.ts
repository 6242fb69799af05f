import { assertIdentifier, type KindTable, type MetricColumn, scaleOf, sqlType } from "./kind-table.ts";
import type { Correction } from "./repairs.ts";

/** SQL of what becomes of quantities that a person corrects. */

export const columnOf = (table: KindTable, metric: string): MetricColumn =>
  table.columns.find(({ name }) => name === metric)!;

/**
 * What a column of the relation `row` becomes, with its parameter. Numbers are in the quantity's unit, and rounded as those
 * of readings are.
 */
export function corrected(
  column: MetricColumn,
  correction: Correction,
  parameter: number,
  row: "r" | "o" = "r",
): [string, unknown] {
  const m = `${row}.${assertIdentifier(column.name)}`;
  const type = sqlType(column);
  if (type === "text") return [`$${parameter}::text`, "set" in correction ? correction.set : null];
  const steps = column.decimals === undefined ? "" : ` * ${scaleOf(column)}`;
  const cast = (value: string) =>
    column.decimals === undefined ? `(${value})::${type}` : `round((${value})::numeric)::${type}`;
  const p = `$${parameter}::float8`;
  if ("set" in correction) return [cast(`${p}${steps}`), correction.set];
  return "add" in correction
    ? [cast(`${m} + ${p}${steps}`), correction.add]
    : [cast(`${m} * ${p}`), correction.multiply];
}
