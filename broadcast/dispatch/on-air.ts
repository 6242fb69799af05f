import {
  type BroadcastOrder,
  OPEN_TARGET_STATES,
  type OpenBroadcast,
  TARGET_STATES,
  type TargetState,
} from "../../store/broadcast/index.ts";
import type { CommandEnvelope } from "../contract/index.ts";
import { draftOf } from "../drafting/index.ts";
import type { State } from "../lifecycle/index.ts";
import { byUrgency, spokenSeconds } from "../message/index.ts";
import type { Asked } from "../proof/index.ts";
import { FineRegions } from "../targets/index.ts";

/** A command as it goes out: the same text for every speaker, so it is made once. */
export interface OutgoingCommand {
  readonly commandId: string;
  readonly payload: string;
}

export type OnAirCounts = Readonly<Record<TargetState, number>>;

/** How far a broadcast has come, for whoever watches. */
export interface OnAirProgress {
  readonly broadcastNo: number;
  readonly id: string;
  readonly state: State;
  readonly class: "emergency" | "daily";
  readonly level: number;
  readonly headline: string;
  readonly regions: readonly string[];
  /** Where its speakers stood at the release, as fine as a bounded list can say. */
  readonly speakerRegions: readonly string[];
  readonly counts: OnAirCounts;
  readonly at: Date;
}

/** It is over, whatever becomes of its message. */
export const OVER_STATES: ReadonlySet<State> = new Set(["completed", "failed", "expired", "cancelled"]);

/** "This is a drill" in any language. */
export const ANNOUNCEMENT_SECONDS = 5;

export const toCommand = ({ commandId, jws }: BroadcastOrder): OutgoingCommand => ({
  commandId,
  payload: JSON.stringify({ commandId, jws } satisfies CommandEnvelope),
});

/** What a broadcast on the air has to know of one of its targets. */
export interface CountedTarget {
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly state: TargetState;
  /** Proven in an earlier life of this process: nothing changes it. */
  readonly isClosed: boolean;
  /** Its row in the database is older than what is known. */
  readonly dirty: boolean;
  /** Its row is being written. */
  readonly writing: boolean;
  /** It may hold a command that has to be stopped. */
  stopWanted: boolean;
}

/** A broadcast with its targets in memory: from its release until each is resolved, and while proof may come late. */
export class OnAirBroadcast<Target extends CountedTarget> {
  readonly broadcastNo: number;
  readonly id: string;
  readonly class: "emergency" | "daily";
  readonly mode: OpenBroadcast["mode"];
  readonly level: number;
  readonly headline: string;
  readonly regions: readonly string[];
  private readonly stoodIn = new FineRegions();
  private speakerRegions: readonly string[] | undefined;
  /** Milliseconds since 1970, by our clock. */
  readonly releasedAt: number;
  readonly startsAt: number | undefined;
  readonly expiresAt: number;
  /** What each speaker has to play. */
  readonly asked: Asked;
  /** What announces one reading of a drill comes on top; a speaker need not say it at any length. */
  readonly announcementSeconds: number;
  /** As the database has it. */
  state: State;
  /** Start commands by attempt. */
  readonly starts = new Map<number, OutgoingCommand>();
  stop: OutgoingCommand | undefined;
  readonly byDeviceNo = new Map<number, Target>();
  readonly byDeviceId = new Map<string, Target>();
  readonly counts: Record<TargetState, number>;
  /** Something has changed since it was last told. */
  changed = false;
  /** When it ended, by our clock. */
  endedAt: number | undefined;
  /** How many of its targets are proven and kept for a moment all the same. */
  keptProven = 0;

  constructor(row: OpenBroadcast, orders: readonly BroadcastOrder[]) {
    this.broadcastNo = row.broadcastNo;
    this.id = row.id;
    this.class = row.class;
    this.mode = row.mode;
    this.level = row.level;
    this.headline = row.headline;
    this.regions = row.regions;
    this.releasedAt = row.releasedAt.getTime();
    this.startsAt = row.startsAt?.getTime();
    this.expiresAt = row.expiresAt.getTime();
    this.state = row.state as State;
    this.endedAt = row.endedAt?.getTime();
    const { texts, repeatCount } = draftOf(row);
    this.asked = {
      readingSeconds: spokenSeconds(texts, 1),
      repeatCount: Math.max(1, repeatCount),
      expiresAt: this.expiresAt,
      keepsSchedule: row.class === "daily",
    };
    this.announcementSeconds = row.mode === "drill" ? texts.length * ANNOUNCEMENT_SECONDS : 0;
    for (const order of orders) {
      if (order.type === "stop") this.stop = toCommand(order);
      else this.starts.set(order.attempt, toCommand(order));
    }
    this.counts = Object.fromEntries(TARGET_STATES.map((state) => [state, 0])) as Record<TargetState, number>;
  }

  /** @param regionCode where it stood at the release */
  add(target: Target, regionCode: string): void {
    this.stoodIn.add(regionCode);
    this.speakerRegions = undefined;
    this.byDeviceNo.set(target.deviceNo, target);
    this.byDeviceId.set(target.deviceId, target);
    this.counts[target.state]++;
  }

  get targets(): Iterable<Target> {
    return this.byDeviceNo.values();
  }

  get isCancelled(): boolean {
    return this.state === "cancelled";
  }

  /** No target of it is waited for any more. */
  get isOver(): boolean {
    return OVER_STATES.has(this.state);
  }

  /** It is cancelled, and a speaker may still hold a command of it. @param at by our clock */
  canBeStopped(at: number): boolean {
    return this.isCancelled && at < this.expiresAt;
  }

  /** @param at by our clock */
  end(at: number): void {
    this.endedAt ??= at;
    for (const target of this.targets) target.stopWanted = false;
  }

  /**
   * Lets go of the targets that nothing can change any more; they stay counted.
   * @param final nothing changes what is proven; else an earlier reading may still be on its way
   */
  forgetProven(final: boolean): void {
    this.keptProven = 0;
    for (const target of this.targets) {
      if (target.state !== "sounded") continue;
      if (!(final || target.isClosed)) this.keptProven++;
      else if (!target.dirty && !target.writing) {
        this.byDeviceNo.delete(target.deviceNo);
        this.byDeviceId.delete(target.deviceId);
      }
    }
  }

  /** Targets that are not resolved. */
  get open(): number {
    return OPEN_TARGET_STATES.reduce((sum, state) => sum + this.counts[state], 0);
  }

  /** Whether a target's row in the database is older than what is known. */
  hasDirty(): boolean {
    for (const target of this.targets) if (target.dirty) return true;
    return false;
  }

  progress(at: Date): OnAirProgress {
    const { broadcastNo, id, state, level, headline, regions, counts } = this;
    this.speakerRegions ??= this.stoodIn.list();
    return {
      broadcastNo,
      id,
      state,
      class: this.class,
      level,
      headline,
      regions,
      speakerRegions: this.speakerRegions,
      counts: { ...counts },
      at,
    };
  }
}

type Urgent = Pick<
  OnAirBroadcast<CountedTarget>,
  "isCancelled" | "class" | "mode" | "level" | "releasedAt" | "broadcastNo"
>;

/** Whose commands go first: what stops, then emergencies, then level 1 to 4, then what was released first. */
export function moreUrgentFirst(a: Urgent, b: Urgent): number {
  return (
    Number(b.isCancelled) - Number(a.isCancelled) ||
    byUrgency(a, b) ||
    a.releasedAt - b.releasedAt ||
    a.broadcastNo - b.broadcastNo
  );
}
