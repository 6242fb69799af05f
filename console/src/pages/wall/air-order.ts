import { type BroadcastItemJson, ON_AIR } from "../../api/broadcasts.ts";

/** What sounds for real comes before a drill, whatever their levels. */
const MODES = ["actual", "drill", "training"] as const;

/** The most severe first; of equals the one that began last. */
export const byWeight = (a: BroadcastItemJson, b: BroadcastItemJson): number =>
  MODES.indexOf(a.message.mode) - MODES.indexOf(b.message.mode) ||
  a.message.level - b.message.level ||
  (b.releasedAt ?? "").localeCompare(a.releasedAt ?? "");

/** What is on air, the most severe first. A list that was patched by an event may hold what is over. */
export const onAirNow = (items: readonly BroadcastItemJson[]): readonly BroadcastItemJson[] =>
  items.filter(({ state }) => ON_AIR.includes(state)).toSorted(byWeight);
