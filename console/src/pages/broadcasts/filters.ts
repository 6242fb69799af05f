import type { BroadcastFilters } from "../../api/broadcasts.ts";
import { fromField } from "../../ui/time.ts";

const MODES = ["actual", "drill", "training"] as const;

/** The names of the filters in the address, in the order of the form. */
export const FILTER_NAMES = ["q", "level", "mode", "event", "region", "from", "to"] as const;

/** The filters that an address asks for; what makes no sense is left out, so that an old link still shows a list. */
export function historyFilters(parameters: URLSearchParams): BroadcastFilters {
  const text = (name: string) => parameters.get(name)?.trim() || undefined;
  const level = Number(text("level"));
  const mode = MODES.find((one) => one === text("mode"));
  const eventCode = text("event");
  const region = text("region");
  const [from, to] = [text("from"), text("to")].map((value) => value && fromField(value));
  const q = text("q");
  return {
    ...(q && { q }),
    ...([1, 2, 3, 4].includes(level) && { level }),
    ...(mode && { mode }),
    ...(eventCode && /^[0-9A-Z]{5}$/.test(eventCode) && { eventCode }),
    ...(region && /^\d{2,12}$/.test(region) && { region }),
    ...(from && { from }),
    ...(to && { to }),
  };
}
