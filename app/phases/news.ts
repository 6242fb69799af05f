import type { LiveReading } from "../../ingest/batch.ts";
import type { Committed } from "../../ingest/commit.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";

/** Somebody who is told what was committed. */
export interface NewsHearer {
  onCommitted(committed: Committed, live: readonly LiveReading[]): void;
  /** Whether readings of this device are of use to it at the moment. Asked for each reading, so it is quick. */
  wantsReadingsOf(device: DeviceEntry): boolean;
}

/** What was committed, for whoever wants to hear of it. Ingest tells it, and knows none of them. */
export class News {
  private readonly hearers: NewsHearer[] = [];

  add(hearer: NewsHearer): void {
    this.hearers.push(hearer);
  }

  readonly committed = (committed: Committed, live: readonly LiveReading[]): void => {
    for (const hearer of this.hearers) hearer.onCommitted(committed, live);
  };

  /** Whether anybody wants readings of this device; others are not copied. */
  readonly wants = (device: DeviceEntry): boolean => {
    for (const hearer of this.hearers) if (hearer.wantsReadingsOf(device)) return true;
    return false;
  };
}
