import type { Logger } from "../../base/log.ts";
import type { DispatchMetrics } from "./metrics.ts";
import type { OnAir } from "./target.ts";

/** Logs once for each release how long it took until every speaker that listens had its command on its connection. */
export class FirstRounds {
  /**
   * The last first command of each broadcast that is not logged yet, by the platform's clock; undefined before the
   * first one.
   */
  private readonly lastHandedOverAt = new WeakMap<OnAir, number | undefined>();
  private readonly metrics: DispatchMetrics;
  private readonly log: Logger;

  constructor(metrics: DispatchMetrics, log: Logger) {
    this.metrics = metrics;
    this.log = log;
  }

  /** Called when it was released just now. */
  begin(broadcast: OnAir): void {
    this.lastHandedOverAt.set(broadcast, undefined);
  }

  /** Called when a speaker has got its command for the first time. */
  handedOver(broadcast: OnAir, at: number): void {
    if (this.lastHandedOverAt.has(broadcast)) this.lastHandedOverAt.set(broadcast, at);
  }

  /** Called when nothing of it waits to be sent. */
  sent(broadcast: OnAir): void {
    const last = this.lastHandedOverAt.get(broadcast);
    if (broadcast.isCancelled || last === undefined) return;
    this.lastHandedOverAt.delete(broadcast);
    const seconds = (last - broadcast.releasedAt) / 1000;
    this.metrics.handOverSeconds.observe(seconds);
    const { id, counts } = broadcast;
    this.log.info(
      { broadcast: id, seconds, waiting: counts.waiting },
      "all speakers that listen have their command on their connection",
    );
  }
}
