import type { Position } from "./positions.ts";

/** The primary is asked more often than its positions are worth keeping, in milliseconds. */
const APART_MS = 250;
/** Longer than any bound: some minutes. */
const KEPT = 4000;

/**
 * How old a replica is. The positions of the primary are kept with the moment at which they were asked for, by the steady
 * clock of this process: a replica that has come as far as one of them has everything of that moment. So neither the
 * machines' clocks have to agree, nor does a replica that has lost its primary pass for a fresh one.
 */
export class ReplicaAge {
  private readonly known: { atMs: number; readonly position: Position }[] = [];
  /** The moment of which the replica has everything; undefined before anything is known. */
  private freshMs: number | undefined;

  /** @param atMs a moment before the question was asked */
  notePrimary(atMs: number, position: Position): void {
    const last = this.known.at(-1);
    // Another server has become the primary, whose log went on from an earlier point.
    if (last && position < last.position) this.forget();
    const newest = this.known.at(-1);
    if (newest?.position === position) newest.atMs = atMs;
    else if (!newest || atMs - newest.atMs >= APART_MS) this.known.push({ atMs, position });
    if (this.known.length > KEPT) this.known.shift();
  }

  noteReplica(position: Position): void {
    const reached = this.known.findLastIndex((each) => each.position <= position);
    if (reached < 0) return;
    this.freshMs = this.known[reached]!.atMs;
    // What lies before it says nothing more.
    this.known.splice(0, reached);
  }

  forget(): void {
    this.known.length = 0;
    this.freshMs = undefined;
  }

  /** Milliseconds; infinite while nothing is known. */
  at(nowMs: number): number {
    return this.freshMs === undefined ? Number.POSITIVE_INFINITY : nowMs - this.freshMs;
  }
}
