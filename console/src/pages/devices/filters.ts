import type { DeviceFilters, DeviceStatus } from "../../api/devices.ts";
import type { Parameters } from "../../ui/address.ts";

/** The filters that stand in the address, under the names that the API has. */
const TEXTS = ["kind", "region", "gateway", "tenant", "attribute", "q"] as const;
const STATUSES: readonly DeviceStatus[] = ["ok", "late", "silent", "never"];
const ALARMS = ["any", "none", "critical", "major", "minor", "warning"] as const;
const SORTS = ["added", "id", "name", "lastSeenAt"] as const;

/** Without a choice those come first of which nothing was heard for longest. */
const DEFAULT_SORT = { sort: "lastSeenAt", order: "asc" } as const;

const oneOf = <T extends string>(values: readonly T[], value: string | null): T | undefined =>
  values.find((one) => one === value);

/** What an address asks for. A value that the API would refuse is left out: old links still open. */
export function deviceFiltersOf(search: URLSearchParams): DeviceFilters {
  const filters: DeviceFilters = {};
  for (const name of TEXTS) {
    const value = search.get(name)?.trim();
    if (value) filters[name] = value;
  }
  if (filters.region !== undefined && !/^\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?$/.test(filters.region))
    delete filters.region;
  if (filters.attribute !== undefined && !/^[^":][^:]*:./.test(filters.attribute)) delete filters.attribute;
  const statuses = (search.get("status") ?? "").split(",").filter((one) => oneOf(STATUSES, one));
  if (statuses.length > 0) filters.status = statuses.join(",");
  const alarm = oneOf(ALARMS, search.get("alarm"));
  if (alarm) filters.alarm = alarm;
  const sort = oneOf(SORTS, search.get("sort"));
  const order = oneOf(["asc", "desc"] as const, search.get("order"));
  return {
    ...filters,
    sort: sort ?? DEFAULT_SORT.sort,
    order: order ?? (sort ? "asc" : DEFAULT_SORT.order),
  };
}

/** Those that narrow the list, without its order. */
export function narrowing({ sort, order, limit, ...filters }: DeviceFilters) {
  return filters;
}

/** All filters of the page, taken away. */
export const NO_FILTERS: Parameters = Object.fromEntries(
  [...TEXTS, "status", "alarm"].map((name) => [name, undefined]),
);

/** The list's address, for links from elsewhere. */
export function devicesAddress(filters: DeviceFilters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === "" ? "/devices" : `/devices?${text}`;
}
