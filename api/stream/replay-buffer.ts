import type { StreamEntry } from "./filter.ts";

/** The latest events, bounded in number and total length. */
export class ReplayBuffer {
  private readonly maxEntries: number;
  private readonly maxLength: number;
  private entries: StreamEntry[] = [];
  /** The index where the living part of `entries` begins; moving it is cheaper than shifting an array. */
  private head = 0;
  private length = 0;
  /** The number of the latest event that was thrown out; 0 before the first. */
  evicted = 0;

  constructor(maxEntries: number, maxLength: number) {
    this.maxEntries = maxEntries;
    this.maxLength = maxLength;
  }

  push(entry: StreamEntry): void {
    this.entries.push(entry);
    this.length += entry.frame.length;
    while (this.entries.length - this.head > this.maxEntries || this.length > this.maxLength) {
      const oldest = this.entries[this.head]!;
      this.evicted = oldest.sequence;
      this.length -= oldest.frame.length;
      this.head++;
      if (this.head === this.entries.length) break;
    }
    if (this.head > 1000 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }

  /** The first event after the given number, found by halving: numbers rise, with gaps where readings were. */
  after(sequence: number): StreamEntry | undefined {
    let low = this.head;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.sequence > sequence) high = middle;
      else low = middle + 1;
    }
    return this.entries[low];
  }
}
