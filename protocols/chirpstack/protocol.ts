import type { Protocol } from "../../exchange/protocol.ts";
import { chirpstackDecoder } from "./decode.ts";
import { CHIRPSTACK, openChirpstack } from "./door.ts";

/** LoRaWAN devices, by the events that a ChirpStack v4 publishes over MQTT. */
export const chirpstack: Protocol = {
  name: CHIRPSTACK,
  decoder: chirpstackDecoder,
  async open({ config, log, devices, inside }) {
    const { SOURCE_CHIRPSTACK_URL: url } = config;
    if (url === undefined) return undefined;
    const { SOURCE_CHIRPSTACK_TOPICS: topics, SOURCE_CHIRPSTACK_CLIENT_ID: clientId } = config;
    const { findIdentified: find, lookUpIdentified: lookUp, isAway } = devices;
    return openChirpstack({ ...inside, url, topics, clientId, find, lookUp, isAway, log });
  },
};
