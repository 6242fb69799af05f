import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Batch } from "../../ingest/batch.ts";
import { commitBatch, nothingCommitted } from "../../ingest/commit.ts";
import { Pipeline } from "../../ingest/pipeline.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import {
  addDevice,
  gasMeterRows,
  rejectionsOf,
  startTestIngest,
  takeIn,
  withConstraint,
} from "../helpers/ingest.ts";
import { losingPool } from "./losing-pool.ts";
import { ReadingsModel } from "./readings-model.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const start = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(start + minute * 60_000).toISOString();

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
          const model = new ReadingsModel(at);
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
              const context = `v1/devices/${id}/telemetry`;
              takeIn(
                pipeline,
                { device: publisher, channel: "telemetry", context, raw: payload, receivedAt: start },
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

  it("lanes of processes that ended long ago are forgotten at a start, others are not", async () => {
    const [old, recent] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
    await db.pool.query(
      `insert into ingest_lanes (writer, lane, part, updated_at)
       values ($1, 0, 7, now() - interval '31 days'), ($2, 0, 7, now() - interval '29 days')`,
      [old, recent],
    );
    await db.pool.query(
      "insert into ingest_met (writer, lane, part, rows) values ($1, 0, 7, '{1}'), ($2, 0, 7, '{1}')",
      [old, recent],
    );
    await startTestIngest(db.pool);
    for (const table of ["ingest_lanes", "ingest_met"]) {
      const { rows } = await db.pool.query(`select writer from ${table} where writer = any ($1::uuid[])`, [
        [old, recent],
      ]);
      expect(rows, table).toEqual([{ writer: recent }]);
    }
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
        takeIn(
          pipeline,
          {
            device: publisher,
            channel,
            context: channel ? `v1/devices/once-1/${channel}` : "elsewhere",
            raw: Buffer.from(JSON.stringify(value)),
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

  it("events among which some are refused, and some meet others, are counted once", async () => {
    await addDevice(db.pool, "once-2");
    const { ingest, ledger } = await startTestIngest(db.pool);
    const publisher = ingest.directory.find("once-2")!;
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const breaking = losingPool(db.pool, () =>
      random() < 0.6 ? "answers" : random() < 0.5 ? "is lost" : "loses its answer",
    );
    const batch = new Batch();
    const pipeline = new Pipeline({ directory: ingest.directory, sink: { open: batch, filled: () => {} } });
    // Each fourth is refused, and each fifth is the one before it again.
    const events = Array.from({ length: 40 }, (_, n) => ({
      eventId: `${n % 4 === 2 ? "bad" : "good"}-${n % 5 === 4 ? n - 1 : n}`,
      type: "leak",
      observedAt: at(n % 5 === 4 ? n - 1 : n),
    }));
    const raw = Buffer.from(JSON.stringify(events));
    const context = "v1/devices/once-2/events";
    takeIn(pipeline, { device: publisher, channel: "events", context, raw, receivedAt: start }, () => {});
    await withConstraint(db.pool, "events", "event_id not like 'bad-%'", async () => {
      await commitAtLast(breaking, batch);
    });
    const good = events.map(({ eventId }) => eventId).filter((id) => id.startsWith("good"));
    const { rows } = await db.pool.query(
      "select event_id as id from events join devices using (device_no) where id = 'once-2' order by observed_at",
    );
    expect(rows.map(({ id }) => id)).toEqual([...new Set(good)]);
    const rejected = events.length - good.length;
    expect((await rejectionsOf(db.pool, "once-2")).map(({ reason }) => reason)).toEqual(
      Array(rejected).fill("store_refused"),
    );
    const stored = rows.length;
    expect(await ledger("once-2")).toEqual({
      received: events.length,
      stored,
      duplicate: good.length - stored,
      rejected,
    });
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
  return (await rejectionsOf(db.pool, id)).flatMap(({ reason, partial, items, payload }) => {
    const list = [payload].flat();
    expect(list).toHaveLength(items);
    return list.flatMap(({ observedAt, ...values }) =>
      Object.entries(values).map(([name, value]) =>
        JSON.stringify([reason, partial, observedAt, name, value]),
      ),
    );
  });
}
