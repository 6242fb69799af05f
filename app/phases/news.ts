import type { LiveReading } from "../../ingest/batch.ts";
import type { Committed } from "../../ingest/commit.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";

/** A listener for committed items. */
export interface NewsHearer {
  onCommitted(committed: Committed, live: readonly LiveReading[]): void;
  /** True when it has a use for readings of this device at the moment. Asked for each reading, so it is quick. */
  wantsReadingsOf(device: DeviceEntry): boolean;
}

/** Tells the committed items to all listeners. Ingest calls it, and knows none of them. */
export class News {
  private readonly hearers: NewsHearer[] = [];

  add(hearer: NewsHearer): void {
    this.hearers.push(hearer);
  }

  readonly committed = (committed: Committed, live: readonly LiveReading[]): void => {
    for (const hearer of this.hearers) hearer.onCommitted(committed, live);
  };

  /** True when a listener wants readings of this device; others are not copied. */
  readonly wants = (device: DeviceEntry): boolean => {
    for (const hearer of this.hearers) if (hearer.wantsReadingsOf(device)) return true;
    return false;
  };
}
