import { connectionLimit, networks, portOrOff } from "./forms.ts";

/** The door of terminals that speak JT/T 808. */
export const jt808Settings = {
  JT808_PORT: portOrOff(
    "off",
    "JT/T 808 over TCP, for terminals of vehicles and e-bikes. 0: any free port; off: not at all.",
  ),
  JT808_FROM: networks
    .optional()
    .describe(
      "Addresses and networks from which terminals may connect, such as 10.0.0.0/8, separated by commas. Unset: any. JT/T 808 sends its codes in clear text.",
    ),
  JT808_MAX_CONNECTIONS: connectionLimit("JT/T 808 connections at once. 0: no limit.", 20_000),
  JT808_MAX_CONNECTIONS_PER_ADDRESS: connectionLimit(
    "JT/T 808 connections at once from one IPv4 address or IPv6 /64. 0: no limit. Terminals of one mobile network may share an address.",
  ),
};

export const jt808Needs = [["JT808_FROM", "JT808_PORT"]] as const;
