import { DEFAULT_LIFETIME_HOURS, MAX_LIFETIME_HOURS } from "./message.ts";

const HOUR_MS = 3_600_000;

/** When a message released now is over: as it says, but never later than the ceiling. */
export function expiryOf(asked: Date | undefined, startsAt: Date | undefined, now: Date): Date {
  const ceiling = now.getTime() + MAX_LIFETIME_HOURS * HOUR_MS;
  const fallback = Math.max(now.getTime(), startsAt?.getTime() ?? 0) + DEFAULT_LIFETIME_HOURS * HOUR_MS;
  return new Date(Math.min(asked?.getTime() ?? fallback, ceiling));
}
