import { isTransient, type KindTable, type Pool } from "../store/database/index.ts";
import { type AskedForNewer, findNewerReadings } from "../store/events/index.ts";
import type { AlarmEngine, Look } from "./alarms.ts";
import type { DeviceEntry } from "./directory.ts";

export interface LookAheadOptions {
  readonly pool: Pool;
  readonly alarms: Pick<AlarmEngine, "startedAt" | "moments">;
  /** Resolves when this process has heard all that the others have told; undefined where there are no others. */
  readonly catchUp: (() => Promise<void>) | undefined;
}

/**
 * Before a rule with a delay begins to wait, or its wait ends, this process learns what others know of the device: the
 * news that are on their way, and the newest reading, which decides which ones come too late. A process that is alone has
 * seen all since it began. Readings that change nothing, as nearly all do, ask for nothing.
 */
export function lookAhead({ pool, alarms, catchUp }: LookAheadOptions) {
  return async (looks: readonly Look[]): Promise<void> => {
    const turns = looks.filter((look) => look.isTurn());
    if (turns.length === 0) return;
    await catchUp?.().catch((error: unknown) => {
      // The same outage keeps the batch waiting; any other fault must not.
      if (isTransient(error)) throw error;
    });
    const asked = new Map<KindTable, Map<DeviceEntry, AskedForNewer>>();
    for (const { device, at } of turns) {
      if (!catchUp && device.evaluatedAt >= alarms.startedAt) continue;
      const { table } = device.runtime;
      const devices = asked.get(table) ?? new Map<DeviceEntry, AskedForNewer>();
      asked.set(table, devices);
      const after = Math.min(at, devices.get(device)?.after ?? at);
      devices.set(device, { deviceNo: device.deviceNo, after, except: alarms.moments(device) });
    }
    for (const [table, devices] of asked) {
      const newer = await findNewerReadings(pool, table, [...devices.values()]);
      for (const [i, device] of [...devices.keys()].entries())
        device.evaluatedAt = Math.max(device.evaluatedAt, newer[i] ?? 0);
    }
  };
}
