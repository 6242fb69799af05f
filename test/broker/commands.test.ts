import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";

interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let broker: Broker;
let port: number;
let listening: string[];

beforeEach(async () => {
  listening = [];
  broker = await createBroker<Device>({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: id.startsWith("gw-") }),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
    onListening: ({ id }) => listening.push(id),
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
});
afterEach(() => broker.close());

const deliver = (id: string, payload: string, through?: string, deviceNo = 1) =>
  broker.deliver({ id, deviceNo }, { payload, ...(through === undefined ? {} : { through }) });

/** A command of a device behind a gateway, and what that gets of it. */
const CLOSE = '{"commandId":"c-1","turns":1.50}';
const closing = (id: string) =>
  `1 v1/gateways/gw-1/commands {"device":"${id}","commandId":"c-1","turns":1.50}`;

const heardBy = async (id: string, filter: string, clientId = id) => {
  const client = await connectDevice(port, id, "x", { clientId });
  const heard: string[] = [];
  client.on("message", (topic, payload, { qos }) => heard.push(`${qos} ${topic} ${payload}`));
  await client.subscribeAsync(filter, { qos: 1 });
  return { client, heard };
};

describe("a command", () => {
  it("goes with QoS 1 to the device that listens, on each of its connections, and to nobody else", async () => {
    const one = await heardBy("sp-1", "v1/devices/sp-1/commands", "a");
    const two = await heardBy("sp-1", "v1/devices/sp-1/#", "b");
    const other = await heardBy("sp-2", "v1/devices/sp-2/commands");
    expect(listening).toEqual(["sp-1", "sp-1", "sp-2"]);
    expect(await deliver("sp-1", "play")).toBe("taken");
    for (const { heard } of [one, two])
      await vi.waitFor(() => expect(heard).toEqual(["1 v1/devices/sp-1/commands play"]));
    expect(other.heard).toEqual([]);
  });

  it.each(["commands", "commands/#", "#", "+", "+/#"])("reaches who listens to …/%s", async (rest) => {
    const { heard } = await heardBy("sp-1", `v1/devices/sp-1/${rest}`);
    expect(listening).toEqual(["sp-1"]);
    expect(await deliver("sp-1", "play")).toBe("taken");
    await vi.waitFor(() => expect(heard).toEqual(["1 v1/devices/sp-1/commands play"]));
  });

  it.each(["commands/+", "commands/x", "+/commands", "telemetry/#", "+/+"])(
    "is not handed to who listens to …/%s, which is granted and does not match",
    async (rest) => {
      await heardBy("sp-1", `v1/devices/sp-1/${rest}`);
      expect(listening).toEqual([]);
      expect(await deliver("sp-1", "play")).toBe("not_listening");
    },
  );

  it("is not handed over to a device that is away, does not listen, or listens no more", async () => {
    expect(await deliver("sp-1", "play")).toBe("not_listening");
    expect(broker.isOnline("sp-1")).toBe(false);
    const { client, heard } = await heardBy("sp-1", "v1/devices/sp-1/telemetry");
    expect(broker.isOnline("sp-1")).toBe(true);
    expect(await deliver("sp-1", "play")).toBe("not_listening");
    await client.subscribeAsync("v1/devices/sp-1/commands", { qos: 1 });
    await vi.waitFor(async () => expect(await deliver("sp-1", "play")).toBe("taken"));
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    await client.unsubscribeAsync("v1/devices/sp-1/commands");
    expect(await deliver("sp-1", "play")).toBe("not_listening");
    await client.endAsync();
    await vi.waitFor(() => expect(broker.isOnline("sp-1")).toBe(false));
    expect(listening).toEqual(["sp-1"]);
  });

  it("is not piled up for a device that does not read", async () => {
    const raw = new RawMqtt(port);
    await raw.login("sp-1", "x");
    raw.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "v1/devices/sp-1/commands", qos: 1 }],
    });
    await raw.next("suback");
    raw.socket.pause();
    const command = "x".repeat(60 * 1024);
    let handed = 0;
    // The kernel's buffers take some megabytes first.
    await vi.waitFor(
      async () => {
        while ((await deliver("sp-1", command)) === "taken" && handed % 20 !== 19) handed++;
        handed++;
        expect(await deliver("sp-1", command)).toBe("too_slow");
      },
      { timeout: 10_000, interval: 5 },
    );
    expect(handed).toBeLessThan(2000);
    expect(broker.isOnline("sp-1")).toBe(true);
    raw.socket.resume();
    await vi.waitFor(async () => expect(await deliver("sp-1", "play")).toBe("taken"), { timeout: 10_000 });
  });
});

describe("what the door says of a command", () => {
  it("counts one connection that takes it, and else one that is too slow", async () => {
    const slow = new RawMqtt(port);
    await slow.login("sp-1", "x");
    slow.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "v1/devices/sp-1/commands", qos: 1 }],
    });
    await slow.next("suback");
    slow.socket.pause();
    const command = "x".repeat(60 * 1024);
    await vi.waitFor(async () => expect(await deliver("sp-1", command)).toBe("too_slow"), { interval: 1 });
    const deaf = await heardBy("sp-1", "v1/devices/sp-1/telemetry", "deaf");
    expect(await deliver("sp-1", command)).toBe("too_slow");
    await deaf.client.subscribeAsync("v1/devices/sp-1/commands", { qos: 1 });
    await vi.waitFor(async () => expect(await deliver("sp-1", "play")).toBe("taken"));
    slow.socket.destroy();
  });

  it("reaches no other device to which the id was given since", async () => {
    const { heard } = await heardBy("sp-1", "v1/devices/sp-1/commands");
    expect(await deliver("sp-1", "for the former", undefined, 2)).toBe("not_listening");
    expect(await deliver("sp-1", "play")).toBe("taken");
    await vi.waitFor(() => expect(heard).toEqual(["1 v1/devices/sp-1/commands play"]));
  });

  it("holds for the moment in which it was asked: what changes behind that is too late", async () => {
    const { heard } = await heardBy("sp-1", "v1/devices/sp-1/commands");
    const first = deliver("sp-1", "play");
    const quiesced = broker.quiesce();
    const second = deliver("sp-1", "stop");
    expect([await first, await second]).toEqual(["taken", "not_listening"]);
    await quiesced;
    await vi.waitFor(() => expect(heard).toEqual(["1 v1/devices/sp-1/commands play"]));
  });
});

describe("a command through a gateway", () => {
  it("goes with QoS 1 to each connection of the gateway that listens there, and to no other gateway", async () => {
    const one = await heardBy("gw-1", "v1/gateways/gw-1/commands", "a");
    const two = await heardBy("gw-1", "v1/gateways/gw-1/#", "b");
    const own = await heardBy("gw-1", "v1/devices/gw-1/#", "c");
    const other = await heardBy("gw-2", "v1/gateways/gw-2/#");
    expect(await deliver("m-1", CLOSE, "gw-1")).toBe("taken");
    for (const { heard } of [one, two]) await vi.waitFor(() => expect(heard).toEqual([closing("m-1")]));
    // Behind what each is sent afterwards nothing more can come of it.
    expect([await deliver("gw-1", "x"), await deliver("m-2", "{}", "gw-2")]).toEqual(["taken", "taken"]);
    await vi.waitFor(() => expect(own.heard).toEqual(["1 v1/devices/gw-1/commands x"]));
    await vi.waitFor(() => expect(other.heard).toEqual(['1 v1/gateways/gw-2/commands {"device":"m-2"}']));
  });

  it.each(["commands", "commands/#", "#", "+", "+/#"])(
    "reaches a gateway that listens to …/%s",
    async (rest) => {
      const { heard } = await heardBy("gw-1", `v1/gateways/gw-1/${rest}`);
      // It has not said that it listens to commands of its own.
      expect(listening).toEqual([]);
      expect(await deliver("gw-1", "restart")).toBe("not_listening");
      expect(await deliver("m-1", CLOSE, "gw-1")).toBe("taken");
      await vi.waitFor(() => expect(heard).toEqual([closing("m-1")]));
    },
  );

  it("is not handed over where the gateway is away or listens to something else", async () => {
    expect(await deliver("m-1", CLOSE, "gw-1")).toBe("not_listening");
    const { client } = await heardBy("gw-1", "v1/devices/gw-1/#");
    await client.subscribeAsync(["v1/gateways/gw-1/events", "v1/gateways/gw-1/+/x"], { qos: 1 });
    expect(await deliver("m-1", CLOSE, "gw-1")).toBe("not_listening");
    await client.subscribeAsync("v1/gateways/gw-1/commands", { qos: 1 });
    await vi.waitFor(async () => expect(await deliver("m-1", CLOSE, "gw-1")).toBe("taken"));
    await client.unsubscribeAsync("v1/gateways/gw-1/commands");
    await vi.waitFor(async () => expect(await deliver("m-1", CLOSE, "gw-1")).toBe("not_listening"));
  });

  it("is not handed over for a device that has a connection of its own", async () => {
    await heardBy("gw-1", "v1/gateways/gw-1/commands");
    const { client } = await heardBy("m-1", "v1/devices/m-1/telemetry");
    expect(await deliver("m-1", CLOSE, "gw-1")).toBe("not_listening");
    expect(await deliver("m-2", CLOSE, "gw-1")).toBe("taken");
    await client.endAsync();
    await vi.waitFor(async () => expect(await deliver("m-1", CLOSE, "gw-1")).toBe("taken"));
  });
});
