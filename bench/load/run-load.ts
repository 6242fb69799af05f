import type { Bench } from "../story.ts";
import { Child } from "./child.ts";
import type { LoadCommand, LoadMessage, LoadOrder, LoadReport } from "./worker.ts";

/** A load that runs in a process of its own. */
export interface RunningLoad {
  /** Resolves when all are connected and counting begins. */
  readonly counting: Promise<void>;
  readonly counted: Promise<void>;
  readonly report: Promise<LoadReport>;
  /** Tells a load of QoS 0 how many of its messages are stored. */
  settled(messages: number): void;
}

export function startLoad(bench: Bench, order: LoadOrder): RunningLoad {
  const child = Child.start<LoadMessage>(bench, "load/worker.ts", order);
  const counting = child.next("counting").then(() => {});
  const counted = counting.then(() => child.next("counted")).then(() => {});
  const report = counted.then(() => child.next("report")).then((message) => message.report);
  // A caller that only looks at the report still hears of a failure there.
  counting.catch(() => {});
  counted.catch(() => {});
  report.catch(() => {});
  return {
    counting,
    counted,
    report,
    settled: (messages) => child.tell({ type: "settled", messages } satisfies LoadCommand),
  };
}

/** Hands out moments for readings, so that no run repeats a moment of another. */
export class Moments {
  private at: number;

  /**
   * Begins now, as an ordinary day's readings do: late readings are logged for their day, and readings older than a day
   * are written apart. A day ahead is room for every run.
   */
  constructor(now = Date.now()) {
    this.at = now;
  }

  get next(): number {
    return this.at;
  }

  /** @param last the last moment that was used */
  used(last: number): void {
    this.at = Math.max(this.at, last + 1000);
  }
}

/** Between two readings of a device, in milliseconds: a run of 100,000 readings stays within twenty minutes. */
export const STEP_MS = 10;
/** Unacknowledged readings over all connections at full speed: one full batch for each of the three writers. */
export const WINDOW = 12_000;
