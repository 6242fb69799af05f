import { type Fault, PlatformError } from "../base/errors.ts";
import { indexKinds, type KindIndex } from "../devices/index-kinds.ts";
import type { Kind, Metric } from "../devices/kind.ts";
import type { KindTable, QuantityColumn } from "../store/database/index.ts";

/** The catalog in the form in which routes look things up. */
export interface CatalogIndex {
  readonly kinds: readonly Kind[];
  /** The kinds that have a capability, e.g. those whose devices can be gateways for other devices. */
  readonly kindsWith: KindIndex["kindsWith"];
  find(kind: string): Kind | undefined;
  /** @throws PlatformError `not_found` */
  get(kind: string): Kind;
  /** The readings table of the kind. @throws PlatformError `not_found` */
  table(kind: string): KindTable;
  /** The columns of the named quantities, or of all. @throws PlatformError `invalid_request` for an unknown quantity */
  columns(kind: string, metrics: readonly string[] | undefined): QuantityColumn[];
  metric(kind: string, key: string): Metric | undefined;
  /** True when only an acknowledgement clears an alarm of this rule. */
  isLatched(kind: string, rule: string): boolean;
}

/** @param kindTables a table for each kind, as it is in the database */
export function indexCatalog(kinds: readonly Kind[], kindTables: readonly KindTable[]): CatalogIndex {
  const { kindByName: find, kindsWith } = indexKinds(kinds);
  const tables = new Map(kindTables.map((table) => [table.kind, table]));
  const get = (name: string): Kind => {
    const kind = find(name);
    if (!kind) {
      throw unknownKind(
        name,
        kinds.map((known) => known.kind),
      );
    }
    return kind;
  };
  const table = (name: string): KindTable => tables.get(get(name).kind)!;
  return {
    kinds,
    kindsWith,
    find,
    get,
    table,
    columns(name, metrics) {
      const { columns } = table(name);
      if (!metrics) return [...columns];
      return metrics.map((metric) => {
        const column = columns.find((candidate) => candidate.name === metric);
        if (column) return column;
        throw invalidField(
          "/metrics",
          `Kind '${name}' has no quantity '${metric}': expected ${columns.map((known) => known.name).join(", ")}`,
        );
      });
    },
    metric(name, key) {
      const { metrics } = find(name) ?? {};
      // A caller may ask for a "constructor", which every object has.
      return metrics && Object.hasOwn(metrics, key) ? metrics[key] : undefined;
    },
    isLatched(name, ruleName) {
      const rule = find(name)?.alarms.find((candidate) => candidate.rule === ruleName);
      return rule?.type === "event" && rule.clearedBy.length === 0;
    },
  };
}

const unknownKind = (name: string, known: readonly string[]) =>
  new PlatformError("not_found", `There is no kind '${name}': expected ${known.join(", ")}`);

/** One field of the request is wrong in a way that a schema cannot know. */
export function invalidField(path: string, message: string): PlatformError {
  const fault: Fault = { path, message };
  return new PlatformError("invalid_request", message, { faults: [fault] });
}

/** Checks that the kinds which grants name are in the catalog. @throws PlatformError `invalid_request` */
export function assertKinds(
  catalog: CatalogIndex,
  grants: readonly { readonly area: { readonly kinds: readonly string[] | "all" } }[],
  pathOf: (index: number) => string = (index) => `/grants/${index}`,
): void {
  const faults = grants.flatMap(({ area: { kinds } }, index) =>
    kinds === "all"
      ? []
      : kinds.flatMap((kind, at) =>
          catalog.find(kind)
            ? []
            : { path: `${pathOf(index)}/area/kinds/${at}`, message: `There is no kind '${kind}'` },
        ),
  );
  if (faults.length === 0) return;
  throw new PlatformError("invalid_request", faults.map(({ message }) => message).join("; "), { faults });
}
