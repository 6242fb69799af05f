import type { Logger } from "../base/log.ts";
import { repeat, warnOfFailures } from "../base/periodic.ts";
import type { Pool } from "../store/database/index.ts";
import { enterProcess, leaveProcess, listProcesses, noteAlive } from "../store/processes/index.ts";

/** How often a process says that it lives. Milliseconds. */
const EVERY_MS = 3_000;

/** A process that was not heard for longer is taken for dead, or paused. Milliseconds. */
export const ALIVE_MS = 12_000;

/**
 * A process does not count as alone while another one was heard within so long: it may be silent for the moment only, as
 * all are after an outage of the database. Milliseconds.
 */
const OTHERS_MS = 60_000;

export interface MembershipOptions {
  readonly pool: Pool;
  /** The name of this process among those of the platform. */
  readonly instance: string;
  readonly log: Logger;
  /** Called once when another process has entered under this one's name. */
  readonly onSuperseded: (error: Error) => void;
  /**
   * Called when this process is heard again after so long that the others have taken it for dead: it was paused, or could
   * not reach the database.
   */
  readonly onReturned: () => void;
  /** For tests: another interval in milliseconds, and another steady clock. */
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** This process among those of the platform. */
export interface Membership {
  /** No other process has had this number. */
  readonly processNo: number;
  /** The numbers of the processes that were heard a moment ago, this one included. */
  living(): Promise<Set<number>>;
  /** True when it knew of no other process as it last asked the database. */
  isAlone(): boolean;
  /** Takes this process off the list. */
  stop(): Promise<void>;
}

/** Enters this process into the list of those that run. */
export async function enterCluster(options: MembershipOptions): Promise<Membership> {
  const { pool, instance, log, onSuperseded, onReturned } = options;
  const { everyMs = EVERY_MS, now = () => performance.now() } = options;
  const processNo = await enterProcess(pool, instance);
  let superseded = false;
  let isAlone = (await noteAlive(pool, processNo, OTHERS_MS))?.hasOthers === false;
  let heardAt = now();
  const saying = repeat(
    async () => {
      if (superseded) return;
      const before = heardAt;
      const noted = await noteAlive(pool, processNo, OTHERS_MS);
      if (noted) {
        isAlone = !noted.hasOthers;
        heardAt = now();
        if (heardAt - before > ALIVE_MS - everyMs) onReturned();
        return;
      }
      superseded = true;
      onSuperseded(
        new Error(
          `Another process has started with INSTANCE_ID '${instance}' on this database: expected each process to have its own`,
        ),
      );
    },
    everyMs,
    { onFailure: warnOfFailures(log, "could not tell the other processes that this one lives") },
  );
  return {
    processNo,
    async living() {
      const known = await listProcesses(pool);
      return new Set(known.filter(({ silentMs }) => silentMs <= ALIVE_MS).map((one) => one.processNo));
    },
    isAlone: () => isAlone,
    async stop() {
      await saying.stop();
      if (!superseded) await leaveProcess(pool, processNo);
    },
  };
}
