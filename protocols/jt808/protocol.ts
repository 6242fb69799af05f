import type { Protocol } from "../../exchange/protocol.ts";
import { jt808Decoder } from "./decode.ts";
import { JT808, openJt808 } from "./door.ts";

/** Terminals of vehicles and e-bikes, by JT/T 808 over TCP. */
export const jt808: Protocol = {
  name: JT808,
  decoder: jt808Decoder,
  async open({ config, log, devices, inside }) {
    const { JT808_PORT: port } = config;
    if (port === "off") return undefined;
    return openJt808({
      ...inside,
      host: config.HOST,
      port,
      from: config.JT808_FROM,
      connections: config.JT808_MAX_CONNECTIONS,
      perAddress: config.JT808_MAX_CONNECTIONS_PER_ADDRESS,
      rateLimit: config.DEVICE_RATE_LIMIT,
      itemLimit: config.DEVICE_ITEM_LIMIT,
      devices,
      log,
    });
  },
};
