import { setTimeout as sleep } from "node:timers/promises";
import { createLogLimiter, type Logger } from "../base/log.ts";
import { isAway } from "../store/database/index.ts";
import type { Directory } from "./directory.ts";

/** Between attempts while the database is away, in milliseconds. */
const LOOK_AGAIN_MS = 500;

/** Ids in one query, and in one turn of a gateway, which may name 30,000 in a message. */
const AT_ONCE = 1000;

/** The look-up that a message waits for. */
interface Wanted {
  readonly ids: readonly string[];
  /** How many of them were looked up. */
  asked: number;
  readonly done: () => void;
}

export interface LookUpsOptions {
  readonly directory: Pick<Directory, "mayBe" | "lookUpAll" | "noteUnknown">;
  readonly log: Logger;
  readonly pauseMs?: number;
}

/**
 * Asks the database for devices that gateways name and this process has not met: one query at a time, so that they keep
 * one connection busy at most, and the gateways in turn, so that one that makes names up holds up its own messages
 * alone.
 */
export class LookUps {
  private readonly options: LookUpsOptions;
  /** By the gateway's number; the one whose turn is next stands first. */
  private readonly lines = new Map<number, Wanted[]>();
  private readonly limitLog = createLogLimiter();
  private busy = false;

  constructor(options: LookUpsOptions) {
    this.options = options;
  }

  /**
   * Resolves when each of the ids was looked up, and never rejects: while the database is away it waits, and an id that
   * the database refuses for good is unknown.
   */
  readonly find = (gatewayNo: number, ids: readonly string[]): Promise<void> =>
    new Promise((done) => {
      const wanted: Wanted = { ids, asked: 0, done };
      const line = this.lines.get(gatewayNo);
      if (line) line.push(wanted);
      else this.lines.set(gatewayNo, [wanted]);
      if (!this.busy) void this.work();
    });

  private async work(): Promise<void> {
    this.busy = true;
    for (let [next] = this.lines; next; [next] = this.lines) {
      const [gatewayNo, line] = next;
      const wanted = line[0]!;
      const ids = wanted.ids.slice(wanted.asked, wanted.asked + AT_ONCE);
      if (await this.ask(ids)) wanted.asked += ids.length;
      const isDone = wanted.asked === wanted.ids.length;
      if (isDone) line.shift();
      // The others' turn comes first.
      this.lines.delete(gatewayNo);
      if (line.length > 0) this.lines.set(gatewayNo, line);
      if (isDone) wanted.done();
    }
    this.busy = false;
  }

  /** @returns true when there is an answer, be it that the database refuses them */
  private async ask(ids: readonly string[]): Promise<boolean> {
    const { directory, log, pauseMs = LOOK_AGAIN_MS } = this.options;
    // Another message may have had them looked up meanwhile.
    const open = ids.filter((id) => directory.mayBe(id));
    if (open.length === 0) return true;
    try {
      await directory.lookUpAll(open);
      return true;
    } catch (error) {
      const away = isAway(error);
      this.limitLog("look up", (suppressed) => {
        const fields = { err: error, ids: open.length, suppressed };
        if (away)
          log.warn(
            fields,
            "devices that a gateway names could not be looked up; its message waits unacknowledged",
          );
        else
          log.error(
            fields,
            "devices that a gateway names cannot be looked up; its items of them are rejected",
          );
      });
      if (away) await sleep(pauseMs, undefined, { ref: false });
      else for (const id of open) directory.noteUnknown(id);
      return !away;
    }
  }
}
