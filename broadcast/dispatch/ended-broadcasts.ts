import type { Logger } from "../../base/log.ts";
import type { Pool } from "../../store/database/index.ts";
import { OVER_STATES } from "./on-air.ts";
import type { Roster } from "./roster.ts";
import { CORRECTED_FOR_MS, type DispatchSettings, MOST_CORRECTED } from "./settings.ts";
import type { OnAir, OnAirTarget } from "./target.ts";
import { correct } from "./write-corrections.ts";

export interface AfterwardsOptions {
  readonly pool: Pool;
  readonly roster: Roster;
  readonly settings: DispatchSettings;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** So many verdicts of a broadcast were corrected. */
  readonly onCorrected: (broadcast: OnAir, corrected: number) => void;
  /** It is to be forgotten. */
  readonly drop: (broadcast: OnAir) => void;
}

export const LONGEST_GATHER_MS = 60_000;

/** How long corrections are gathered when there were so many rows of them already. */
export const gatherMs = (corrections: number, { correctMs }: Pick<DispatchSettings, "correctMs">): number =>
  Math.min(correctMs * 2 ** corrections, LONGEST_GATHER_MS);

/** Broadcasts that have ended, for as long as proof that comes late may correct what was said of their speakers. */
export class Afterwards {
  private readonly options: AfterwardsOptions;

  constructor(options: AfterwardsOptions) {
    this.options = options;
  }

  /** It has ended: nothing is sent and nobody is waited for any more. */
  keep(broadcast: OnAir): void {
    broadcast.endedAt ??= this.options.now();
    broadcast.lookAt = Number.POSITIVE_INFINITY;
    for (const target of broadcast.targets) {
      target.dueAt = Number.POSITIVE_INFINITY;
      target.stopWanted = false;
    }
    broadcast.forgetProven(this.isClosed(broadcast));
    if (broadcast.byDeviceNo.size === 0) this.options.drop(broadcast);
  }

  /** What is proven stays as it is from here on. */
  private isClosed({ endedAt }: OnAir): boolean {
    const { now, settings } = this.options;
    return endedAt !== undefined && now() >= endedAt + settings.provenKeptMs;
  }

  /** Facts have come for one of its speakers: what else comes in the next moments is corrected with it. */
  noticed(broadcast: OnAir): void {
    if (broadcast.correctAt > 0) return;
    broadcast.correctAt = this.options.monotonic() + gatherMs(0, this.options.settings);
  }

  /** @throws whatever the database does; nothing is corrected then */
  async correct(broadcast: OnAir, targets: readonly OnAirTarget[]): Promise<void> {
    const { pool, settings, log, now, monotonic } = this.options;
    const { state, corrected } = await correct(pool, broadcast, targets, settings.proof, new Date(now()));
    // Somebody who has opened or cancelled it says so here in a moment.
    if (OVER_STATES.has(state) && state !== "cancelled") broadcast.state = state;
    broadcast.correctAt = monotonic() + gatherMs(++broadcast.corrections, settings);
    if (corrected === 0) return;
    log.info(
      { broadcast: broadcast.id, state, corrected },
      "late proof has corrected a broadcast that had ended",
    );
    this.options.onCorrected(broadcast, corrected);
  }

  /** Forgets what is past correction. */
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
