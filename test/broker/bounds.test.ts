import { type Duplex, duplexPair } from "node:stream";
import type { Aedes, Client } from "aedes";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { MAX_PAYLOAD_BYTES } from "../../base/channels.ts";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

/** What one device, and whoever has not even logged in, can make the broker keep. */
interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let broker: Broker;
let port: number;
let wsPort: number;
let payloads: Buffer[] = [];

beforeAll(async () => {
  broker = await createBroker<Device>({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: false }),
    onPublish: ({ payload }, settled) => {
      payloads.push(payload);
      settled();
    },
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
  });
  ({ port, wsPort } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
});
afterAll(() => broker.close());
beforeEach(() => {
  payloads = [];
});

const CONNECT = generate({
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 4,
  clean: true,
  clientId: "a",
  keepalive: 0,
  username: "meter-1",
  password: Buffer.from("token"),
});
const publish = (topic: string, payload: Buffer, qos: 0 | 1 | 2) =>
  generate({ cmd: "publish", topic, payload, qos, messageId: 1, dup: false, retain: false });
const TOPIC = "v1/devices/meter-1/telemetry";

describe("a QoS 2 message whose second half does not come", () => {
  it("is kept as a packet id: neither its payload nor its topic", async () => {
    const [end, ours] = duplexPair();
    onTestFinished(() => void end.destroy());
    broker.handle(ours);
    const { client } = ours as Duplex & { client: Client & { broker: Aedes } };
    const received: Packet[] = [];
    const incoming = parser();
    incoming.on("packet", (packet) => received.push(packet));
    end.on("data", (chunk) => incoming.parse(chunk));
    end.write(CONNECT);
    await vi.waitFor(() => expect(received).toMatchObject([{ cmd: "connack" }]));
    // A foreign topic may be long, too.
    end.write(publish("a".repeat(60_000), Buffer.alloc(MAX_PAYLOAD_BYTES, "x"), 2));
    await vi.waitFor(() => expect(received.at(-1)).toMatchObject({ cmd: "pubrec", messageId: 1 }));
    expect(payloads.map(({ length }) => length)).toEqual([MAX_PAYLOAD_BYTES]);
    const { persistence } = client.broker as unknown as {
      persistence: {
        incomingGetPacket(client: Client, packet: object): Promise<{ topic: string; payload: Buffer }>;
      };
    };
    const kept = await persistence.incomingGetPacket(client, { messageId: 1 });
    expect(kept.payload).toHaveLength(0);
    expect(kept.topic.length).toBeLessThan(20);
  });
});

describe("the connections of one device", () => {
  it("are 16 at most: the oldest makes room, and nobody else's", async () => {
    const other = new RawMqtt(port);
    await other.login("meter-2", "token");
    const all: RawMqtt[] = [];
    const closed: number[] = [];
    for (let index = 0; index < 18; index++) {
      const raw = new RawMqtt(port);
      void raw.closed.then(() => closed.push(index));
      expect(await raw.login("meter-1", "token", { clientId: `c${index}` })).toMatchObject({ returnCode: 0 });
      all.push(raw);
    }
    await vi.waitFor(() => expect(closed).toEqual([0, 1]));
    for (const raw of [...all.slice(2), other]) {
      raw.send({ cmd: "pingreq" });
      await raw.next("pingresp");
    }
    expect(closed).toEqual([0, 1]);
  });
});

describe("a frame of WebSocket", () => {
  async function open(): Promise<{ socket: WebSocket; received: Packet[]; code: Promise<number> }> {
    const socket = new WebSocket(`ws://127.0.0.1:${wsPort}/mqtt`, "mqtt");
    onTestFinished(() => socket.terminate());
    const received: Packet[] = [];
    const incoming = parser();
    incoming.on("packet", (packet) => received.push(packet));
    socket.on("message", (data) => incoming.parse(data as Buffer));
    const code = new Promise<number>((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    return { socket, received, code };
  }

  it("is short before the login, also where its end never comes", async () => {
    const { socket, code } = await open();
    socket.send(Buffer.alloc(60 * 1024), { fin: false });
    socket.send(Buffer.alloc(60 * 1024), { fin: false });
    // "Message too big", RFC 6455 §7.4.1.
    expect(await code).toBe(1009);
  });

  it("may hold the longest message after it", async () => {
    const { socket, received } = await open();
    socket.send(CONNECT);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    const long = publish(TOPIC, Buffer.alloc(MAX_PAYLOAD_BYTES, "x"), 1);
    // Several in one frame.
    socket.send(Buffer.concat([long, long, long]));
    await vi.waitFor(() => expect(received).toHaveLength(4));
    expect(payloads.map(({ length }) => length)).toEqual([1, 2, 3].map(() => MAX_PAYLOAD_BYTES));
  });

  it("may hold all that a client says at first without waiting for an answer", async () => {
    const { socket, received } = await open();
    socket.send(Buffer.concat([CONNECT, publish(TOPIC, Buffer.alloc(60_000, "x"), 1)]));
    await vi.waitFor(() => expect(received.map(({ cmd }) => cmd)).toEqual(["connack", "puback"]));
  });
});
