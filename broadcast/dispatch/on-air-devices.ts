import type { Logger } from "../../base/log.ts";
import { type RepeatedWork, repeat, Turns, warnOfFailures } from "../../base/periodic.ts";
import { readDevicesOnAir } from "../../store/broadcast/index.ts";
import type { Db } from "../../store/database/index.ts";
import { CORRECTED_FOR_MS } from "./settings.ts";

/** How often it is read again without a reason: broadcasts end without one. Milliseconds. */
const EVERY_MS = 60_000;

export interface OnAirDevicesOptions {
  readonly pool: Db;
  readonly now: () => number;
  readonly log: Logger;
}

/** The devices of broadcasts on the air, for a process that does not dispatch: it tells the one that does of them. */
export class OnAirDevices {
  private readonly turns: Turns<void>;
  private readonly reading: RepeatedWork;
  private readonly onFailure: (error: unknown) => void;
  private numbers: ReadonlySet<number> = new Set();

  constructor({ pool, now, log }: OnAirDevicesOptions) {
    this.onFailure = warnOfFailures(log, "could not read which speakers are on the air; it is tried again");
    this.turns = new Turns(async () => {
      const at = now();
      const found = await readDevicesOnAir(pool, new Date(at), new Date(at - CORRECTED_FOR_MS));
      this.numbers = new Set(found);
    });
    this.reading = repeat(this.turns.run, EVERY_MS, { atOnce: true, onFailure: this.onFailure });
  }

  get size(): number {
    return this.numbers.size;
  }

  has(deviceNo: number): boolean {
    return this.numbers.has(deviceNo);
  }

  /** Reads them again, because broadcasts have begun. */
  refresh(): void {
    void this.turns.runAfresh().catch(this.onFailure);
  }

  async stop(): Promise<void> {
    await this.reading.stop();
    await this.turns.ended();
  }
}
