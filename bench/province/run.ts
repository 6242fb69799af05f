import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../load/child.ts";
import type { Bench } from "../story.ts";
import type { ProvinceCommand, ProvinceMessage, ProvinceOrder, ProvinceReport } from "./messages.ts";

/** Processor time so far, in milliseconds, and bytes of the write-ahead log. */
export interface Meters {
  readonly platformMs: number;
  readonly databaseMs: number;
  readonly walBytes: number;
}

/** Some seconds at one rhythm. */
export interface Stretch {
  readonly report: ProvinceReport;
  readonly spent: Meters;
}

/** A fleet in a process of its own. */
export class RunningFleet {
  private readonly child: Child<ProvinceMessage>;
  private readonly meters: () => Promise<Meters>;
  private last: Meters | undefined;

  constructor(bench: Bench, order: ProvinceOrder, meters: () => Promise<Meters>) {
    this.child = Child.start<ProvinceMessage>(bench, "province/load.ts", order);
    this.meters = meters;
  }

  tell(command: ProvinceCommand): void {
    this.child.tell(command);
  }

  /** Resolves when all are connected, with the seconds that it took. */
  async connectAll(): Promise<number> {
    this.tell({ type: "connect" });
    return (await this.child.next("connected")).seconds;
  }

  /** Begins counting anew. */
  async mark(): Promise<void> {
    await this.stretch();
  }

  /** What came since the last time, and what it took. */
  async stretch(): Promise<Stretch> {
    const before = this.last;
    this.tell({ type: "report" });
    const { report } = await this.child.next("report");
    const now = await this.meters();
    this.last = now;
    const since = (key: keyof Meters) => now[key] - (before?.[key] ?? now[key]);
    return {
      report,
      spent: {
        platformMs: since("platformMs"),
        databaseMs: since("databaseMs"),
        walBytes: since("walBytes"),
      },
    };
  }

  /** At a rhythm for some seconds, of which the first few are not counted. */
  async live(times: number, seconds: number, warmUpSeconds: number): Promise<Stretch> {
    this.tell({ type: "rhythm", times });
    await sleep(warmUpSeconds * 1000);
    await this.mark();
    await sleep(seconds * 1000);
    return this.stretch();
  }
}
