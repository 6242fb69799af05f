import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { connect } from "node:net";
import { Writable } from "node:stream";
import type { Client } from "aedes";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Grant, Principal } from "../../access/decide.ts";
import { type Place, WHOLE_AREA } from "../../access/limits.ts";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { Feed, type FeedOptions } from "../../broker/feed.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

const METER: Place = { id: "meter-1", regionCode: "520326001", kind: "gas-meter", tenantId: null };
const ALL: Grant[] = [{ scopes: ["readings:read", "events:read"], area: WHOLE_AREA }];
const application = (id: string, grants: Grant[] = ALL): Principal => ({
  type: "application",
  id,
  name: id,
  tenantId: "t",
  grants,
});

let feed: Feed;
let broker: Broker;
let port: number;
let wsPort: number;
let place: Place | undefined;

async function start(options: Partial<FeedOptions> = {}): Promise<void> {
  const log = createLogger("silent");
  feed = new Feed({ log, placeOf: (id) => (id === place?.id ? place : undefined), ...options });
  broker = await createBroker({
    log,
    rateLimit: 0,
    feed,
    authenticate: (id) => (id.startsWith("app") ? application(id) : { id, deviceNo: 1, gateway: false }),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
  });
  ({ port, wsPort } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}

beforeEach(() => {
  place = METER;
});
afterEach(() => broker?.close());

async function listen(id: string, ...filters: string[]): Promise<RawMqtt> {
  const raw = new RawMqtt(port);
  await raw.login(id, "key", { clientId: randomUUID() });
  raw.send({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: filters.map((topic) => ({ topic, qos: 2 as const })),
  });
  await raw.next("suback", 1);
  return raw;
}

const heard = (raw: RawMqtt) =>
  raw.received.flatMap((packet) => (packet.cmd === "publish" ? [packet.payload.toString()] : []));

/** What was sent before has arrived. */
async function upToDate(raw: RawMqtt): Promise<void> {
  raw.received.splice(0, raw.received.length, ...raw.received.filter(({ cmd }) => cmd !== "pingresp"));
  raw.send({ cmd: "pingreq" });
  await raw.next("pingresp");
}

describe("the feed", () => {
  it("wants nothing while nobody listens, and again when the last one has gone", async () => {
    await start();
    const wants = () => [feed.wants("telemetry"), feed.wants("events")];
    expect(wants()).toEqual([false, false]);
    const one = await listen("app-1", "v1/devices/+/telemetry");
    const two = await listen("app-2", "v1/devices/meter-1/telemetry", "v1/devices/+/events");
    expect(wants()).toEqual([true, true]);
    two.send({
      cmd: "unsubscribe",
      messageId: 2,
      unsubscriptions: ["v1/devices/+/events", "v1/devices/never/events"],
    });
    await two.next("unsuback", 2);
    await vi.waitFor(() => expect(wants()).toEqual([true, false]));
    one.socket.destroy();
    await vi.waitFor(() => expect(feed.size).toBe(1));
    expect(wants()).toEqual([true, false]);
    two.socket.destroy();
    await vi.waitFor(() => expect(wants()).toEqual([false, false]));
  });

  it("brings a message to all who asked, as JSON, whatever order they came in", async () => {
    await start();
    const one = await listen("app-1", "v1/devices/+/telemetry");
    const two = await listen("app-2", "v1/devices/meter-1/telemetry", "v1/devices/+/telemetry");
    feed.publish("telemetry", METER, () => JSON.stringify({ deviceId: "meter-1", metrics: { volume: 1 } }));
    feed.publish("events", METER, () => JSON.stringify({ deviceId: "meter-1" }));
    for (const raw of [one, two]) {
      await upToDate(raw);
      expect(heard(raw)).toEqual(['{"deviceId":"meter-1","metrics":{"volume":1}}']);
    }
    expect(feed.delivered).toBe(2);
  });

  it("follows a device out of sight", async () => {
    await start();
    const north: Grant[] = [{ scopes: ["readings:read"], area: { ...WHOLE_AREA, regions: ["5203"] } }];
    const client = fakeClient();
    const listener = feed.open(client, application("app-1", north))!;
    expect(listener.subscribe("v1/devices/meter-1/telemetry")).toBe(true);
    feed.publish("telemetry", METER, () => JSON.stringify({}));
    feed.publish("telemetry", { ...METER, regionCode: "5201" }, () => JSON.stringify({}));
    expect(feed.delivered).toBe(1);
  });

  it("takes subscriptions that come before the login is answered, with QoS 0 as well", async () => {
    await start();
    const raw = new RawMqtt(port);
    const login = raw.login("app-1", "key");
    raw.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "v1/devices/+/events", qos: 1 }],
    });
    await login;
    expect(await raw.next("suback", 1)).toMatchObject({ granted: [0] });
  });

  it("speaks WebSocket too", async () => {
    await start();
    const client = await connectAsync(`ws://127.0.0.1:${wsPort}/mqtt`, {
      username: "app-1",
      password: "key",
      reconnectPeriod: 0,
    });
    onTestFinished(() => client.endAsync(true));
    await client.subscribeAsync("v1/devices/+/telemetry");
    const arrived = new Promise((resolve) =>
      client.once("message", (topic, payload) => resolve([topic, payload.toString()])),
    );
    feed.publish("telemetry", METER, () => JSON.stringify({ n: 1 }));
    expect(await arrived).toEqual(["v1/devices/meter-1/telemetry", '{"n":1}']);
  });

  it("ends the connections of an application that is told off, and no other's", async () => {
    await start();
    const one = await listen("app-1", "v1/devices/+/telemetry");
    const again = await listen("app-1", "v1/devices/+/telemetry");
    const two = await listen("app-2", "v1/devices/+/telemetry");
    feed.disconnect("app-1");
    await Promise.all([one.closed, again.closed]);
    await upToDate(two);
    expect(feed.size).toBe(1);
  });

  it("takes 32 connections of one application and no more", async () => {
    await start();
    const raws = await Promise.all(Array.from({ length: 32 }, () => listen("app-1", "v1/devices/+/events")));
    const beyond = new RawMqtt(port);
    expect(await beyond.login("app-1", "key")).toMatchObject({ returnCode: 3 });
    await listen("app-2", "v1/devices/+/events");
    raws[0]!.socket.destroy();
    await vi.waitFor(() => expect(feed.size).toBe(32));
    await listen("app-1", "v1/devices/+/events");
  });

  it("ends a connection whose application publishes, and its will is not taken in", async () => {
    await start();
    const raw = new RawMqtt(port);
    await raw.login("app-1", "key", {
      will: { topic: "v1/devices/meter-1/telemetry", payload: Buffer.from("{}"), qos: 1, retain: false },
    });
    raw.publish("v1/devices/app-1/telemetry", "{}", 1);
    await raw.closed;
    expect(raw.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
  });
});

/** A connection whose socket takes nothing until it is told to. */
function fakeClient() {
  const taken: (() => void)[] = [];
  const conn = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
  const client = Object.assign(new EventEmitter(), { conn, closed: false, close: () => conn.destroy() });
  return client as unknown as Client & { conn: Writable };
}

describe("an application that does not keep up", () => {
  it("misses what does not fit into its socket, is cut after a while, and harms nobody", async () => {
    let now = 0;
    await start({ maxBufferedBytes: 1000, maxFullMs: 100, now: () => now });
    const slow = fakeClient();
    const slowListener = feed.open(slow, application("app-slow"))!;
    slowListener.subscribe("v1/devices/+/telemetry");
    const quick = await listen("app-quick", "v1/devices/+/telemetry");
    for (let i = 0; i < 50; i++) {
      feed.publish("telemetry", METER, () => JSON.stringify({ i, padding: "x".repeat(50) }));
      await upToDate(quick);
    }
    expect(heard(quick)).toHaveLength(50);
    expect(slow.conn.writableLength).toBeLessThanOrEqual(1000);
    expect(feed.dropped).toBe(100 - feed.delivered);
    expect(feed.dropped).toBeGreaterThan(30);
    expect(slow.conn.destroyed).toBe(false);
    now = 100;
    feed.publish("telemetry", METER, () => JSON.stringify({ padding: "x".repeat(50) }));
    expect(slow.conn.destroyed).toBe(true);
    await vi.waitFor(() => expect(feed.size).toBe(1));
    expect(feed.cut).toBe(1);
  });

  it("is forgiven when its socket empties in time", async () => {
    let now = 0;
    await start({ maxBufferedBytes: 200, maxFullMs: 100, now: () => now });
    const written: (() => void)[] = [];
    const conn = new Writable({ write: (_chunk, _encoding, done) => void written.push(done) });
    const client = Object.assign(new EventEmitter(), { conn, closed: false, close() {} });
    const listener = feed.open(client as unknown as Client, application("app-1"))!;
    listener.subscribe("v1/devices/+/telemetry");
    const publish = () =>
      feed.publish("telemetry", METER, () => JSON.stringify({ padding: "x".repeat(150) }));
    publish();
    publish();
    expect(feed.dropped).toBe(1);
    await vi.waitFor(() => expect(written).toHaveLength(1));
    written[0]!();
    await vi.waitFor(() => expect(conn.writableLength).toBe(0));
    now = 1000;
    publish();
    publish();
    expect(conn.destroyed).toBe(false);
    expect(feed.delivered).toBe(2);
  });

  it("holds a bounded amount of memory over a real socket that is never read", async () => {
    await start({ maxBufferedBytes: 64 * 1024, maxFullMs: 60_000 });
    const raw = await listen("app-1", "v1/devices/+/telemetry");
    raw.socket.pause();
    const padding = "x".repeat(32 * 1024);
    await vi.waitFor(
      () => {
        for (let i = 0; i < 50; i++) feed.publish("telemetry", METER, () => JSON.stringify({ padding }));
        expect(feed.dropped).toBeGreaterThan(500);
      },
      { timeout: 10_000 },
    );
    const other = connect({ port, host: "127.0.0.1" });
    onTestFinished(() => void other.destroy());
    await upToDate(await listen("app-2", "v1/devices/+/events"));
  });
});
