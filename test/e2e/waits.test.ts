import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";

const MINUTE = 60_000;
const from = Date.now() - 60 * MINUTE;

/** Sends a reading of a camera, by a connection of its own. Its rule asks for five minutes of lost packets. */
async function report(to: PlatformProcess, id: string, token: string, minute: number, packet_loss: number) {
  const client = await connectDevice(to.mqttPort, id, token);
  const reading = { observedAt: from + minute * MINUTE, packet_loss };
  await client.publishAsync(`v1/devices/${id}/telemetry`, JSON.stringify(reading), { qos: 1 });
  await client.endAsync();
}

interface Alarms {
  readonly items: { rule: string; raisedAt: string; clearedAt: string | null }[];
}
const alarmsOf = async (platform: PlatformProcess, id: string) =>
  (await platform.api<Alarms>(`/v1/alarms?state=all&device=${id}`)).items.map(
    ({ rule, raisedAt, clearedAt }) => [
      rule,
      (Date.parse(raisedAt) - from) / MINUTE,
      clearedAt && (Date.parse(clearedAt) - from) / MINUTE,
    ],
  );

describe.runIf(process.env.DATABASE_URL)("three processes that take a device's readings in turn", () => {
  let db: TestDatabase;
  const folders = new Map<string, string>();
  const running = new Map<string, PlatformProcess>();
  const start = async (name: string) => {
    const env = { INSTANCE_ID: name, BROADCAST_KEYS_DIR: folders.get("a")! };
    const dataDir = folders.get(name)!;
    running.set(name, await PlatformProcess.start({ dataDir, databaseUrl: db.url, env }));
  };

  beforeAll(async () => {
    db = await emptyTestDatabase();
    for (const name of ["a", "b", "c"]) {
      folders.set(name, await makeDataDir());
      await start(name);
    }
    await db.pool.query(
      `insert into regions (code, parent_code, name, level)
       values ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)`,
    );
  }, 180_000);
  afterAll(async () => {
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    await db.drop();
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  it("raise its alarm at the reading at which one process would, also where one of them is killed meanwhile", async () => {
    const many = await running.get("a")!.register("turns", "camera");
    const one = await running.get("b")!.register("stays", "camera");
    const send = async (name: string, minute: number, loss: number) => {
      await report(running.get(name)!, many.id, many.token, minute, loss);
      await report(running.get("b")!, one.id, one.token, minute, loss);
    };
    const check = async (...alarms: unknown[]) => {
      for (const { id } of [many, one]) expect(await alarmsOf(running.get("b")!, id), id).toEqual(alarms);
    };
    await send("a", 0, 9);
    await running.get("a")!.end("SIGKILL");
    await send("b", 1, 9);
    await send("c", 3, 9);
    // Too late to say anything, though it is the first that this process hears of that minute.
    await send("c", 2, 1);
    await start("a");
    await send("a", 4, 9);
    await send("a", 2.5, 1);
    await send("c", 4.9, 9);
    await check();
    await send("a", 5, 9);
    await check(["packet_loss_high", 5, null]);
    await send("c", 6, 1);
    await check(["packet_loss_high", 5, 6]);
    // It begins at one, ends at the next, and begins anew at the third.
    await send("a", 20, 9);
    await send("b", 21, 9);
    await send("b", 22, 1);
    await send("c", 23, 9);
    await send("a", 27.9, 9);
    await check(["packet_loss_high", 5, 6]);
    await send("b", 28, 9);
    await check(["packet_loss_high", 28, null], ["packet_loss_high", 5, 6]);
  }, 180_000);
});

describe("one process that is killed while a condition has to last", () => {
  it("raises the alarm at the reading at which it would have, once it is started again", async () => {
    const db = process.env.DATABASE_URL ? await emptyTestDatabase() : undefined;
    const dataDir = await makeDataDir();
    const start = () => PlatformProcess.start({ dataDir, databaseUrl: db?.url, env: { SEED: "regions" } });
    let platform = await start();
    try {
      const { items } = await platform.api<{ items: { code: string }[] }>("/v1/regions?parent=5203");
      expect(items.map(({ code }) => code)).toContain("520326");
      const { id, token } = await platform.register("waits", "camera");
      await report(platform, id, token, 0, 9);
      await platform.end("SIGKILL");
      platform = await start();
      await report(platform, id, token, 2, 9);
      await report(platform, id, token, 1, 1);
      await report(platform, id, token, 4.9, 9);
      expect(await alarmsOf(platform, id)).toEqual([]);
      await report(platform, id, token, 5, 9);
      expect(await alarmsOf(platform, id)).toEqual([["packet_loss_high", 5, null]]);
    } finally {
      await platform.end("SIGTERM");
      await db?.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 180_000);
});
