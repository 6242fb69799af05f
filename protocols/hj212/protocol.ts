import { identityOf } from "../../devices/identities.ts";
import type { Protocol } from "../../exchange/protocol.ts";
import { hj212Decoder } from "./decode.ts";
import { HJ212, openHj212 } from "./door.ts";

/** Stations that watch water, air and sources of pollution, by HJ 212 over TCP. */
export const hj212: Protocol = {
  name: HJ212,
  decoder: hj212Decoder,
  async open({ config, log, devices, inside }) {
    const { HJ212_PORT: port } = config;
    if (port === "off") return undefined;
    return openHj212({
      ...inside,
      host: config.HOST,
      port,
      from: config.HJ212_FROM,
      connections: config.HJ212_MAX_CONNECTIONS,
      perAddress: config.HJ212_MAX_CONNECTIONS_PER_ADDRESS,
      rateLimit: config.DEVICE_RATE_LIMIT,
      itemLimit: config.DEVICE_ITEM_LIMIT,
      findStation(mn) {
        const identity = identityOf("mn", mn);
        return identity && devices.findIdentified(identity);
      },
      async lookUpStation(mn) {
        const identity = identityOf("mn", mn);
        return identity && devices.lookUpIdentified(identity);
      },
      isAway: devices.isAway,
      log,
    });
  },
};
