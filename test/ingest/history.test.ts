import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { readiness } from "../../app/readiness.ts";
import { createLogger } from "../../base/log.ts";
import type { Batch } from "../../ingest/batch.ts";
import { HistoryCommitter } from "../../ingest/history.ts";
import { CHUNK_MS, chunkOf } from "../../store/database/chunks.ts";
import type { Pool } from "../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, emptyRejection, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";

const DAY_MS = 86_400_000;

/** Columns are buffers. */
const asText = (_key: string, value: unknown) =>
  (value as { type?: string })?.type === "Buffer"
    ? Buffer.from((value as { data: number[] }).data).toString("latin1")
    : value;

/** A door that statements wait at until it is opened. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("batches of past days", () => {
  /** A committer, and a database that answers each chunk's batch when its gate is opened. */
  function createHistory({ maxItems = 100, maxInFlight = 2 } = {}) {
    const asked: string[] = [];
    const gates = new Map<string, ReturnType<typeof gate>>();
    const query = async (...given: unknown[]) => {
      const publisher = /chunk \d+/.exec(JSON.stringify(given, asText))![0];
      asked.push(publisher);
      await gates.get(publisher)?.opened;
      return { rows: [] };
    };
    const history = new HistoryCommitter({
      pool: { query } as unknown as Pool,
      log: createLogger("silent"),
      maxItems,
      lingerMs: 0,
      maxInFlight,
      nameOf: String,
      onCommitted: () => {},
    });
    const settled: string[] = [];
    /** Puts an item for a chunk, by its number, into its batch. */
    const put = (chunk: number, name: string): Batch => {
      const batch = history.batchOf(chunk * CHUNK_MS + 5);
      batch.items++;
      batch.rejections.push(emptyRejection(`chunk ${chunk}`));
      batch.waiting.push(() => settled.push(name));
      history.filled();
      return batch;
    };
    const hold = (chunk: number) => {
      const made = gate();
      gates.set(`chunk ${chunk}`, made);
      return made;
    };
    return { history, put, hold, asked, settled };
  }

  it("that are held take one place, however many there are of that chunk; the others go on", async () => {
    const { history, put, hold, asked, settled } = createHistory({ maxItems: 1 });
    const held = hold(2900);
    for (const name of ["a", "b", "c"]) put(2900, name);
    await expect.poll(() => asked.length).toBe(1);
    for (let i = 0; i < 20; i++) put(2901 + (i % 3), `other ${i}`);
    await expect.poll(() => settled.length).toBe(20);
    expect(asked.filter((chunk) => chunk === "chunk 2900")).toHaveLength(1);
    expect(history.pending).toBe(3);
    held.open();
    await history.flush();
    expect(settled.slice(20)).toEqual(["a", "b", "c"]);
    expect(history.pending).toBe(0);
  });

  it("that leave together are as many as may be under way", async () => {
    const { history, put, hold, asked } = createHistory();
    const gates = [1, 2, 3].map((chunk) => hold(2900 + chunk));
    for (const chunk of [1, 2, 3]) put(2900 + chunk, "");
    await expect.poll(() => asked.length).toBe(2);
    gates[0]!.open();
    await expect.poll(() => asked.length).toBe(3);
    for (const { open } of gates) open();
    await history.flush();
  });

  it("are bounded in number, and in items", () => {
    const { put } = createHistory({ maxItems: 3, maxInFlight: 0 });
    const batches = new Set(Array.from({ length: 1000 }, (_, chunk) => put(2000 + chunk, "")));
    expect(batches.size).toBeLessThanOrEqual(1000 / 3 + 64);
    expect(Math.max(...[...batches].map(({ items }) => items))).toBe(3);
    const { put: putAll } = createHistory({ maxItems: 4000, maxInFlight: 0 });
    const few = new Set(Array.from({ length: 1000 }, (_, chunk) => putAll(2000 + chunk, "")));
    expect(few.size).toBe(64);
  });

  it("that wait for long are told of, and keep the platform ready", async () => {
    const { history, put, hold, asked } = createHistory();
    const held = hold(2900);
    put(2900, "a");
    await expect.poll(() => asked.length).toBe(1);
    put(2900, "b");
    const ready = async () =>
      (
        await readiness({
          pool: { query: async () => ({ rows: [] }) } as unknown as Pool,
          ingest: { blocked: () => undefined, waitingHistory: () => history.trouble },
          keyTrouble: () => undefined,
          keyRefusal: () => undefined,
          doors: () => [],
          jobTrouble: () => [],
          backfill: async () => undefined,
          unattended: async () => [],
          isStopping: () => false,
        })
      ).find(({ name }) => name === "ingest");
    expect(await ready()).toEqual({ name: "ingest", ok: true });
    const later = performance.now() + 31_000;
    const clock = vi.spyOn(performance, "now").mockReturnValue(later);
    onTestFinished(() => clock.mockRestore());
    expect(await ready()).toEqual({
      name: "ingest",
      ok: true,
      detail: expect.stringMatching(/^2 items of past days wait unacknowledged, the first for 3\d s: /),
    });
    clock.mockRestore();
    held.open();
    await history.flush();
    expect(history.trouble).toBeUndefined();
  });

  it("that were given up are acknowledged to nobody", async () => {
    const { history, put, hold, settled } = createHistory();
    hold(2900);
    put(2900, "a");
    put(2900, "b");
    await history.flush(AbortSignal.timeout(1));
    expect(history.pending).toBe(2);
    history.stop();
    expect(settled).toEqual([]);
  });
});

describe("what devices send of past days", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  /** The database as a session has it whose statements all wait. */
  function heldPool(pool: Pool) {
    const held = gate();
    let asked = 0;
    const slow = Object.create(pool) as Pool;
    const wait = async () => {
      asked++;
      await held.opened;
    };
    slow.query = (async (...args: Parameters<Pool["query"]>) => {
      await wait();
      return pool.query(...args);
    }) as unknown as Pool["query"];
    slow.connect = (async () => {
      await wait();
      return pool.connect();
    }) as unknown as Pool["connect"];
    return { slow, open: held.open, asked: () => asked };
  }

  const now = Date.now();
  const at = (daysAgo: number, minute = 0) =>
    new Date(now - daysAgo * DAY_MS + minute * 60_000).toISOString();

  it("waits for its chunk, and what is live does not; a message of both is acknowledged with the later", async () => {
    for (const id of ["apart-late", "apart-both", "apart-live"]) await addDevice(db.pool, id);
    await addDevice(db.pool, "apart-gateway", { kind: "lora-gateway" });
    const { slow, open, asked } = heldPool(db.pool);
    const { ingest, publish, ledger, committed } = await startTestIngest(db.pool, {
      history: { pool: slow, writers: 1, maxItems: 4000 },
    });
    const settled: string[] = [];
    const send = (name: string, ...args: Parameters<typeof publish>) =>
      publish(...args).then(() => settled.push(name));
    const held = [
      send("reading", "apart-late", "telemetry", { observedAt: at(40), volume: 1 }),
      send("event", "apart-late", "events", { eventId: "e", type: "leak", observedAt: at(40) }),
      send("reply", "apart-late", "replies", { commandId: "c", outcome: "done", observedAt: at(40) }),
      send("both", "apart-both", "telemetry", [
        { observedAt: at(300), volume: 1 },
        { observedAt: at(40), volume: 2, flow: 99 },
        { observedAt: at(0), volume: 3 },
        { observedAt: at(30), volume: "none" },
      ]),
    ];
    await send("live", "apart-live", "telemetry", { observedAt: at(0), volume: 7 });
    // A day is what alarms look at, in their order: none of it is apart.
    await send("live", "apart-live", "telemetry", { observedAt: at(0.99), volume: 6 });
    await send("live", "apart-live", "events", { eventId: "e", type: "leak", observedAt: at(0.5) });
    await expect.poll(asked).toBe(1);
    expect(settled).toEqual(["live", "live", "live"]);
    expect((await gasMeterRows(db.pool, "apart-both")).map(({ volume }) => volume)).toEqual([3]);
    expect(ingest.pendingOf((await addressOf("apart-both")).deviceNo)).toBe(2);
    expect(ingest.blocked()).toBeUndefined();
    expect(committed.flatMap(({ events }) => events)).toHaveLength(1);

    open();
    await Promise.all(held);
    expect((await gasMeterRows(db.pool, "apart-both")).map(({ volume }) => volume)).toEqual([1, 2, 3]);
    expect((await gasMeterRows(db.pool, "apart-late")).map(({ volume }) => volume)).toEqual([1]);
    expect(ingest.pendingOf((await addressOf("apart-both")).deviceNo)).toBe(0);
    expect(await ledger("apart-both")).toEqual({ received: 4, stored: 3, duplicate: 0, rejected: 1 });
    expect(await ledger("apart-late")).toEqual({ received: 3, stored: 3, duplicate: 0, rejected: 0 });
    const { rows } = await db.pool.query(
      "select reason, partial from rejected_messages where device_no = $1 order by reason",
      [(await addressOf("apart-both")).deviceNo],
    );
    expect(rows).toEqual([
      { reason: "bad_type", partial: false },
      { reason: "off_scale", partial: true },
    ]);
  });

  const addressOf = async (id: string) => {
    const { rows } = await db.pool.query("select device_no from devices where id = $1", [id]);
    return { deviceNo: rows[0].device_no as number };
  };

  it("has one place in the database for each that writes it, however many weeks it is of", async () => {
    await addDevice(db.pool, "weeks-1");
    const count = async () =>
      (await db.pool.query("select count(*)::int as n from ingest_lanes")).rows[0].n as number;
    const before = await count();
    const { publish } = await startTestIngest(db.pool, {
      history: { pool: db.pool, writers: 2, maxItems: 4000 },
    });
    const weeks = Array.from({ length: 30 }, (_, week) => ({ observedAt: at(7 * week + 2), volume: week }));
    await publish("weeks-1", "telemetry", weeks);
    await publish("weeks-1", "telemetry", weeks);
    expect(await gasMeterRows(db.pool, "weeks-1")).toHaveLength(30);
    expect((await count()) - before).toBeLessThanOrEqual(2);
  });

  it("goes by the weeks that chunks have", async () => {
    const { rows } = await db.pool.query(
      "select range_start, range_end from timescaledb_information.chunks where hypertable_name = 'readings_gas_meter'",
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { range_start, range_end } of rows) {
      expect(chunkOf(range_start.getTime()) * CHUNK_MS).toBe(range_start.getTime());
      expect(range_end.getTime() - range_start.getTime()).toBe(CHUNK_MS);
    }
  });
});
