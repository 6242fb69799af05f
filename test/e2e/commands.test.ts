import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectDevice } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** A command of an application, over HTTP and MQTT to an ordinary client, and the client's reply on its way back. */
let app: TestPlatform;
/** Keys of applications: the owner of the devices, and another company. */
let owner: string;
let stranger: string;

beforeAll(async () => {
  app = await startTestPlatform();
  [owner, stranger] = [await addCompany("gas"), await addCompany("water")];
});
afterAll(() => app.stop());

async function addCompany(id: string): Promise<string> {
  const post = <T>(path: string, body?: object) => app.api<T>(path, { method: "POST", body });
  await post("/v1/tenants", { id, name: id, use: "commercial" });
  const area = { regions: "all", kinds: "all", tenants: [id], devices: "all" };
  await post("/v1/people", { id: `${id}-owner`, tenantId: id, name: id });
  await post("/v1/applications", {
    id: `${id}-control`,
    ownerId: `${id}-owner`,
    tenantId: id,
    name: id,
    grants: [{ scopes: ["commands:send", "events:read"], area }],
  });
  return (await post<{ key: string }>(`/v1/applications/${id}-control/keys`)).key;
}

async function call(key: string, path: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${app.platform.httpPort}/v1/devices/${path}`, {
    headers: { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
  return { status: response.status, json: (await response.json()) as any };
}
const send = (key: string, id: string, body: object) => call(key, `${id}/commands`, body);

/** A valve of the owner's. `connect` gives its client and the commands that reach it. */
async function addValve(id: string) {
  const { token } = await app.register(id);
  await app.api(`/v1/devices/${id}`, { method: "PATCH", body: { tenantId: "gas" } });
  return {
    async connect() {
      const client = await connectDevice(app.platform.mqttPort, id, token);
      const heard: { topic: string; qos: number; retain: boolean; command: Record<string, unknown> }[] = [];
      client.on("message", (topic, payload, { qos, retain }) =>
        heard.push({ topic, qos, retain, command: JSON.parse(payload.toString()) }),
      );
      const listen = () => client.subscribeAsync(`v1/devices/${id}/commands`, { qos: 1 });
      const reply = (body: object) =>
        client.publishAsync(`v1/devices/${id}/replies`, JSON.stringify(body), { qos: 1 });
      return { client, heard, listen, reply };
    },
  };
}

describe("a command to a device that listens", () => {
  it("arrives on its topic, and its reply is in the API once it is acknowledged", async () => {
    const { connect } = await addValve("valve-1");
    const { heard, listen, reply } = await connect();
    await listen();

    const sent = await send(owner, "valve-1", { name: "close-valve", parameters: { reason: "漏气" } });
    expect(sent.status).toBe(202);
    const { commandId } = sent.json;
    expect(sent.json).toEqual({ commandId, deviceId: "valve-1", delivered: true });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(heard).toEqual([
      {
        topic: "v1/devices/valve-1/commands",
        qos: 1,
        retain: false,
        command: { commandId, name: "close-valve", parameters: { reason: "漏气" } },
      },
    ]);

    // What the device said before it was the gas company's would not be shown to that.
    const [accepted, done] = [250, 3000].map((ms) => new Date(Date.now() + ms).toISOString());
    await reply({ commandId, outcome: "accepted", observedAt: accepted });
    await reply({ commandId, outcome: "done", observedAt: done, turns: 4 });
    const { status, json } = await call(owner, `valve-1/replies?command=${commandId}`);
    expect(status).toBe(200);
    expect(json).toEqual({
      items: [
        {
          commandId,
          outcome: "done",
          observedAt: done,
          receivedAt: expect.any(String),
          data: { turns: 4 },
        },
        {
          commandId,
          outcome: "accepted",
          observedAt: accepted,
          receivedAt: expect.any(String),
          data: {},
        },
      ],
      nextCursor: null,
    });
    expect(await app.api("/v1/devices/valve-1/ledger")).toMatchObject({ received: 2, stored: 2 });
  });

  it("reaches each of its connections, and no other device", async () => {
    const [valve, other] = [await addValve("valve-2"), await addValve("valve-3")];
    const connections = [await valve.connect(), await valve.connect(), await other.connect()];
    for (const { listen } of connections) await listen();
    const first = await send(owner, "valve-2", { name: "restart" });
    const second = await send(owner, "valve-3", { name: "restart" });
    const ids = () => connections.map(({ heard }) => heard.map(({ command }) => command.commandId));
    const [one, another] = [first.json.commandId, second.json.commandId];
    await vi.waitFor(() => expect(ids()).toEqual([[one], [one], [another]]));
  });
});

describe("a command to a device that does not listen", () => {
  it("is a conflict while it is away or has not subscribed, and does not come later", async () => {
    const { connect } = await addValve("valve-4");
    const refused = { status: 409, json: expect.objectContaining({ code: "device_not_listening" }) };
    expect(await send(owner, "valve-4", { name: "away" })).toEqual(refused);
    const { client, heard, listen } = await connect();
    expect(await send(owner, "valve-4", { name: "deaf" })).toEqual(refused);
    await listen();
    expect((await send(owner, "valve-4", { name: "now" })).status).toBe(202);
    await vi.waitFor(() => expect(heard.map(({ command }) => command.name)).toEqual(["now"]));
    await client.endAsync();
    await vi.waitFor(async () => expect(await send(owner, "valve-4", { name: "gone" })).toEqual(refused));
    const again = await connect();
    await again.listen();
    await send(owner, "valve-4", { name: "back" });
    await vi.waitFor(() => expect(again.heard.map(({ command }) => command.name)).toEqual(["back"]));
  });
});

describe("the key of another company", () => {
  it("finds neither the device nor its replies, and the device hears nothing", async () => {
    const { connect } = await addValve("valve-5");
    const { heard, listen, reply } = await connect();
    await listen();
    const hidden = { status: 404, json: expect.objectContaining({ code: "device_not_found" }) };
    expect(await send(stranger, "valve-5", { name: "open-valve" })).toEqual(hidden);
    const { json } = await send(owner, "valve-5", { name: "close-valve" });
    await vi.waitFor(() => expect(heard.map(({ command }) => command.name)).toEqual(["close-valve"]));
    await reply({ commandId: json.commandId, outcome: "done" });
    expect(await call(stranger, "valve-5/replies")).toEqual(hidden);
    expect((await call(owner, "valve-5/replies")).json.items).toHaveLength(1);
  });
});
