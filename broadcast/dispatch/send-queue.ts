import { setImmediate as nextTurn } from "node:timers/promises";
import { moreUrgentFirst } from "./on-air.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/**
 * Commands sent in one turn of the event loop; at about 20 µs each, acknowledgements and requests wait a few
 * milliseconds.
 */
const LEAST = 200;
/** Other work waits no longer than this behind the commands of one turn. */
const MOST_MS = 40;

/** The doors' answers to the commands that they were given. */
export interface DoorAnswers {
  readonly hasAnswers: boolean;
  /** Takes in the next answer. */
  takeAnswer(): void;
  /** The number of commands of a broadcast that are still unanswered. */
  unanswered(broadcast: OnAir): number;
}

export interface SendQueueOptions {
  /** Asks a door to take the command of a target, unless there is none to send any more. */
  readonly send: (target: OnAirTarget) => void;
  readonly doors: DoorAnswers;
  /** Called when everything of a broadcast was sent and answered for. */
  readonly onEmptied: (broadcast: OnAir) => void;
  /** Milliseconds. */
  readonly monotonic: () => number;
}

/**
 * Sends commands in the order of their urgency, a part in each turn of the event loop, for as long as all other work
 * took since the part before. Ten thousand speakers that answer the first commands would otherwise fill each turn, and
 * the last command would wait for them. The answers of doors are taken in by the same measure.
 */
export class SendQueue {
  private readonly options: SendQueueOptions;
  /** Targets whose command is to be sent, in the order in which they came. */
  private readonly lines = new Map<OnAir, Set<OnAirTarget>>();
  /** The callers that wait until a broadcast is sent. */
  private readonly waiters = new Map<OnAir, (() => void)[]>();
  private running = false;
  private stopped = false;

  constructor(options: SendQueueOptions) {
    this.options = options;
  }

  push(target: OnAirTarget): void {
    const line = this.lines.get(target.broadcast);
    if (line) line.add(target);
    else this.lines.set(target.broadcast, new Set([target]));
    this.wake();
  }

  /** Goes on with the waiting commands and answers. */
  wake(): void {
    if (!this.running && !this.stopped) void this.run();
  }

  /** Forgets the waiting commands of a broadcast. */
  clear(broadcast: OnAir): void {
    this.lines.get(broadcast)?.clear();
    this.lines.delete(broadcast);
    if (this.isQuiet(broadcast)) this.tellWaiters(broadcast);
  }

  /** Resolves when nothing of a broadcast waits to be sent or to be answered for. */
  sent(broadcast: OnAir): Promise<void> {
    if (this.stopped || this.isQuiet(broadcast)) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiters.set(broadcast, [...(this.waiters.get(broadcast) ?? []), resolve]);
    });
  }

  /** Sends no more, and takes in the answers of doors so far. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const broadcast of [...this.waiters.keys()]) this.tellWaiters(broadcast);
    await nextTurn();
    const { doors } = this.options;
    while (doors.hasAnswers) doors.takeAnswer();
  }

  /** Called when an answer about a command of this broadcast was taken in. */
  onAnswered(broadcast: OnAir): void {
    if (!this.isQuiet(broadcast)) return;
    this.options.onEmptied(broadcast);
    this.tellWaiters(broadcast);
  }

  private isQuiet(broadcast: OnAir): boolean {
    return !this.lines.has(broadcast) && this.options.doors.unanswered(broadcast) === 0;
  }

  private tellWaiters(broadcast: OnAir): void {
    const waiters = this.waiters.get(broadcast) ?? [];
    this.waiters.delete(broadcast);
    for (const resolve of waiters) resolve();
  }

  private get isLeft(): boolean {
    return this.lines.size > 0 || this.options.doors.hasAnswers;
  }

  private async run(): Promise<void> {
    const { monotonic } = this.options;
    this.running = true;
    try {
      // A caller that pushes many at once has them all in the queue before the first one leaves.
      await nextTurn();
      let ended = monotonic();
      while (this.isLeft && !this.stopped) {
        const began = monotonic();
        const until = began + Math.min(began - ended, MOST_MS);
        // A command that waits is worth more than what is known of one that has left.
        this.sendPart(until);
        this.takePart(until);
        ended = monotonic();
        await nextTurn();
      }
    } finally {
      this.running = false;
    }
  }

  private takePart(until: number): void {
    const { doors, monotonic } = this.options;
    for (let taken = 0; doors.hasAnswers && (taken < LEAST || monotonic() < until); taken++)
      doors.takeAnswer();
  }

  /** Of the most urgent broadcast; of a less urgent one, in the next turn. */
  private sendPart(until: number): void {
    const { send, monotonic } = this.options;
    const broadcast = this.mostUrgent();
    const line = broadcast && this.lines.get(broadcast);
    if (!line) return;
    let sent = 0;
    for (const target of line) {
      if (sent >= LEAST && monotonic() >= until) return;
      line.delete(target);
      send(target);
      sent++;
    }
    this.lines.delete(broadcast);
    this.onAnswered(broadcast);
  }

  private mostUrgent(): OnAir | undefined {
    let best: OnAir | undefined;
    for (const broadcast of this.lines.keys()) {
      if (!best || moreUrgentFirst(broadcast, best) < 0) best = broadcast;
    }
    return best;
  }
}
