import { ownDecoder, parseTopic } from "../../exchange/own-dialect.ts";
import type { Protocol } from "../../exchange/protocol.ts";
import { AMQP_SOURCE, openAmqpSource } from "./door.ts";
import { openManagement } from "./management.ts";

/** Messages of devices that are connected to a RabbitMQ cluster, in our own dialect. */
export const amqpSource: Protocol = {
  name: AMQP_SOURCE,
  // The cluster has decided who publishes where: the topic is the identity.
  decoder: { ...ownDecoder, senderOf: (topic) => parseTopic(topic)?.id },
  async open({ config, log, devices, inside }) {
    const { SOURCE_AMQP_URL: url, SOURCE_AMQP_MANAGEMENT_URL: managementUrl } = config;
    if (url === undefined) return undefined;
    return openAmqpSource({
      url,
      instance: config.INSTANCE_ID,
      partitions: config.SOURCE_AMQP_PARTITIONS,
      management: managementUrl === undefined ? undefined : openManagement(managementUrl),
      ...devices,
      ...inside,
      log,
    });
  },
};
