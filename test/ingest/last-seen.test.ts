import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seenStepMs } from "../../ingest/seen-step.ts";
import type { Pool } from "../../store/database/database.ts";
import { recordLastSeen } from "../../store/devices/last-seen.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest } from "../helpers/ingest.ts";

const HOUR = 3_600_000;
/** A process that writes its notes only when it ends. */
const rarely = { silence: HOUR, seen: HOUR };

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function silences(id: string) {
  const { rows } = await db.pool.query(
    `select message, cleared_at is null as active from alarms join devices using (device_no)
     where id = $1 and rule = 'silent' order by alarm_no`,
    [id],
  );
  return rows as { message: string; active: boolean }[];
}

async function seenAt(id: string): Promise<number | undefined> {
  const { rows } = await db.pool.query(
    "select seen_at from device_last_seen join devices using (device_no) where id = $1",
    [id],
  );
  return rows[0]?.seen_at.getTime();
}

describe("when a device was last heard", () => {
  it("outlives the process, and so does the clock of its silence", async () => {
    const { deviceNo } = await addDevice(db.pool, "seen-1");
    const heardAt = Date.now() + 1000;
    const before = await startTestIngest(db.pool, { every: rarely });
    await before.publish("seen-1", "telemetry", { flow: 1 }, { receivedAt: heardAt - 30_000 });
    await before.publish("seen-1", "telemetry", { flow: 2 }, { receivedAt: heardAt });
    await before.ingest.stop(5000);
    expect(await seenAt("seen-1")).toBe(heardAt);

    let now = heardAt + 25 * HOUR;
    const after = await startTestIngest(db.pool, { now: () => now, every: rarely });
    expect(after.ingest.directory.findByNo(deviceNo)!.lastReportAt).toBe(heardAt);
    await after.ingest.checkSilence();
    expect(await silences("seen-1")).toEqual([]);
    now++;
    await after.ingest.checkSilence();
    const at = new Date(heardAt).toISOString();
    expect(await silences("seen-1")).toEqual([
      { message: `Nothing heard for more than a day; last heard at ${at}`, active: true },
    ]);
  });

  it("says nothing of a device while what it has sent may wait before a door", async () => {
    await addDevice(db.pool, "seen-waits");
    const heardAt = Date.now() + 1000;
    const now = heardAt + 30 * HOUR;
    let heardUpTo = heardAt + 25 * HOUR;
    const { ingest, publish } = await startTestIngest(db.pool, {
      now: () => now,
      heardUpTo: () => heardUpTo,
      every: rarely,
    });
    await publish("seen-waits", "telemetry", { flow: 1 }, { receivedAt: heardAt });
    await ingest.checkSilence();
    expect(await silences("seen-waits")).toEqual([]);
    heardUpTo++;
    await ingest.checkSilence();
    expect(await silences("seen-waits")).toMatchObject([{ active: true }]);
  });

  it("is nothing for a device that was never heard, also after the process has ended", async () => {
    await addDevice(db.pool, "seen-not-once");
    const { ingest } = await startTestIngest(db.pool, { every: rarely });
    await ingest.stop(5000);
    expect(await seenAt("seen-not-once")).toBeUndefined();
  });

  it("is asked of the database before an alarm: others may have heard it, or nobody could note it", async () => {
    const base = Date.now() + 1000;
    await addDevice(db.pool, "seen-other");
    await addDevice(db.pool, "seen-killed");
    let now = base;
    const { ingest } = await startTestIngest(db.pool, { now: () => now, every: rarely });
    const other = await startTestIngest(db.pool, { every: { ...rarely, seen: 1 } });
    await other.publish(
      "seen-other",
      "replies",
      { commandId: "1", outcome: "done" },
      { receivedAt: base + 20 * HOUR },
    );
    // Killed: what it had heard is committed, and was not noted.
    const killed = await startTestIngest(db.pool, { every: rarely });
    await killed.publish("seen-killed", "telemetry", { flow: 1 }, { receivedAt: base + 10 * HOUR });
    await expect.poll(() => seenAt("seen-other")).toBe(base + 20 * HOUR);

    now = base + 30 * HOUR;
    await ingest.checkSilence();
    expect([await silences("seen-other"), await silences("seen-killed")]).toEqual([[], []]);
    expect(ingest.directory.find("seen-killed")!.lastReportAt).toBe(base + 10 * HOUR);
    now = base + 36 * HOUR;
    await ingest.checkSilence();
    const at = new Date(base + 10 * HOUR).toISOString();
    expect(await silences("seen-other")).toEqual([]);
    expect(await silences("seen-killed")).toMatchObject([
      { message: expect.stringContaining(`last heard at ${at}`) },
    ]);
  });

  it("is looked at again as the alarm is raised: a process may be paused after it has asked", async () => {
    const base = Date.now() + 1000;
    for (const id of ["paused-note", "paused-reading"]) await addDevice(db.pool, id);
    const other = await startTestIngest(db.pool, { every: { ...rarely, seen: 1 } });
    const killed = await startTestIngest(db.pool, { every: rarely });
    let meanwhile: (() => Promise<void>) | undefined = async () => {
      const [reply, options] = [{ commandId: "1", outcome: "done" }, { receivedAt: base + 29 * HOUR }];
      await other.publish("paused-note", "replies", reply, options);
      await expect.poll(() => seenAt("paused-note")).toBe(base + 29 * HOUR);
      await killed.publish("paused-reading", "telemetry", { flow: 1 }, options);
    };
    const pausing = new Proxy(db.pool, {
      get(target, key) {
        if (key !== "query") return Reflect.get(target, key, target);
        return async (query: string | { text: string }, ...rest: unknown[]) => {
          const answer = await (target.query as (...all: unknown[]) => unknown)(query, ...rest);
          const text = typeof query === "string" ? query : query.text;
          const asks = text.includes("left join device_last_seen s") && !text.includes("asked");
          if (asks && meanwhile) {
            const first = meanwhile;
            meanwhile = undefined;
            await first();
          }
          return answer;
        };
      },
    }) as Pool;
    let now = base;
    const { ingest } = await startTestIngest(pausing, { now: () => now, every: rarely });
    now = base + 30 * HOUR;
    await ingest.checkSilence();
    expect(meanwhile).toBeUndefined();
    expect([await silences("paused-note"), await silences("paused-reading")]).toEqual([[], []]);
    // Nor does this process take them for silent already once they are.
    now = base + 55 * HOUR;
    await ingest.checkSilence();
    expect([await silences("paused-note"), await silences("paused-reading")]).toMatchObject([
      [{ active: true }],
      [{ active: true }],
    ]);
  });

  it("is judged by the process that has this duty, and by no other", async () => {
    await addDevice(db.pool, "not-mine");
    let isMine = false;
    let asked = 0;
    const { ingest } = await startTestIngest(db.pool, {
      now: () => Date.now() + 300 * HOUR,
      every: { ...rarely, silence: 2 },
      watchesSilence: () => {
        asked++;
        return isMine;
      },
    });
    await expect.poll(() => asked).toBeGreaterThan(3);
    expect(await silences("not-mine")).toEqual([]);
    isMine = true;
    await expect.poll(() => silences("not-mine")).toMatchObject([{ active: true }]);
    await ingest.stop(1000);
  });

  it("counts from the registration where a device was never heard, and says so", async () => {
    await addDevice(db.pool, "seen-never");
    const registered = new Date(
      (await db.pool.query("select created_at from devices where id = 'seen-never'")).rows[0].created_at,
    );
    const { ingest } = await startTestIngest(db.pool, {
      now: () => registered.getTime() + 26 * HOUR,
      every: rarely,
    });
    await ingest.checkSilence();
    expect(await silences("seen-never")).toMatchObject([
      { message: expect.stringContaining(`never heard, registered at ${registered.toISOString()}`) },
    ]);
    expect(await seenAt("seen-never")).toBeUndefined();
  });

  it("costs a start one look for all devices together, and no look at their readings", async () => {
    const statements: string[] = [];
    const watched = new Proxy(db.pool, {
      get(target, key) {
        if (key !== "query") return Reflect.get(target, key, target);
        return (query: string | { text: string }, ...rest: unknown[]) => {
          statements.push(typeof query === "string" ? query : query.text);
          return (target.query as (...all: unknown[]) => unknown)(query, ...rest);
        };
      },
    }) as Pool;
    const { ingest } = await startTestIngest(watched, { every: rarely });
    await ingest.checkSilence();
    expect(statements.filter((text) => text.includes("device_last_seen")).length).toBe(1);
    // Of any kind; a column is called readings_since.
    expect(statements.filter((text) => /\breadings_(?!since\b)/.test(text))).toEqual([]);
  });

  it("is noted each time by a device in its rhythm, and once for a burst", async () => {
    expect([seenStepMs(60_000), seenStepMs(600_000), seenStepMs(3_600_000)]).toEqual([
      15_000, 60_000, 60_000,
    ]);
    await addDevice(db.pool, "seen-burst");
    const base = Date.now() + 1000;
    const { ingest, publish } = await startTestIngest(db.pool, { every: { ...rarely, seen: 1 } });
    await publish("seen-burst", "telemetry", { flow: 1 }, { receivedAt: base });
    await expect.poll(() => seenAt("seen-burst")).toBe(base);
    await publish("seen-burst", "telemetry", { flow: 1 }, { receivedAt: base + 59_999 });
    expect(ingest.directory.find("seen-burst")!.notedAt).toBe(base);
    await publish("seen-burst", "telemetry", { flow: 1 }, { receivedAt: base + 60_000 });
    await expect.poll(() => seenAt("seen-burst")).toBe(base + 60_000);
  });

  it("never goes back", async () => {
    const { deviceNo } = await addDevice(db.pool, "seen-back");
    await recordLastSeen(db.pool, [{ deviceNo, at: 2000 }]);
    await recordLastSeen(db.pool, [{ deviceNo, at: 1000 }]);
    expect(await seenAt("seen-back")).toBe(2000);
  });
});
