import { DEFAULT_LIFETIME_HOURS, MAX_LIFETIME_HOURS } from "../message/index.ts";
import { EDITABLE_STATES, type State } from "./lifecycle.ts";

const HOUR_MS = 3_600_000;

/** The end of a message that is released now: as it says, but never later than the ceiling. */
export function expiryOf(asked: Date | undefined, startsAt: Date | undefined, now: Date): Date {
  const ceiling = now.getTime() + MAX_LIFETIME_HOURS * HOUR_MS;
  const fallback = Math.max(now.getTime(), startsAt?.getTime() ?? 0) + DEFAULT_LIFETIME_HOURS * HOUR_MS;
  return new Date(Math.min(asked?.getTime() ?? fallback, ceiling));
}

/** The fields that decide until when a broadcast is aired; for a draft the times that it asks for. */
export interface Lifetime {
  readonly state: State;
  readonly releasedAt: Date | null;
  readonly endedAt: Date | null;
  readonly startsAt: Date | null;
  readonly expiresAt: Date | null;
}

/**
 * The end of airing: for a released broadcast as it was ordered, and for one that may still be released as if that were
 * now, whatever it asks for. Null for a broadcast that is never aired.
 */
export function airedUntil({ state, releasedAt, startsAt, expiresAt }: Lifetime, now: Date): Date | null {
  if (releasedAt !== null) return expiresAt;
  if (!EDITABLE_STATES.includes(state) && state !== "pending_approval") return null;
  return expiryOf(expiresAt ?? undefined, startsAt ?? undefined, now);
}

/** The expiry of its alert: no later than it is aired, also for a draft and a training. Null: none was given. */
export function alertExpiry(broadcast: Lifetime, now: Date): Date | null {
  const { releasedAt, expiresAt, endedAt } = broadcast;
  if (releasedAt !== null || expiresAt === null) return expiresAt;
  return expiryOf(expiresAt, undefined, endedAt ?? now);
}
