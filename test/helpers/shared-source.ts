import { type AddressInfo, createServer, type Socket } from "node:net";
import mqtt from "mqtt-packet";

/**
 * A broker of MQTT 5 that shares its messages among all subscribers, each message to one of them in turn, and gives
 * unacknowledged messages of a client that leaves to the others. A stand-in for a cluster: it keeps no sessions, and
 * knows one topic filter.
 */
export interface SharedSource {
  readonly port: number;
  /** How many have subscribed. */
  members(): number;
  /** How many are connected. */
  connections(): number;
  /** Resolves when a subscriber has acknowledged it. */
  publish(topic: string, payload: unknown): Promise<void>;
  close(): void;
}

interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly acknowledged: () => void;
}

const VERSION = { protocolVersion: 5 };

/** @param mayAnswer is waited for before a subscriber is told that it has unsubscribed */
export async function startSharedSource(mayAnswer: Promise<void> = Promise.resolve()): Promise<SharedSource> {
  const members: { socket: Socket; unacknowledged: Map<number, Message>; last: number }[] = [];
  const waiting: Message[] = [];
  let turn = 0;
  const share = () => {
    while (waiting.length > 0 && members.length > 0) {
      const member = members[turn++ % members.length]!;
      const message = waiting.shift()!;
      const messageId = (member.last % 65_535) + 1;
      member.last = messageId;
      member.unacknowledged.set(messageId, message);
      const { topic, payload } = message;
      member.socket.write(
        mqtt.generate(
          { cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false },
          VERSION,
        ),
      );
    }
  };
  const connected = new Set<Socket>();
  const server = createServer((socket) => {
    connected.add(socket);
    const parser = mqtt.parser(VERSION);
    const member = { socket, unacknowledged: new Map<number, Message>(), last: 0 };
    const say = (reply: mqtt.Packet) => socket.write(mqtt.generate(reply, VERSION));
    const leave = () => {
      const place = members.indexOf(member);
      if (place >= 0) members.splice(place, 1);
    };
    parser.on("packet", (packet) => {
      if (packet.cmd === "connect") say({ cmd: "connack", reasonCode: 0, sessionPresent: false });
      else if (packet.cmd === "pingreq") say({ cmd: "pingresp" });
      else if (packet.cmd === "subscribe") {
        say({ cmd: "suback", messageId: packet.messageId!, granted: packet.subscriptions.map(() => 1) });
        members.push(member);
        share();
      } else if (packet.cmd === "unsubscribe") {
        leave();
        const { messageId, unsubscriptions } = packet;
        const granted = unsubscriptions.map(() => 0);
        void mayAnswer.then(() => say({ cmd: "unsuback", messageId: messageId!, granted }));
      } else if (packet.cmd === "puback") {
        const message = member.unacknowledged.get(packet.messageId!);
        member.unacknowledged.delete(packet.messageId!);
        message?.acknowledged();
      }
    });
    socket.on("data", (data) => parser.parse(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      leave();
      connected.delete(socket);
      waiting.unshift(...member.unacknowledged.values());
      share();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    members: () => members.length,
    publish: (topic, payload) =>
      new Promise((acknowledged) => {
        waiting.push({ topic, payload: JSON.stringify(payload), acknowledged });
        share();
      }),
    connections: () => connected.size,
    close: () => {
      for (const socket of connected) socket.destroy();
      server.close();
    },
  };
}
