import type { Logger } from "../../base/log.ts";
import { type DueStep, dueStep, takeDueStep } from "./due-step.ts";
import type { EndedBroadcasts } from "./ended-broadcasts.ts";
import type { Fence } from "./fence.ts";
import type { DispatchMetrics } from "./metrics.ts";
import type { OnAirProgress } from "./on-air.ts";
import type { Roster } from "./roster.ts";
import type { SendQueue } from "./send-queue.ts";
import type { SpeakerIntake } from "./speaker-intake.ts";
import type { OnAir } from "./target.ts";
import type { UntilDone } from "./until-done.ts";
import type { Writer } from "./writer.ts";

/** The wait after another step came first, in milliseconds. */
const RETRY_MS = 2_000;

export interface StepsOptions {
  readonly fence: Fence;
  readonly roster: Roster;
  readonly intake: SpeakerIntake;
  readonly queue: SendQueue;
  readonly writer: Writer;
  readonly ended: EndedBroadcasts;
  readonly untilDone: UntilDone;
  readonly metrics: DispatchMetrics;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Must not throw. */
  readonly onProgress: (progress: OnAirProgress) => void;
}

/** The steps of the broadcasts themselves: each follows from the state of its targets, and is reported. */
export class Steps {
  private readonly options: StepsOptions;
  /** Broadcasts of which a step is being taken. */
  private readonly stepping = new WeakSet<OnAir>();
  /** A step that was not taken is not tried again before this, by the monotonic clock. */
  private readonly notBefore = new WeakMap<OnAir, number>();
  /** The state and the counts that were reported last: speakers go on reporting what changes neither. */
  private readonly told = new WeakMap<OnAir, string>();

  constructor(options: StepsOptions) {
    this.options = options;
  }

  /** Takes every step that is due. */
  proceed(): void {
    for (const broadcast of this.options.roster) this.proceedWith(broadcast);
  }

  /** Called when the facts about targets are in the database. */
  onWritten(): void {
    const { roster, now, ended } = this.options;
    for (const broadcast of roster) {
      if (broadcast.changed) {
        broadcast.changed = broadcast.hasDirty();
        this.tell(broadcast);
        if (broadcast.isOver && !broadcast.canBeStopped(now())) ended.keep(broadcast);
      }
      this.proceedWith(broadcast);
    }
  }

  /** Reports the progress of a broadcast, where there is any. */
  tell(broadcast: OnAir): void {
    const progress = broadcast.progress(new Date(this.options.now()));
    const said = JSON.stringify([progress.state, progress.counts]);
    if (this.told.get(broadcast) === said) return;
    this.told.set(broadcast, said);
    this.options.onProgress(progress);
  }

  private proceedWith(broadcast: OnAir): void {
    const { intake, writer, untilDone, now, monotonic } = this.options;
    const action = dueStep(broadcast, now());
    if (!action || this.stepping.has(broadcast) || untilDone.isStopped || intake.isHeld) return;
    if (monotonic() < (this.notBefore.get(broadcast) ?? 0)) return;
    // Targets first: the database lets a broadcast end only when all of its targets have.
    if (action !== "play" && broadcast.changed) return writer.noticed();
    this.stepping.add(broadcast);
    void untilDone.run(broadcast.broadcastNo, `${action} a broadcast`, () => this.step(broadcast, action));
  }

  private async step(broadcast: OnAir, action: DueStep): Promise<void> {
    const { fence, roster, now, monotonic } = this.options;
    if (roster.get(broadcast.broadcastNo) !== broadcast || dueStep(broadcast, now()) !== action) {
      this.stepping.delete(broadcast);
      return;
    }
    const { state, taken } = await takeDueStep(fence, broadcast, action, new Date(now()));
    this.stepping.delete(broadcast);
    this.notBefore.set(broadcast, taken ? 0 : monotonic() + RETRY_MS);
    // A person has cancelled it, and the cancellation calls here in a moment.
    if (state === "cancelled") return;
    broadcast.state = state;
    this.tell(broadcast);
    if (broadcast.isOver) this.onOver(broadcast, taken);
  }

  private onOver(broadcast: OnAir, taken: boolean): void {
    const { log, metrics, queue, ended } = this.options;
    const { id, state, counts } = broadcast;
    log.info({ broadcast: id, state, targets: { ...counts } }, "a broadcast has ended");
    if (taken) metrics.count(broadcast);
    queue.clear(broadcast);
    ended.keep(broadcast);
  }
}
