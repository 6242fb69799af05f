import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { gasMeterRows } from "../helpers/ingest.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { type SharedSource, startSharedSource } from "../helpers/shared-source.ts";

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];

/** One platform in three processes, as docs/scaling.md has it. Embedded databases have one process each. */
describe.runIf(process.env.DATABASE_URL)("three processes of one platform", () => {
  let db: TestDatabase;
  let source: SharedSource;
  const folders = new Map<Name, string>();
  const running = new Map<Name, PlatformProcess>();
  const processOf = (name: Name) => running.get(name)!;

  const start = async (name: Name) => {
    const platform = await PlatformProcess.start({
      dataDir: folders.get(name)!,
      databaseUrl: db.url,
      env: {
        INSTANCE_ID: name,
        BROADCAST_KEYS_DIR: folders.get(NAMES[0])!,
        SOURCE_MQTT_URL: `mqtt://127.0.0.1:${source.port}`,
        SOURCE_MQTT_TOPICS: "$share/ingest/v1/#",
        SOURCE_MQTT_CLIENT_ID: `sbi-${name}`,
      },
    });
    running.set(name, platform);
  };
  const kill = (name: Name) => processOf(name).end("SIGKILL");
  const allSubscribed = (count: number) =>
    vi.waitFor(() => expect(source.members()).toBe(count), { timeout: 60_000 });

  beforeAll(async () => {
    db = await emptyTestDatabase();
    source = await startSharedSource();
    for (const name of NAMES) folders.set(name, await makeDataDir());
    // The first starts of a new database, at once.
    await Promise.all(NAMES.map(start));
    await db.pool.query(
      `insert into regions (code, parent_code, name, level)
       values ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)`,
    );
    await allSubscribed(3);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    source?.close();
    await db.drop();
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  it("start at once on a new database: its tables are made once, and all are ready", async () => {
    for (const name of NAMES) {
      expect(await processOf(name).api("/readyz")).toMatchObject({ ready: true });
    }
    const { rows } = await db.pool.query(
      `select (select count(*)::int from schema_migrations) as migrations,
              (select max(version) from schema_migrations) as latest,
              (select count(*)::int from kind_tables) as kinds,
              (select count(*)::int from audit where action = 'platform.bootstrap') as beginnings`,
    );
    expect(rows).toEqual([
      { migrations: rows[0].latest, latest: rows[0].latest, kinds: rows[0].kinds, beginnings: 1 },
    ]);
    expect(rows[0].kinds).toBeGreaterThan(3);
  });

  it("know what was registered through another a moment ago, also behind a gateway", async () => {
    await processOf("a").register("tri-gateway", "lora-gateway");
    await processOf("a").register("tri-meter", "gas-meter", "tri-gateway");
    // One for each of them, whoever is next.
    const from = Date.now() - 3_600_000;
    for (let i = 0; i < 3; i++) {
      await source.publish("v1/gateways/tri-gateway/telemetry", {
        "tri-meter": { observedAt: from + i * 1000, volume: i },
      });
      await source.publish("v1/devices/tri-meter/telemetry", {
        observedAt: from + i * 1000 + 500,
        volume: i,
      });
    }
    expect((await gasMeterRows(db.pool, "tri-meter")).map(({ volume }) => volume)).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
    expect(await processOf("b").api("/v1/rejections")).toMatchObject({ items: [] });
  });

  it("share what a source broker has: each message is one's, and those of one that is killed become the others'", async () => {
    await processOf("b").register("tri-shared");
    const from = Date.now() - 3_600_000;
    const send = (count: number, first: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          source.publish("v1/devices/tri-shared/telemetry", {
            observedAt: from + (first + i) * 1000,
            volume: first + i,
          }),
        ),
      );
    const before = await Promise.all(NAMES.map((name) => processOf(name).metric("sbi_messages_total")));
    await send(90, 0);
    for (const [i, name] of NAMES.entries()) {
      expect((await processOf(name).metric("sbi_messages_total")) - before[i]!, name).toBe(30);
    }
    const all = send(300, 90);
    await kill("c");
    await all;
    const volumes = (await gasMeterRows(db.pool, "tri-shared")).map(({ volume }) => volume);
    expect(volumes).toEqual(Array.from({ length: 390 }, (_, i) => i));
    const ledger = await processOf("a").api<Record<string, number>>("/v1/devices/tri-shared/ledger");
    expect(ledger).toMatchObject({ stored: 390, rejected: 0, pending: 0 });
    expect(ledger.received).toBe(390 + ledger.duplicate!);
  });

  it("keep apart who is connected to whom: one that starts again has lost its own devices, and no others", async () => {
    const isConnected = async (id: string) => {
      const { presence } = await processOf("b").api<{ presence: { connected: boolean } | null }>(
        `/v1/devices/${id}`,
      );
      return presence?.connected;
    };
    const { token } = await processOf("a").register("tri-online");
    await connectDevice(processOf("a").mqttPort, "tri-online", token);
    await expect.poll(() => isConnected("tri-online"), { timeout: 20_000 }).toBe(true);
    await start("c");
    await allSubscribed(3);
    expect(await isConnected("tri-online")).toBe(true);
    await kill("a");
    await start("a");
    expect(await isConnected("tri-online")).toBe(false);
  }, 180_000);

  it("lose the devices of one that is killed and stays away, and of one that is paused until it goes on", async () => {
    const isConnected = async (id: string) => {
      const { presence } = await processOf("b").api<{ presence: { connected: boolean } | null }>(
        `/v1/devices/${id}`,
      );
      return presence?.connected;
    };
    const becomes = (id: string, connected: boolean) =>
      expect.poll(() => isConnected(id), { timeout: 60_000 }).toBe(connected);
    const devices = { a: "tri-paused", c: "tri-lost" } as const;
    for (const [name, id] of Object.entries(devices)) {
      const { token } = await processOf(name as Name).register(id);
      await connectDevice(processOf(name as Name).mqttPort, id, token);
      await becomes(id, true);
    }
    processOf("a").signal("SIGSTOP");
    await kill("c");
    try {
      await becomes("tri-lost", false);
      await becomes("tri-paused", false);
    } finally {
      processOf("a").signal("SIGCONT");
    }
    await becomes("tri-paused", true);
    expect(await isConnected("tri-lost")).toBe(false);
  }, 240_000);
});
