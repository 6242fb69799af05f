import { ownDecoder, parseTopic } from "../../exchange/own-dialect.ts";
import type { Protocol } from "../../exchange/protocol.ts";
import { MQTT_SOURCE, openMqttSource } from "./door.ts";

/** Messages of another MQTT broker, in our own dialect. */
export const mqttSource: Protocol = {
  name: MQTT_SOURCE,
  // That broker has decided who publishes where: the topic is the identity.
  decoder: { ...ownDecoder, senderOf: (topic) => parseTopic(topic)?.id },
  async open({ config, log, devices, inside }) {
    const { SOURCE_MQTT_URL: url, SOURCE_MQTT_TOPICS: topics, SOURCE_MQTT_CLIENT_ID: clientId } = config;
    if (url === undefined) return undefined;
    return openMqttSource({ url, topics, clientId, ...devices, ...inside, log });
  },
};
