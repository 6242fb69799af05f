import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Broker, createBroker } from "../../broker/broker.ts";
import type { DoorDevice, DoorPresence } from "../../exchange/door.ts";

/** What another process reports of a device that is connected here too. */
let broker: Broker;
let url: string;
let presence: DoorPresence<DoorDevice>[] = [];

beforeAll(async () => {
  broker = await createBroker<DoorDevice>({
    log: createLogger("silent"),
    rateLimit: 0,
    authenticate: (id) => ({ id, deviceNo: 1, gateway: false }),
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: (told) => void presence.push(told),
  });
  const { port } = await broker.listen({ host: "127.0.0.1", port: 0, wsPort: "off" });
  url = `mqtt://127.0.0.1:${port}`;
});
afterAll(() => broker.close());
beforeEach(() => {
  presence = [];
});

/** A client of the device, and what has been reported of it. */
async function connected(id: string): Promise<{ client: MqttClient; name: string; at: number }> {
  const client = await connectAsync(url, { username: id, clientId: id, password: "x", reconnectPeriod: 0 });
  onTestFinished(async () => {
    await client.endAsync(true);
    // The next test counts from none.
    await vi.waitFor(() => expect(presence.at(-1)).toMatchObject({ connected: false }));
  });
  await vi.waitFor(() => expect(presence).toHaveLength(1));
  const { connection, at } = presence[0]!;
  return { client, name: connection!, at: at.getTime() };
}

describe("a client that another process reports as its own", () => {
  it("is ended here when it came here first", async () => {
    const { client, name, at } = await connected("gas-1");
    broker.endTakenOver("gas-1", name, at + 1);
    await vi.waitFor(() => expect(client.connected).toBe(false));
    await vi.waitFor(() => expect(presence.at(-1)).toMatchObject({ connected: false }));
  });

  it("stays when it came here later, and is reported again, so that the other process ends its own", async () => {
    const { client, name, at } = await connected("gas-2");
    broker.endTakenOver("gas-2", name, at - 1);
    expect(presence).toHaveLength(2);
    expect(presence[1]).toMatchObject({ connected: true, connection: name, at: new Date(at) });
    await client.publishAsync("v1/devices/gas-2/telemetry", "{}", { qos: 1 });
    expect(client.connected).toBe(true);
  });

  it("stays when it is another client of the same device, however many of those come", async () => {
    const { client, at } = await connected("gas-3");
    for (let no = 0; no < 100; no++) broker.endTakenOver("gas-3", `another ${no}`, at + 1);
    await client.publishAsync("v1/devices/gas-3/telemetry", "{}", { qos: 1 });
    expect(client.connected).toBe(true);
    expect(presence).toHaveLength(1);
  });
});
