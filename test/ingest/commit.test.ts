import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Batch } from "../../ingest/batch.ts";
import { commitBatch, nothingCommitted } from "../../ingest/commit.ts";
import type { Pool } from "../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest, withConstraint } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const start = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();

/** The database with something before each statement, which is known by a part of its text. */
function watched(before: (text: string) => Promise<void> | void): Pool {
  const pool = Object.create(db.pool) as Pool;
  pool.query = (async (query: string | { text: string }, values?: unknown[]) => {
    await before(typeof query === "string" ? query : query.text);
    return db.pool.query(query as string, values);
  }) as Pool["query"];
  return pool;
}

const rejectionsOf = async (id: string) =>
  (
    await db.pool.query(
      `select topic, reason, detail, payload from rejected_messages join devices using (device_no)
       where id = $1 order by rejection_no`,
      [id],
    )
  ).rows;

describe("an item that only the database finds fault with", () => {
  it("is put on record when it is an event or a reply, and its neighbours are stored", async () => {
    await addDevice(db.pool, "fault-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const event = (n: number) => ({ eventId: `e-${n}`, observedAt: at(n), type: "leak", depth: n });
    await withConstraint(db.pool, "events", "event_id <> 'e-3'", () =>
      publish("fault-1", "events", [1, 2, 3, 4, 5].map(event)),
    );
    const reply = (n: number) => ({ commandId: `c-${n}`, observedAt: at(n), outcome: "done", seconds: n });
    await withConstraint(db.pool, "replies", "command_id <> 'c-1'", () =>
      publish("fault-1", "replies", [1, 2, 3].map(reply)),
    );
    const { rows } = await db.pool.query(
      "select event_id from events join devices using (device_no) where id = 'fault-1' order by 1",
    );
    expect(rows.map((row) => row.event_id)).toEqual(["e-1", "e-2", "e-4", "e-5"]);
    const rejections = await rejectionsOf("fault-1");
    expect(rejections).toMatchObject([
      { reason: "store_refused", topic: "v1/devices/fault-1/events" },
      { reason: "store_refused", topic: "v1/devices/fault-1/replies" },
    ]);
    expect(rejections[0].detail).toContain("refused_by_test");
    expect(JSON.parse(rejections[0].payload)).toEqual({ ...event(3), phase: "instant" });
    expect(JSON.parse(rejections[1].payload)).toEqual(reply(1));
    expect(await ledger("fault-1")).toEqual({ received: 8, stored: 6, duplicate: 0, rejected: 2 });
  });

  it.each([
    [
      "events",
      "insert into events ",
      (n: number) => ({ eventId: `e-${n}`, observedAt: at(n), type: "leak" }),
    ],
    [
      "replies",
      "insert into replies ",
      (n: number) => ({ commandId: `c-${n}`, observedAt: at(n), outcome: "done" }),
    ],
  ] as const)(
    "takes two statements each where a message has nothing else but such %s",
    async (channel, text, item) => {
      const id = `faults-${channel}`;
      await addDevice(db.pool, id);
      let statements = 0;
      const counting = watched((sql) => {
        if (sql.includes(text)) statements++;
      });
      const { publish, ledger } = await startTestIngest(counting);
      await publish(id, channel, item(0));
      statements = 0;
      const all = Array.from({ length: 40 }, (_, n) => item(n + 1));
      await withConstraint(db.pool, channel, "false", () => publish(id, channel, all));
      expect(statements).toBe(2 * all.length - 1);
      expect(await ledger(id)).toEqual({ received: 41, stored: 1, duplicate: 0, rejected: 40 });
    },
  );

  it("does not have its neighbours counted twice when the connection breaks while it is looked for", async () => {
    const { deviceNo } = await addDevice(db.pool, "fault-2");
    const { ingest, ledger } = await startTestIngest(db.pool);
    const { runtime } = ingest.directory.find("fault-2")!;
    const batch = new Batch();
    const way = { door: "mqtt", context: "v1/devices/fault-2/telemetry", gateway: undefined };
    for (let n = 1; n <= 8; n++) {
      const reading = runtime.check({ observedAt: at(n), snr: n }, Date.now());
      if ("reason" in reading) throw new Error(reading.detail);
      runtime.add(batch.readingsOf(runtime), deviceNo, Date.now(), reading, way);
    }
    let statements = 0;
    const breaking = watched(() => {
      // The whole, the whole as a piece, the first half; and then the connection breaks, again and again.
      if (++statements % 2 === 0) throw Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
    });
    const done = nothingCommitted();
    await withConstraint(db.pool, "readings_gas_meter", "snr is distinct from 600", async () => {
      for (let attempt = 0; attempt < 50; attempt++) {
        try {
          return await commitBatch(breaking, batch, done, () => "fault-2");
        } catch (error) {
          expect(error).toMatchObject({ code: "ECONNRESET" });
        }
      }
      throw new Error("the batch was never committed");
    });
    expect(done).toMatchObject({ received: 8, stored: 7, rejected: 1 });
    expect(await ledger("fault-2")).toEqual({ received: 8, stored: 7, duplicate: 0, rejected: 1 });
    expect((await rejectionsOf("fault-2")).map(({ payload }) => JSON.parse(payload).snr)).toEqual([6]);
  });
});

describe("alarms of batches that are committed side by side", () => {
  const alarmsOf = async (id: string) =>
    (
      await db.pool.query(
        "select rule, cleared_at is null as active from alarms join devices using (device_no) where id = $1",
        [id],
      )
    ).rows;

  it("are cleared after they were raised, also when the batch that clears is faster", async () => {
    await addDevice(db.pool, "order-1");
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const cleared = { reached: () => {} };
    const second = new Promise<void>((resolve) => {
      cleared.reached = resolve;
    });
    let readings = 0;
    const slow = watched(async (text) => {
      if (text.includes("insert into readings_gas_meter") && ++readings === 2) cleared.reached();
      if (text.includes("insert into events ")) await released;
    });
    // A minute before: of what arrives in the second after the beginning the newest decides.
    let agoMs = 60_000;
    const now = () => Date.now() - agoMs;
    const { publish } = await startTestIngest(slow, { lingerMs: 0, maxInFlight: 2, now });
    agoMs = 0;
    // One batch: the event holds it up between its reading and its alarm.
    const first = [
      publish("order-1", "telemetry", { observedAt: at(1), battery: 3 }),
      publish("order-1", "events", { eventId: "e", observedAt: at(1), type: "leak" }),
    ];
    while (readings === 0) await new Promise((resolve) => setImmediate(resolve));
    const last = publish("order-1", "telemetry", { observedAt: at(2), battery: 3.6 });
    await second;
    // The second batch has nothing to wait for but its turn.
    for (let i = 0; i < 5; i++) await db.pool.query("select 1");
    release();
    await Promise.all([...first, last]);
    expect(await alarmsOf("order-1")).toEqual(
      expect.arrayContaining([{ rule: "battery_low", active: false }]),
    );
  });

  it("are few statements, however many devices fall silent at once", async () => {
    await addDevice(db.pool, "dark-0");
    await db.pool.query(`
      insert into devices (id, kind, region_code, token_hash)
      select 'dark-' || n, 'gas-meter', '520326', '\\x00' from generate_series(1, 4500) n`);
    let statements = 0;
    const counted = watched((text) => {
      if (text.includes("into alarms")) statements++;
    });
    let now = Date.now();
    // The look of its own, which comes every 15 s, would have some under way on a slow machine.
    const { ingest, committed } = await startTestIngest(counted, {
      now: () => now,
      every: { silence: 600_000 },
    });
    now += 30 * 24 * 3_600_000;
    await ingest.checkSilence();
    const { rows } = await db.pool.query(
      `select count(*)::int as n from alarms join devices using (device_no)
       where id like 'dark-%' and rule = 'silent' and cleared_at is null`,
    );
    expect(rows[0].n).toBe(4501);
    expect(statements).toBeLessThan(10);
    expect(committed.flatMap(({ alarms }) => alarms).length).toBeGreaterThanOrEqual(4501);
  });

  it("are told of once, also when the connection broke between two statements", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-1");
    const batch = new Batch();
    const transition = { deviceNo, rule: "leak", severity: "major", message: "m", value: undefined } as const;
    batch.alarms.push(
      { ...transition, action: "raise", at: 1 },
      { ...transition, action: "clear", at: 2 },
      { ...transition, action: "raise", at: 3 },
    );
    let statements = 0;
    const breaking = watched(() => {
      if (++statements === 2) throw Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
    });
    const done = nothingCommitted();
    await expect(commitBatch(breaking, batch, done, () => "told-1")).rejects.toThrow("connection lost");
    await commitBatch(breaking, batch, done, () => "told-1");
    expect(done.alarms.map(({ action, at }) => [action, at])).toEqual([
      ["raise", 1],
      ["clear", 2],
      ["raise", 3],
    ]);
  });

  it("are not raised for a device that was deleted meanwhile", async () => {
    const { deviceNo } = await addDevice(db.pool, "gone-1");
    await db.pool.query("update devices set deleted_at = now() where id = 'gone-1'");
    const batch = new Batch();
    const message = "too late";
    batch.alarms.push({
      action: "raise",
      deviceNo,
      rule: "leak",
      severity: "major",
      message,
      value: 1,
      at: Date.now(),
    });
    const done = nothingCommitted();
    await commitBatch(db.pool, batch, done, () => "gone-1");
    expect(done.alarms).toEqual([]);
    expect(await alarmsOf("gone-1")).toEqual([]);
  });
});

describe("replies", () => {
  it("are told of also when the connection broke after they were stored, so that none is missed", async () => {
    const { deviceNo } = await addDevice(db.pool, "replies-1");
    const reply = {
      deviceNo,
      observedAt: 1,
      receivedAt: 2,
      commandId: "c-1.1",
      outcome: "started",
      data: "{}",
    };
    const batch = new Batch();
    batch.replies.push(reply);
    let lost = false;
    const losing = Object.create(db.pool) as Pool;
    losing.query = (async (...args: Parameters<Pool["query"]>) => {
      const result = await db.pool.query(...args);
      if (lost) return result;
      lost = true;
      throw Object.assign(new Error("connection lost"), { code: "ECONNRESET" });
    }) as unknown as Pool["query"];
    const done = nothingCommitted();
    await expect(commitBatch(losing, batch, done, () => "replies-1")).rejects.toThrow("connection lost");
    expect(done.replies).toEqual([]);
    await commitBatch(losing, batch, done, () => "replies-1");
    expect(done.replies).toEqual([reply]);
    expect(done).toMatchObject({ received: 1, stored: 1 });
  });
});

describe("the ledger", () => {
  it("does not show as pending what is committed and only waits for its alarms", async () => {
    const { deviceNo } = await addDevice(db.pool, "pending-1");
    let pending: number | undefined;
    const peeking = watched((text) => {
      if (text.includes("into alarms")) pending = ingest.pendingOf(deviceNo);
    });
    const { ingest, publish, ledger } = await startTestIngest(peeking);
    await publish("pending-1", "telemetry", { observedAt: at(1), battery: 3 });
    expect(pending).toBe(0);
    expect(ingest.pendingOf(deviceNo)).toBe(0);
    expect(await ledger("pending-1")).toMatchObject({ received: 1, stored: 1 });
  });
});
