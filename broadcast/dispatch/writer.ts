import { createLogLimiter, type Logger } from "../../base/log.ts";
import { writeTargetChanges } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

export interface WriterOptions {
  readonly pool: Db;
  readonly settings: DispatchSettings;
  readonly log: Logger;
  readonly broadcasts: Iterable<OnAir>;
  /** Writes targets of a broadcast that is over, each with its correction. */
  readonly correct: (broadcast: OnAir, targets: readonly OnAirTarget[]) => Promise<void>;
  readonly monotonic: () => number;
  /** After a write, whatever was in it. */
  readonly onWritten: () => void;
  readonly observeSeconds: (seconds: number) => void;
}

/** Targets in one statement: more would keep the embedded database's one session too long. */
const AT_ONCE = 2000;
const RETRY_MS = 1000;
/** In one transaction, and so in one row of the history. */
const MOST_CORRECTED_AT_ONCE = 10_000;

function inParts(targets: readonly OnAirTarget[]): OnAirTarget[][] {
  const parts: OnAirTarget[][] = [];
  for (let from = 0; from < targets.length; from += AT_ONCE) parts.push(targets.slice(from, from + AT_ONCE));
  return parts;
}

/** Brings what has become of targets into the database, many at a time, a moment after it happened. */
export class Writer {
  private readonly options: WriterOptions;
  private readonly limitLog = createLogLimiter();
  private timer: NodeJS.Timeout | undefined;
  /** For corrections whose time has not come. */
  private later: NodeJS.Timeout | undefined;
  private writing: Promise<boolean> | undefined;
  private stopped = false;

  constructor(options: WriterOptions) {
    this.options = options;
  }

  /** To be called after targets were changed. */
  noticed(): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => void this.write(), this.options.settings.flushMs);
  }

  /** Writes what has changed until now. @returns whether the database took it */
  async write(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // What changed after the write under way had looked needs another one.
    if (this.writing) await this.writing;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** Writes all that is left, corrections that would have waited too, and no more after that. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.write();
    clearTimeout(this.timer);
    clearTimeout(this.later);
  }

  private writeLater(ms: number): void {
    if (this.stopped) return;
    this.later ??= setTimeout(() => {
      this.later = undefined;
      void this.write();
    }, ms);
  }

  private async writeAll(): Promise<boolean> {
    const { pool, settings, log, monotonic } = this.options;
    const dirty: OnAirTarget[] = [];
    const over: { broadcast: OnAir; targets: OnAirTarget[] }[] = [];
    for (const broadcast of this.options.broadcasts) {
      if (!broadcast.changed) continue;
      const targets = [...broadcast.targets].filter((target) => target.dirty);
      if (!broadcast.isOver) dirty.push(...targets);
      else if (targets.length > 0) over.push({ broadcast, targets });
    }
    const plain = (targets: readonly OnAirTarget[]) =>
      writeTargetChanges(
        pool,
        targets.map((target) => target.change(settings.proof)),
      );
    const works = inParts(dirty).map((targets) => ({ targets, write: () => plain(targets) }));
    for (const { broadcast, targets } of over) {
      // Whoever was stopped is what it is by the step that stopped it.
      const stopped = targets.filter(({ state }) => state === "cancelled");
      for (const part of inParts(stopped)) works.push({ targets: part, write: () => plain(part) });
      const others = targets.filter(({ state }) => state !== "cancelled");
      if (others.length === 0) continue;
      const wait = this.stopped ? 0 : broadcast.correctAt - monotonic();
      const now = others.slice(0, wait > 0 ? 0 : MOST_CORRECTED_AT_ONCE);
      if (now.length > 0) works.push({ targets: now, write: () => this.options.correct(broadcast, now) });
      if (now.length < others.length) this.writeLater(Math.max(wait, RETRY_MS));
    }
    for (const { targets: part, write } of works) {
      const began = performance.now();
      for (const target of part) Object.assign(target, { dirty: false, writing: true });
      try {
        await write();
        this.options.observeSeconds((performance.now() - began) / 1000);
      } catch (error) {
        for (const target of part) target.dirty = true;
        this.limitLog("write", (suppressed) =>
          log.warn(
            { err: error, suppressed },
            "the course of a broadcast could not be written; it is tried again",
          ),
        );
        if (!this.stopped) this.timer ??= setTimeout(() => void this.write(), RETRY_MS);
        return false;
      } finally {
        for (const target of part) target.writing = false;
      }
    }
    this.options.onWritten();
    return true;
  }
}
