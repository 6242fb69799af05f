import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { BrokerOptions } from "../../broker/broker.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { type BrokerBench, type Device, startBench } from "./bench.ts";

let { broker, port, wsPort, published, refused, presence } = {} as BrokerBench;
/** Set by a test that wants to settle messages itself. */
let hold: ((settled: () => void) => void) | undefined;

async function start(options: Partial<BrokerOptions<Device>> = {}): Promise<void> {
  const settle = (settled: () => void) => (hold ? hold(settled) : settled());
  ({ broker, port, wsPort, published, refused, presence } = await startBench(options, settle));
}

beforeEach(() => {
  hold = undefined;
});

afterEach(async () => {
  await broker.close();
});

const login = (id: string) => connectDevice(port, id, `token-of-${id}`);

/** Has time stand still for the broker until `vi.advanceTimersByTime` moves it on. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Waits for what comes without time passing: `vi.waitFor` would move the clock on. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe("publishing", () => {
  it("acknowledges QoS 1 when the message is settled, and not before", async () => {
    await start();
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1);
    raw.publish("v1/devices/meter-1/telemetry", "{}", 2);
    await vi.waitFor(() => expect(settle).toHaveLength(2));
    expect(raw.received.map((packet) => packet.cmd)).toEqual(["connack"]);
    settle[1]!();
    await raw.next("puback", 2);
    expect(raw.received.filter((packet) => packet.cmd === "puback")).toHaveLength(1);
    settle[0]!();
    await raw.next("puback", 1);
  });

  it("answers PUBREC to QoS 2 when the message is settled, and not before", async () => {
    await start();
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    raw.publish("v1/devices/meter-1/telemetry", "{}", 7, 2);
    await vi.waitFor(() => expect(settle).toHaveLength(1));
    expect(raw.received.some((packet) => packet.cmd === "pubrec")).toBe(false);
    settle[0]!();
    await raw.next("pubrec", 7);
    raw.send({ cmd: "pubrel", messageId: 7 });
    await raw.next("pubcomp", 7);
  });

  it.each([
    ["meter-1", "v1/devices/meter-1/telemetry", "telemetry"],
    ["meter-1", "v1/devices/meter-1/events", "events"],
    ["meter-1", "v1/devices/meter-1/replies", "replies"],
    ["gw-1", "v1/gateways/gw-1/telemetry", "gateway-telemetry"],
  ])("hands over what %s publishes on %s", async (id, topic, channel) => {
    await start();
    const client = await login(id);
    await client.publishAsync(topic, "{}", { qos: 1 });
    expect(published).toMatchObject([{ principal: { id }, channel, topic }]);
  });

  it.each([
    ["meter-1", "v1/devices/meter-2/telemetry"],
    ["meter-1", "v1/devices/meter-1/commands"],
    ["meter-1", "v1/gateways/meter-1/telemetry"],
    ["meter-1", "$SYS/broker/uptime"],
    ["gw-1", "v1/gateways/gw-2/telemetry"],
  ])("hands %s's publish on %s over without a channel, at each QoS, and goes on", async (id, topic) => {
    await start();
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = new RawMqtt(port);
    await raw.login(id, `token-of-${id}`);
    raw.publish(topic, "0", 0, 0);
    raw.publish(topic, "1", 1, 1);
    raw.publish(topic, "2", 2, 2);
    await vi.waitFor(() => expect(settle).toHaveLength(3));
    const foreign = { principal: { id }, channel: undefined, topic };
    expect(published).toMatchObject([foreign, foreign, foreign]);
    // On record first, as any message.
    expect(raw.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    for (const settled of settle) settled();
    await raw.next("puback", 1);
    await raw.next("pubrec", 2);
    raw.send({ cmd: "pubrel", messageId: 2 });
    await raw.next("pubcomp", 2);
    hold = undefined;
    raw.publish(`v1/devices/${id}/telemetry`, "{}", 3);
    await raw.next("puback", 3);
    expect(published.at(-1)).toMatchObject({ channel: "telemetry" });
  });

  it("hands a will on a foreign topic over without a channel", async () => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1", {
      will: { topic: "lwt/meter-1", payload: Buffer.from("gone"), qos: 2, retain: true },
    });
    raw.socket.destroy();
    await vi.waitFor(() => expect(published).toMatchObject([{ channel: undefined, topic: "lwt/meter-1" }]));
  });

  it("treats a will like any other message of its device", async () => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1", {
      will: { topic: "v1/devices/meter-1/events", payload: Buffer.from("gone"), qos: 1, retain: false },
    });
    raw.socket.destroy();
    await vi.waitFor(() => expect(published).toHaveLength(1));
    expect(published[0]).toMatchObject({ principal: { id: "meter-1" }, channel: "events" });
    expect(published[0]!.payload.toString()).toBe("gone");
  });

  it("never routes one device's messages to another", async () => {
    await start();
    const listener = await login("gw-1");
    const heard = vi.fn();
    listener.on("message", heard);
    const [granted] = await listener.subscribeAsync("v1/devices/gw-1/#", { qos: 1 });
    expect(granted?.qos).toBe(1);
    const client = await login("gw-1");
    await client.publishAsync("v1/devices/gw-1/telemetry", "{}", { qos: 1 });
    await broker.send("v1/devices/gw-1/commands", "last");
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    expect(heard.mock.calls.map(([topic]) => topic)).toEqual(["v1/devices/gw-1/commands"]);
  });

  it("hands a payload of 256 KiB over whole, whatever its topic", async () => {
    await start();
    const client = await login("meter-1");
    const payload = Buffer.alloc(256 * 1024, "x");
    await client.publishAsync("v1/devices/meter-1/telemetry", payload, { qos: 1 });
    // The longest topic that MQTT can say.
    client.publish(`foreign/${"x".repeat(65_535 - 8)}`, payload, { qos: 1 });
    await vi.waitFor(() => expect(published).toHaveLength(2));
    for (const message of published) expect(message.payload.equals(payload)).toBe(true);
  });

  it("cuts a connection that announces a packet of more than 321 KiB, and has it on record", async () => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    // PUBLISH with a remaining length of 256 MiB - 1, the most that MQTT can say.
    raw.socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    await raw.closed;
    expect(refused).toMatchObject([
      { reason: "payload_too_large", message: { principal: { id: "meter-1" } } },
    ]);
  });

  it("survives a connection that speaks something else", async () => {
    await start();
    const raw = new RawMqtt(port);
    raw.socket.write("GET / HTTP/1.1\r\n\r\n");
    await raw.closed;
    const client = await login("meter-1");
    await client.publishAsync("v1/devices/meter-1/telemetry", "{}", { qos: 1 });
    expect(published).toHaveLength(1);
  });

  it("keeps a client whose messages wait longer than its keep-alive", async () => {
    stopTheClock();
    await start();
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1", { keepalive: 2 });
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1);
    await until(() => settle.length === 1);
    vi.advanceTimersByTime(5000);
    // A client that says nothing and waits for nothing would have been closed.
    const idle = new RawMqtt(port);
    await idle.login("meter-2", "token-of-meter-2", { keepalive: 2 });
    vi.advanceTimersByTime(5000);
    await idle.closed;
    expect(raw.socket.destroyed).toBe(false);
    settle[0]!();
    await raw.next("puback", 1);
  });
});

describe("subscribing", () => {
  it.each([
    ["v1/devices/meter-1/commands", 1],
    ["v1/devices/meter-1/#", 1],
    ["v1/devices/meter-2/commands", 128],
    ["v1/devices/+/commands", 128],
    ["#", 128],
    ["$SYS/#", 128],
    ["$share/x/v1/devices/meter-1/commands", 128],
  ])("answers a subscription of meter-1 to %s with %i", async (filter, code) => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    raw.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] });
    expect(await raw.next("suback", 1)).toMatchObject({ granted: [code] });
  });

  it("brings a command to its device", async () => {
    await start();
    const client = await login("meter-1");
    await client.subscribeAsync("v1/devices/meter-1/commands", { qos: 1 });
    const arrived = new Promise<[string, Buffer]>((resolve) =>
      client.once("message", (topic, payload) => resolve([topic, payload])),
    );
    await broker.send("v1/devices/meter-1/commands", '{"commandId":"1"}');
    const [topic, payload] = await arrived;
    expect([topic, payload.toString()]).toEqual(["v1/devices/meter-1/commands", '{"commandId":"1"}']);
  });
});

describe("the rate limit", () => {
  it("slows QoS 1 down and refuses QoS 0 beyond the burst", async () => {
    await start({ rateLimit: 1, now: () => 0 });
    const client = await login("meter-1");
    for (let i = 0; i < 12; i++) client.publish("v1/devices/meter-1/telemetry", `${i}`, { qos: 0 });
    await vi.waitFor(() => expect(published.length + refused.length).toBe(12));
    expect(published).toHaveLength(10);
    expect(refused.map(({ reason }) => reason)).toEqual(["rate_limited", "rate_limited"]);

    // The bucket is empty: the next QoS 1 message waits for one second.
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    stopTheClock();
    raw.publish("v1/devices/meter-1/telemetry", "late", 1);
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(999);
    expect(published).toHaveLength(10);
    vi.advanceTimersByTime(1);
    expect(published).toHaveLength(11);
    await raw.next("puback", 1);
  });

  it("does not touch other devices", async () => {
    await start({ rateLimit: 1, now: () => 0 });
    const flood = await login("meter-1");
    const other = await login("meter-2");
    for (let i = 0; i < 50; i++) flood.publish("v1/devices/meter-1/telemetry", `${i}`, { qos: 0 });
    for (let i = 0; i < 10; i++) await other.publishAsync("v1/devices/meter-2/telemetry", "{}", { qos: 1 });
    expect(published.filter(({ principal }) => principal.id === "meter-2")).toHaveLength(10);
    await vi.waitFor(() => expect(refused.length).toBe(40));
  });
});

describe("presence", () => {
  it("tells when a device comes and goes, once for all its connections", async () => {
    await start();
    const first = await login("meter-1");
    const second = await login("meter-1");
    await first.endAsync();
    await vi.waitFor(() => expect(broker.connections).toBe(1));
    expect(presence.map(({ connected }) => connected)).toEqual([true]);
    await second.endAsync();
    await vi.waitFor(() => expect(presence.map(({ connected }) => connected)).toEqual([true, false]));
    expect(presence[0]).toMatchObject({ door: "mqtt", device: { id: "meter-1" }, address: "127.0.0.1" });
  });

  it("ends a device's connections when it is told to", async () => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    await vi.waitFor(() => expect(presence).toMatchObject([{ connected: true }]));
    broker.disconnect("meter-1");
    await raw.closed;
    await vi.waitFor(() => expect(presence.at(-1)).toMatchObject({ connected: false }));
  });
});

describe("WebSocket", () => {
  it("speaks MQTT at /mqtt", async () => {
    await start();
    const client = await connectAsync(`ws://127.0.0.1:${wsPort}/mqtt`, {
      username: "meter-1",
      password: "token-of-meter-1",
      reconnectPeriod: 0,
    });
    onTestFinished(() => client.endAsync(true));
    await client.publishAsync("v1/devices/meter-1/telemetry", "{}", { qos: 1 });
    expect(published).toMatchObject([{ channel: "telemetry", principal: { id: "meter-1" } }]);
    expect(presence[0]?.address).toMatch(/127\.0\.0\.1/);
  });

  it("tells a browser what this port is", async () => {
    await start();
    const response = await fetch(`http://127.0.0.1:${wsPort}/`);
    expect(response.status).toBe(426);
    expect(await response.text()).toContain("MQTT over WebSocket");
  });
});

describe("quiesce", () => {
  it("takes no connection more, reads no more, and still answers what it has read", async () => {
    await start();
    const settle: (() => void)[] = [];
    hold = (settled) => settle.push(settled);
    const raw = new RawMqtt(port);
    await raw.login("meter-1", "token-of-meter-1");
    raw.publish("v1/devices/meter-1/telemetry", "1", 1);
    await vi.waitFor(() => expect(settle).toHaveLength(1));
    await broker.quiesce();
    raw.publish("v1/devices/meter-1/telemetry", "2", 2);
    settle[0]!();
    await raw.next("puback", 1);
    expect(published).toHaveLength(1);
    const late = new RawMqtt(port);
    await late.closed;
  });
});
