import { createLogLimiter, type Logger } from "../../base/log.ts";
import { writeTargetChanges } from "../../store/broadcast/index.ts";
import type { EndedBroadcasts } from "./ended-broadcasts.ts";
import type { Fence } from "./fence.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

export interface WriterOptions {
  readonly fence: Fence;
  readonly settings: DispatchSettings;
  readonly log: Logger;
  readonly broadcasts: Iterable<OnAir>;
  /** Writes targets of ended broadcasts, each with its correction. */
  readonly ended: Pick<EndedBroadcasts, "correct" | "gatheredFor">;
  /** Called after a write, whatever was in it. */
  readonly onWritten: () => void;
  readonly observeSeconds: (seconds: number) => void;
}

/** Targets in one statement: more would keep the embedded database's one session too long. */
const AT_ONCE = 2000;
const RETRY_MS = 1000;
/** In one transaction, and so in one row of the history. */
const MOST_CORRECTED_AT_ONCE = 10_000;

/** Targets that are written together. */
interface Part {
  readonly targets: readonly OnAirTarget[];
  readonly write: () => Promise<unknown>;
}

function inParts(targets: readonly OnAirTarget[]): OnAirTarget[][] {
  const parts: OnAirTarget[][] = [];
  for (let from = 0; from < targets.length; from += AT_ONCE) parts.push(targets.slice(from, from + AT_ONCE));
  return parts;
}

/** Writes the changes of targets into the database, many at a time, a moment after they happened. */
export class Writer {
  private readonly options: WriterOptions;
  private readonly limitLog = createLogLimiter();
  private timer: NodeJS.Timeout | undefined;
  /** The timer for corrections whose time has not come. */
  private later: NodeJS.Timeout | undefined;
  private writing: Promise<boolean> | undefined;
  private stopped = false;

  constructor(options: WriterOptions) {
    this.options = options;
  }

  /** Call it after targets were changed. */
  noticed(): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => void this.write(), this.options.settings.flushMs);
  }

  /** Writes the changes until now. @returns true when the database took them */
  async write(): Promise<boolean> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // Changes after the write under way had looked need another one.
    if (this.writing) await this.writing;
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  /** Writes the rest, also corrections that would have waited, and no more after that. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.write();
    clearTimeout(this.timer);
    clearTimeout(this.later);
  }

  /** Writes nothing more: another process does. */
  abandon(): void {
    this.stopped = true;
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
    for (const part of this.dueParts()) if (!(await this.writePart(part))) return false;
    this.options.onWritten();
    return true;
  }

  /** The parts to write now: of broadcasts on the air before those that are over. */
  private dueParts(): Part[] {
    const onAir: OnAirTarget[] = [];
    const over: Part[] = [];
    for (const broadcast of this.options.broadcasts) {
      if (!broadcast.changed) continue;
      const dirty = [...broadcast.targets].filter((target) => target.dirty);
      if (!broadcast.isOver) onAir.push(...dirty);
      else over.push(...this.partsOfEnded(broadcast, dirty));
    }
    return [...this.plainParts(onAir), ...over];
  }

  private partsOfEnded(broadcast: OnAir, targets: readonly OnAirTarget[]): Part[] {
    // The step that stopped a target has written its state.
    const parts = this.plainParts(targets.filter(({ state }) => state === "cancelled"));
    const others = targets.filter(({ state }) => state !== "cancelled");
    if (others.length === 0) return parts;
    const { ended } = this.options;
    const wait = this.stopped ? 0 : ended.gatheredFor(broadcast);
    const now = others.slice(0, wait > 0 ? 0 : MOST_CORRECTED_AT_ONCE);
    if (now.length > 0) parts.push({ targets: now, write: () => ended.correct(broadcast, now) });
    if (now.length < others.length) this.writeLater(Math.max(wait, RETRY_MS));
    return parts;
  }

  private plainParts(all: readonly OnAirTarget[]): Part[] {
    const { fence, settings } = this.options;
    const changes = (targets: readonly OnAirTarget[]) =>
      targets.map((target) => target.change(settings.proof));
    return inParts(all).map((targets) => ({
      targets,
      write: () => fence.write((db) => writeTargetChanges(db, changes(targets))),
    }));
  }

  private async writePart({ targets, write }: Part): Promise<boolean> {
    const began = performance.now();
    let isWritten = false;
    for (const target of targets) target.beginWrite();
    try {
      await write();
      isWritten = true;
      this.options.observeSeconds((performance.now() - began) / 1000);
    } catch (error) {
      this.limitLog("write", (suppressed) =>
        this.options.log.warn(
          { err: error, suppressed },
          "the course of a broadcast could not be written; it is tried again",
        ),
      );
      if (!this.stopped) this.timer ??= setTimeout(() => void this.write(), RETRY_MS);
    } finally {
      for (const target of targets) target.endWrite(isWritten);
    }
    return isWritten;
  }
}
