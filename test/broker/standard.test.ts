import { generate, type Packet } from "mqtt-packet";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RawMqtt } from "../helpers/mqtt.ts";
import { type BrokerBench, loginRaw, startOpenBench } from "./bench.ts";

/** What MQTT 3.1.1 asks for and the parser or aedes lets through, byte by byte over a socket. */

const TOPIC = "v1/devices/meter-1/telemetry";

let bench: BrokerBench;
let port: number;
let published: BrokerBench["published"];
/** Every look at a login: who is refused by the rules of MQTT is never asked for a token. */
let asked = 0;

beforeAll(async () => {
  bench = await startOpenBench({
    authenticate: (id) => {
      asked++;
      return { id, deviceNo: 1, gateway: false };
    },
  });
  ({ port, published } = bench);
});
afterAll(() => bench.broker.close());
beforeEach(() => {
  published.length = 0;
  asked = 0;
});

const login = () => loginRaw(bench);
const payloads = () => published.map(({ payload }) => payload.toString());

/** The bytes of a CONNECT that `change` may spoil. */
function connect(change: (bytes: Buffer) => void = () => {}, options: object = {}): Buffer {
  const bytes = generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "abcd",
    keepalive: 0,
    username: "meter-1",
    password: Buffer.from("token"),
    ...options,
  } as Packet);
  change(bytes);
  return bytes;
}

/** Fixed header, "MQTT" with its length. */
const LEVEL_AT = 2 + 6;
const FLAGS_AT = LEVEL_AT + 1;
const CLIENT_ID_AT = FLAGS_AT + 1 + 2 + 2;

/** The bytes of a packet whose remaining length is below 128. */
const packet = (first: number, ...rest: (number | string)[]) => {
  const body = Buffer.concat(
    rest.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))),
  );
  return Buffer.concat([Buffer.of(first, body.length), body]);
};

describe("CONNECT", () => {
  it.each([0, 1, 2, 5, 6, 127])("of protocol level %i gets return code 1 [MQTT-3.1.2-2]", async (level) => {
    const raw = new RawMqtt(port);
    raw.socket.write(
      connect((bytes) => {
        bytes[LEVEL_AT] = level;
      }),
    );
    expect(await raw.next("connack")).toMatchObject({ returnCode: 1, sessionPresent: false });
    await raw.closed;
    expect(asked).toBe(0);
  });

  it("of MQTT 5, as its clients send it, gets return code 1", async () => {
    const raw = new RawMqtt(port);
    raw.socket.write(connect(undefined, { protocolVersion: 5, properties: { receiveMaximum: 10 } }));
    expect(await raw.next("connack")).toMatchObject({ returnCode: 1 });
    await raw.closed;
  });

  it("without a client id gets return code 2, unless the session is clean [MQTT-3.1.3-8]", async () => {
    const kept = new RawMqtt(port);
    kept.socket.write(
      connect(
        (bytes) => {
          bytes[FLAGS_AT]! &= ~0x02;
        },
        { clientId: "" },
      ),
    );
    expect(await kept.next("connack")).toMatchObject({ returnCode: 2, sessionPresent: false });
    await kept.closed;
    expect(asked).toBe(0);
    const clean = new RawMqtt(port);
    clean.socket.write(connect(undefined, { clientId: "" }));
    expect(await clean.next("connack")).toMatchObject({ returnCode: 0 });
  });

  it("with a will of QoS 3 ends the connection [MQTT-3.1.2-14]", async () => {
    const raw = new RawMqtt(port);
    const will = { topic: "v1/devices/meter-1/events", payload: Buffer.from("{}"), qos: 2, retain: false };
    raw.socket.write(
      connect(
        (bytes) => {
          bytes[FLAGS_AT]! |= 0x18;
        },
        { will },
      ),
    );
    await raw.closed;
    expect(raw.received).toEqual([]);
    expect([asked, published]).toEqual([0, []]);
  });

  it("with a client id that is not UTF-8 ends the connection [MQTT-1.5.3-1]", async () => {
    const raw = new RawMqtt(port);
    raw.socket.write(
      connect((bytes) => {
        bytes[CLIENT_ID_AT] = 0xff;
      }),
    );
    await raw.closed;
    expect(raw.received).toEqual([]);
    expect(asked).toBe(0);
  });

  it("with a replacement character in its client id is as good as any", async () => {
    const raw = new RawMqtt(port);
    raw.socket.write(connect(undefined, { clientId: "a\u{fffd}b" }));
    expect(await raw.next("connack")).toMatchObject({ returnCode: 0 });
  });

  it("again on one connection ends it without an answer, of whatever level [MQTT-3.1.0-2]", async () => {
    for (const level of [4, 9]) {
      const raw = await login();
      raw.socket.write(
        connect((bytes) => {
          bytes[LEVEL_AT] = level;
        }),
      );
      await raw.closed;
      expect(raw.count("connack")).toBe(1);
    }
  });
});

describe("a packet", () => {
  it.each([
    ["PUBLISH of QoS 1 with packet id 0 [MQTT-2.3.1-1]", packet(0x32, 0, TOPIC.length, TOPIC, 0, 0, "{}")],
    ["PUBLISH of QoS 2 with packet id 0", packet(0x34, 0, TOPIC.length, TOPIC, 0, 0, "{}")],
    ["PUBLISH of QoS 1 that ends before its packet id", packet(0x32, 0, TOPIC.length, TOPIC)],
    ["SUBSCRIBE with packet id 0", packet(0x82, 0, 0, 0, 1, "a", 0)],
    ["SUBSCRIBE without filters [MQTT-3.8.3-3]", packet(0x82, 0, 1)],
    ["SUBSCRIBE to a filter that is not UTF-8 [MQTT-1.5.3-1]", packet(0x82, 0, 1, 0, 2, 0x61, 0xff, 0)],
    ["UNSUBSCRIBE with packet id 0", packet(0xa2, 0, 0, 0, 1, "a")],
    ["UNSUBSCRIBE without filters [MQTT-3.10.3-2]", packet(0xa2, 0, 1)],
    ["UNSUBSCRIBE of a filter that is not UTF-8", packet(0xa2, 0, 1, 0, 2, 0x61, 0xff)],
    ["PUBREL with packet id 0", packet(0x62, 0, 0)],
    [
      "PUBLISH of QoS 0 that says it is sent again [MQTT-3.3.1-2]",
      packet(0x38, 0, TOPIC.length, TOPIC, "{}"),
    ],
  ])("%s ends the connection, and is answered by nothing", async (_about, bytes) => {
    const raw = await login();
    raw.socket.write(bytes);
    await raw.closed;
    expect(raw.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect(published).toEqual([]);
  });

  it("with QoS 0 needs no packet id", async () => {
    const raw = await login();
    raw.socket.write(packet(0x30, 0, TOPIC.length, TOPIC, 0, 0, "{}"));
    raw.send({ cmd: "pingreq" });
    await raw.next("pingresp");
    expect(published).toHaveLength(1);
  });

  it("of a device that writes its topic in GBK is on record, and stands in nobody's way", async () => {
    const raw = await login();
    raw.socket.write(packet(0x32, 0, 4, 0xc3, 0xd7, 0xb1, 0xed, 0, 5, "{}"));
    await raw.next("puback", 5);
    expect(published).toMatchObject([{ channel: undefined }]);
    raw.publish(TOPIC, "{}", 6);
    await raw.next("puback", 6);
  });

  it("on a topic of 100 levels is acknowledged as any foreign one, and one of more ends the connection", async () => {
    const raw = await login();
    raw.publish(`a${"/a".repeat(99)}`, "{}", 1);
    await raw.next("puback", 1);
    raw.publish(`a${"/a".repeat(100)}`, "{}", 2);
    await raw.closed;
    expect(published).toHaveLength(1);
  });

  it("behind DISCONNECT is not taken, by whichever way the others came [MQTT-3.14.4-2]", async () => {
    const disconnect = packet(0xe0);
    const publish = (payload: string, id: number) => packet(0x32, 0, TOPIC.length, TOPIC, 0, id, payload);
    const first = await login();
    first.socket.write(Buffer.concat([publish("a", 1), disconnect, publish("x", 2)]));
    await first.closed;
    // On a topic on which it has published before.
    const second = await login();
    second.publish(TOPIC, "b", 1);
    await second.next("puback", 1);
    second.socket.write(Buffer.concat([publish("c", 2), disconnect, publish("x", 3), publish("x", 4)]));
    await second.closed;
    const ahead = new RawMqtt(port);
    ahead.socket.write(Buffer.concat([connect(), publish("d", 1), disconnect, publish("x", 2)]));
    await ahead.closed;
    await login();
    expect(payloads()).toEqual(["a", "b", "c", "d"]);
  });

  it("with as many filters as anybody may have is answered, and with one more ends the connection", async () => {
    const topics = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);
    const subscribe = (raw: RawMqtt, count: number) =>
      raw.send({
        cmd: "subscribe",
        messageId: 1,
        subscriptions: topics(count).map((topic) => ({ topic, qos: 0 })),
      });
    const raw = await login();
    subscribe(raw, 2048);
    expect(await raw.next("suback", 1)).toMatchObject({ granted: topics(2048).map(() => 128) });
    raw.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: topics(2048) });
    await raw.next("unsuback", 2);
    subscribe(raw, 2049);
    await raw.closed;
    const other = await login();
    other.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: topics(2049) });
    await other.closed;
    expect(other.count("unsuback")).toBe(0);
  });

  it("to a filter of more than 16 levels is refused with 0x80, and the connection stays", async () => {
    const raw = await login();
    const topic = `v1/devices/meter-1/${"a/".repeat(20)}a`;
    raw.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] });
    expect(await raw.next("suback", 1)).toMatchObject({ granted: [128] });
    raw.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: [topic] });
    await raw.next("unsuback", 2);
  });
});
