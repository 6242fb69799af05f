import { connectionLimit, networks, portOrOff } from "./forms.ts";

/** The door of stations that speak HJ 212. */
export const hj212Settings = {
  HJ212_PORT: portOrOff(
    "off",
    "HJ 212 over TCP, for stations that watch water, air and sources of pollution. 0: any free port; off: not at all.",
  ),
  HJ212_FROM: networks
    .optional()
    .describe(
      "Addresses and networks from which stations may connect, such as 10.0.0.0/8, separated by commas. Unset: any. HJ 212 has no login worth the name, so set it.",
    ),
  HJ212_MAX_CONNECTIONS: connectionLimit("HJ 212 connections at once. 0: no limit.", 20_000),
  HJ212_MAX_CONNECTIONS_PER_ADDRESS: connectionLimit(
    "HJ 212 connections at once from one IPv4 address or IPv6 /64. 0: no limit. Stations behind one NAT or tunnel share an address.",
  ),
};

export const hj212Needs = [["HJ212_FROM", "HJ212_PORT"]] as const;
