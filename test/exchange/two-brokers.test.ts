import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import type { DoorDevice, DoorPresence } from "../../exchange/door.ts";
import { createExchange, type DoorExchange } from "../../exchange/exchange.ts";
import { openMqttSource } from "../../protocols/mqtt-source/door.ts";
import { connectDevice } from "../helpers/mqtt.ts";

/** An exchange of two real brokers, and of a source that subscribes at a third: devices come by either of the two. */
const log = createLogger("silent");
let exchange: DoorExchange;
let cluster: Broker;
let ports: readonly [first: number, second: number];
let told: string[];
let listening: string[];
let quiesced: string[];

beforeEach(async () => {
  told = [];
  listening = [];
  quiesced = [];
  exchange = createExchange({ log });
  const tell = exchange.sumPresence(({ door, device, connected }) =>
    told.push(`${device.id} ${connected ? "came" : "left"} by ${door}`),
  );
  ports = [await addBroker("first", tell), await addBroker("second", tell)];
  cluster = await makeBroker("cluster", () => {});
  const { port } = await cluster.listen(ANYWHERE);
  const source = openMqttSource({
    url: `mqtt://127.0.0.1:${port}`,
    topics: ["v1/devices/we/telemetry"],
    clientId: "we",
    find: () => undefined,
    lookUp: async () => undefined,
    isAway: () => false,
    onMessage: (_message, settled) => {
      settled();
      return 1;
    },
    onRefused: (_message, _refusal, settled) => settled(),
    log,
    client: { protocolVersion: 4, username: "we", password: "x" },
  });
  exchange.add(source);
  await vi.waitFor(() => expect(source.connected()).toBe(true));
});
afterEach(async () => {
  await exchange.close();
  await cluster.close();
});

const ANYWHERE = { host: "127.0.0.1", port: 0, wsPort: "off" } as const;

const makeBroker = (name: string, tell: (presence: DoorPresence) => void) =>
  createBroker<DoorDevice>({
    log,
    rateLimit: 0,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: id.startsWith("gw-") }),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: (presence) => tell({ ...presence, door: name }),
    onListening: ({ id }) => listening.push(`${id} at ${name}`),
  });

async function addBroker(name: string, tell: (presence: DoorPresence) => void): Promise<number> {
  const broker = await makeBroker(name, tell);
  const { port } = await broker.listen(ANYWHERE);
  const quiesce = async () => {
    quiesced.push(name);
    await broker.quiesce();
  };
  exchange.add({ ...broker, name, quiesce });
  return port;
}

/** Connects a device, which is there once its subscription is answered. */
const comeBy = async (door: 0 | 1, id: string, filter = `v1/devices/${id}/telemetry`) => {
  const client = await connectDevice(ports[door], id, "x", { clientId: `${id}-${door}` });
  const heard: string[] = [];
  client.on("message", (topic, payload) => heard.push(`${topic} ${payload}`));
  await client.subscribeAsync(filter, { qos: 1 });
  return { client, heard };
};

const CLOSE = { payload: '{"commandId":"c-1"}' };
const OWN = "v1/devices/m-1/commands";
const closed = `${OWN} {"commandId":"c-1"}`;

describe("a device with two brokers", () => {
  it("gets a command by the one that it is at, and by both where it listens at both", async () => {
    const second = await comeBy(1, "m-1", OWN);
    expect([exchange.isOnline("m-1"), exchange.isOnline("m-2")]).toEqual([true, false]);
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, CLOSE)).toBe("taken");
    await vi.waitFor(() => expect(second.heard).toEqual([closed]));
    const first = await comeBy(0, "m-1");
    // It is at the first as well and does not listen there: one connection that takes it is enough.
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, CLOSE)).toBe("taken");
    await first.client.subscribeAsync(OWN, { qos: 1 });
    expect(listening).toEqual(["m-1 at second", "m-1 at first"]);
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, CLOSE)).toBe("taken");
    await vi.waitFor(() => expect(second.heard).toEqual([closed, closed, closed]));
    await vi.waitFor(() => expect(first.heard).toEqual([closed]));
  });

  it("comes once and is gone once, with the last of them", async () => {
    const first = await comeBy(0, "m-1");
    const second = await comeBy(1, "m-1");
    const other = await comeBy(1, "m-2");
    await first.client.endAsync();
    await vi.waitFor(() => expect(told).toEqual(["m-1 came by first", "m-2 came by second"]));
    await other.client.endAsync();
    await vi.waitFor(() => expect(told.at(-1)).toBe("m-2 left by second"));
    expect(exchange.isOnline("m-1")).toBe(true);
    await second.client.endAsync();
    await vi.waitFor(() => expect(told.slice(2)).toEqual(["m-2 left by second", "m-1 left by second"]));
    expect(exchange.isOnline("m-1")).toBe(false);
  });

  it("loses its connections at both when its token is changed", async () => {
    const clients = [await comeBy(0, "m-1"), await comeBy(1, "m-1")];
    const kept = await comeBy(0, "m-2");
    const ended = clients.map(
      ({ client }) => new Promise<void>((resolve) => client.once("close", () => resolve())),
    );
    exchange.disconnect("m-1");
    await Promise.all(ended);
    await vi.waitFor(() => expect(exchange.isOnline("m-1")).toBe(false));
    expect([kept.client.connected, exchange.isOnline("m-2")]).toEqual([true, true]);
  });

  it("gets nothing any more once all are quiet", async () => {
    const { heard } = await comeBy(1, "m-1", OWN);
    await exchange.quiesce();
    expect(quiesced).toEqual(["first", "second"]);
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, CLOSE)).toBe("not_listening");
    expect(heard).toEqual([]);
  });
});

describe("a device behind a gateway at the second broker", () => {
  it("gets its command through it, until it has a connection itself at any broker", async () => {
    const gateway = await comeBy(1, "gw-1", "v1/gateways/gw-1/commands");
    const through = { ...CLOSE, through: "gw-1" };
    const carried = 'v1/gateways/gw-1/commands {"device":"m-1","commandId":"c-1"}';
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, through)).toBe("taken");
    await vi.waitFor(() => expect(gateway.heard).toEqual([carried]));
    const { client } = await comeBy(0, "m-1");
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, through)).toBe("not_listening");
    await client.subscribeAsync(OWN, { qos: 1 });
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, through)).toBe("taken");
    await client.endAsync();
    await vi.waitFor(() => expect(exchange.isOnline("m-1")).toBe(false));
    expect(await exchange.deliver({ id: "m-1", deviceNo: 1 }, through)).toBe("taken");
    await vi.waitFor(() => expect(gateway.heard).toEqual([carried, carried]));
  });
});
