import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { feedFilter, mayPublish, maySubscribe } from "../../access/topics.ts";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker, type Published } from "../../broker/broker.ts";
import { Feed } from "../../broker/feed.ts";
import { RawMqtt } from "../helpers/mqtt.ts";
import {
  application,
  DEVICES,
  type Device,
  expectedChannel,
  expectedFeed,
  expectedOwn,
  FLEET,
  GRANTS,
  isFilter,
  levels,
  SCOPE_OF,
  sees,
  TOPICS,
  tooDeep,
} from "./topic-oracle.ts";

/** Every sort of principal × every rule of topics, over the wire, against an oracle: nothing more, and nothing less. */
let broker: Broker;
let feed: Feed;
let port: number;
const published: Published<Device>[] = [];

beforeAll(async () => {
  const log = createLogger("silent");
  feed = new Feed({ log, placeOf: (id) => FLEET.find((candidate) => candidate.id === id) });
  broker = await createBroker<Device>({
    log,
    rateLimit: 0,
    feed,
    authenticate: (name, token) =>
      token.toString() === "key"
        ? name in GRANTS
          ? application(name)
          : undefined
        : DEVICES.find(({ id }) => id === name),
    onPublish: (message, settled) => {
      published.push(message);
      settled();
    },
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
});
afterAll(() => broker.close());

async function login(name: string, password: "token" | "key"): Promise<RawMqtt> {
  const raw = new RawMqtt(port);
  expect(await raw.login(name, password)).toMatchObject({ returnCode: 0 });
  return raw;
}

/** The answer to a subscription, or "closed". */
async function subscribe(raw: RawMqtt, topic: string, messageId: number): Promise<number | "closed"> {
  raw.send({ cmd: "subscribe", messageId, subscriptions: [{ topic, qos: 1 }] });
  return raw.next("suback", messageId).then(
    (packet) => (packet as { granted: number[] }).granted[0]!,
    () => "closed" as const,
  );
}

describe("a device", () => {
  it.each(DEVICES)(
    "$id publishes on its own topics; any other is acknowledged and nothing",
    async (device) => {
      for (const topic of TOPICS) {
        published.length = 0;
        const raw = await login(device.id, "token");
        raw.publish(topic, "{}", 1);
        const channel = expectedChannel(device, topic);
        const acknowledged = await raw.next("puback", 1).then(
          () => true,
          () => false,
        );
        const impossible = topic === "" || /[+#]/.test(topic);
        expect([topic, acknowledged]).toEqual([topic, !impossible]);
        expect([topic, published.map((message) => [message.channel, message.topic])]).toEqual([
          topic,
          impossible ? [] : [[channel, topic]],
        ]);
        raw.socket.destroy();
      }
    },
  );

  it.each(DEVICES)("$id subscribes below its own id and nowhere else", async (device) => {
    for (const topic of TOPICS) {
      const raw = await login(device.id, "token");
      const granted = expectedOwn(device, topic) && !tooDeep(topic);
      const expected = !isFilter(topic) ? "closed" : granted ? 1 : 128;
      expect([topic, await subscribe(raw, topic, 1)]).toEqual([topic, expected]);
      raw.socket.destroy();
    }
  });

  it("hears nothing of another device, whatever it has subscribed to", async () => {
    const raw = await login("meter-1", "token");
    let id = 0;
    for (const topic of TOPICS.filter((filter) => isFilter(filter) && !tooDeep(filter)))
      await subscribe(raw, topic, ++id);
    const other = await login("meter-12", "token");
    other.publish("v1/devices/meter-12/telemetry", "{}", 1);
    await other.next("puback", 1);
    // Neither does what is on a foreign topic reach anybody, not even who may listen there.
    for (const [i, topic] of ["telemetry", "commands", "x"].entries()) {
      const messageId = 10 + i;
      const foreign = { topic: `v1/devices/meter-1/${topic}`, payload: "forged", messageId, dup: false };
      other.send({ cmd: "publish", ...foreign, qos: i === 2 ? 2 : 1, retain: true });
      await other.next(i === 2 ? "pubrec" : "puback", messageId);
    }
    other.send({ cmd: "pubrel", messageId: 12 });
    await other.next("pubcomp", 12);
    await broker.send("v1/devices/meter-12/commands", "not for you");
    await broker.send("v1/gateways/gw-1/commands", "not for you either");
    expect(await broker.deliver({ id: "meter-2", deviceNo: 2 }, { payload: "{}", through: "gw-1" })).toBe(
      "not_listening",
    );
    for (const where of FLEET) feed.publish("telemetry", where, () => JSON.stringify({ deviceId: where.id }));
    await broker.send("v1/devices/meter-1/commands", "for you");
    await raw.next("publish");
    expect(raw.received.filter(({ cmd }) => cmd === "publish")).toMatchObject([
      { topic: "v1/devices/meter-1/commands" },
    ]);
  });
});

describe("an application", () => {
  it.each(Object.keys(GRANTS))("%s publishes nowhere", async (id) => {
    published.length = 0;
    for (const topic of TOPICS.filter((_topic, i) => i % 5 === 0 || i < 4)) {
      const raw = await login(id, "key");
      raw.publish(topic, "{}", 1);
      await raw.closed;
      expect(raw.received.some(({ cmd }) => cmd === "puback")).toBe(false);
    }
    expect(published).toEqual([]);
  });

  it.each(Object.keys(GRANTS))("%s is granted what lies within its grants, with QoS 0", async (id) => {
    for (const topic of TOPICS) {
      const raw = await login(id, "key");
      const expected = !isFilter(topic) ? "closed" : expectedFeed(id, topic) ? 0 : 128;
      expect([topic, await subscribe(raw, topic, 1)]).toEqual([topic, expected]);
      raw.socket.destroy();
    }
  });

  it.each(Object.keys(GRANTS))("%s hears what it sees and nothing else, each message once", async (id) => {
    const raw = await login(id, "key");
    let messageId = 0;
    for (const topic of TOPICS.filter((filter) => isFilter(filter) && !tooDeep(filter)))
      await subscribe(raw, topic, ++messageId);
    const expected: string[] = [];
    for (const channel of ["telemetry", "events"] as const) {
      for (const where of FLEET) {
        feed.publish(channel, where, () => JSON.stringify({ deviceId: where.id }));
        if (sees(id, channel, where)) expected.push(`v1/devices/${where.id}/${channel}`);
      }
    }
    raw.send({ cmd: "pingreq" });
    await raw.next("pingresp");
    const heard = raw.received.flatMap((packet) => (packet.cmd === "publish" ? [packet] : []));
    expect(heard.map(({ topic }) => topic).sort()).toEqual(expected.sort());
    expect(heard.every(({ qos }) => qos === 0)).toBe(true);
    raw.socket.destroy();
  });

  it("cannot be told whether a device out of its reach exists", async () => {
    const raw = await login("app-household", "key");
    expect(await subscribe(raw, "v1/devices/meter-2/telemetry", 1)).toBe(128);
    expect(await subscribe(raw, "v1/devices/nobody/telemetry", 2)).toBe(128);
  });
});

describe("any topic at all", () => {
  const level = fc.oneof(
    fc.constantFrom(
      "v1",
      "devices",
      "gateways",
      "meter-1",
      "meter-12",
      "gw-1",
      "+",
      "#",
      "",
      "$SYS",
      "$share",
    ),
    fc.constantFrom("telemetry", "events", "replies", "commands", "meter-1/", "\u0000", "é", "é"),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  );
  const topic = fc.oneof(
    fc.array(level, { maxLength: 18 }).map((parts) => parts.join("/")),
    fc
      .tuple(fc.constantFrom("v1/devices/", "v1/gateways/", "v1/"), fc.array(level, { maxLength: 4 }))
      .map(([start, parts]) => start + parts.join("/")),
    fc
      .tuple(fc.constantFrom(...TOPICS), fc.nat(40), fc.string({ maxLength: 2 }))
      .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at)),
  );
  const device = fc.constantFrom(...DEVICES);

  it("is a device's to publish on just as the table says", () => {
    fc.assert(
      fc.property(device, topic, (who, text) => {
        expect(mayPublish(who, text)).toBe(expectedChannel(who, text));
      }),
      { numRuns: 3000 },
    );
  });

  it("is a device's to subscribe to just as the table says", () => {
    fc.assert(
      fc.property(device, topic, (who, text) => {
        expect(maySubscribe(who, text)).toBe(expectedOwn(who, text));
      }),
      { numRuns: 3000 },
    );
  });

  it("means a channel to an application in four forms only", () => {
    fc.assert(
      fc.property(topic, (text) => {
        const parts = levels(text);
        const [version, folder, who = "", rest = ""] = parts;
        const meant =
          parts.length === 4 &&
          version === "v1" &&
          folder === "devices" &&
          rest in SCOPE_OF &&
          (who === "+" || (who !== "" && !/[+#]/.test(who)));
        expect(feedFilter(text)).toEqual(
          meant ? { channel: rest, deviceId: who === "+" ? "all" : who } : undefined,
        );
      }),
      { numRuns: 3000 },
    );
  });
});

describe("an application with a device's name", () => {
  it("does not end that device's connections, nor the device its own", async () => {
    GRANTS["meter-1"] = [];
    const device = await login("meter-1", "token");
    const namesake = await login("meter-1", "key");
    for (const raw of [device, namesake]) {
      raw.send({ cmd: "pingreq" });
      await raw.next("pingresp");
    }
    broker.disconnect("meter-1");
    await device.closed;
    namesake.received.length = 0;
    namesake.send({ cmd: "pingreq" });
    await namesake.next("pingresp");
    feed.disconnect("meter-1");
    await namesake.closed;
    await vi.waitFor(() => expect(feed.size).toBe(0));
    delete GRANTS["meter-1"];
  });
});
