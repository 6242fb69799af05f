import type { EventType } from "./kind.ts";

/** What a network server tells of a device of LoRaWAN, besides what the device itself has said. */
export const NETWORK_REPORT: EventType = {
  type: "network_report",
  about: "The network server tells of a join, a state of the battery, a command on its way or a fault",
  zh: "网络服务器上报",
};
