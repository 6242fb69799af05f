import { covers, type Limits, seesEverything } from "../../access/limits.ts";
import type { Db } from "../../store/database/index.ts";
import { type DeviceKey, getDeviceKey } from "../../store/places/index.ts";

/** The data of a device that another part of this process has in memory anyway. */
export interface KnownDevice extends DeviceKey {
  readonly regionCode: string;
  readonly tenantId: string | null;
  /** True when it had another place before. */
  readonly moved: boolean;
}

/**
 * Finds a device within the caller's limits, with the times of it that they may see. @throws PlatformError
 * `device_not_found`
 */
export type FindKey = (id: string, limits: Limits) => Promise<DeviceKey>;

/**
 * Looks in memory first: reading one device's day takes hardly longer than asking the database for the device. Memory
 * knows changes made by this process at once, and those of other processes after two seconds. The database decides on a
 * device that is not in memory, is outside the limits, or has moved before: a device that exists out of reach costs as
 * much time as one that does not exist.
 */
export function createKeyFinder(db: Db, knownDevice: (id: string) => KnownDevice | undefined): FindKey {
  return async (id, limits) => {
    const known = knownDevice(id);
    const isWhole = known && (known.moved ? seesEverything(limits) : covers(limits, known));
    return isWhole ? known : getDeviceKey(db, id, limits);
  };
}
