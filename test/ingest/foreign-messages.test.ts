import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import { ForeignLog } from "../../ingest/foreign-log.ts";
import type { IngestOptions } from "../../ingest/ingest.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { type ForeignMessage, recordForeignMessages } from "../../store/ledger/write-foreign-messages.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, replayOf, startTestIngest, takeIn } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** The middle of an hour, so that what a test sends a minute apart is of one hour. */
const NOON = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 1_800_000;
const MINUTE = 60_000;

async function start(options: Partial<IngestOptions> = {}) {
  const world = await startTestIngest(db.pool, options);
  const { ingest } = world;
  /** Publishes on any topic at all; resolves when it would be acknowledged. */
  const publishOn = (id: string, topic: string, payload: string | Buffer, receivedAt = NOON) =>
    new Promise<void>((resolve) => {
      const message = { device: ingest.directory.find(id), channel: undefined, context: topic, receivedAt };
      takeIn(ingest, { ...message, raw: Buffer.from(payload) }, resolve);
    });
  return { ...world, publishOn };
}

async function recordOf(id: string) {
  const { rows } = await db.pool.query(
    `select m.topic, m.messages, m.payload, m.payload_bytes, m.publisher, m.reason, m.detail, m.received_at
     from rejected_messages m join devices using (device_no) where id = $1 order by rejection_no`,
    [id],
  );
  return rows as {
    topic: string;
    messages: number;
    payload: Buffer;
    payload_bytes: number;
    publisher: string;
    reason: string;
    detail: string;
    received_at: Date;
  }[];
}

const brief = async (id: string) =>
  (await recordOf(id)).map(({ topic, messages, payload }) => [topic, messages, payload.toString()]);

describe("a message on a foreign topic", () => {
  it("is one row for a device, topic and hour, with the first payload and a count, and in the ledger each time", async () => {
    await addDevice(db.pool, "foreign-1");
    await addDevice(db.pool, "foreign-2");
    const { publishOn, publish, ledger, ingest } = await start();
    // In one batch, in the next one, and from another device.
    await Promise.all(["a", "b", "c"].map((text) => publishOn("foreign-1", "data/up", text)));
    await publishOn("foreign-1", "data/up", "d", NOON + MINUTE);
    await publishOn("foreign-1", "data/down", "e", NOON + MINUTE);
    await publishOn("foreign-2", "data/up", "f");
    await publishOn("foreign-1", "data/up", "g", NOON + 60 * MINUTE);
    expect(await brief("foreign-1")).toEqual([
      ["data/up", 4, "a"],
      ["data/down", 1, "e"],
      ["data/up", 1, "g"],
    ]);
    expect((await recordOf("foreign-1"))[0]).toMatchObject({
      reason: "foreign_topic",
      publisher: "foreign-1",
      detail: "'data/up' is not a topic of 'foreign-1'",
      payload_bytes: 1,
      received_at: new Date(NOON),
    });
    expect(await brief("foreign-2")).toEqual([["data/up", 1, "f"]]);
    await publish("foreign-1", "telemetry", { observedAt: new Date(NOON).toISOString(), flow: 1 });
    expect(await gasMeterRows(db.pool, "foreign-1")).toMatchObject([{ flow: 1 }]);
    const counted = { received: 7, stored: 1, duplicate: 0, rejected: 6 };
    expect(await ledger("foreign-1")).toEqual(counted);
    await foldLedger(db.pool, 2000);
    expect(await ledger("foreign-1")).toEqual(counted);
    expect(ingest.pendingOf(ingest.directory.find("foreign-1")!.deviceNo)).toBe(0);
  });

  it("is counted on the same row by another process, and after a restart", async () => {
    await addDevice(db.pool, "foreign-3");
    const [one, two] = [await start(), await start()];
    const sent: Promise<void>[] = [];
    for (let i = 0; i < 40; i++) {
      sent.push((i % 2 ? one : two).publishOn("foreign-3", `t/${i % 3}`, "x"));
      if (i % 5 === 4) await sent.at(-1);
    }
    await Promise.all(sent);
    const rows = await brief("foreign-3");
    expect(rows.map(([topic, messages]) => [topic, messages]).sort()).toEqual([
      ["t/0", 14],
      ["t/1", 13],
      ["t/2", 13],
    ]);
    expect(await one.ledger("foreign-3")).toMatchObject({ received: 40, rejected: 40 });
  });

  it("is one row also when many batches bring it at the same moment", async () => {
    const { deviceNo } = await addDevice(db.pool, "foreign-8");
    const message: ForeignMessage = {
      receivedAt: NOON,
      deviceNo,
      publisher: "foreign-8",
      door: "mqtt",
      topic: "t",
      reason: "foreign_topic",
      detail: "d",
      payload: Buffer.from("x"),
      payloadBytes: 1,
    };
    await Promise.all(Array.from({ length: 12 }, () => recordForeignMessages(db.pool, [message, message])));
    expect(await brief("foreign-8")).toEqual([["t", 24, "x"]]);
  });

  // It takes a second session, which the embedded database has not.
  it.runIf(process.env.DATABASE_URL)(
    "is counted while somebody holds the rejections of another day",
    async () => {
      const { deviceNo } = await addDevice(db.pool, "foreign-9");
      const of = (receivedAt: number): ForeignMessage => ({
        receivedAt,
        deviceNo,
        publisher: "foreign-9",
        door: "mqtt",
        topic: "t",
        reason: "foreign_topic",
        detail: "d",
        payload: Buffer.from("x"),
        payloadBytes: 1,
      });
      const old = NOON - 10 * 24 * 60 * MINUTE;
      await recordForeignMessages(db.pool, [of(old), of(NOON)]);
      const holder = await db.pool.connect();
      try {
        await holder.query("begin");
        const { rows } = await holder.query<{ chunk: string }>(
          "select show_chunks('rejected_messages', older_than => interval '5 days')::text as chunk",
        );
        expect(rows).toHaveLength(1);
        // As retention holds it that drops it.
        await holder.query(`lock table ${rows[0]!.chunk} in access exclusive mode`);
        await recordForeignMessages(db.pool, [of(NOON), of(NOON + MINUTE)]);
      } finally {
        await holder.query("rollback");
        holder.release();
      }
      // What is of two days at once is counted in both.
      await recordForeignMessages(db.pool, [of(old), of(NOON)]);
      expect(await brief("foreign-9")).toEqual([
        ["t", 2, "x"],
        ["t", 4, "x"],
      ]);
    },
  );

  it("makes 33 rows an hour at most, however many topics a device invents", async () => {
    await addDevice(db.pool, "foreign-4");
    const { publishOn, ledger } = await start();
    for (const round of [0, 1])
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => publishOn("foreign-4", `t/${i}`, `${round} ${i}`)),
      );
    const rows = await brief("foreign-4");
    expect(rows).toHaveLength(33);
    expect(rows.slice(0, 32)).toEqual(Array.from({ length: 32 }, (_, i) => [`t/${i}`, 2, `0 ${i}`]));
    expect(rows[32]).toEqual(["#", 136, "0 32"]);
    expect(await ledger("foreign-4")).toMatchObject({ received: 200, rejected: 200 });
  });

  it.each([
    ["a NUL character", "a\0b", "a\u{fffd}b"],
    ["half a surrogate pair", "a\ud800", "a\u{fffd}"],
    ["1,024 Chinese characters and more", "米".repeat(1100), "米".repeat(1024)],
    ["no level", "", ""],
  ])("with %s in its topic is found again", async (about, topic, kept) => {
    const id = `foreign-${about.length}-${topic.length}`;
    await addDevice(db.pool, id);
    const { publishOn } = await start();
    await publishOn(id, topic, "first");
    await publishOn(id, topic, "second");
    expect(await brief(id)).toEqual([[kept, 2, "first"]]);
  });

  it("keeps all of a payload that a packet can hold", async () => {
    await addDevice(db.pool, "foreign-5");
    const { publishOn } = await start();
    await publishOn("foreign-5", "t", Buffer.alloc(300_000, "x"));
    const [row] = await recordOf("foreign-5");
    expect([row!.payload.length, row!.payload_bytes]).toEqual([300_000, 300_000]);
  });

  it("is refused again when it is replayed, and is then still the rejection that it was", async () => {
    await addDevice(db.pool, "foreign-6");
    const { publishOn, ingest, ledger } = await start();
    await publishOn("foreign-6", "v1/devices/foreign-1/telemetry", '{"flow":1}');
    const { rows } = await db.pool.query(
      "select * from rejected_messages where publisher = 'foreign-6' order by rejection_no",
    );
    const [row] = rows;
    const input = replayOf(row);
    const actor = { type: "person", id: "p", name: "p" } as unknown as Parameters<typeof ingest.replay>[1];
    expect(await ingest.replay(input, actor, NO_LIMITS)).toMatchObject({ outcome: "rejected" });
    expect(await ledger("foreign-6")).toMatchObject({ received: 1, rejected: 1 });
  });

  it("is written to the log once for a device and topic, and is counted by its reason", async () => {
    await addDevice(db.pool, "foreign-7");
    const { publishOn, logged, registry } = await start();
    for (const topic of ["t/1", "t/1", "t/2", "t/1"]) await publishOn("foreign-7", topic, "x");
    const told = logged.filter(({ msg }) => msg.startsWith("a device publishes on"));
    expect(told).toMatchObject([
      { deviceId: "foreign-7", topic: "t/1", level: "warn" },
      { deviceId: "foreign-7", topic: "t/2", level: "warn" },
    ]);
    const metrics = await registry.metrics();
    expect(metrics).toContain('sbi_rejected_items_total{reason="foreign_topic"} 4');
    expect(metrics).toContain('sbi_items_total{outcome="rejected"} 4');
  });
});

describe("what is told of foreign topics", () => {
  it("ends after 32 topics of a device, and forgets devices rather than growing without end", () => {
    const lines: { deviceId: string; topic?: string; topics?: number }[] = [];
    const topics = new ForeignLog(createLogger("warn", { write: (line) => lines.push(JSON.parse(line)) }));
    for (let i = 0; i < 100; i++) topics.note("flood", `t/${i}`);
    expect(lines).toHaveLength(33);
    expect(lines.at(-1)).toMatchObject({ deviceId: "flood", topics: 32 });
    for (let i = 0; i < 1000; i++) topics.note(`device-${i}`, "t");
    expect(lines).toHaveLength(1033);
    // The others are still known; the first is not, and may be named again.
    topics.note("device-500", "t");
    expect(lines).toHaveLength(1033);
    topics.note("flood", `${"x".repeat(1000)}`);
    expect(lines.at(-1)).toMatchObject({ deviceId: "flood", topic: "x".repeat(256) });
  });
});
