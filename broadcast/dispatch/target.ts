import type { TargetChange, TargetRow, TargetState } from "../../store/broadcast-targets.ts";
import { evidenceOf, type Facts, judge, noFacts, type ProofRules, type Standing } from "../proof.ts";
import type { OnAir } from "./on-air.ts";

/** Final: nothing more is waited for. Late facts may still correct it, for a day after its broadcast has ended. */
const FINAL: ReadonlySet<TargetState> = new Set(["sounded", "refused", "failed", "offline", "cancelled"]);

/** What was decided when nothing came for too long. It holds while the speaker stands where it stood then. */
interface GivenUp {
  readonly standing: Standing["state"];
  readonly state: "failed" | "offline";
  readonly reason: string | null;
}

/** Where a speaker stands when it is given up for each of these reasons. */
const DECIDED_IN: Readonly<Record<string, readonly Standing["state"][]>> = {
  no_answer: ["unanswered"],
  not_started: ["acknowledged", "unproven"],
  no_end: ["started", "unproven"],
  connection_lost: ["acknowledged", "started"],
  interrupted: ["interrupted"],
  no_sound: ["unproven"],
  muted: ["unproven"],
  cut_short: ["unproven"],
};

/** One speaker of one broadcast, in memory. */
export class OnAirTarget {
  readonly broadcast: OnAir;
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly attempt: number;
  readonly facts: Facts = noFacts();
  state: TargetState;
  reason: string | null;
  /** Where the facts say that it stands. */
  standing: Standing["state"] = "unanswered";
  /** How often the command of this attempt was sent, as far as is known. */
  sends: number;
  /** How often since the speaker last began to listen. */
  tries = 0;
  handedOverAt: number | null;
  /** When to look at it again, by the monotonic clock; infinite: when something comes. */
  dueAt = Number.POSITIVE_INFINITY;
  queued = false;
  /** Its row in the database is older than this. */
  dirty = false;
  /** It is being written. */
  writing = false;
  cancelled: boolean;
  /** Its broadcast is cancelled, and it may hold the command and has not answered the one to stop. */
  stopWanted = false;
  stopAnswered = false;
  private givenUp: GivenUp | undefined;
  /** As it was read. */
  private readonly stored: Pick<TargetRow, "state" | "reason">;

  constructor(broadcast: OnAir, row: TargetRow) {
    this.broadcast = broadcast;
    this.deviceNo = row.deviceNo;
    this.deviceId = row.deviceId;
    this.attempt = row.attempt;
    this.state = row.state;
    this.reason = row.reason;
    this.sends = row.sends;
    this.handedOverAt = row.handedOverAt;
    this.cancelled = row.state === "cancelled";
    this.stored = { state: row.state, reason: row.reason };
  }

  get isFinal(): boolean {
    return FINAL.has(this.state);
  }

  /** To be called when all is known that the database knows: a decision of an earlier life still holds. */
  adopt(rules: ProofRules): void {
    const { state, reason } = this.stored;
    this.standing = this.judge(rules).state;
    // Unless something has come since: then what was decided is not what the speaker is waited for now.
    const holds = state === "offline" ? ["unanswered"] : (DECIDED_IN[reason ?? ""] ?? []);
    if ((state === "failed" || state === "offline") && holds.includes(this.standing))
      this.givenUp = { standing: this.standing, state, reason };
    this.settle(rules);
  }

  /**
   * Brings the state in line with the facts.
   * @returns whether it stands elsewhere than before, so that another deadline counts
   */
  settle(rules: ProofRules): boolean {
    // Proven in an earlier life of this process: its evidence need not be had again.
    if (this.stored.state === "sounded") return false;
    const standing = this.judge(rules);
    const moved = standing.state !== this.standing;
    if (moved) {
      this.standing = standing.state;
      this.givenUp = undefined;
    }
    const { state, reason } = this.verdictOf(standing);
    // After the end only a verdict that is another one is worth a row.
    const { isOver, isCancelled } = this.broadcast;
    if (isOver && !isCancelled && state === this.state && reason === this.reason) return moved;
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

  cancel(rules: ProofRules): void {
    this.cancelled = true;
    this.settle(rules);
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

  /** Its row, as far as it is known. */
  change(rules: ProofRules): TargetChange {
    const standing = this.judge(rules);
    const attempt = ("attempt" in standing ? standing.attempt : undefined) ?? this.attempt;
    const own = this.facts.attempts[attempt];
    const evidence = evidenceOf(this.facts, attempt);
    const end = own?.ended ?? own?.stopped;
    return {
      broadcastNo: this.broadcast.broadcastNo,
      deviceNo: this.deviceNo,
      attempt: this.attempt,
      state: this.state,
      reason: this.reason,
      sends: this.sends,
      handedOverAt: this.handedOverAt,
      acknowledgedAt: own?.acknowledgedAt ?? null,
      startedAt: own?.started ? this.within(own.started.observedAt, own.started.receivedAt) : null,
      evidenceAt: evidence ? Math.round(evidence.observedAt) : null,
      evidenceCurrent: evidence?.amplifierCurrent ?? null,
      evidenceSoundLevel: evidence?.soundLevel ?? null,
      endedAt: end ? this.within(end.observedAt, end.receivedAt) : null,
      secondsPlayed: end?.secondsPlayed ?? null,
    };
  }

  /** A moment by the speaker's clock, which may be off: not before the release and not after we heard of it. */
  private within(observedAt: number, receivedAt: number): number {
    return Math.round(Math.min(Math.max(observedAt, this.broadcast.releasedAt), receivedAt));
  }
}
