import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Batch } from "../../ingest/batch.ts";
import { commitBatch, nothingCommitted } from "../../ingest/commit.ts";
import { Pipeline } from "../../ingest/pipeline.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";
import { losingPool } from "./losing-pool.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const start = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();

const rejectionsOf = async (id: string) =>
  (
    await db.pool.query(
      `select reason, partial, items, detail, topic, publisher, convert_from(payload, 'utf8') as payload
       from rejected_messages join devices using (device_no) where id = $1 order by rejection_no`,
      [id],
    )
  ).rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) }));

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
    expect(await rejectionsOf("merge-1")).toEqual([]);
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
    expect((await rejectionsOf("merge-2")).map(({ reason }) => reason)).toEqual(["empty"]);
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
    expect(await rejectionsOf("merge-3")).toEqual([
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

/** The values that an item may have: few, so that moments and values meet often. */
const item = fc.record(
  {
    minute: fc.nat({ max: 3 }),
    device: fc.nat({ max: 1 }),
    volume: fc.constantFrom(1, 2, 1.0001),
    flow: fc.constantFrom(0, 0.5),
    valve: fc.constantFrom("open", "closed"),
    note: fc.constantFrom("a", "b", 1),
    // Off the scale, and what a sensor sends in place of a value.
    pressure: fc.constantFrom(2, 12, 3276.7),
  },
  { requiredKeys: ["minute", "device"] },
);

describe("whatever becomes of the answers of commits", () => {
  let run = 0;
  it("values, ledger and rejections are those of a plain model", async () => {
    const fates = fc.infiniteStream(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant("answers" as const) },
        { weight: 1, arbitrary: fc.constant("is lost" as const) },
        { weight: 1, arbitrary: fc.constant("loses its answer" as const) },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(item, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
        fates,
        async (batches, fate) => {
          const ids = [0, 1].map((n) => `story-${run}-${n}`);
          run++;
          for (const id of ids) await addDevice(db.pool, id);
          const { ingest, ledger } = await startTestIngest(db.pool);
          const model = new Model();
          const breaking = losingPool(db.pool, () => fate.next().value);
          for (const items of batches) {
            const batch = new Batch();
            const pipeline = new Pipeline({
              directory: ingest.directory,
              sink: { open: batch, filled: () => {} },
            });
            for (const { minute, device, ...values } of items) {
              const id = ids[device]!;
              const payload = Buffer.from(JSON.stringify({ observedAt: at(minute), ...values }));
              const publisher = ingest.directory.find(id);
              const topic = `v1/devices/${id}/telemetry`;
              pipeline.accept(
                { publisher, channel: "telemetry", topic, payload, receivedAt: start },
                () => {},
              );
              model.take(id, minute, values);
            }
            await commitAtLast(breaking, batch);
          }
          for (const id of ids) {
            expect(await storedOf(id)).toEqual(model.stored(id));
            expect((await refusedOf(id)).sort()).toEqual(model.refused(id).sort());
            expect(await ledger(id)).toEqual(model.ledger(id));
          }
          await ingest.stop(1000);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("events, replies and foreign messages are recorded once, and events are told", async () => {
    await addDevice(db.pool, "once-1");
    const { ingest, ledger } = await startTestIngest(db.pool);
    const publisher = ingest.directory.find("once-1")!;
    for (const fate of [
      // Statement by statement: each loses its answer once.
      ["loses its answer", "answers", "answers"],
      ["loses its answer", "is lost", "answers", "answers"],
    ] as const) {
      let asked = 0;
      const breaking = losingPool(db.pool, () => fate[asked++ % fate.length]!);
      const batch = new Batch();
      const pipeline = new Pipeline({ directory: ingest.directory, sink: { open: batch, filled: () => {} } });
      const send = (channel: "events" | "replies" | undefined, value: unknown) =>
        pipeline.accept(
          {
            publisher,
            channel,
            topic: channel ? `v1/devices/once-1/${channel}` : "elsewhere",
            payload: Buffer.from(JSON.stringify(value)),
            receivedAt: start + fate.length,
          },
          () => {},
        );
      const observedAt = at(fate.length);
      send("events", { eventId: "e", type: "leak", observedAt, n: 1 });
      send("events", { eventId: "e", type: "leak", observedAt, n: 2 });
      send("replies", { commandId: "c", outcome: "done", observedAt, n: 1 });
      send("replies", { commandId: "c", outcome: "done", observedAt, n: 1 });
      send("events", { eventId: "e", type: "boiling", observedAt });
      send(undefined, { a: 1 });
      const done = await commitAtLast(breaking, batch);
      expect(done.events.map(({ data }) => data)).toEqual(['{"n":1}', '{"n":2}']);
    }
    const count = async (sql: string) =>
      (await db.pool.query(`${sql} join devices using (device_no) where id = 'once-1'`)).rows[0].n;
    expect(await count("select count(*)::int as n from events")).toBe(4);
    expect(await count("select count(*)::int as n from replies")).toBe(2);
    expect(await count("select sum(items)::int as n from rejected_messages")).toBe(4);
    expect(await ledger("once-1")).toEqual({ received: 12, stored: 6, duplicate: 2, rejected: 4 });
  });
});

async function commitAtLast(pool: Parameters<typeof commitBatch>[0], batch: Batch) {
  const done = nothingCommitted();
  const nameOf = (deviceNo: number) => `device ${deviceNo}`;
  for (let attempt = 0; attempt < 1000; attempt++) {
    try {
      await commitBatch(pool, batch, done, nameOf);
      return done;
    } catch (error) {
      expect(error).toMatchObject({ code: "ECONNRESET" });
    }
  }
  throw new Error("the batch was never committed");
}

async function storedOf(id: string): Promise<string[]> {
  const rows = await gasMeterRows(db.pool, id);
  return rows.map(({ observed_at, volume, flow, valve, pressure, extra }) =>
    JSON.stringify([observed_at.toISOString(), volume, flow, valve, pressure, extra?.note ?? null]),
  );
}

/** Each refused value by itself: reason, whether its item was counted as stored, moment, name, value. */
async function refusedOf(id: string): Promise<string[]> {
  return (await rejectionsOf(id)).flatMap(({ reason, partial, items, payload }) => {
    const list = [payload].flat();
    expect(list).toHaveLength(items);
    return list.flatMap(({ observedAt, ...values }) =>
      Object.entries(values).map(([name, value]) =>
        JSON.stringify([reason, partial, observedAt, name, value]),
      ),
    );
  });
}

type Values = Record<string, unknown>;

/** What has to become of readings, in plain words and in memory. */
class Model {
  private readonly moments = new Map<string, Map<number, Values>>();
  private readonly values = new Map<string, string[]>();
  private readonly counts = new Map<
    string,
    { received: number; stored: number; duplicate: number; rejected: number }
  >();

  take(id: string, minute: number, given: Values): void {
    const counts = this.ledger(id);
    this.counts.set(id, counts);
    counts.received++;
    const { pressure, ...others } = given;
    const good: Values = pressure === 2 ? given : others;
    const aside = pressure === 12 ? "off_scale" : pressure === 3276.7 ? "sensor_fault" : undefined;
    if (!Object.keys(good).some((key) => key !== "note")) {
      counts.rejected++;
      if (Object.keys(given).length === 0) this.refuse(id, "empty", false, minute, {});
      else this.refuse(id, aside ?? "no_quantity", false, minute, given);
      return;
    }
    if (aside) this.refuse(id, aside, true, minute, { pressure });
    const there = this.momentsOf(id).get(minute);
    if (!there) {
      this.momentsOf(id).set(minute, { ...good });
      counts.stored++;
      return;
    }
    const refused: Values = {};
    let kept = false;
    for (const [name, value] of Object.entries(good)) {
      if (!(name in there)) {
        there[name] = value;
        kept = true;
      } else if (asKept(name, there[name]) !== asKept(name, value)) refused[name] = value;
    }
    const isRefused = Object.keys(refused).length > 0;
    if (kept) counts.stored++;
    else if (isRefused) counts.rejected++;
    else counts.duplicate++;
    if (isRefused) this.refuse(id, "conflict", kept, minute, kept ? refused : good);
  }

  private momentsOf(id: string) {
    const moments = this.moments.get(id) ?? new Map<number, Values>();
    this.moments.set(id, moments);
    return moments;
  }

  private refuse(id: string, reason: string, partial: boolean, minute: number, values: Values): void {
    const list = this.values.get(id) ?? [];
    this.values.set(id, list);
    for (const [name, value] of Object.entries(values)) {
      const said = reason === "conflict" ? asKept(name, value) : value;
      list.push(JSON.stringify([reason, partial, at(minute), name, said]));
    }
  }

  stored(id: string): string[] {
    return [...this.momentsOf(id)]
      .sort(([a], [b]) => a - b)
      .map(([minute, { volume, flow, valve, pressure, note }]) =>
        JSON.stringify([
          at(minute),
          asKept("volume", volume) ?? null,
          flow ?? null,
          valve ?? null,
          pressure ?? null,
          note ?? null,
        ]),
      );
  }

  refused = (id: string): string[] => this.values.get(id) ?? [];

  ledger(id: string) {
    return this.counts.get(id) ?? { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  }
}

/** A register keeps litres. */
const asKept = (name: string, value: unknown) => (name === "volume" && value === 1.0001 ? 1 : value);
