import { afterEach, describe, expect, it } from "vitest";
import type { BrokerOptions } from "../../broker/broker.ts";
import { RawMqtt } from "../helpers/mqtt.ts";
import { type BrokerBench, type Device, startBench } from "./bench.ts";

let { broker, port, published, logged } = {} as BrokerBench;

async function start(options: Partial<BrokerOptions<Device>> = {}): Promise<void> {
  ({ broker, port, published, logged } = await startBench(options));
}

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
    expect(await raw.login("meter-1", "token-of-meter-1", { protocolVersion: 5 })).toMatchObject({
      returnCode: 1,
    });
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
