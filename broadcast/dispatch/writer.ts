import type { Logger } from "../../log.ts";
import { createLogLimiter } from "../../log.ts";
import { writeTargetChanges } from "../../store/broadcast-targets.ts";
import type { Db } from "../../store/database.ts";
import type { OnAir } from "./on-air.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAirTarget } from "./target.ts";

export interface WriterOptions {
  readonly pool: Db;
  readonly settings: DispatchSettings;
  readonly log: Logger;
  readonly broadcasts: Iterable<OnAir>;
  /** After a write, whatever was in it. */
  readonly onWritten: () => void;
  readonly observeSeconds: (seconds: number) => void;
}

/** Targets in one statement: more would keep the embedded database's one session too long. */
const AT_ONCE = 2000;
const RETRY_MS = 1000;

/** Brings what has become of targets into the database, many at a time, a moment after it happened. */
export class Writer {
  private readonly options: WriterOptions;
  private readonly limitLog = createLogLimiter();
  private timer: NodeJS.Timeout | undefined;
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

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async writeAll(): Promise<boolean> {
    const { pool, settings, log } = this.options;
    const dirty: OnAirTarget[] = [];
    for (const broadcast of this.options.broadcasts) {
      if (!broadcast.changed) continue;
      for (const target of broadcast.targets) if (target.dirty) dirty.push(target);
    }
    for (let from = 0; from < dirty.length; from += AT_ONCE) {
      const part = dirty.slice(from, from + AT_ONCE);
      const began = performance.now();
      for (const target of part) target.dirty = false;
      try {
        await writeTargetChanges(
          pool,
          part.map((target) => target.change(settings.proof)),
        );
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
      }
    }
    this.options.onWritten();
    return true;
  }
}
