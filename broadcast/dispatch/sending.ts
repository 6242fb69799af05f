import type { AnsweredDelivery, Deliveries } from "./deliveries.ts";
import type { FirstRounds } from "./first-rounds.ts";
import type { DispatchMetrics } from "./metrics.ts";
import type { Roster } from "./roster.ts";
import type { SendQueue } from "./send-queue.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAirTarget } from "./target.ts";
import type { TargetWatch } from "./target-watch.ts";

/** The wait for a full line, in milliseconds. */
const RETRY_MS = 2_000;

export interface SendingOptions {
  readonly roster: Roster;
  readonly queue: SendQueue;
  readonly deliveries: Deliveries;
  readonly watch: TargetWatch;
  readonly firstRounds: FirstRounds;
  readonly metrics: DispatchMetrics;
  readonly settings: DispatchSettings;
  readonly isOnline: (deviceId: string) => boolean;
  readonly now: () => number;
  /** False while another process may dispatch in this one's place. */
  readonly mayAct: () => boolean;
  /** Called when a speaker has its command on its connection, for the first time or once more. */
  readonly onSent: (target: OnAirTarget) => void;
}

/** Chooses the command for a speaker, and draws the consequences from its door's answer. */
export class Sending {
  private readonly options: SendingOptions;

  constructor(options: SendingOptions) {
    this.options = options;
  }

  /** Hands the command over that a target is to get now, if there is one. */
  send(target: OnAirTarget): void {
    const { roster, deliveries, watch, now, mayAct } = this.options;
    const { broadcast } = target;
    // The broadcast was read again while this target waited for another command to its speaker.
    if (roster.get(broadcast.broadcastNo) !== broadcast) return;
    if (now() >= broadcast.expiresAt) return watch.look(target);
    const isStop = broadcast.isCancelled;
    // A stop does no harm, whoever sends it.
    if (!isStop && !mayAct()) return watch.lookAfter(target, RETRY_MS);
    const command = isStop ? broadcast.stop : broadcast.starts.get(target.attempt);
    // A stop that is not signed yet comes back here once it is.
    if (!command || (isStop ? !target.stopWanted : target.isFinal)) return;
    if (deliveries.isUnderWay(target)) deliveries.waitFor(target);
    else deliveries.ask(target, command.payload, isStop);
  }

  /**
   * Called when a door has answered. The question at that time counts, though the broadcast may have been stopped or
   * read again since.
   */
  onAnswer({ target: asked, isStop, isTaken, isKnown, at }: AnsweredDelivery): void {
    const { roster, watch, settings, isOnline } = this.options;
    const target = roster.current(asked);
    if (!target) return;
    // A device that is not there or not listening will say when it is. One that is there, but whose line is full, is
    // tried again soon.
    const again = isOnline(target.deviceId) ? RETRY_MS : Number.POSITIVE_INFINITY;
    const wait = isTaken ? this.answerWait(target, settings) : again;
    // The wait for a speaker that has acknowledged it before goes on as before.
    if (isStop || target.standing === "unanswered") watch.lookAfter(target, wait);
    if (!isKnown && !isStop) this.onStartUnsure(target);
    if (!isTaken) return;
    if (isStop) this.onStopSent(target);
    else this.onStartSent(target, at);
  }

  /**
   * Called when a speaker listens. Commands on their way when the line broke may be lost; it recognizes by the id those
   * that it has.
   */
  onListening(target: OnAirTarget): void {
    const { queue, watch } = this.options;
    target.tries = 0;
    if (target.broadcast.isCancelled) {
      if (target.stopWanted) queue.push(target);
      return;
    }
    if (target.isFinal) return;
    if (target.standing === "unanswered" || target.standing === "acknowledged") queue.push(target);
    if (target.standing !== "unanswered") watch.begin(target);
  }

  private answerWait({ tries }: OnAirTarget, { answerWaitsMs }: DispatchSettings): number {
    return answerWaitsMs[Math.min(tries, answerWaitsMs.length - 1)] ?? 0;
  }

  /** Nobody can say whether the speaker has its command: it does not count as sent, and is stopped nevertheless. */
  private onStartUnsure(target: OnAirTarget): void {
    target.mayHold();
    if (target.stopWanted) this.options.queue.push(target);
  }

  private onStopSent(target: OnAirTarget): void {
    target.tries++;
    target.stopTaken = true;
    this.options.metrics.commands.inc({ type: "stop" });
  }

  private onStartSent(target: OnAirTarget, at: number): void {
    const { metrics, firstRounds, queue, onSent } = this.options;
    const isFirst = target.sends === 0;
    target.takeStart(at);
    if (isFirst) firstRounds.handedOver(target.broadcast, at);
    metrics.commands.inc({ type: isFirst ? "first" : "repeated" });
    if (target.stopWanted) queue.push(target);
    onSent(target);
  }
}
