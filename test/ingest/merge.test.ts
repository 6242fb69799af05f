import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, rejectionsOf, startTestIngest } from "../helpers/ingest.ts";
import { watchAnswers } from "../helpers/long-answers.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const start = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();

const alarmsOf = async (id: string) =>
  (
    await db.pool.query(
      "select rule, value from alarms join devices using (device_no) where id = $1 and cleared_at is null order by rule",
      [id],
    )
  ).rows;

describe("readings of one moment", () => {
  it("are merged, within a batch and over batches, keys of extra included", async () => {
    await addDevice(db.pool, "merge-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("merge-1", "telemetry", [
      { observedAt, volume: 7.25, note: "a" },
      { observedAt, flow: 0.5 },
      { observedAt, valve: "open", serial: [1] },
    ]);
    await publish("merge-1", "telemetry", { observedAt, battery: 3.5, flow: 0.5, note: "a", other: null });
    expect(await gasMeterRows(db.pool, "merge-1")).toMatchObject([
      {
        observed_at: new Date(observedAt),
        volume: 7.25,
        flow: 0.5,
        valve: "open",
        battery: 3.5,
        pressure: null,
        extra: { note: "a", serial: [1], other: null },
      },
    ]);
    expect(await ledger("merge-1")).toEqual({ received: 4, stored: 4, duplicate: 0, rejected: 0 });
    expect(await rejectionsOf(db.pool, "merge-1")).toEqual([]);
  });

  it("are decided one after the other, also where two processes bring them at once", async () => {
    await addDevice(db.pool, "merge-two");
    const [first, second] = [await startTestIngest(db.pool), await startTestIngest(db.pool)];
    const minutes = Array.from({ length: 20 }, (_, minute) => minute);
    const all = (by: typeof first, values: object) =>
      Promise.all(
        minutes.map((minute) => by.publish("merge-two", "telemetry", { observedAt: at(minute), ...values })),
      );
    await all(first, { volume: 7 });
    await Promise.all([all(first, { flow: 1 }), all(second, { flow: 2 })]);
    const stored = (await gasMeterRows(db.pool, "merge-two")).map(({ flow }) => flow);
    const refused = (await rejectionsOf(db.pool, "merge-two")).flatMap(({ reason, payload }) =>
      [payload].flat().map(({ flow }) => [reason, flow]),
    );
    // What the one has kept is the other's conflict.
    expect(refused.toSorted()).toEqual(stored.map((flow) => ["conflict", 3 - flow]).toSorted());
    expect(await first.ledger("merge-two")).toEqual({ received: 60, stored: 40, duplicate: 0, rejected: 20 });
  });

  it("are duplicates where they say the same as the column keeps it, whatever the digits", async () => {
    await addDevice(db.pool, "merge-2");
    const { publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("merge-2", "telemetry", {
      observedAt,
      volume: 1.0004,
      temperature: 21.04,
      a: { x: 1, y: 2 },
    });
    await publish("merge-2", "telemetry", [
      { observedAt, volume: 0.9996 },
      { observedAt, temperature: 21, a: { y: 2.0, x: 1 } },
      { observedAt },
    ]);
    // Without a quantity it is no reading, so nothing of it is compared.
    expect((await rejectionsOf(db.pool, "merge-2")).map(({ reason }) => reason)).toEqual(["empty"]);
    expect(await ledger("merge-2")).toEqual({ received: 4, stored: 1, duplicate: 2, rejected: 1 });
  });

  it("with another value stand as they came first, and the second is on record as a conflict", async () => {
    const gateway = await addDevice(db.pool, "gw-merge", { kind: "lora-gateway" });
    await addDevice(db.pool, "merge-3", { gatewayNo: gateway.deviceNo });
    const { publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("merge-3", "telemetry", { observedAt, volume: 1, serial: 1724442618569203714n.toString() });
    await publish("merge-3", "telemetry", [
      { observedAt, volume: 2 },
      { observedAt, volume: 3, flow: 1 },
      { observedAt, volume: 4, flow: 2, pressure: 2 },
    ]);
    await publish("gw-merge", "gateway-telemetry", { "merge-3": { observedAt, volume: 5, note: "x" } });
    expect(await gasMeterRows(db.pool, "merge-3")).toMatchObject([
      { volume: 1, flow: 1, pressure: 2, extra: { note: "x" } },
    ]);
    const topic = "v1/devices/merge-3/telemetry";
    expect(await rejectionsOf(db.pool, "merge-3")).toEqual([
      {
        reason: "conflict",
        partial: false,
        items: 1,
        detail: `volume: another value is stored for ${observedAt}`,
        topic,
        publisher: "merge-3",
        payload: { observedAt, volume: 2 },
      },
      {
        reason: "conflict",
        partial: true,
        items: 2,
        detail: `volume: another value is stored for ${observedAt} (the first of 2 items)`,
        topic,
        publisher: "merge-3",
        payload: [
          { observedAt, volume: 3 },
          { observedAt, volume: 4, flow: 2 },
        ],
      },
      {
        reason: "conflict",
        partial: true,
        items: 1,
        detail: `volume: another value is stored for ${observedAt}`,
        topic: "v1/gateways/gw-merge/telemetry",
        publisher: "gw-merge",
        payload: { "merge-3": { observedAt, volume: 5 } },
      },
    ]);
    expect(await ledger("merge-3")).toEqual({ received: 5, stored: 4, duplicate: 0, rejected: 1 });
  });

  it("tell 19 digits apart, and keep them", async () => {
    await addDevice(db.pool, "merge-4");
    const { publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    const send = (serial: string) =>
      publish("merge-4", "telemetry", `{"observedAt":"${observedAt}","volume":1,"serial":${serial}}`);
    await send("1724442618569203714");
    await send("1724442618569203714");
    await send("1724442618569203715");
    const { rows } = await db.pool.query(
      `select r.extra::text as extra, convert_from(m.payload, 'utf8') as payload from readings_gas_meter r
       join devices using (device_no) join rejected_messages m using (device_no) where id = 'merge-4'`,
    );
    expect(rows).toEqual([
      {
        extra: '{"serial": 1724442618569203714}',
        payload: `{"observedAt":"${observedAt}","serial":1724442618569203715,"volume":1}`,
      },
    ]);
    expect(await ledger("merge-4")).toEqual({ received: 3, stored: 1, duplicate: 1, rejected: 1 });
  });

  it("are told of live without what was refused", async () => {
    await addDevice(db.pool, "merge-5");
    const told: unknown[] = [];
    const { publish } = await startTestIngest(db.pool, {
      wantsLive: () => true,
      onCommitted: (_, live) => told.push(...live.map(({ values }) => values)),
    });
    const observedAt = at(1);
    await publish("merge-5", "telemetry", { observedAt, volume: 1 });
    await publish("merge-5", "telemetry", { observedAt, volume: 2 });
    await publish("merge-5", "telemetry", { observedAt, volume: 2, flow: 1 });
    expect(told).toEqual([{ volume: 1 }, { flow: 1 }]);
  });
});

describe("alarms", () => {
  it("look at what was kept and at repetitions, never at a conflict", async () => {
    await addDevice(db.pool, "look-1");
    const first = await startTestIngest(db.pool);
    await first.publish("look-1", "telemetry", { observedAt: at(1), pressure: 2 });
    await first.publish("look-1", "telemetry", { observedAt: at(1), pressure: 4.5 });
    expect(await alarmsOf("look-1")).toEqual([]);
    // Nor does a healthy value end an alarm that stands on the stored one.
    await first.publish("look-1", "telemetry", { observedAt: at(2), pressure: 4.6 });
    await first.publish("look-1", "telemetry", { observedAt: at(2), pressure: 2, battery: 3 });
    expect(await alarmsOf("look-1")).toEqual([
      { rule: "battery_low", value: 3 },
      { rule: "pressure_high", value: 4.6 },
    ]);
    // A kill between the commit and the alarm: the message comes again, and is a duplicate.
    await first.ingest.stop(1000);
    await db.pool.query(
      "delete from alarms where device_no = (select device_no from devices where id = 'look-1')",
    );
    const second = await startTestIngest(db.pool);
    await second.publish("look-1", "telemetry", { observedAt: at(2), pressure: 4.6 });
    expect(await alarmsOf("look-1")).toEqual([{ rule: "pressure_high", value: 4.6 }]);
    expect(await second.ledger("look-1")).toEqual({ received: 5, stored: 3, duplicate: 1, rejected: 1 });
  });

  it("are cleared by a reading that came before the one that raised them was looked at", async () => {
    await addDevice(db.pool, "look-2");
    const { publish, committed } = await startTestIngest(db.pool);
    await Promise.all([
      publish("look-2", "telemetry", { observedAt: at(1), pressure: 4.5 }),
      publish("look-2", "telemetry", { observedAt: at(2), pressure: 2 }),
    ]);
    expect(await alarmsOf("look-2")).toEqual([]);
    expect(committed.flatMap(({ alarms }) => alarms.map(({ action }) => action))).toEqual(["raise", "clear"]);
  });
});

describe("keys of one moment that its kind does not know", () => {
  const text = (length: number) => "x".repeat(length);

  it("are taken until there are 1.25 MiB of them, and refused from then on, message by message", async () => {
    await addDevice(db.pool, "merge-full");
    const { publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    for (const n of [1, 2, 3, 4, 5, 6])
      await publish("merge-full", "telemetry", { observedAt, volume: 1, [`x${n}`]: text(250_000) });
    await publish("merge-full", "telemetry", { observedAt, volume: 1, y: 1, flow: 2, x1: "z" });
    const [row] = await gasMeterRows(db.pool, "merge-full");
    expect(row).toMatchObject({ volume: 1, flow: 2 });
    expect(Object.keys(row!.extra).toSorted()).toEqual(["x1", "x2", "x3", "x4", "x5", "y"]);
    expect(await rejectionsOf(db.pool, "merge-full")).toMatchObject([
      {
        reason: "conflict",
        partial: false,
        detail: `x6: another value is stored for ${observedAt}, or 1310720 characters beside the kind's quantities`,
        payload: { observedAt, volume: 1, x6: text(250_000) },
      },
      {
        partial: true,
        detail: `x1: another value is stored for ${observedAt}`,
        payload: { observedAt, x1: "z" },
      },
    ]);
    expect(await ledger("merge-full")).toEqual({ received: 7, stored: 6, duplicate: 0, rejected: 1 });
  });

  it("are counted as the database writes their numbers, also where they come in one message", async () => {
    await addDevice(db.pool, "merge-wide");
    const { publish, ledger } = await startTestIngest(db.pool);
    const items = Array.from({ length: 40 }, (_, n) => ({
      observedAt: at(1),
      volume: 1,
      [`x${n}`]: Array(300).fill(1e300),
    }));
    await publish("merge-wide", "telemetry", items);
    const { rows } = await db.pool.query(
      "select length(extra::text) as length from readings_gas_meter join devices using (device_no) where id = 'merge-wide'",
    );
    expect(rows[0].length).toBeGreaterThan(1_200_000);
    expect(rows[0].length).toBeLessThan(1_350_000);
    const { stored, rejected } = await ledger("merge-wide");
    expect([stored, rejected]).toEqual([14, 26]);
  });

  it("are compared a few at a time where they are long, each with its own", async () => {
    await addDevice(db.pool, "merge-long");
    const minutes = Array.from({ length: 40 }, (_, minute) => minute);
    const sent = (minute: number) => ({
      observedAt: at(minute),
      volume: minute,
      x: text(minute % 3 === 0 ? 9 : 9000) + minute,
    });
    const first = await startTestIngest(db.pool);
    await first.publish("merge-long", "telemetry", minutes.map(sent));
    const { pool, seen } = watchAnswers(db.pool);
    const { publish, ledger } = await startTestIngest(pool);
    // All again, every fourth with something new, every fifth with something else.
    const again = minutes.map((minute) => ({
      ...sent(minute),
      ...(minute % 4 === 0 ? { flow: 1 } : {}),
      ...(minute % 5 === 0 ? { x: "else" } : {}),
    }));
    await publish("merge-long", "telemetry", again);
    // 26 are long.
    expect(seen.longest).toBeGreaterThan(16 * 9000);
    expect(seen.longest).toBeLessThan(17 * 9000);
    const rows = await gasMeterRows(db.pool, "merge-long");
    expect(rows.map(({ flow, extra }) => [flow, extra.x])).toEqual(
      minutes.map((minute) => [minute % 4 === 0 ? 1 : null, sent(minute).x]),
    );
    const refused = (await rejectionsOf(db.pool, "merge-long")).flatMap(({ partial, payload }) =>
      [payload].flat().map((item) => [partial, item.observedAt, item.x]),
    );
    const expected = minutes
      .filter((minute) => minute % 5 === 0)
      .map((minute) => [minute % 4 === 0, at(minute), "else"]);
    // In the order in which they came, those of which something was kept apart.
    expect(refused).toEqual([
      ...expected.filter(([partial]) => partial),
      ...expected.filter(([partial]) => !partial),
    ]);
    expect(await ledger("merge-long")).toEqual({ received: 80, stored: 50, duplicate: 24, rejected: 6 });
  });
});
