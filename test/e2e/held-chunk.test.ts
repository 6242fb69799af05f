import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { gasMeterRows } from "../helpers/ingest.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";

const DAY_MS = 86_400_000;
const onServer = Boolean(process.env.DATABASE_URL);

/**
 * A chunk is held as those hold it who compress it (exclusive), or who drop it, truncate it at the end of compressing, or
 * rewrite it with VACUUM FULL (access exclusive). It takes a second session, which the embedded database has not.
 */
describe.runIf(onServer)("while somebody holds the chunk of an old week", () => {
  let db: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    dataDir = await makeDataDir();
    await db.pool.query(`
      insert into regions (code, parent_code, name, level) values
        ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)`);
  });
  afterAll(async () => {
    await db.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const waiting = async () =>
    (
      await db.pool.query(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'sbi-history' and wait_event_type = 'Lock'",
      )
    ).rows[0].n as number;

  it("live readings are acknowledged, late ones when it is free, and each is stored once, also after kill -9", async () => {
    const start = () => PlatformProcess.start({ dataDir, databaseUrl: db.url });
    const [late, both, live] = ["held-late", "held-both", "held-live"] as const;
    let platform = await start();
    const holder = await db.pool.connect();
    try {
      const tokens = new Map<string, string>();
      for (const id of [late, both, live]) tokens.set(id, (await platform.register(id)).token);
      const acknowledged: string[] = [];
      const connect = async (id: string) => {
        const client = await connectDevice(platform.mqttPort, id, tokens.get(id)!);
        return (name: string, body: object) =>
          client
            .publishAsync(`v1/devices/${id}/telemetry`, JSON.stringify(body), { qos: 1 })
            .then(() => acknowledged.push(name));
      };
      const now = Date.now();
      const old = now - 40 * DAY_MS;
      const reading = (at: number, volume: number) => ({ observedAt: new Date(at).toISOString(), volume });
      await (await connect(late))("first", reading(old, 1));

      await holder.query("begin");
      const { rows: chunks } = await holder.query<{ chunk: string }>(
        "select show_chunks('readings_gas_meter', older_than => interval '30 days')::text as chunk",
      );
      expect(chunks).toHaveLength(1);

      // Twice: as it was first, and after the process was killed while they waited.
      for (const round of [1, 2]) {
        await holder.query(
          `lock table ${chunks[0]!.chunk} in ${round === 1 ? "exclusive" : "access exclusive"} mode`,
        );
        acknowledged.length = 0;
        const sendLate = await connect(late);
        const sendBoth = await connect(both);
        const sendLive = await connect(live);
        const held = [
          sendLate("late", reading(old + 1000, 2)),
          sendBoth("both", [reading(old, 3), reading(now, 4)]),
        ];
        // Of a process that is killed they are never settled.
        for (const each of held) each.catch(() => {});
        await expect.poll(waiting, { timeout: 20_000, interval: 5 }).toBe(round);
        // New, again, merged and in conflict, at once and one by one.
        for (let i = 0; i < 3; i++) await sendLive("live", reading(now - i, i));
        await Promise.all([
          sendLive("live", reading(now, 0)),
          sendLive("live", { ...reading(now, 0), flow: round }),
          sendLive("live", reading(now, 9)),
        ]);
        expect(acknowledged).toEqual(Array.from({ length: 6 }, () => "live"));
        // Of these days alone: the chunk that is held may not be read either.
        const { rows } = await db.pool.query(
          "select volume / 1000.0 as volume from readings_gas_meter join devices using (device_no) where id = $1 and observed_at >= $2",
          [both, new Date(now - DAY_MS).toISOString()],
        );
        expect(rows.map(({ volume }) => Number(volume))).toEqual([4]);
        if (round === 1) {
          await platform.end("SIGKILL");
          platform = await start();
          // What a killed process had asked for, the server does all the same.
          continue;
        }
        await holder.query("rollback");
        await Promise.all(held);
        expect(acknowledged.slice(6).sort()).toEqual(["both", "late"]);
      }
      await expect
        .poll(
          async () =>
            (
              await db.pool.query(
                "select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'sbi-history' and state <> 'idle'",
              )
            ).rows[0].n,
          { timeout: 20_000, interval: 5 },
        )
        .toBe(0);
      const volumes = async (id: string) => (await gasMeterRows(db.pool, id)).map(({ volume }) => volume);
      expect([await volumes(late), await volumes(both), await volumes(live)]).toEqual([
        [1, 2],
        [3, 4],
        [2, 1, 0],
      ]);
      for (const id of [late, both, live]) {
        const ledger = await platform.api<
          Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>
        >(`/v1/devices/${id}/ledger`);
        const { received, stored, duplicate, rejected, pending } = ledger;
        expect(received).toBe(stored + duplicate + rejected);
        expect(pending).toBe(0);
        // The flow was merged, and each round's other volume is a conflict.
        expect([stored, rejected]).toEqual(id === live ? [4, 3] : [2, 0]);
      }
    } finally {
      await holder.query("rollback").catch(() => {});
      holder.release();
      await platform.end("SIGTERM");
    }
  }, 180_000);
});
