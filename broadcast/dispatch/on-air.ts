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

/** A command in its outgoing form: the same text for every speaker, so it is made once. */
export interface OutgoingCommand {
  readonly commandId: string;
  readonly payload: string;
}

export type OnAirCounts = Readonly<Record<TargetState, number>>;

/** The progress of a broadcast, for listeners. */
export interface OnAirProgress {
  readonly broadcastNo: number;
  readonly id: string;
  readonly state: State;
  readonly class: "emergency" | "daily";
  readonly level: number;
  readonly headline: string;
  readonly regions: readonly string[];
  /** The regions in which its speakers stood at the release, as fine as a bounded list can say. */
  readonly speakerRegions: readonly string[];
  readonly counts: OnAirCounts;
  readonly at: Date;
}

/** States in which it is over, even if its message is still in force. */
export const OVER_STATES: ReadonlySet<State> = new Set(["completed", "failed", "expired", "cancelled"]);

/** "This is a drill" in any language. */
export const ANNOUNCEMENT_SECONDS = 5;

export const toCommand = ({ commandId, jws }: BroadcastOrder): OutgoingCommand => ({
  commandId,
  payload: JSON.stringify({ commandId, jws } satisfies CommandEnvelope),
});

/** The facts about one of its targets that a broadcast on the air needs. */
export interface CountedTarget {
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly state: TargetState;
  /** True when it was proven in an earlier life of this process: nothing changes it. */
  readonly isClosed: boolean;
  /** True when its row in the database is older than the facts. */
  readonly dirty: boolean;
  /** True while its row is being written. */
  readonly writing: boolean;
  /** True when it may hold a command that has to be stopped. */
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
  /** Milliseconds since 1970, by the platform's clock. */
  readonly releasedAt: number;
  readonly startsAt: number | undefined;
  readonly expiresAt: number;
  /** The order to each speaker. */
  readonly asked: Asked;
  /** The announcement before each reading of a drill comes on top; a speaker need not make it of any certain length. */
  readonly announcementSeconds: number;
  /** As the database has it. */
  state: State;
  /** Start commands by attempt. */
  readonly starts = new Map<number, OutgoingCommand>();
  stop: OutgoingCommand | undefined;
  readonly byDeviceNo = new Map<number, Target>();
  readonly byDeviceId = new Map<string, Target>();
  readonly counts: Record<TargetState, number>;
  /** True when something has changed since it was last reported. */
  changed = false;
  /** When it ended, by the platform's clock. */
  endedAt: number | undefined;
  /** The number of its targets that are proven and kept for a moment all the same. */
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

  /** @param regionCode the region in which it stood at the release */
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

  /** True when it waits for no target any more. */
  get isOver(): boolean {
    return OVER_STATES.has(this.state);
  }

  /** True when the order of this attempt, or of a later one, is in memory. */
  isInAttempt(attempt: number): boolean {
    return Math.max(...this.starts.keys()) >= attempt;
  }

  /** True when it is cancelled, and a speaker may still hold a command of it. @param at by the platform's clock */
  canBeStopped(at: number): boolean {
    return this.isCancelled && at < this.expiresAt;
  }

  /** @param at by the platform's clock */
  end(at: number): void {
    this.endedAt ??= at;
    for (const target of this.targets) target.stopWanted = false;
  }

  /**
   * Lets go of the targets that nothing can change any more; they stay counted.
   * @param final true: nothing changes proven ones; otherwise an earlier reading may still be on its way
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

  /** True when a target's row in the database is older than the facts. */
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

/** The order in which commands go: stops first, then emergencies, then level 1 to 4, then by release. */
export function moreUrgentFirst(a: Urgent, b: Urgent): number {
  return (
    Number(b.isCancelled) - Number(a.isCancelled) ||
    byUrgency(a, b) ||
    a.releasedAt - b.releasedAt ||
    a.broadcastNo - b.broadcastNo
  );
}
