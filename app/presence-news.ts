import type { DoorDevice } from "../exchange/door.ts";
import type { DoorExchange } from "../exchange/exchange.ts";
import type { PresenceChange, PresenceNews } from "../store/devices/index.ts";

export interface PresenceHearing {
  /** The name of this process among those of the platform. */
  readonly instance: string;
  readonly exchange: Pick<DoorExchange, "endTakenOver" | "presenceOf">;
  readonly find: (deviceNo: number) => DoorDevice | undefined;
  readonly notePresence: (change: PresenceChange) => void;
  readonly now?: () => number;
}

/**
 * Hears that a device came to another process, or left it. The presence of a device is one row for all processes, of the one
 * to which it came last: whoever still has a device that left there says so.
 */
export function hearPresence(hearing: PresenceHearing, news: PresenceNews): void {
  const { exchange, find, notePresence, now = Date.now } = hearing;
  const { deviceNo, connected, connection, instance } = news;
  const device = instance === hearing.instance ? undefined : find(deviceNo);
  if (!device) return;
  const at = Date.parse(news.at);
  // As MQTT asks of one server: the new connection of a client ends the one before.
  if (connection !== undefined) exchange.endTakenOver(device.id, connection, at);
  if (connected) return;
  const here = exchange.presenceOf(device.id);
  if (here?.device.deviceNo !== deviceNo) return;
  // Not older than what it sets right, also where this process's clock is behind.
  const changedAt = new Date(Math.max(now(), at + 1));
  notePresence({
    deviceNo,
    connected: true,
    changedAt,
    address: here.address,
    connection: here.connection,
  });
}
