import type { Kind } from "./devices/kind.ts";
import { type KindTable, readingsTable } from "./store/kind-table.ts";

/**
 * Translates the catalog for `store`, which does not know kinds: one table per kind, one column per metric,
 * in the order of the definition.
 */
export function tablesOf(catalog: readonly Kind[]): KindTable[] {
  return catalog.map((kind) => ({
    kind: kind.kind,
    table: readingsTable(kind.kind),
    columns: Object.entries(kind.metrics).map(([name, metric]) => ({ name, type: metric.type })),
  }));
}
