import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { CommandedDevice, Delivery, DoorCommand } from "../../exchange/door.ts";
import type { DoorAnswers } from "./send-queue.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/** A command that a door was asked to take. It stays the same, whatever becomes of the broadcast meanwhile. */
export interface AskedDelivery {
  readonly target: OnAirTarget;
  /** True for the command to stop. */
  readonly isStop: boolean;
}

/** The door's answer to it. */
export interface AnsweredDelivery extends AskedDelivery {
  readonly isTaken: boolean;
  /** False where the door failed: it may have taken it nevertheless. */
  readonly isKnown: boolean;
  /** By the platform's clock. */
  readonly at: number;
}

export interface DeliveriesOptions {
  /**
   * Hands a command over to the door of a speaker. Its promise should not reject; a door that rejects has not taken it.
   */
  readonly deliver: (device: CommandedDevice, command: DoorCommand) => Promise<Delivery>;
  /** For so long a door may think about a command before it counts as not taken. Milliseconds. */
  readonly deliveryMs: number;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly log: Logger;
  /** Called when there are answers to be taken in. */
  readonly onAnswers: () => void;
  /** Called when an answer is taken in. */
  readonly onAnswer: (answer: AnsweredDelivery) => void;
  /** Called for a target that had to wait for another command to its speaker, and is to be sent now. */
  readonly onNext: (target: OnAirTarget) => void;
  /** Called when one command fewer of this broadcast is unanswered. */
  readonly onEnded: (broadcast: OnAir) => void;
}

/** A speaker's command under way, and the targets that wait for it. */
interface UnderWay extends AskedDelivery {
  readonly since: number;
  readonly next: Set<OnAirTarget>;
}

/**
 * Commands that doors were asked to take and have not answered for. A speaker has one of them at a time, so that a stop
 * never overtakes its start, whatever a door does. A door's answer is only noted when it comes, which is quick: ten
 * thousand may come in one moment. They are taken in one by one when there is time for it.
 */
export class Deliveries implements DoorAnswers {
  private readonly options: DeliveriesOptions;
  private readonly limitLog = createLogLimiter();
  /** By device; the oldest first. */
  private readonly underWay = new Map<string, UnderWay>();
  private readonly counts = new Map<OnAir, number>();
  private answers: (readonly [UnderWay, AnsweredDelivery])[] = [];
  private taken = 0;

  constructor(options: DeliveriesOptions) {
    this.options = options;
  }

  /** True when a command to this speaker is under way, for which another one has to wait. */
  isUnderWay({ deviceId }: OnAirTarget): boolean {
    return this.underWay.has(deviceId);
  }

  /** Sends a target once the command under way to its speaker was answered for. */
  waitFor(target: OnAirTarget): void {
    const first = this.underWay.get(target.deviceId);
    if (!first || first.next.has(target)) return;
    first.next.add(target);
    this.count(target.broadcast, 1);
  }

  /** Asks the door. */
  ask(target: OnAirTarget, payload: string, isStop: boolean): void {
    const asked: UnderWay = { target, isStop, since: this.options.monotonic(), next: new Set() };
    this.underWay.set(target.deviceId, asked);
    this.count(target.broadcast, 1);
    this.deliver(target, payload).then(
      (delivery) => this.note(asked, delivery === "taken", true),
      (error: unknown) => {
        this.limitLog("rejected", (suppressed) =>
          this.options.log.error(
            { err: error, device: target.deviceId, suppressed },
            "a door could not say whether it takes a command; it counts as not taken",
          ),
        );
        this.note(asked, false, false);
      },
    );
  }

  get hasAnswers(): boolean {
    return this.taken < this.answers.length;
  }

  takeAnswer(): void {
    const [asked, answer] = this.answers[this.taken++]!;
    if (!this.hasAnswers) {
      this.answers = [];
      this.taken = 0;
    }
    // An answer that comes after it was given up is just as true.
    this.options.onAnswer(answer);
    if (this.underWay.get(asked.target.deviceId) === asked) this.end(asked);
  }

  unanswered(broadcast: OnAir): number {
    return this.counts.get(broadcast) ?? 0;
  }

  /** Waits no longer for doors that have thought about a command for too long. */
  giveUpOverdue(): void {
    const { monotonic, deliveryMs, log } = this.options;
    const at = monotonic();
    for (const asked of this.underWay.values()) {
      if (at - asked.since < deliveryMs) return;
      this.limitLog("overdue", (suppressed) =>
        log.error(
          { device: asked.target.deviceId, suppressed },
          "a door does not say whether it takes a command; it counts as not taken",
        ),
      );
      // Its answer is still to come.
      this.options.onAnswer(this.answerOf(asked, false, true));
      this.end(asked);
    }
  }

  /** An error that a door throws at once counts as a rejection too. */
  private deliver({ deviceId, deviceNo }: OnAirTarget, payload: string): Promise<Delivery> {
    try {
      return this.options.deliver({ id: deviceId, deviceNo }, { payload });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private note(asked: UnderWay, isTaken: boolean, isKnown: boolean): void {
    this.answers.push([asked, this.answerOf(asked, isTaken, isKnown)]);
    if (this.answers.length === 1) this.options.onAnswers();
  }

  private answerOf({ target, isStop }: UnderWay, isTaken: boolean, isKnown: boolean): AnsweredDelivery {
    return { target, isStop, isTaken, isKnown, at: this.options.now() };
  }

  private end({ target, next }: UnderWay): void {
    this.underWay.delete(target.deviceId);
    this.count(target.broadcast, -1);
    for (const waiting of next) {
      this.count(waiting.broadcast, -1);
      this.options.onNext(waiting);
    }
    this.options.onEnded(target.broadcast);
  }

  private count(broadcast: OnAir, change: number): void {
    const count = this.unanswered(broadcast) + change;
    if (count > 0) this.counts.set(broadcast, count);
    else this.counts.delete(broadcast);
  }
}
