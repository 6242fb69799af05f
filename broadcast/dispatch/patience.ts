import { createLogLimiter, type Logger } from "../../base/log.ts";
import type { Db } from "../../store/database/index.ts";
import type { DispatchSettings } from "./settings.ts";
import type { OnAirTarget } from "./target.ts";

export interface PatienceOptions {
  readonly pool: Db;
  readonly settings: DispatchSettings;
  readonly monotonic: () => number;
  readonly log: Logger;
  readonly targets: () => Iterable<OnAirTarget>;
  /** Takes in what the database has of targets that are about to be given up. Where other processes take replies in. */
  readonly lookAgain?: ((targets: ReadonlySet<OnAirTarget>) => Promise<void>) | undefined;
}

/** Slower than this the database counts as away: replies of speakers may be held up behind it. */
const SLOW_MS = 1_000;
const RETRY_MS = 1_000;

/**
 * Gives up on targets that have let their time pass, but only while the database works. A reply counts from its commit
 * on; while nothing is committed, the silence is the platform's and not the speaker's, so every target gets more time.
 */
export class Patience {
  private readonly options: PatienceOptions;
  private readonly limitLog = createLogLimiter();
  private lost = new Set<OnAirTarget>();
  private asking = false;
  private notBefore = 0;
  private wasAway = false;

  constructor(options: PatienceOptions) {
    this.options = options;
  }

  /** This target has waited long enough. */
  lose(target: OnAirTarget): void {
    this.lost.add(target);
  }

  /** Asks the database for a sign of life and then hands over all lost targets. */
  async runOut(giveUp: (target: OnAirTarget) => void): Promise<void> {
    const { pool, settings, monotonic, log, lookAgain } = this.options;
    const began = monotonic();
    if (this.lost.size === 0 || this.asking || began < this.notBefore) return;
    this.asking = true;
    try {
      await pool.query("select 1");
      if (monotonic() - began > SLOW_MS) this.wasAway = true;
      if (this.wasAway) {
        this.wasAway = false;
        this.lost.clear();
        const until = monotonic() + settings.outageGraceMs;
        for (const target of this.options.targets()) if (target.dueAt < until) target.dueAt = until;
        return;
      }
      const { lost } = this;
      this.lost = new Set();
      // Whatever comes to light of them counts: each is decided on again.
      if (lookAgain) await this.orKeep(lost, () => lookAgain(lost));
      for (const target of lost) giveUp(target);
    } catch (error) {
      this.wasAway = true;
      this.notBefore = monotonic() + RETRY_MS;
      this.limitLog("away", (suppressed) =>
        log.warn({ err: error, suppressed }, "the database is away; no speaker is given up meanwhile"),
      );
    } finally {
      this.asking = false;
    }
  }

  /** Those that could not be looked at are not given up yet. */
  private async orKeep(lost: ReadonlySet<OnAirTarget>, look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      for (const target of lost) this.lost.add(target);
      throw error;
    }
  }
}
