import { isoDay } from "../../ui/time.ts";

/** By then nobody looks, and a browser that ran for a day begins afresh. */
const RELOAD_HOUR = "04:00:00+08:00";
/** However it comes to it, not sooner than this after the page was loaded, in milliseconds. */
const LEAST_AGE_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

export interface ReloadFacts {
  /** By the platform's clock. */
  readonly now: number;
  /** Since the page was loaded, in milliseconds, by a clock that nobody sets. */
  readonly age: number;
  readonly isOnAir: boolean;
  readonly isUpgraded: boolean;
  /** The build that is served, and the one for which the page was loaded anew last. */
  readonly build: string | null | undefined;
  readonly triedBuild: string | null;
}

/** The last four o'clock in the morning, in Beijing. */
function lastReloadHour(now: number): number {
  const today = Date.parse(`${isoDay(now)}T${RELOAD_HOUR}`);
  return today <= now ? today : today - DAY_MS;
}

/**
 * Why the page should be loaded anew now; undefined: it should not. It is asked when the platform has just answered, as
 * a screen that reloads while the platform is away shows the browser's error for good.
 */
export function reloadReason(facts: ReloadFacts): "upgrade" | "morning" | undefined {
  const { now, age, isOnAir, isUpgraded, build, triedBuild } = facts;
  if (isOnAir || age < LEAST_AGE_MS) return undefined;
  // A cache on the way may go on giving the old page: each new build is tried once.
  if (isUpgraded && build !== triedBuild) return "upgrade";
  return now - age < lastReloadHour(now) ? "morning" : undefined;
}
