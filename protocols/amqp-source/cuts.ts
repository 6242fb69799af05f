import type { Logger } from "../../base/log.ts";
import type { Management } from "./management.ts";

/**
 * The waits between the times at which the connections of a device are ended, in milliseconds. Once is not enough:
 * another process that RabbitMQ asks may know its former token for some seconds, and let it in again.
 */
const AGAIN_MS = [1_000, 2_000, 4_000, 8_000] as const;

/**
 * The waits after those. A login whose other questions are answered late becomes a connection only then, and is ended by the
 * moment at which it began; what came with the new token stays.
 */
const LATE_MS = [15_000, 30_000, 60_000] as const;
const WAITS_MS = [...AGAIN_MS, ...LATE_MS];

/** So long the former token may be known, and clocks may differ. Milliseconds. */
const KNOWN_MS = 5_000;

/** The wait after a time that failed, in milliseconds. It is tried until it succeeds. */
const RETRY_MS = 2_000;

interface Series {
  done: number;
  timer: NodeJS.Timeout | undefined;
  readonly at: number;
}

/** Ends the connections of devices whose token was changed, or which were deleted. */
export class Cuts {
  private readonly management: Management | undefined;
  private readonly ownUsers: ReadonlySet<string>;
  private readonly log: Logger;
  private readonly underWay = new Map<string, Series>();
  private readonly failing = new Set<string>();
  private isClosed = false;

  /** @param ownUsers as whom the platform itself is connected: these are never ended */
  constructor(management: Management | undefined, ownUsers: ReadonlySet<string>, log: Logger) {
    this.management = management;
    this.ownUsers = ownUsers;
    this.log = log;
  }

  get trouble(): string | undefined {
    return this.failing.size === 0
      ? undefined
      : `connections at RabbitMQ of ${this.failing.size} devices whose token was changed, or which were deleted, could not be ended: expected its management API to answer; it is tried again`;
  }

  cut(id: string): void {
    if (this.isClosed) return;
    if (!this.management || this.ownUsers.has(id)) {
      this.log.error({ deviceId: id }, "the connections of a device at RabbitMQ cannot be ended by its name");
      return;
    }
    clearTimeout(this.underWay.get(id)?.timer);
    const series: Series = { done: 0, timer: undefined, at: Date.now() };
    this.underWay.set(id, series);
    void this.turn(this.management, id, series);
  }

  close(): void {
    this.isClosed = true;
    for (const { timer } of this.underWay.values()) clearTimeout(timer);
    this.underWay.clear();
  }

  /** It never rejects. */
  private async turn(management: Management, id: string, series: Series): Promise<void> {
    let wait: number | undefined = RETRY_MS;
    try {
      if (series.done <= AGAIN_MS.length) await management.endConnectionsOf(id);
      else await management.endOlderOf(id, series.at + KNOWN_MS);
      this.failing.delete(id);
      wait = WAITS_MS[series.done++];
    } catch (error) {
      if (!this.failing.has(id))
        this.log.warn({ err: error, deviceId: id }, "connections at RabbitMQ could not be ended");
      this.failing.add(id);
    }
    // A later one for the same device begins anew.
    if (this.isClosed || this.underWay.get(id) !== series) return;
    if (wait === undefined) this.underWay.delete(id);
    else series.timer = setTimeout(() => void this.turn(management, id, series), wait).unref();
  }
}
