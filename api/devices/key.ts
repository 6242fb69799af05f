import { covers, type Limits } from "../../access/limits.ts";
import type { Db } from "../../store/database.ts";
import { type DeviceKey, getDeviceKey } from "../../store/devices.ts";

/** What another part of this process has in memory of a device anyway. */
export interface KnownDevice extends DeviceKey {
  readonly regionCode: string;
  readonly tenantId: string | null;
}

/** Finds a device within the caller's limits. @throws PlatformError `device_not_found` */
export type FindKey = (id: string, limits: Limits) => Promise<DeviceKey>;

/**
 * Looks in memory first: a read of one device's day takes hardly longer than asking the database who the device
 * is. Memory is right at once about changes made here and after two seconds about those of other processes. What
 * it does not have, or has outside the limits, the database decides: one that exists out of reach costs as much
 * time as one that does not exist.
 */
export function createKeyFinder(db: Db, knownDevice: (id: string) => KnownDevice | undefined): FindKey {
  return async (id, limits) => {
    const known = knownDevice(id);
    return known && covers(limits, known) ? known : getDeviceKey(db, id, limits);
  };
}
