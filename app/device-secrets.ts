import { createHmac } from "node:crypto";
import type { DoorDevices } from "../exchange/protocol.ts";
import type { DeviceEntry } from "../ingest/directory.ts";
import type { Pool } from "../store/database/index.ts";
import { bindDevice } from "../store/devices/index.ts";

/** What doors may have of a device's token: secrets that follow from its hash, and change with it. */
export function deviceSecrets(pool: Pool): Pick<DoorDevices<DeviceEntry>, "secretOf" | "bind"> {
  const secretOf = ({ tokenHash }: DeviceEntry, purpose: string) =>
    createHmac("sha256", tokenHash).update(purpose).digest();
  return {
    secretOf,
    bind(device, door, holder) {
      const { deviceNo, tokenHash } = device;
      return bindDevice(pool, { deviceNo, door, holder, mark: secretOf(device, "binding"), tokenHash });
    },
  };
}
