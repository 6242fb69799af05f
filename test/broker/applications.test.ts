import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Authority, createAuthority } from "../helpers/certificates.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** Applications and certificates over MQTT, through the whole platform. */
let app: TestPlatform;
let dir: string;
let authority: Authority;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-mqtt-"));
  authority = await createAuthority("Test CA");
  const server = await authority.issue("localhost");
  const files = { cert: server.cert, key: server.key, ca: authority.cert };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  app = await startTestPlatform({
    MQTT_WS_PORT: "off",
    MQTT_TLS_PORT: "0",
    MQTT_TLS_CERT: join(dir, "cert"),
    MQTT_TLS_KEY: join(dir, "key"),
    MQTT_TLS_CA: join(dir, "ca"),
  });
  await app.api("/v1/tenants", {
    method: "POST",
    body: { id: "county", name: "County", use: "government" },
  });
});
afterAll(async () => {
  await app?.stop();
  await rm(dir, { recursive: true, force: true });
});

const within = (regions: string[]) => ({
  scopes: ["readings:read", "events:read"],
  area: { regions, kinds: "all", tenants: "all", devices: "all" },
});

/** Makes an application of the county. @returns its key */
async function application(id: string): Promise<string> {
  const ownerId = `${id}-owner`;
  await app.api("/v1/people", { method: "POST", body: { id: ownerId, name: ownerId, tenantId: "county" } });
  const body = { id, name: id, tenantId: "county", ownerId, grants: [within(["520326"])] };
  await app.api("/v1/applications", { method: "POST", body });
  const { key } = await app.api<{ key: string }>(`/v1/applications/${id}/keys`, { method: "POST", body: {} });
  return key;
}

async function listen(id: string, key: string, ...topics: string[]): Promise<RawMqtt> {
  const raw = new RawMqtt(app.platform.mqttPort);
  await raw.login(id, key, { clientId: randomUUID() });
  raw.send({ cmd: "subscribe", messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) });
  expect(await raw.next("suback", 1)).toMatchObject({ granted: topics.map(() => 0) });
  return raw;
}

const messages = (raw: RawMqtt) =>
  raw.received.flatMap((packet) =>
    packet.cmd === "publish"
      ? [{ topic: packet.topic, message: JSON.parse(packet.payload.toString()) as Record<string, unknown> }]
      : [],
  );

async function publish(id: string, token: string, channel: string, payload: object): Promise<void> {
  const client = await connectDevice(app.platform.mqttPort, id, token);
  await client.publishAsync(`v1/devices/${id}/${channel}`, JSON.stringify(payload), { qos: 1 });
}

describe("an application over MQTT", () => {
  it("hears what was committed of the devices that it may see, and of no others", async () => {
    const inside = await app.register("feed-1");
    const outside = await app.register("feed-2");
    await app.db.pool.query(
      "insert into regions (code, parent_code, name, level) values ('5201', '52', 'B', 2)",
    );
    await app.api("/v1/devices/feed-2", { method: "PATCH", body: { regionCode: "5201" } });
    const key = await application("emergency-office");
    const raw = await listen("emergency-office", key, "v1/devices/+/telemetry", "v1/devices/feed-1/events");
    await publish("feed-2", outside.token, "telemetry", { volume: 1 });
    await publish("feed-1", inside.token, "telemetry", { observedAt: "2026-03-01T00:00:00Z", volume: 2.5 });
    await raw.next("publish");
    expect(messages(raw)).toEqual([
      {
        topic: "v1/devices/feed-1/telemetry",
        message: {
          deviceId: "feed-1",
          kind: "gas-meter",
          regionCode: "520326001001",
          observedAt: "2026-03-01T00:00:00.000Z",
          receivedAt: expect.stringMatching(/^20.*Z$/),
          metrics: { volume: 2.5 },
        },
      },
    ]);
    // What is refused is not told.
    await publish("feed-1", inside.token, "telemetry", { volume: "not a number" });
    await publish("feed-1", inside.token, "telemetry", { observedAt: "2026-03-01T00:01:00Z", volume: 3 });
    await vi.waitFor(() => expect(messages(raw)).toHaveLength(2));
    expect(messages(raw)[1]!.message).toMatchObject({ metrics: { volume: 3 } });
  });

  it("hears events with what they hold", async () => {
    const camera = await app.register("feed-camera", "camera");
    const key = await application("watcher");
    const raw = await listen("watcher", key, "v1/devices/feed-camera/events");
    await publish("feed-camera", camera.token, "events", {
      eventId: "e-1",
      type: "motion",
      observedAt: "2026-03-01T00:00:00Z",
      zone: "gate",
    });
    await raw.next("publish");
    expect(messages(raw)[0]!.message).toMatchObject({
      deviceId: "feed-camera",
      kind: "camera",
      regionCode: "520326001001",
      eventId: "e-1",
      type: "motion",
      phase: "instant",
      data: { zone: "gate" },
    });
  });

  it("is let in with its own key under its own name only", async () => {
    const key = await application("gas-co");
    const other = await application("water-co");
    await app.register("named");
    for (const [name, password] of [
      ["water-co", key],
      ["gas-co", other],
      ["named", key],
      ["gas-co", `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`],
      ["gas-co", "test-administrator-key-of-many-letters"],
    ] as const) {
      expect(await new RawMqtt(app.platform.mqttPort).login(name, password)).toMatchObject({ returnCode: 4 });
    }
  });

  const keyOf = (id: string) => `/v1/applications/${id}/keys`;
  it.each<[string, number, (id: string, prefix: string) => Promise<unknown>]>([
    ["its key is revoked", 4, (id, prefix) => app.api(`${keyOf(id)}/${prefix}`, { method: "DELETE" })],
    [
      "its key is replaced without overlap",
      4,
      (id, prefix) => app.api(`${keyOf(id)}/${prefix}/rotate`, { method: "POST", body: { overlapHours: 0 } }),
    ],
    [
      "it is disabled",
      4,
      (id) => app.api(`/v1/applications/${id}`, { method: "PATCH", body: { disabled: true } }),
    ],
    [
      "its tenant is disabled",
      4,
      () => app.api("/v1/tenants/county", { method: "PATCH", body: { disabled: true } }),
    ],
    [
      "its grants change",
      0,
      (id) =>
        app.api(`/v1/applications/${id}/grants`, { method: "PUT", body: { grants: [within(["5203"])] } }),
    ],
    [
      "another process lets its key expire",
      4,
      (id) => app.db.pool.query("update api_keys set expires_at = now() where principal_id = $1", [id]),
    ],
  ])("is cut when %s", async (about, after, change) => {
    const id = about.replaceAll(" ", "-");
    const key = await application(id);
    const raw = await listen(id, key, "v1/devices/+/telemetry");
    await change(id, key.slice(4, 12));
    await raw.closed;
    expect(await new RawMqtt(app.platform.mqttPort).login(id, key)).toMatchObject({ returnCode: after });
    await app.api("/v1/tenants/county", { method: "PATCH", body: { disabled: false } });
  });
});

describe("a device with a certificate", () => {
  const over = async (commonName: string) => {
    const { platform } = app;
    const certificate = await authority.issue(commonName);
    return new RawMqtt(
      connect({
        host: "127.0.0.1",
        port: platform.mqttTlsPort,
        servername: "localhost",
        ca: authority.cert,
        ...certificate,
      }),
    );
  };

  it("needs no token, and stays out once it is deleted", async () => {
    await app.register("certified-1");
    const raw = await over("certified-1");
    raw.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "c",
      keepalive: 0,
    });
    expect(await raw.next("connack")).toMatchObject({ returnCode: 0 });
    raw.publish("v1/devices/certified-1/telemetry", '{"volume":1}', 1);
    await raw.next("puback", 1);
    await app.api("/v1/devices/certified-1", { method: "DELETE" });
    await raw.closed;
    const again = await over("certified-1");
    again.send({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "c",
      keepalive: 0,
    });
    expect(await again.next("connack")).toMatchObject({ returnCode: 4 });
  });
});

describe("a flood of names that nobody has", () => {
  it("is refused without holding up what a device sends", async () => {
    const { token } = await app.register("calm");
    const client = await connectDevice(app.platform.mqttPort, "calm", token);
    const flood = Array.from({ length: 300 }, (_, i) =>
      new RawMqtt(app.platform.mqttPort).login(`nobody-${i}`, "x", { clientId: randomUUID() }),
    );
    for (let i = 0; i < 10; i++) {
      await client.publishAsync("v1/devices/calm/telemetry", JSON.stringify({ volume: i }), { qos: 1 });
    }
    const codes = (await Promise.all(flood)).map((packet) => (packet as { returnCode: number }).returnCode);
    expect(codes.every((code) => code === 3 || code === 4)).toBe(true);
    const metrics = await app.api<string>("/metrics");
    expect(metrics).toMatch(/sbi_mqtt_refusals_total\{result="login(_unchecked)?"\} [1-9]/);
  });
});

describe("the settings", () => {
  it("show a port that is off as 0", () => {
    expect(app.platform.mqttWsPort).toBe(0);
    expect(app.platform.mqttTlsPort).toBeGreaterThan(0);
  });
});
