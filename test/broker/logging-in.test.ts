import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, type BrokerOptions, createBroker, type Published } from "../../broker/broker.ts";
import { createLogger } from "../../log.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

interface Device {
  id: string;
  gateway: boolean;
}

const devices = new Map<string, Device>([
  ["meter-1", { id: "meter-1", gateway: false }],
  ["meter-2", { id: "meter-2", gateway: false }],
  ["gw-1", { id: "gw-1", gateway: true }],
]);

let broker: Broker;
let port: number;
let published: Published<Device>[];
let logged: { msg: string; [key: string]: unknown }[];

async function start(options: Partial<BrokerOptions<Device>> = {}): Promise<void> {
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
  broker = await createBroker<Device>({
    log,
    rateLimit: 0,
    authenticate: (username, token) =>
      token.toString() === `token-of-${username}` ? devices.get(username) : undefined,
    onPublish: (message, settled) => {
      published.push(message);
      settled();
    },
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
    ...options,
  });
  ({ port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: 0 }));
}

beforeEach(() => {
  published = [];
  logged = [];
});

afterEach(async () => {
  await broker.close();
});

describe("logging in", () => {
  it.each([
    ["a wrong token", "meter-1", "token-of-meter-2"],
    ["a device that does not exist", "meter-9", "token-of-meter-9"],
    ["a name that no device can have", "meter/1", "token-of-meter/1"],
  ])("refuses %s with return code 4", async (_about, username, token) => {
    await start();
    const raw = new RawMqtt(port);
    expect(await raw.login(username, token)).toMatchObject({ returnCode: 4 });
    await raw.closed;
  });

  it("refuses a client without user name and token", async () => {
    await start();
    const raw = new RawMqtt(port);
    raw.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "x",
      keepalive: 0,
    });
    expect(await raw.next("connack")).toMatchObject({ returnCode: 4 });
  });

  it("answers 'server unavailable' while tokens cannot be checked", async () => {
    await start({ authenticate: () => Promise.reject(new Error("connection refused")) });
    const raw = new RawMqtt(port);
    expect(await raw.login("meter-1", "token-of-meter-1")).toMatchObject({ returnCode: 3 });
  });

  it("refuses MQTT 5 with return code 1, as 3.1.1 asks", async () => {
    await start();
    const raw = new RawMqtt(port);
    raw.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 5,
      clean: true,
      clientId: "x",
      keepalive: 0,
      username: "meter-1",
      password: Buffer.from("token-of-meter-1"),
    });
    expect(await raw.next("connack")).toMatchObject({ returnCode: 1 });
    await raw.closed;
    expect(published).toEqual([]);
  });

  it("lets the second of two connections with one client id take over, and logs that", async () => {
    await start();
    const first = new RawMqtt(port);
    await first.login("meter-1", "token-of-meter-1", { clientId: "same" });
    const second = new RawMqtt(port);
    expect(await second.login("meter-1", "token-of-meter-1", { clientId: "same" })).toMatchObject({
      returnCode: 0,
    });
    await first.closed;
    expect(logged).toContainEqual(
      expect.objectContaining({
        deviceId: "meter-1",
        msg: expect.stringContaining("client id that is in use"),
      }),
    );
    expect(broker.connections).toBe(1);
  });

  it("does not let a device take over another's session by its client id", async () => {
    await start();
    const victim = new RawMqtt(port);
    await victim.login("meter-1", "token-of-meter-1", { clientId: "meter-1" });
    const thief = new RawMqtt(port);
    await thief.login("meter-2", "token-of-meter-2", { clientId: "meter-1" });
    victim.send({ cmd: "pingreq" });
    await victim.next("pingresp");
    expect(broker.connections).toBe(2);
  });
});
