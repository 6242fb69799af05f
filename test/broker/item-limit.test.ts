import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

/** A second limit beside that of messages: a message with a week of readings is one message, and ten thousand items. */
let broker: Broker;
let port: number;
/** Our clock, epoch milliseconds. */
let at = 0;
let published: string[] = [];
let refused: string[] = [];

/** The payload of a message says how many items it has. */
async function start(itemLimit?: number, rateLimit = 0): Promise<void> {
  broker = await createBroker<{ id: string; deviceNo: number; gateway: boolean }>({
    log: createLogger("silent"),
    rateLimit,
    ...(itemLimit === undefined ? {} : { itemLimit }),
    now: () => at,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: true }),
    onPublish: ({ principal, payload }, settled) => {
      published.push(`${principal.id} ${payload}`);
      settled();
      return Number(payload);
    },
    onRefused: (_message, { reason, detail }, settled) => {
      refused.push(`${reason}: ${detail}`);
      settled();
    },
    onPresence: () => {},
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}

beforeEach(() => {
  at = 0;
  published = [];
  refused = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});
afterEach(() => broker.close());

async function login(id: string, clientId = "a"): Promise<RawMqtt> {
  const raw = new RawMqtt(port);
  await raw.login(id, "any", { clientId });
  return raw;
}
const send = (raw: RawMqtt, items: number, packetId: number, qos: 0 | 1 = 1) =>
  raw.publish("v1/devices/gw-1/telemetry", String(items), packetId, qos);
const topicOf = (id: string) => `v1/devices/${id}/telemetry`;
/** Has the broker look at all that was sent on a connection before. */
async function seen(raw: RawMqtt): Promise<void> {
  const before = raw.count("pingresp");
  raw.send({ cmd: "pingreq" });
  await vi.waitFor(() => expect(raw.count("pingresp")).toBe(before + 1));
}
async function pass(ms: number): Promise<void> {
  at += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

describe("a limit of items", () => {
  it("lets a large message pass, and has those behind it wait until it is made up for, in their order", async () => {
    await start(10);
    const raw = await login("gw-1");
    // A burst of 100, and 400 more: forty seconds' worth.
    send(raw, 500, 1);
    send(raw, 1, 2);
    send(raw, 200, 3);
    send(raw, 3, 4);
    await raw.next("puback", 1);
    await seen(raw);
    expect(published).toEqual(["gw-1 500"]);
    await pass(39_000);
    expect(published).toHaveLength(1);
    await pass(1_500);
    // The third was let go with the second's debt paid, and has the fourth wait for its own.
    expect(published).toEqual(["gw-1 500", "gw-1 1", "gw-1 200"]);
    await pass(19_000);
    expect(published).toHaveLength(3);
    await pass(2_000);
    expect(published).toEqual(["gw-1 500", "gw-1 1", "gw-1 200", "gw-1 3"]);
    await raw.next("puback", 4);
    expect(refused).toEqual([]);
  });

  it("keeps the order also where the debt is made up for before the first that waits has had its turn", async () => {
    await start(10);
    const raw = await login("gw-1");
    send(raw, 500, 1);
    send(raw, 1, 2);
    await raw.next("puback", 1);
    await seen(raw);
    // The clock is on, and no timer has been looked at.
    at += 60_000;
    send(raw, 2, 3);
    await seen(raw);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(published).toEqual(["gw-1 500", "gw-1 1", "gw-1 2"]);
  });

  it("holds for all connections of a device, and for no other device", async () => {
    await start(10);
    const [first, second, other] = [await login("gw-1"), await login("gw-1", "b"), await login("gw-2")];
    send(first, 200, 1);
    await first.next("puback", 1);
    send(second, 1, 2);
    other.publish(topicOf("gw-2"), "100", 3);
    await other.next("puback", 3);
    await seen(second);
    expect(published).toEqual(["gw-1 200", "gw-2 100"]);
  });

  it("refuses QoS 0 meanwhile, and puts it on record, as the limit of messages does", async () => {
    await start(10);
    const raw = await login("gw-1");
    send(raw, 150, 0, 0);
    send(raw, 1, 0, 0);
    await seen(raw);
    expect(published).toEqual(["gw-1 150"]);
    expect(refused).toEqual(["rate_limited: more than 10 items/s after a burst of 100"]);
    await pass(5_000);
    send(raw, 2, 0, 0);
    await seen(raw);
    expect(published).toEqual(["gw-1 150", "gw-1 2"]);
  });

  it("counts the items of a will, which waits for nothing, against those who come next", async () => {
    await start(10);
    const raw = new RawMqtt(port);
    await raw.login("gw-1", "any", {
      clientId: "a",
      will: { topic: topicOf("gw-1"), payload: Buffer.from("500"), qos: 1, retain: false },
    });
    raw.socket.destroy();
    await vi.waitFor(() => expect(published).toEqual(["gw-1 500"]));
    const next = await login("gw-1");
    send(next, 1, 1);
    await seen(next);
    expect(published).toEqual(["gw-1 500"]);
    await pass(41_000);
    expect(published).toEqual(["gw-1 500", "gw-1 1"]);
  });

  it("stands beside the limit of messages: whichever has one wait longer", async () => {
    await start(10, 0.01);
    const raw = await login("gw-1");
    for (let id = 1; id <= 12; id++) send(raw, 1, id);
    await seen(raw);
    expect(published).toHaveLength(10);
    await pass(100_000);
    expect(published).toHaveLength(11);
  });

  it("is off unless it is set: a gateway's late week is no flood", async () => {
    await start();
    const raw = await login("gw-1");
    for (let id = 1; id <= 5; id++) send(raw, 1_000_000, id);
    await raw.next("puback", 5);
    expect(published).toHaveLength(5);
  });
});
