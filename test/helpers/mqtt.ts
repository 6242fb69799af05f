import { connect as connectSocket, type Socket } from "node:net";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { generate, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import { onTestFinished } from "vitest";

/** Connects an ordinary MQTT client; it is ended with the test. */
export async function connectDevice(
  port: number,
  username: string,
  password: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await connectAsync(
    `mqtt://127.0.0.1:${port}`,
    { username, password, reconnectPeriod: 0, connectTimeout: 20_000, ...options },
    false,
  );
  client.on("error", () => {});
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  return client;
}

/** A connection that sends any bytes of a test, and keeps the packets that come back. */
export class RawMqtt {
  readonly socket: Socket;
  readonly received: Packet[] = [];
  readonly closed: Promise<void>;
  private readonly waiting = new Set<() => void>();

  /** @param where a port of this machine, or a connection, e.g. over TLS */
  constructor(where: number | Socket) {
    this.socket = typeof where === "number" ? connectSocket({ host: "127.0.0.1", port: where }) : where;
    const incoming = parser();
    incoming.on("packet", (packet: Packet) => {
      this.received.push(packet);
      for (const check of this.waiting) check();
    });
    this.socket.on("data", (chunk) => incoming.parse(chunk));
    this.socket.on("error", () => {});
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  /** @param more further fields of its CONNECT, e.g. a will */
  login(username: string, password: string, more: Partial<IConnectPacket> = {}): Promise<Packet> {
    this.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "raw",
      keepalive: 0,
      username,
      password: Buffer.from(password),
      ...more,
    });
    return this.next("connack");
  }

  publish(topic: string, payload: string | Buffer, messageId: number, qos: 0 | 1 | 2 = 1): void {
    this.send({ cmd: "publish", topic, payload, qos, messageId, dup: false, retain: false } as Packet);
  }

  /** How many packets of this sort have arrived. */
  count(cmd: Packet["cmd"]): number {
    return this.received.filter((packet) => packet.cmd === cmd).length;
  }

  /** The packet of this sort, with this id if given, once it has arrived. */
  next(cmd: Packet["cmd"], messageId?: number): Promise<Packet> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.received.find(
          (packet) => packet.cmd === cmd && (messageId === undefined || packet.messageId === messageId),
        );
        if (!found) return;
        this.waiting.delete(check);
        resolve(found);
      };
      this.waiting.add(check);
      void this.closed.then(() => reject(new Error(`the connection closed before a ${cmd} came`)));
      check();
    });
  }
}
