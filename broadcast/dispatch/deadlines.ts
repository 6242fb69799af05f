import type { DispatchSettings } from "./settings.ts";
import type { OnAirTarget } from "./target.ts";

/** The data on which a deadline is decided. */
export interface TargetSurroundings {
  readonly settings: DispatchSettings;
  readonly isOnline: (deviceId: string) => boolean;
  /** True when another broadcast has the amplifier of this speaker, or comes before this one on it. */
  readonly isBusy: (target: OnAirTarget) => boolean;
  /** The platform's clock, milliseconds since 1970: for `startsAt` and expiry. */
  readonly now: number;
}

/** The decision on a target whose time has come. `wait`: look again after so long; infinite: until something comes. */
export type TargetDecision =
  | { readonly do: "send" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "give_up"; readonly state: "failed" | "offline"; readonly reason: string | null };

const FOREVER: TargetDecision = { do: "wait", ms: Number.POSITIVE_INFINITY };
const RECHECK_MS = 2_000;

const wait = (ms: number): TargetDecision => ({ do: "wait", ms });
const failed = (reason: string): TargetDecision => ({ do: "give_up", state: "failed", reason });
const OFFLINE: TargetDecision = { do: "give_up", state: "offline", reason: null };

/** How long so many readings may take. */
function playMs({ broadcast }: OnAirTarget, readings: number, settings: DispatchSettings): number {
  const { asked, announcementSeconds } = broadcast;
  const oneMs = (asked.readingSeconds + announcementSeconds) * 1000;
  return readings * oneMs * settings.lengthFactor + settings.lengthMarginMs;
}

/** How long to wait for a target in the standing that it has just reached. */
export function patienceOf(target: OnAirTarget, around: TargetSurroundings): number {
  const { settings, now } = around;
  const { expiresAt, startsAt } = target.broadcast;
  const atMost = Math.max(0, expiresAt - now) + patienceAfterExpiry(target, settings);
  return Math.min(atMost, patienceWhileValid(target, settings, Math.max(0, (startsAt ?? now) - now)));
}

function patienceWhileValid(target: OnAirTarget, settings: DispatchSettings, untilStartMs: number): number {
  switch (target.standing) {
    case "acknowledged":
      return untilStartMs + settings.startWaitMs;
    case "started":
      return playMs(target, target.broadcast.asked.repeatCount, settings);
    case "interrupted":
      return settings.startWaitMs;
    case "unproven":
      return settings.evidenceGraceMs;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** Decides on an open target whose time has come. */
export function decideOnTarget(target: OnAirTarget, around: TargetSurroundings): TargetDecision {
  const expired = around.now >= target.broadcast.expiresAt;
  const online = around.isOnline(target.deviceId);
  switch (target.standing) {
    case "unanswered":
      return decideOnUnanswered(target, around.settings, expired, online);
    case "acknowledged":
    case "started":
      if (!online) return expired ? failed("connection_lost") : FOREVER;
      if (!expired) {
        const ms = untilLookedAtAgain(target, around);
        if (ms !== undefined) return wait(ms);
      }
      return failed(target.standing === "started" ? "no_end" : "not_started");
    case "interrupted":
      if (expired) return failed("interrupted");
      if (!online) return FOREVER;
      return around.isBusy(target) ? wait(RECHECK_MS) : failed("interrupted");
    case "unproven":
      // Its reason comes from the facts.
      return failed("no_sound");
    default:
      return FOREVER;
  }
}

function decideOnUnanswered(
  { tries }: OnAirTarget,
  { answerWaitsMs }: DispatchSettings,
  expired: boolean,
  online: boolean,
): TargetDecision {
  if (expired) return tries > 0 && online ? failed("no_answer") : OFFLINE;
  if (tries === 0) return { do: "send" };
  if (!online) return FOREVER;
  return tries < answerWaitsMs.length ? { do: "send" } : failed("no_answer");
}

/** How long a speaker that is online may still have a reason not to start, or not to go on. */
function untilLookedAtAgain(
  target: OnAirTarget,
  { settings, now, isBusy }: TargetSurroundings,
): number | undefined {
  const { startsAt = 0 } = target.broadcast;
  if (target.standing === "acknowledged" && now < startsAt) return startsAt - now + settings.startWaitMs;
  return isBusy(target) ? RECHECK_MS : undefined;
}

/** How long after expiry a target that is not resolved may still bring something. */
export function patienceAfterExpiry(target: OnAirTarget, settings: DispatchSettings): number {
  switch (target.standing) {
    case "unanswered":
      return 0;
    case "started":
      // A reading that has begun is read to its end, and no new one begins.
      return settings.expiryGraceMs + playMs(target, 1, settings);
    default:
      return settings.expiryGraceMs;
  }
}
