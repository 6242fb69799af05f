import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { gasMeterRows } from "../helpers/ingest.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";

const PARTS = ["ingest", "api", "worker"] as const;
type Part = (typeof PARTS)[number];

/** Embedded databases have one process each. */
describe.runIf(process.env.DATABASE_URL)("a platform in three parts", () => {
  let db: TestDatabase;
  const folders: string[] = [];
  const running = new Map<Part, PlatformProcess>();
  const part = (name: Part) => running.get(name)!;

  const start = async (role: Part) => {
    const dataDir = await makeDataDir();
    folders.push(dataDir);
    const env = { ROLE: role, INSTANCE_ID: role, BROADCAST_KEYS_DIR: folders[0]! };
    running.set(role, await PlatformProcess.start({ dataDir, databaseUrl: db.url, env }));
  };
  const checksOf = async (name: Part) => {
    const { checks } = await part(name).api<{ checks: { name: string; detail?: string }[] }>("/readyz");
    return new Map(checks.map((check) => [check.name, check.detail]));
  };

  beforeAll(async () => {
    db = await emptyTestDatabase();
    for (const role of ["ingest", "api"] as const) await start(role);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    await db.drop();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  it("says which work nobody does, until a process of that role is there", async () => {
    expect((await checksOf("api")).get("duties")).toMatch(/^no process does: .*silence/);
    await start("worker");
    await expect.poll(async () => (await checksOf("api")).get("duties")).toBeUndefined();
    expect((await checksOf("ingest")).get("duties")).toBeUndefined();
  }, 120_000);

  it("takes messages by one part and answers questions by another, and each refuses what is not its own", async () => {
    await db.pool.query(
      "insert into regions (code, parent_code, name, level) values ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)",
    );
    const { id, token } = await part("api").register("in-parts");
    const client = await connectDevice(part("ingest").mqttPort, id, token);
    await client.publishAsync(`v1/devices/${id}/telemetry`, JSON.stringify({ flow: 1 }), { qos: 1 });
    expect(await gasMeterRows(db.pool, id)).toMatchObject([{ flow: 1 }]);
    await expect
      .poll(() => part("api").api<{ presence: { connected: boolean } | null }>(`/v1/devices/${id}`))
      .toMatchObject({ presence: { connected: true } });
    await client.endAsync();
    expect([part("api").mqttPort, part("worker").mqttPort]).toEqual([0, 0]);
    for (const name of ["ingest", "worker"] as const) {
      await expect(part(name).api("/v1/devices")).rejects.toThrow(/404.*ROLE=api or ROLE=all/);
      await expect(part(name).api("/openapi.json")).rejects.toThrow(/404/);
      expect(await part(name).api("/metrics")).toContain("sbi_");
    }
  });
});
