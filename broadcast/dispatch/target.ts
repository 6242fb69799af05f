import type { TargetChange, TargetRow, TargetState } from "../../store/broadcast/index.ts";
import {
  type Evidence,
  evidenceOf,
  type Facts,
  judge,
  noFacts,
  type ProofRules,
  provenAttempt,
  type Standing,
  secondsOf,
  wasPartlyHeard,
} from "../proof/index.ts";
import type { OnAirBroadcast } from "./on-air.ts";
import { playTimes } from "./play-times.ts";

/** Final: nothing more is waited for. Late facts may still correct it, for a day after its broadcast has ended. */
const FINAL: ReadonlySet<TargetState> = new Set(["sounded", "refused", "failed", "offline", "cancelled"]);

/** The decision after nothing came for too long. It holds while the speaker stands where it stood then. */
interface GivenUp {
  readonly standing: Standing["state"];
  readonly state: "failed" | "offline";
  readonly reason: string | null;
}

/** The standings in which a speaker is given up, for each of these reasons. */
const DECIDED_IN: Readonly<Record<string, readonly Standing["state"][]>> = {
  no_answer: ["unanswered"],
  not_started: ["acknowledged", "unproven"],
  no_end: ["started", "unproven"],
  connection_lost: ["acknowledged", "started"],
  interrupted: ["interrupted"],
  no_sound: ["unproven"],
  muted: ["unproven"],
  cut_short: ["unproven"],
  no_length: ["unproven"],
};

/** A broadcast on the air, with this room's targets. */
export type OnAir = OnAirBroadcast<OnAirTarget>;

/** One speaker of one broadcast, in memory. */
export class OnAirTarget {
  readonly broadcast: OnAir;
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly attempt: number;
  readonly facts: Facts = noFacts();
  state: TargetState;
  reason: string | null;
  /**
   * True when people heard a part in some attempt, as far as is known, and if a reading of the reported one shows it.
   */
  partlyHeard: boolean;
  hasEvidence: boolean;
  /** Its standing according to the facts. */
  standing: Standing["state"] = "unanswered";
  /** How often the command of this attempt was sent, as far as is known. */
  sends: number;
  /** How often since the speaker last began to listen. */
  tries = 0;
  handedOverAt: number | null;
  /** When to look at it again, by the monotonic clock; infinite: when something comes. */
  dueAt = Number.POSITIVE_INFINITY;
  /** True when its row in the database is older than this. */
  dirty = false;
  /** True while it is being written. */
  writing = false;
  cancelled: boolean;
  /** True when its broadcast is cancelled, and it may hold the command and has not answered the one to stop. */
  stopWanted = false;
  stopAnswered = false;
  /** True when its door has taken the command to stop. */
  stopTaken = false;
  /** True when it is not known whether its command left. */
  isUnsure = false;
  private givenUp: GivenUp | undefined;
  /** As it was read. */
  private readonly stored: Pick<TargetRow, "state" | "reason" | "earlier">;

  constructor(broadcast: OnAir, row: TargetRow) {
    this.broadcast = broadcast;
    this.deviceNo = row.deviceNo;
    this.deviceId = row.deviceId;
    this.attempt = row.attempt;
    this.state = row.state;
    this.reason = row.reason;
    this.partlyHeard = row.partlyHeard;
    this.hasEvidence = row.hasEvidence;
    this.sends = row.sends;
    this.handedOverAt = row.handedOverAt;
    this.cancelled = row.state === "cancelled";
    this.stored = { state: row.state, reason: row.reason, earlier: row.earlier };
  }

  get isFinal(): boolean {
    return FINAL.has(this.state);
  }

  /**
   * True when it was proven in an earlier life of this process: its evidence is not needed again, and nothing changes
   * it.
   */
  get isClosed(): boolean {
    return this.stored.state === "sounded";
  }

  /** The reading that proves it; undefined as long as nothing does. */
  proof(rules: ProofRules): Evidence | undefined {
    if (this.state !== "sounded") return undefined;
    const proven = provenAttempt(this.facts, rules, this.broadcast.asked);
    return proven === undefined ? undefined : evidenceOf(this.facts, proven, this.broadcast.asked);
  }

  /** Call it when it has all facts from the database: a decision of an earlier life still holds. */
  adopt(rules: ProofRules): void {
    const { state, reason } = this.stored;
    this.standing = this.judge(rules).state;
    // Unless something has come since: then the speaker is no longer waited for in the standing of that decision.
    const holds = state === "offline" ? ["unanswered"] : (DECIDED_IN[reason ?? ""] ?? []);
    if ((state === "failed" || state === "offline") && holds.includes(this.standing))
      this.givenUp = { standing: this.standing, state, reason };
    this.settle(rules);
  }

  /**
   * Brings the state in line with the facts.
   * @returns true when its standing has changed, so that another deadline counts
   */
  settle(rules: ProofRules): boolean {
    if (this.isClosed) return false;
    const standing = this.judge(rules);
    const moved = standing.state !== this.standing;
    if (moved) {
      this.standing = standing.state;
      this.givenUp = undefined;
    }
    const { state, reason } = this.verdictOf(standing);
    const { isOver, isCancelled, asked } = this.broadcast;
    const partlyHeard = wasPartlyHeard(this.facts, rules, asked);
    const hasEvidence = evidenceOf(this.facts, this.reportedBy(standing), asked) !== undefined;
    // After the end a row is worth writing only for another verdict, an earlier proof, or the news that people heard a
    // part.
    const isSame =
      state === this.state &&
      reason === this.reason &&
      partlyHeard === this.partlyHeard &&
      hasEvidence === this.hasEvidence;
    this.partlyHeard = partlyHeard;
    this.hasEvidence = hasEvidence;
    if (isOver && !isCancelled && isSame && state !== "sounded") return moved;
    this.dirty = true;
    this.broadcast.changed = true;
    if (state !== this.state) {
      this.broadcast.counts[this.state]--;
      this.broadcast.counts[state]++;
      this.state = state;
    }
    this.reason = reason;
    return moved;
  }

  /** Waits no longer. */
  giveUp(state: "failed" | "offline", reason: string | null, rules: ProofRules): void {
    this.givenUp = { standing: this.standing, state, reason };
    this.dueAt = Number.POSITIVE_INFINITY;
    this.settle(rules);
  }

  /** Its door took the command over. @param at by the platform's clock */
  takeStart(at: number): void {
    this.tries++;
    this.sends++;
    this.handedOverAt ??= at;
    // A stop in the meantime could not know that this speaker would have to be stopped.
    if (this.broadcast.isCancelled) this.wantStop();
  }

  /** It is not known whether it has its command. */
  mayHold(): void {
    this.isUnsure = true;
    if (this.broadcast.isCancelled) this.wantStop();
  }

  /**
   * Its broadcast was cancelled.
   * @param unsure it was read from the database: only the speaker knows whether it holds a command
   */
  cancel(rules: ProofRules, unsure: boolean): void {
    this.tries = 0;
    this.stopWanted = false;
    const { earlier } = this.stored;
    const wasSent = this.sends > 0 || earlier.some(({ handedOverAt }) => handedOverAt !== null);
    if (unsure || this.isUnsure || wasSent) this.wantStop();
    if (this.isFinal) return;
    this.cancelled = true;
    this.settle(rules);
  }

  /** A speaker that was given up may play nevertheless. One that refused or has played to the end does not. */
  private wantStop(): void {
    this.stopWanted = this.state !== "sounded" && this.state !== "refused" && !this.stopAnswered;
  }

  /** It has answered the command to stop: whatever the answer says, it has the command. */
  answerStop(): void {
    this.stopWanted = false;
    this.stopAnswered = true;
  }

  /** Its row is written as it is now. */
  beginWrite(): void {
    this.dirty = false;
    this.writing = true;
  }

  endWrite(isWritten: boolean): void {
    this.dirty ||= !isWritten;
    this.writing = false;
  }

  private judge(rules: ProofRules): Standing {
    return judge(this.facts, this.attempt, rules, this.broadcast.asked);
  }

  /** Once its broadcast is over, a target is not open again: until it is proven or refuted the verdict stands. */
  private verdictOf(standing: Standing): { state: TargetState; reason: string | null } {
    const found = this.stateOf(standing);
    if (!this.broadcast.isOver || FINAL.has(found.state)) return found;
    if (standing.state === "unproven") return { state: "failed", reason: standing.reason };
    return this.isFinal ? { state: this.state, reason: this.reason } : found;
  }

  private stateOf(standing: Standing): { state: TargetState; reason: string | null } {
    if (standing.state === "sounded") return { state: "sounded", reason: null };
    if (this.cancelled) return { state: "cancelled", reason: null };
    if (standing.state === "refused" || standing.state === "failed") return standing;
    if (this.givenUp) {
      const { state, reason } = this.givenUp;
      return { state, reason: standing.state === "unproven" ? standing.reason : reason };
    }
    switch (standing.state) {
      case "unanswered":
        return { state: this.handedOverAt === null ? "waiting" : "handed_over", reason: null };
      case "acknowledged":
        return { state: "acknowledged", reason: null };
      default:
        return { state: "started", reason: null };
    }
  }

  /**
   * Its row, as far as it is known: everything about a play in it is from one attempt, the proven one where there is
   * one.
   */
  change(rules: ProofRules): TargetChange {
    const standing = this.judge(rules);
    const attempt = this.reportedBy(standing);
    const own = this.facts.attempts[attempt];
    const evidence = evidenceOf(this.facts, attempt, this.broadcast.asked);
    const handedOverAt = this.handedOverOf(attempt) ?? Number.NEGATIVE_INFINITY;
    const earliest = Math.max(this.broadcast.releasedAt, handedOverAt);
    return {
      broadcastNo: this.broadcast.broadcastNo,
      deviceNo: this.deviceNo,
      attempt: this.attempt,
      reportedAttempt: attempt,
      state: this.state,
      reason: this.reason,
      sends: this.sends,
      handedOverAt: this.handedOverAt,
      acknowledgedAt: own?.acknowledgedAt ?? null,
      ...playTimes(own ?? {}, evidence, earliest),
      evidenceCurrent: evidence?.amplifierCurrent ?? null,
      evidenceSoundLevel: evidence?.soundLevel ?? null,
      secondsPlayed: (own && secondsOf(own)) ?? null,
      partlyHeard: this.partlyHeard,
    };
  }

  /** The attempt that its row reports. */
  private reportedBy(standing: Standing): number {
    return ("attempt" in standing ? standing.attempt : undefined) ?? this.attempt;
  }

  /** When the command of an attempt first left, as far as it is known. */
  private handedOverOf(attempt: number): number | null {
    if (attempt === this.attempt) return this.handedOverAt;
    return this.stored.earlier.find((one) => one.attempt === attempt)?.handedOverAt ?? null;
  }
}
