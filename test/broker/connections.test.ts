import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { Duplex } from "node:stream";
import { generate } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, type BrokerOptions, createBroker } from "../../broker/broker.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";

/** What may happen to connections at the wrong moment, and what one device may do to the others. */
interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let broker: Broker;
let port: number;
let published: string[];
let settle: (() => void)[];
let presence: boolean[];

async function start(options: Partial<BrokerOptions<Device>> = {}): Promise<void> {
  broker = await createBroker<Device>({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: false }),
    onPublish: ({ payload }, settled) => {
      published.push(payload.toString());
      settle.push(settled);
    },
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: ({ connected }) => presence.push(connected),
    ...options,
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}

beforeEach(() => {
  published = [];
  settle = [];
  presence = [];
});
afterEach(() => broker.close());

async function login(id: string, options?: { clientId?: string }): Promise<RawMqtt> {
  const raw = new RawMqtt(port);
  raw.socket.setNoDelay();
  await raw.login(id, "any", options);
  return raw;
}

/** Has the broker answer another connection, which it does after it has seen what was sent before. */
async function broughtUpToDate(other: RawMqtt): Promise<void> {
  other.received.length = 0;
  other.send({ cmd: "pingreq" });
  await other.next("pingresp");
}

const connectPacket = (id: string, more: object = {}) =>
  generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "c",
    keepalive: 0,
    username: id,
    password: Buffer.from("any"),
    ...more,
  });

describe("a device whose messages are not settled", () => {
  it("is read no further than a few messages ahead, also when they come one by one", async () => {
    await start();
    const other = await login("meter-2");
    const raw = await login("meter-1");
    for (let i = 1; i <= 200; i++) {
      raw.publish("v1/devices/meter-1/telemetry", String(i), i);
      await broughtUpToDate(other);
    }
    expect(published.length).toBeLessThanOrEqual(65);
    while (published.length < 200) {
      for (const settled of settle.splice(0)) settled();
      await broughtUpToDate(other);
    }
    for (const settled of settle.splice(0)) settled();
    await raw.next("puback", 200);
    expect(published).toEqual(Array.from({ length: 200 }, (_, i) => String(i + 1)));
  });

  it("leaves nothing behind when it goes before its QoS 2 message is settled", async () => {
    await start();
    const raw = await login("meter-1");
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1, 2);
    await vi.waitFor(() => expect(settle).toHaveLength(1));
    raw.socket.destroy();
    await vi.waitFor(() => expect(broker.connections).toBe(0));
    settle[0]!();
    // Its name is free, and its message is not known: the second half of QoS 2 finds nothing to answer with.
    const again = await login("meter-1");
    again.publish("v1/devices/meter-1/telemetry", "{}", 1, 2);
    await vi.waitFor(() => expect(settle).toHaveLength(2));
    settle[1]!();
    await again.next("pubrec", 1);
  });
});

describe("a connection that ends at the wrong moment", () => {
  it("leaves no session when it ends while its token is looked up", async () => {
    let answer: (device: Device) => void = () => {};
    const asked = new Promise<void>((heard) => {
      void start({
        authenticate: (id) =>
          id === "meter-1"
            ? new Promise((resolve) => {
                answer = resolve;
                heard();
              })
            : { id, deviceNo: 1, gateway: false },
      }).then(() => {
        const raw = new RawMqtt(port);
        raw.socket.write(connectPacket("meter-1"));
        void asked.then(() => raw.socket.destroy());
      });
    });
    await asked;
    const other = await login("meter-2");
    await broughtUpToDate(other);
    answer({ id: "meter-1", deviceNo: 1, gateway: false });
    await broughtUpToDate(other);
    expect(broker.connections).toBe(1);
    expect(presence).toEqual([true]);
  });

  it("is not counted as present when it ends while its login is answered", async () => {
    await start();
    // A peer that is gone as soon as it is told that it is in.
    const connection = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        done();
        connection.destroy();
      },
    });
    broker.handle(connection);
    connection.push(connectPacket("meter-1"));
    await once(connection, "close");
    await broughtUpToDate(await login("meter-2"));
    expect(broker.connections).toBe(1);
    expect(presence.filter(Boolean).length - presence.filter((connected) => !connected).length).toBe(1);
  });

  it("still has its will taken in when it was reset, with subscriptions", async () => {
    await start();
    const raw = new RawMqtt(port);
    const will = { topic: "v1/devices/meter-1/events", payload: Buffer.from("gone"), qos: 1, retain: false };
    raw.socket.write(connectPacket("meter-1", { will }));
    await raw.next("connack");
    raw.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "v1/devices/meter-1/commands", qos: 1 }],
    });
    await raw.next("suback", 1);
    raw.socket.resetAndDestroy();
    await vi.waitFor(() => expect(published).toEqual(["gone"]));
  });

  it("is one coming and one going when it is taken over", async () => {
    await start();
    await login("meter-1", { clientId: "same" });
    const second = await login("meter-1", { clientId: "same" });
    await vi.waitFor(() => expect(broker.connections).toBe(1));
    second.socket.destroy();
    await vi.waitFor(() => expect(presence).toEqual([true, false]));
  });
});

describe("the rate limit", () => {
  it("counts all connections of a device together, also those that come after one another", async () => {
    let refused = 0;
    await start({
      rateLimit: 1,
      now: () => 0,
      onRefused: (_message, _refusal, settled) => {
        refused++;
        settled();
      },
    });
    for (let round = 0; round < 3; round++) {
      const client = await connectDevice(port, "meter-1", "any");
      for (let i = 0; i < 10; i++) client.publish("v1/devices/meter-1/telemetry", "{}", { qos: 0 });
      await vi.waitFor(() => expect(published.length + refused).toBe((round + 1) * 10));
      await client.endAsync(true);
    }
    expect(published).toHaveLength(10);
  });

  it("forgets what a connection was told to wait for when it ends, and does not charge for it", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    await start({ rateLimit: 1, now: () => 0 });
    const raw = await login("meter-1");
    const packets = Array.from({ length: 30 }, (_, i) =>
      generate({
        cmd: "publish",
        topic: "v1/devices/meter-1/telemetry",
        payload: String(i + 1),
        qos: 1,
        messageId: i + 1,
        dup: false,
        retain: false,
      }),
    );
    const before = vi.getTimerCount();
    raw.socket.write(Buffer.concat(packets));
    await vi.waitFor(() => expect(published).toHaveLength(10));
    expect(vi.getTimerCount() - before).toBe(20);
    raw.socket.destroy();
    await vi.waitFor(() => expect(broker.connections).toBe(0));
    expect(vi.getTimerCount()).toBeLessThanOrEqual(before);
    const again = await login("meter-1");
    again.publish("v1/devices/meter-1/telemetry", "again", 1);
    await broughtUpToDate(again);
    await vi.advanceTimersByTimeAsync(999);
    expect(published).toHaveLength(10);
    // Not 21 seconds, and not at once: its own turn. `waitFor` would let them pass.
    await vi.advanceTimersByTimeAsync(1);
    expect(published.at(-1)).toBe("again");
  });
});

describe("a session", () => {
  it("does not outlive its connection, whatever the device asks for", async () => {
    await start();
    for (let i = 0; i < 2; i++) {
      const raw = new RawMqtt(port);
      raw.socket.write(connectPacket("meter-1", { clean: false }));
      expect(await raw.next("connack")).toMatchObject({ returnCode: 0, sessionPresent: false });
      raw.send({
        cmd: "subscribe",
        messageId: 1,
        subscriptions: [{ topic: "v1/devices/meter-1/commands", qos: 1 }],
      });
      await raw.next("suback", 1);
      raw.socket.destroy();
      await vi.waitFor(() => expect(broker.connections).toBe(0));
    }
  });

  it("has a bounded number of subscriptions, and may have others instead", async () => {
    await start();
    const raw = await login("meter-1");
    const subscribe = async (messageId: number, name: string) => {
      raw.send({
        cmd: "subscribe",
        messageId,
        subscriptions: [{ topic: `v1/devices/meter-1/${name}`, qos: 0 }],
      });
      return ((await raw.next("suback", messageId)) as { granted: number[] }).granted[0];
    };
    for (let i = 1; i <= 32; i++) expect(await subscribe(i, `t${i}`)).toBe(0);
    expect(await subscribe(33, "t33")).toBe(128);
    expect(await subscribe(34, "t32")).toBe(0);
    raw.send({ cmd: "unsubscribe", messageId: 35, unsubscriptions: ["v1/devices/meter-1/t1"] });
    await raw.next("unsuback", 35);
    await vi.waitFor(async () => expect(await subscribe(100 + broker.connections, "t33")).toBe(0));
  });
});

describe("a start and an end", () => {
  it("says which port is in use, for WebSocket as for TCP", async () => {
    const blocker: Server = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      blocker.close();
    });
    const used = (blocker.address() as { port: number }).port;
    await start();
    const second = await createBroker<Device>({
      log: createLogger("silent"),
      rateLimit: 0,
      authenticate: () => undefined,
      onPublish: () => {},
      onRefused: () => {},
      onPresence: () => {},
    });
    onTestFinished(() => second.close());
    await expect(second.listen({ host: "127.0.0.1", port: 0, wsPort: used })).rejects.toMatchObject({
      code: "EADDRINUSE",
      port: used,
    });
  });

  it("takes nothing in from a device whose login is answered after the end began", async () => {
    let answer: (device: Device) => void = () => {};
    await start({
      authenticate: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const raw = new RawMqtt(port);
    raw.socket.write(connectPacket("meter-1"));
    await vi.waitFor(() => expect(answer.length).toBe(1));
    await broker.quiesce();
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1);
    answer({ id: "meter-1", deviceNo: 1, gateway: false });
    expect(await raw.next("connack")).toMatchObject({ returnCode: 3 });
    await raw.closed;
    expect(published).toEqual([]);
  });
});
