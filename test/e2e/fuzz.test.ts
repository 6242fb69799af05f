import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { generate } from "mqtt-packet";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { createRandom } from "../../devices/random.ts";
import { REASONS } from "../../ingest/reasons.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { runFuzz } from "./fuzz-story.ts";

let platform: PlatformProcess;
let dataDir: string;
let database: { url: string; drop(): Promise<void> } | undefined;

beforeAll(async () => {
  dataDir = await makeDataDir();
  const server = process.env.DATABASE_URL;
  database = server ? await createServerDatabase(server, inject("testRun").id) : undefined;
  platform = await PlatformProcess.start({ dataDir, databaseUrl: database?.url, env: { SEED: "regions" } });
});

afterAll(async () => {
  await platform?.end("SIGTERM");
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

// 100,000 of them: npm run test:fuzz
it("acknowledges 3,000 mutated messages and accounts for each with a reason", async () => {
  const result = await runFuzz({ platform, mutations: 3000, seed: 1 });
  expect(result).toMatchObject({ published: 3000, acknowledged: 3000, closed: 0, pending: 0 });
  expect(result.received).toBe(result.expectedItems);
  expect(result.stored + result.duplicate + result.rejected).toBe(result.received);
  expect(Object.values(result.reasons).reduce((a, b) => a + b, 0)).toBe(result.rejected);
  expect(Object.keys(result.reasons).sort()).toEqual(Object.keys(REASONS).sort());
  for (const reason of ["not_json", "bad_type", "off_scale", "clock_ahead", "bad_time"]) {
    expect(result.reasons[reason], reason).toBeGreaterThan(0);
  }
}, 600_000);

it("survives 300 connections that send mutated MQTT frames, and serves others meanwhile", async () => {
  const { id, token } = await platform.register("fuzz-frames");
  const bystander = await platform.register("fuzz-bystander");
  const client = await connectDevice(platform.mqttPort, bystander.id, bystander.token);
  const random = createRandom(1);
  const hello = generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "fuzz",
    keepalive: 10,
    username: id,
    password: Buffer.from(token),
  });
  const frames = [
    generate({
      cmd: "publish",
      topic: `v1/devices/${id}/telemetry`,
      payload: '{"flow":1}',
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    }),
    generate({
      cmd: "subscribe",
      messageId: 2,
      subscriptions: [{ topic: `v1/devices/${id}/commands`, qos: 1 }],
    }),
    generate({ cmd: "pingreq" }),
    generate({ cmd: "pubrel", messageId: 9 }),
    generate({ cmd: "unsubscribe", messageId: 3, unsubscriptions: ["a/b"] }),
    hello,
  ];
  // Moments of their own, whatever time a round takes: of two readings at one moment the second is a duplicate.
  const from = Date.now() - 3_600_000;
  for (let i = 0; i < 300; i++) {
    const raw = new RawMqtt(platform.mqttPort);
    if (random.chance(0.7)) raw.socket.write(hello);
    for (let n = 0; n < 5; n++) {
      const frame = Buffer.from(frames[Math.floor(random.next() * frames.length)]!);
      for (let flips = 0; flips < 3; flips++)
        frame[Math.floor(random.next() * frame.length)] = Math.floor(random.next() * 256);
      raw.socket.write(random.chance(0.1) ? randomBytes(200) : frame);
    }
    raw.socket.end();
    if (i % 50 === 0)
      await client.publishAsync(
        `v1/devices/${bystander.id}/telemetry`,
        JSON.stringify({ flow: 1, observedAt: from + i }),
        { qos: 1 },
      );
  }
  await client.publishAsync(`v1/devices/${bystander.id}/telemetry`, JSON.stringify({ flow: 2 }), { qos: 1 });
  expect(await platform.api(`/v1/devices/${bystander.id}/ledger`)).toMatchObject({ stored: 7, rejected: 0 });
  const ledger = await platform.api<Record<string, number>>(`/v1/devices/${id}/ledger`);
  expect(ledger.received).toBe(ledger.stored! + ledger.duplicate! + ledger.rejected! + ledger.pending!);
  expect(platform.running).toBe(true);
}, 300_000);
