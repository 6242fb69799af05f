import { type EventPlace, endOf, isBefore } from "./event-id.ts";
import type { StreamEntry } from "./filter.ts";

/** An event that is told again to those who come back. */
export type ReplayedEntry = StreamEntry & { readonly at: EventPlace };

/** The latest events, bounded in number and total length. */
export class ReplayBuffer {
  private readonly maxEntries: number;
  private readonly maxLength: number;
  private entries: ReplayedEntry[] = [];
  /** The index where the living part of `entries` begins; moving it is cheaper than shifting an array. */
  private head = 0;
  private length = 0;
  /** The place of the latest event that is not here any more. */
  evicted = endOf(0);

  constructor(maxEntries: number, maxLength: number) {
    this.maxEntries = maxEntries;
    this.maxLength = maxLength;
  }

  push(entry: ReplayedEntry): void {
    this.entries.push(entry);
    this.length += entry.frame.length;
    while (this.entries.length - this.head > this.maxEntries || this.length > this.maxLength) {
      const oldest = this.entries[this.head]!;
      this.evicted = oldest.at;
      this.length -= oldest.frame.length;
      this.head++;
      if (this.head === this.entries.length) break;
    }
    if (this.head > 1000 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }

  /** The first event after the given place, found by halving. */
  after(place: EventPlace): ReplayedEntry | undefined {
    let low = this.head;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(place, this.entries[middle]!.at)) high = middle;
      else low = middle + 1;
    }
    return this.entries[low];
  }
}
