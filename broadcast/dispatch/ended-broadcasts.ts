import type { Logger } from "../../base/log.ts";
import type { Fence } from "./fence.ts";
import { OVER_STATES } from "./on-air.ts";
import type { Roster } from "./roster.ts";
import { CORRECTED_FOR_MS, type DispatchSettings, MOST_CORRECTED } from "./settings.ts";
import type { OnAir, OnAirTarget } from "./target.ts";
import type { TargetWatch } from "./target-watch.ts";
import { writeCorrections } from "./write-corrections.ts";

export interface EndedBroadcastsOptions {
  readonly fence: Fence;
  readonly roster: Roster;
  readonly watch: TargetWatch;
  readonly settings: DispatchSettings;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Called when so many verdicts of a broadcast were corrected. */
  readonly onCorrected: (broadcast: OnAir, corrected: number) => void;
  /** Called when it is to be forgotten. */
  readonly drop: (broadcast: OnAir) => void;
}

export const LONGEST_GATHER_MS = 60_000;

/** How long corrections are gathered when there were so many rows of them already. */
export const gatherMs = (corrections: number, { correctMs }: Pick<DispatchSettings, "correctMs">): number =>
  Math.min(correctMs * 2 ** corrections, LONGEST_GATHER_MS);

/** When the corrections of a broadcast may be written next, by the monotonic clock, and how many times they were. */
interface Gathering {
  readonly until: number;
  readonly corrections: number;
}

/** Broadcasts that have ended, for as long as proof that comes late may correct the verdicts on their speakers. */
export class EndedBroadcasts {
  private readonly options: EndedBroadcastsOptions;
  private readonly gathering = new WeakMap<OnAir, Gathering>();

  constructor(options: EndedBroadcastsOptions) {
    this.options = options;
  }

  /** It has ended: nothing more is sent, and no speaker is waited for. */
  keep(broadcast: OnAir): void {
    broadcast.end(this.options.now());
    this.options.watch.end(broadcast);
    broadcast.forgetProven(this.isClosed(broadcast));
    if (broadcast.byDeviceNo.size === 0) this.options.drop(broadcast);
  }

  /** From here on, proven verdicts stay as they are. */
  private isClosed({ endedAt }: OnAir): boolean {
    const { now, settings } = this.options;
    return endedAt !== undefined && now() >= endedAt + settings.provenKeptMs;
  }

  /** Called when facts have come for one of its speakers: further ones in the next moments are corrected with it. */
  onFacts(broadcast: OnAir): void {
    if (!this.gathering.has(broadcast)) this.gather(broadcast, 0);
  }

  private gather(broadcast: OnAir, corrections: number): void {
    const until = this.options.monotonic() + gatherMs(corrections, this.options.settings);
    this.gathering.set(broadcast, { until, corrections });
  }

  /** For how many milliseconds its corrections are still gathered; at most 0: they may be written. */
  gatheredFor(broadcast: OnAir): number {
    return (this.gathering.get(broadcast)?.until ?? 0) - this.options.monotonic();
  }

  /** @throws every error of the database; nothing is corrected then */
  async correct(broadcast: OnAir, targets: readonly OnAirTarget[]): Promise<void> {
    const { fence, settings, log, now } = this.options;
    const { state, corrected } = await writeCorrections(
      fence,
      broadcast,
      targets,
      settings.proof,
      new Date(now()),
    );
    // The code that has opened or cancelled it calls here in a moment.
    if (OVER_STATES.has(state) && state !== "cancelled") broadcast.state = state;
    this.gather(broadcast, (this.gathering.get(broadcast)?.corrections ?? 0) + 1);
    if (corrected === 0) return;
    log.info(
      { broadcast: broadcast.id, state, corrected },
      "late proof has corrected a broadcast that had ended",
    );
    this.options.onCorrected(broadcast, corrected);
  }

  /** Forgets broadcasts that can no longer be corrected. */
  letGo(): void {
    const { roster, log, now, drop } = this.options;
    for (const broadcast of roster) {
      if (broadcast.keptProven > 0 && this.isClosed(broadcast)) this.keep(broadcast);
    }
    for (const broadcast of roster.past(now(), CORRECTED_FOR_MS, MOST_CORRECTED)) {
      const targets = broadcast.byDeviceNo.size;
      if (targets > 0) log.info({ broadcast: broadcast.id, targets }, "a broadcast is no longer corrected");
      drop(broadcast);
    }
  }
}
