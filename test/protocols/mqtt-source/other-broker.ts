import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";
import { connectAsync, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";

/** The session of our side at that broker. */
export const SESSION = "ingest-test";

/**
 * Another broker, in place of a cluster or of a network server's: aedes, which speaks MQTT 3.1.1 and has no shared
 * subscriptions. What is held by its tests is ours: that a message is acknowledged to it after the commit, and none is lost
 * in between.
 */
export interface OtherBroker {
  readonly port: number;
  /** Acknowledgements that our side sent, by packet id of the broker. */
  readonly acknowledged: number[];
  /** @param payload bytes and texts as they are, all else as JSON */
  readonly publish: (topic: string, payload: unknown, qos?: 0 | 1) => Promise<unknown>;
  /** Cuts our connection, as a broker that restarts would. */
  cut(): void;
}

export async function startOtherBroker(): Promise<OtherBroker> {
  const broker = await Aedes.createBroker();
  const acknowledged: number[] = [];
  broker.on("ack", (packet) => {
    if (packet.messageId !== undefined) acknowledged.push(packet.messageId);
  });
  const server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const publisher: MqttClient = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  onTestFinished(async () => {
    await publisher.endAsync(true);
    await new Promise<void>((resolve) => broker.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port,
    acknowledged,
    publish: (topic, payload, qos = 1) => {
      const isRaw = Buffer.isBuffer(payload) || typeof payload === "string";
      return publisher.publishAsync(topic, isRaw ? payload : JSON.stringify(payload), { qos });
    },
    cut: () => {
      const { clients } = broker as unknown as { clients: Record<string, { conn: { destroy(): void } }> };
      clients[SESSION]?.conn.destroy();
    },
  };
}
