import type { Kind, Metric } from "../devices/kind.ts";
import { type KindTable, type QuantityColumn, readingsTable } from "../store/database/index.ts";

/**
 * Translates the catalog for `store`, which does not know kinds: one table per kind, one column per quantity, in the
 * order of the definition. An existing table may keep a quantity in another way: `applyKindTables` returns the tables
 * as they are.
 */
export function tablesOf(catalog: readonly Kind[]): KindTable[] {
  return catalog.map((kind) => ({
    kind: kind.kind,
    table: readingsTable(kind.kind),
    columns: Object.entries(kind.metrics).map(([name, metric]) => columnOf(name, metric)),
  }));
}

function columnOf(
  name: string,
  { type, unit, decimals, min, max, tolerance, rollsOverAt, restarts }: Metric,
): QuantityColumn {
  return {
    name,
    type,
    ...(unit === undefined ? {} : { unit }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(rollsOverAt === undefined ? {} : { rollsOverAt }),
    ...(restarts === undefined ? {} : { restarts }),
    ...(min === undefined || max === undefined ? {} : { largest: Math.max(-min, max) }),
  };
}
