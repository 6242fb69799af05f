import type { Logger } from "../../base/log.ts";
import { cancelTargets } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import type { ProofRules } from "../proof/index.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { Fence } from "./fence.ts";
import { toCommand } from "./on-air.ts";
import type { Roster } from "./roster.ts";
import type { SendQueue } from "./send-queue.ts";
import { ensureStopOrder, type Sign } from "./stop-order.ts";
import type { OnAir } from "./target.ts";
import type { TargetWatch } from "./target-watch.ts";
import type { UntilDone } from "./until-done.ts";
import type { Writer } from "./writer.ts";

export interface StoppingOptions {
  readonly pool: Db;
  readonly fence: Fence;
  readonly sign: Sign;
  readonly rules: ProofRules;
  readonly roster: Roster;
  readonly queue: SendQueue;
  readonly watch: TargetWatch;
  readonly writer: Writer;
  readonly untilDone: UntilDone;
  readonly log: Logger;
  readonly now: () => number;
  /** Reads a cancelled broadcast into the roster, if speakers may still hold a command of it. */
  readonly read: (broadcastNo: number) => Promise<void>;
  readonly isOnline: (deviceId: string) => boolean;
  /** Undefined where there is one process. */
  readonly elsewhere: Pick<Elsewhere, "isAnySilentSince"> | undefined;
  /** Called when the order to stop is signed and goes to every speaker that may play, or none can play it any more. */
  readonly onOrdered?: ((broadcastNo: number) => void) | undefined;
  /** Called when its speakers have the command to stop. */
  readonly onStopped: (broadcast: OnAir) => void;
}

/** Stops cancelled broadcasts on their speakers. */
export class Stopping {
  private readonly options: StoppingOptions;

  constructor(options: StoppingOptions) {
    this.options = options;
  }

  /** Stops one whose cancellation is committed. */
  async cancel(broadcastNo: number): Promise<void> {
    const { roster, read, untilDone, log, now, onStopped } = this.options;
    const known = roster.get(broadcastNo);
    if (known) this.halt(known, false);
    else await read(broadcastNo);
    const broadcast = roster.get(broadcastNo);
    // Expired, or never released: no speaker can play it.
    if (!broadcast?.canBeStopped(now())) return this.options.onOrdered?.(broadcastNo);
    if (!known) this.halt(broadcast, true);
    await this.stopSpeakers(broadcast);
    if (untilDone.isStopped) return;
    log.info({ broadcast: broadcast.id, targets: { ...broadcast.counts } }, "a broadcast is cancelled");
    onStopped(broadcast);
  }

  /**
   * How many speakers may play it, and nobody knows whether the command to stop reaches them.
   * @param waitMs for so long it waits for the answers of their doors
   */
  async unsureOf(broadcastNo: number, waitMs: number): Promise<number> {
    const { roster, queue, isOnline, elsewhere, now } = this.options;
    const broadcast = roster.get(broadcastNo);
    if (!broadcast?.canBeStopped(now())) return 0;
    await within(waitMs, queue.sent(broadcast));
    // A process that is cut off may have those that seem to be away.
    const isAnyLost = (await elsewhere?.isAnySilentSince(new Date(broadcast.releasedAt))) === true;
    return [...broadcast.targets].filter(
      ({ stopWanted, stopTaken, deviceId }) => stopWanted && !stopTaken && (isAnyLost || isOnline(deviceId)),
    ).length;
  }

  /** Stops all that were cancelled before this process began, and may still be played. */
  async resume(): Promise<void> {
    const { roster, now } = this.options;
    const cancelled = [...roster].filter((broadcast) => broadcast.canBeStopped(now()));
    for (const broadcast of cancelled) this.halt(broadcast, true);
    await Promise.all(cancelled.map((broadcast) => this.stopSpeakers(broadcast)));
  }

  /**
   * Nothing of it is sent any more, from this moment on.
   * @param unsure it was read from the database: only the speakers know which of them hold a command
   */
  private halt(broadcast: OnAir, unsure: boolean): void {
    const { queue, watch, writer, rules, now } = this.options;
    queue.clear(broadcast);
    broadcast.state = "cancelled";
    broadcast.endedAt = now();
    watch.halt(broadcast);
    for (const target of broadcast.targets) target.cancel(rules, unsure);
    writer.noticed();
  }

  private async stopSpeakers(broadcast: OnAir): Promise<void> {
    const { pool, fence, sign, roster, queue, untilDone, now, onOrdered } = this.options;
    await untilDone.run(broadcast.broadcastNo, "stop the speakers of a broadcast", async () => {
      const order = await ensureStopOrder(pool, broadcast, sign, new Date(now()));
      if (order) roster.addStop(broadcast, toCommand(order));
      for (const target of broadcast.targets) if (target.stopWanted) queue.push(target);
      onOrdered?.(broadcast.broadcastNo);
      await fence.write((db) => cancelTargets(db, broadcast.broadcastNo));
    });
    await queue.sent(broadcast);
  }
}

/** Resolves with the promise, or after so many milliseconds. */
function within(ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
