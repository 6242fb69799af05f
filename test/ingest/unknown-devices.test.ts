import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { catalog as allKinds } from "../../devices/catalog.ts";
import { identityOf } from "../../devices/identities.ts";
import type { Kind } from "../../devices/kind.ts";
import type { DoorDecoder } from "../../exchange/door.ts";
import { decodeJson } from "../../exchange/own-json.ts";
import { PLATFORM_ACTOR } from "../../store/audit/audit.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { listUnknown } from "../../store/ledger/unknown-devices.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, rejectionsOf, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await addDevice(db.pool, "any");
});
afterAll(() => db.drop());

/** A door whose stations send readings in JSON. */
const decoder: DoorDecoder = {
  decode(message, maxBytes) {
    const decoded = decodeJson(message.raw, maxBytes);
    return "reason" in decoded ? decoded : { ...message, channel: "telemetry", ...decoded };
  },
};
const decoders = new Map([["stations", decoder]]);

/** Gas meters that have an MN as well, so that what they send is short. */
const catalog = allKinds.map(
  (kind): Kind => (kind.kind === "gas-meter" ? { ...kind, identities: ["mn"] } : kind),
);

const NEVER = 3_600_000;
const start = (every: { unknown?: number; follow?: number } = {}) =>
  startTestIngest(db.pool, { catalog, decoders, every: { unknown: NEVER, follow: NEVER, ...every } });

const BEGIN = Date.now() - 3_600_000;
const at = (i: number) => new Date(BEGIN + i * 1000).toISOString();
const message = (
  mn: string,
  i: number,
  raw: unknown = { observedAt: at(i), volume: i },
  address = "10.0.0.1",
) => ({
  identity: identityOf("mn", mn)!,
  door: "stations",
  context: `packet ${i}`,
  raw: Buffer.isBuffer(raw) ? raw : Buffer.from(JSON.stringify(raw)),
  receivedAt: BEGIN + i * 1000,
  address,
});
const onRecord = async (value: string) =>
  (await listUnknown(db.pool, { identity: { scheme: "mn", value } }, NO_LIMITS, { limit: 10 })).items;

/** As `POST /v1/devices` does, at the process whose ingest is given. */
async function register(id: string, mn: string) {
  const { deviceNo } = await addDevice(db.pool, id);
  await db.pool.query("insert into device_identities values ('mn', $2, $1)", [deviceNo, mn]);
  return deviceNo;
}
const volumesOf = async (id: string) => (await gasMeterRows(db.pool, id)).map(({ volume }) => volume);

describe("a device that nobody has registered", () => {
  it("is on record with what it sends, and becomes a device with all that has waited", async () => {
    const { ingest, ledger } = await start();
    for (let i = 0; i < 3; i++) ingest.noteUnknown(message("WAIT-1", i));
    await ingest.recordUnknown();
    ingest.noteUnknown(message("WAIT-1", 3, { observedAt: at(3), volume: 3 }, "10.0.0.2"));
    await ingest.recordUnknown();
    expect(await onRecord("WAIT-1")).toEqual([
      {
        scheme: "mn",
        value: "WAIT-1",
        door: "stations",
        address: "10.0.0.2",
        firstSeenAt: new Date(BEGIN),
        lastSeenAt: new Date(BEGIN + 3000),
        messages: 4,
        waiting: 4,
        sample: message("WAIT-1", 3).raw,
      },
    ]);
    const deviceNo = await register("wait-1", "WAIT-1");
    expect(await ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).toEqual({
      stored: 4,
      duplicate: 0,
      rejected: 0,
    });
    expect(await volumesOf("wait-1")).toEqual([0, 1, 2, 3]);
    expect(await ledger("wait-1")).toEqual({ received: 4, stored: 4, duplicate: 0, rejected: 0 });
    expect(await onRecord("WAIT-1")).toEqual([]);
    expect(await ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).toEqual({
      stored: 0,
      duplicate: 0,
      rejected: 0,
    });
  });

  it("leaves on record what is refused when it is taken in, with its bytes", async () => {
    const { ingest, ledger } = await start();
    ingest.noteUnknown(message("WAIT-2", 0, Buffer.from("not json")));
    ingest.noteUnknown(message("WAIT-2", 1));
    ingest.noteUnknown(message("WAIT-2", 1));
    await ingest.recordUnknown();
    const deviceNo = await register("wait-2", "WAIT-2");
    expect(await ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).toEqual({
      stored: 1,
      duplicate: 1,
      rejected: 1,
    });
    const { rows } = await db.pool.query(
      "select reason, detail, door, topic, payload, replay_outcome from rejected_messages where device_no = $1 and replay_outcome = 'rejected'",
      [deviceNo],
    );
    expect(rows).toEqual([
      {
        reason: "unknown_device",
        detail: "it came before a device with mn WAIT-2 was registered",
        door: "stations",
        topic: "packet 0",
        payload: Buffer.from("not json"),
        replay_outcome: "rejected",
      },
    ]);
    expect(await ledger("wait-2")).toEqual({ received: 3, stored: 1, duplicate: 1, rejected: 1 });
  });

  it("keeps its newest messages alone, within a number and a size, and counts all", async () => {
    const { ingest } = await start();
    for (let i = 0; i < 10; i++) ingest.noteUnknown(message("MANY", i));
    await ingest.recordUnknown();
    for (let i = 10; i < 40; i++) ingest.noteUnknown(message("MANY", i));
    await ingest.recordUnknown();
    const big = (i: number) => ({ observedAt: at(i), volume: i, note: "x".repeat(6000) });
    for (let i = 0; i < 2; i++) ingest.noteUnknown(message("BIG", i, big(i)));
    await ingest.recordUnknown();
    for (let i = 2; i < 4; i++) ingest.noteUnknown(message("BIG", i, big(i)));
    ingest.noteUnknown(message("BIG", 4, Buffer.alloc(20_000)));
    await ingest.recordUnknown();
    expect(await onRecord("MANY")).toMatchObject([{ messages: 40, waiting: 16 }]);
    expect(await onRecord("BIG")).toMatchObject([{ messages: 5, waiting: 2 }]);
    await ingest.takeWaiting(await register("many", "MANY"), PLATFORM_ACTOR);
    await ingest.takeWaiting(await register("big", "BIG"), PLATFORM_ACTOR);
    expect(await volumesOf("many")).toEqual(Array.from({ length: 16 }, (_, i) => 24 + i));
    expect(await volumesOf("big")).toEqual([2, 3]);
  });

  it("costs one turn no more than its share when identities are made up, also in memory", async () => {
    const { ingest, logged } = await start();
    for (let i = 0; i < 500; i++) ingest.noteUnknown(message(`FAKE-${i}`, i, {}, "203.0.113.7"));
    ingest.noteUnknown(message("HONEST", 1));
    await ingest.recordUnknown();
    const { items } = await listUnknown(db.pool, {}, NO_LIMITS, { limit: 1000 });
    expect(items.filter(({ value }) => value.startsWith("FAKE"))).toHaveLength(100);
    expect(await onRecord("HONEST")).toHaveLength(1);
    expect(logged).toContainEqual(expect.objectContaining({ level: "warn", address: "203.0.113.7" }));
    for (let i = 0; i < 3000; i++) ingest.noteUnknown(message(`SPREAD-${i}`, i, {}, `198.51.${i % 200}.1`));
    await ingest.recordUnknown();
    const { rows } = await db.pool.query(
      "select count(*)::int as n from unknown_devices where value like 'SPREAD%'",
    );
    expect(rows).toEqual([{ n: 1000 }]);
  });

  it("is noted however many made-up ones come from few places: theirs give way", async () => {
    const { ingest } = await start();
    for (let i = 0; i < 3000; i++) ingest.noteUnknown(message(`WIDE-${i}`, i, {}, `198.51.100.${i % 200}`));
    ingest.noteUnknown(message("TRUE-1", 1));
    // One subscriber has all of a /64, and one attacker may have a /48.
    for (let i = 0; i < 500; i++) ingest.noteUnknown(message(`NET64-${i}`, i, {}, `2001:db8:1:1::${i}`));
    for (let i = 0; i < 3000; i++)
      ingest.noteUnknown(message(`NET48-${i}`, i, {}, `2001:db8:2:${(i % 1500).toString(16)}::1`));
    ingest.noteUnknown(message("TRUE-2", 1, {}, "2001:db8:3::1"));
    await ingest.recordUnknown();
    const { rows } = await db.pool.query<{ name: string; n: number }>(
      "select split_part(value, '-', 1) as name, count(*)::int as n from unknown_devices where value ~ '^(WIDE|NET|TRUE)' group by 1",
    );
    const counted = Object.fromEntries(rows.map(({ name, n }) => [name, n]));
    expect(counted).toMatchObject({ TRUE: 2 });
    expect(counted.NET64).toBeLessThanOrEqual(100);
    expect(rows.reduce((sum, { n }) => sum + n, 0)).toBe(1000);
  });

  it("gives a device that was moved nothing from before: its former owner has never had the station", async () => {
    const { ingest } = await start();
    const deviceNo = await register("moved", "MOVED");
    await db.pool.query("delete from device_identities where device_no = $1", [deviceNo]);
    await ingest.directory.refresh("moved");
    for (const i of [0, 1, 10, 11]) ingest.noteUnknown(message("MOVED", i));
    await ingest.recordUnknown();
    await db.pool.query("update devices set region_code = '520326001' where device_no = $1", [deviceNo]);
    await db.pool.query(
      `with d as (update devices set placed_since = $2 where device_no = $1 returning device_no)
       update former_places f set until_at = $2 from d where f.device_no = d.device_no`,
      [deviceNo, at(5)],
    );
    await db.pool.query("insert into device_identities values ('mn', 'MOVED', $1)", [deviceNo]);
    await ingest.directory.refresh("moved");
    expect(await ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).toEqual({
      stored: 2,
      duplicate: 0,
      rejected: 0,
    });
    expect(await volumesOf("moved")).toEqual([10, 11]);
    expect(await onRecord("MOVED")).toEqual([]);
    expect(await rejectionsOf(db.pool, "moved")).toHaveLength(2);
  });

  it("is none whose kind has no identities of that scheme, though an older version gave it one", async () => {
    const { ingest, logged } = await start();
    const { deviceNo } = await addDevice(db.pool, "loud", { kind: "speaker" });
    await db.pool.query("insert into device_identities values ('mn', 'LOUD', $1)", [deviceNo]);
    await ingest.directory.refresh("loud");
    expect(ingest.directory.identities.find({ scheme: "mn", value: "LOUD" })).toBeUndefined();
    expect(await ingest.directory.identities.lookUp({ scheme: "mn", value: "LOUD" })).toBeUndefined();
    ingest.noteUnknown(message("LOUD", 0));
    await ingest.recordUnknown();
    expect(await ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).toMatchObject({ stored: 0, rejected: 0 });
    expect(await onRecord("LOUD")).toHaveLength(1);
    expect(logged).toContainEqual(expect.objectContaining({ level: "warn", deviceId: "loud" }));
  });

  it("is recorded at the next turn where the database was away, with what has come meanwhile", async () => {
    const { ingest } = await start();
    ingest.noteUnknown(message("AWAY", 0));
    const connect = vi.spyOn(db.pool, "connect").mockImplementationOnce((async () => {
      throw Object.assign(new Error("away"), { code: "57P01" });
    }) as never);
    await expect(ingest.recordUnknown()).rejects.toThrow("away");
    connect.mockRestore();
    ingest.noteUnknown(message("AWAY", 1));
    await ingest.recordUnknown();
    await ingest.recordUnknown();
    expect(await onRecord("AWAY")).toMatchObject([{ messages: 2, waiting: 2 }]);
  });

  it("gets what has waited at the next turn where it could not be taken in when it was registered", async () => {
    const { ingest } = await start();
    ingest.noteUnknown(message("LATE", 0));
    await ingest.recordUnknown();
    const deviceNo = await register("late", "LATE");
    const connect = vi.spyOn(db.pool, "connect").mockImplementationOnce((async () => {
      throw Object.assign(new Error("away"), { code: "57P01" });
    }) as never);
    await expect(ingest.takeWaiting(deviceNo, PLATFORM_ACTOR)).rejects.toThrow("away");
    connect.mockRestore();
    await ingest.recordUnknown();
    expect(await volumesOf("late")).toEqual([0]);
  });

  it("gets what has waited for itself, and the number of these alone", async () => {
    const { ingest } = await start();
    ingest.noteUnknown(message("MINE", 0));
    ingest.noteUnknown(message("OTHER", 1));
    await ingest.recordUnknown();
    await register("other", "OTHER");
    const taken = await ingest.takeWaiting(await register("mine", "MINE"), PLATFORM_ACTOR);
    expect(taken).toEqual({ stored: 1, duplicate: 0, rejected: 0 });
    expect(await volumesOf("mine")).toEqual([0]);
    expect(await onRecord("OTHER")).toHaveLength(1);
  });

  it("is recorded once more when the process stops", async () => {
    const { ingest } = await start();
    ingest.noteUnknown(message("STOP", 0));
    await ingest.stop(20_000);
    expect(await onRecord("STOP")).toMatchObject([{ messages: 1, waiting: 1 }]);
  });
});

it("what the database refuses for good does not hold up what comes later", async () => {
  const { ingest } = await start();
  ingest.noteUnknown({ ...message("REFUSED", 0), identity: { scheme: "mn", value: "a\0b" } });
  await expect(ingest.recordUnknown()).rejects.toThrow();
  ingest.noteUnknown(message("AFTER", 0));
  await ingest.recordUnknown();
  expect(await onRecord("AFTER")).toHaveLength(1);
});

describe("several processes", () => {
  it("take in what another one still had in memory when the device was registered, each message once", async () => {
    const [a, b] = [await start(), await start()];
    a.ingest.noteUnknown(message("BOTH", 0));
    b.ingest.noteUnknown(message("BOTH", 1));
    await a.ingest.recordUnknown();
    const deviceNo = await register("both", "BOTH");
    await a.ingest.directory.refresh("both");
    await a.ingest.takeWaiting(deviceNo, PLATFORM_ACTOR);
    expect(await volumesOf("both")).toEqual([0]);
    await b.ingest.recordUnknown();
    expect(await volumesOf("both")).toEqual([0, 1]);
    expect(await onRecord("BOTH")).toEqual([]);
    expect(await a.ledger("both")).toEqual({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
  });

  it("take it in for the device that has the id now, also where a process knows the one that had it before", async () => {
    await addDevice(db.pool, "again");
    const a = await start();
    a.ingest.noteUnknown(message("AGAIN", 0));
    await db.pool.query("update devices set deleted_at = now(), updated_at = now() where id = 'again'");
    const deviceNo = await register("again", "AGAIN");
    await a.ingest.recordUnknown();
    const { rows } = await db.pool.query(
      "select device_no from readings_gas_meter join devices using (device_no) where id = 'again'",
    );
    expect(rows).toEqual([{ device_no: deviceNo }]);
  });

  it("take in what was left when a process ended between the registration and the messages", async () => {
    const a = await start();
    a.ingest.noteUnknown(message("LEFT", 0));
    await a.ingest.recordUnknown();
    await register("left", "LEFT");
    await start({ unknown: 5 });
    await vi.waitFor(async () => expect(await volumesOf("left")).toEqual([0]), { timeout: 20_000 });
    expect(await rejectionsOf(db.pool, "left")).toHaveLength(1);
  });

  it("record the same devices at once without waiting for each other for ever", async () => {
    const all = await Promise.all([start(), start(), start()]);
    for (const [n, { ingest }] of all.entries())
      for (let i = 0; i < 60; i++) {
        const mn = `SAME-${n % 2 ? i : 59 - i}`;
        ingest.noteUnknown(message(mn, i));
      }
    await Promise.all(all.map(({ ingest }) => ingest.recordUnknown()));
    const { rows } = await db.pool.query(
      "select count(*)::int as devices, sum(messages)::int as messages from unknown_devices where value like 'SAME%'",
    );
    expect(rows).toEqual([{ devices: 60, messages: 180 }]);
  });
});
