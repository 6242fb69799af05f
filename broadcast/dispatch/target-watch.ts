import { decideOnTarget, patienceAfterExpiry, patienceOf, type TargetSurroundings } from "./deadlines.ts";
import type { Patience } from "./patience.ts";
import type { Roster } from "./roster.ts";
import type { SendQueue } from "./send-queue.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/** Targets are looked through at least this often while they wait for something. */
const LOOK_MS = 250;

export interface TargetWatchOptions {
  readonly roster: Roster;
  readonly queue: SendQueue;
  readonly patience: Patience;
  readonly settings: DispatchSettings;
  readonly isOnline: (deviceId: string) => boolean;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Called when it has expired, and nothing of it waits to be sent any more. */
  readonly onExpired: (broadcast: OnAir) => void;
  /** Called when a target was given up. */
  readonly onGivenUp: () => void;
}

/** Decides when to look at each target next, and acts on it then. */
export class TargetWatch {
  private readonly options: TargetWatchOptions;
  /** When the targets of a broadcast are looked through next, by the monotonic clock; at once where there is none. */
  private readonly lookAt = new WeakMap<OnAir, number>();
  /** Broadcasts whose expiry was dealt with. */
  private readonly expired = new WeakSet<OnAir>();

  constructor(options: TargetWatchOptions) {
    this.options = options;
  }

  /** Looks at a target after so many milliseconds; infinite: when something comes. */
  lookAfter(target: OnAirTarget, ms: number): void {
    target.dueAt = this.options.monotonic() + ms;
  }

  /** Called when a target's standing has changed: it gets the time for the new one. */
  begin(target: OnAirTarget): void {
    target.dueAt = this.options.monotonic() + patienceOf(target, this.surroundings());
  }

  /** Called when no target of it is waited for: it was cancelled. */
  halt(broadcast: OnAir): void {
    this.lookAt.delete(broadcast);
    for (const target of broadcast.targets) target.dueAt = Number.POSITIVE_INFINITY;
  }

  /** Called when it is over, and is not looked through any more. */
  end(broadcast: OnAir): void {
    this.halt(broadcast);
    this.lookAt.set(broadcast, Number.POSITIVE_INFINITY);
  }

  /** Deals with every target that has come due. */
  lookThrough(): void {
    const { roster, now, monotonic, patience } = this.options;
    const at = monotonic();
    const clock = now();
    for (const broadcast of roster) {
      const isWaitedFor = broadcast.isCancelled || !broadcast.isOver;
      if (isWaitedFor && !this.expired.has(broadcast) && clock >= broadcast.expiresAt)
        this.expire(broadcast, at);
      if (at < (this.lookAt.get(broadcast) ?? 0)) continue;
      this.lookAt.set(broadcast, at + LOOK_MS);
      for (const target of broadcast.targets) if (target.dueAt <= at) this.look(target);
    }
    void patience.runOut((target) => this.giveUp(target));
  }

  /** Deals with a target whose time has come. */
  look(target: OnAirTarget): void {
    const { queue, patience, isOnline, settings } = this.options;
    target.dueAt = Number.POSITIVE_INFINITY;
    if (target.broadcast.isCancelled) {
      const again = target.stopWanted && isOnline(target.deviceId);
      if (again && target.tries < settings.answerWaitsMs.length) queue.push(target);
      return;
    }
    if (target.isFinal) return;
    const decision = decideOnTarget(target, this.surroundings());
    if (decision.do === "send") queue.push(target);
    else if (decision.do === "wait") target.dueAt = this.options.monotonic() + decision.ms;
    else patience.lose(target);
  }

  private giveUp(target: OnAirTarget): void {
    // Something may have come while the database was asked: then it has time again, or another decision is due.
    if (target.isFinal || target.dueAt !== Number.POSITIVE_INFINITY) return;
    const decision = decideOnTarget(target, this.surroundings());
    if (decision.do !== "give_up") return this.look(target);
    target.giveUp(decision.state, decision.reason, this.options.settings.proof);
    this.options.onGivenUp();
  }

  /** From here on nothing of it is sent; speakers that had begun have a little time left. */
  private expire(broadcast: OnAir, at: number): void {
    const { queue, settings, onExpired } = this.options;
    this.expired.add(broadcast);
    this.lookAt.set(broadcast, at);
    queue.clear(broadcast);
    for (const target of broadcast.targets) {
      if (!target.isFinal) target.dueAt = Math.min(target.dueAt, at + patienceAfterExpiry(target, settings));
    }
    onExpired(broadcast);
  }

  private surroundings(): TargetSurroundings {
    const { settings, isOnline, now, roster } = this.options;
    return { settings, isOnline, isBusy: (target) => roster.isBusy(target), now: now() };
  }
}
