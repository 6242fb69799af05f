import type { AlarmFilters } from "../../api/alarms.ts";
import { fromField } from "../../ui/time.ts";

/** What the list shows; `open` is the queue to work off. */
export type Show = "open" | "active" | "cleared" | "all";
export const SHOWS: readonly Show[] = ["open", "active", "cleared", "all"];
const SEVERITIES = ["critical", "major", "minor", "warning"] as const;

/** The parameters of the address that narrow the list. */
export const NARROWING = ["severity", "kind", "rule", "region", "from", "to"] as const;

export function showOf(parameters: URLSearchParams): Show {
  const state = parameters.get("state");
  if (state === "active" || state === "cleared" || state === "all") return state;
  return parameters.get("acknowledged") === "true" ? "active" : "open";
}

export const sortOf = (parameters: URLSearchParams): "severity" | "raisedAt" =>
  parameters.get("sort") === "raisedAt" ? "raisedAt" : "severity";

const oneOf = <T extends string>(text: string | null, all: readonly T[]): T | undefined =>
  all.find((one) => one === text);

/** What the address asks of the API. What it does not understand in an address, it leaves out. */
export function filtersOf(parameters: URLSearchParams): AlarmFilters {
  const text = (name: string, pattern: RegExp) => {
    const value = parameters.get(name);
    return value !== null && pattern.test(value) ? value : undefined;
  };
  const show = showOf(parameters);
  const acknowledged = show === "open" ? "false" : oneOf(parameters.get("acknowledged"), ["true", "false"]);
  const filters = {
    state: show === "open" ? ("active" as const) : show,
    acknowledged,
    severity: oneOf(parameters.get("severity"), SEVERITIES),
    kind: text("kind", /^[a-z][a-z0-9-]{0,39}$/),
    rule: text("rule", /^[a-z][a-z0-9_,]{0,600}$/),
    region: text("region", /^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/),
    from: fromField(parameters.get("from") ?? ""),
    to: fromField(parameters.get("to") ?? ""),
    sort: sortOf(parameters),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}
