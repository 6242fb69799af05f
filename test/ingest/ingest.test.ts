import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Taken once, so that a moment that a test names twice is the same one. */
const BEGIN = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(BEGIN + minute * 60_000).toISOString();

const rowsOf = (id: string) => gasMeterRows(db.pool, id);

async function rejectionsOf(id: string) {
  const { rows } = await db.pool.query(
    `select reason, detail, topic, publisher, payload, payload_bytes from rejected_messages join devices using (device_no)
     where id = $1 order by rejection_no`,
    [id],
  );
  return rows;
}

describe("a reading", () => {
  it("is in the table with all its metrics when it is acknowledged", async () => {
    await addDevice(db.pool, "whole-1");
    const { publish } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("whole-1", "telemetry", {
      observedAt,
      volume: 1423.518,
      flow: 0.412,
      pressure: 2.1,
      temperature: -3.5,
      battery: 3.58,
      valve: "open",
      rssi: -104,
      snr: 4.5,
    });
    expect(await rowsOf("whole-1")).toMatchObject([
      {
        observed_at: new Date(observedAt),
        volume: 1423.518,
        flow: 0.412,
        pressure: 2.1,
        temperature: -3.5,
        battery: 3.58,
        valve: "open",
        rssi: -104,
        snr: 4.5,
        extra: null,
      },
    ]);
  });

  it("keeps what the kind does not know in extra", async () => {
    await addDevice(db.pool, "extra-1");
    const { publish } = await startTestIngest(db.pool);
    await publish(
      "extra-1",
      "telemetry",
      `{"observedAt":"${at(1)}","flow":1,"spreading":{"factor":10},"__proto__":[1]}`,
    );
    const [row] = await rowsOf("extra-1");
    expect(JSON.stringify(row.extra)).toBe('{"__proto__":[1],"spreading":{"factor":10}}');
  });

  it("may leave out any metric, in any order from row to row", async () => {
    await addDevice(db.pool, "sparse-1");
    const { publish } = await startTestIngest(db.pool);
    await publish("sparse-1", "telemetry", [
      { observedAt: at(1), battery: 3.5 },
      { observedAt: at(2), flow: 1, valve: "closed" },
      { observedAt: at(3), valve: null, volume: 7 },
      { observedAt: at(4), flow: 0, unknown: true },
    ]);
    const rows = await rowsOf("sparse-1");
    expect(
      rows.map(({ volume, flow, battery, valve, extra }) => ({ volume, flow, battery, valve, extra })),
    ).toEqual([
      { volume: null, flow: null, battery: 3.5, valve: null, extra: null },
      { volume: null, flow: 1, battery: null, valve: "closed", extra: null },
      { volume: 7, flow: null, battery: null, valve: null, extra: null },
      { volume: null, flow: 0, battery: null, valve: null, extra: { unknown: true } },
    ]);
  });

  it("is stored once, however often it is sent, in one message or in many", async () => {
    await addDevice(db.pool, "twice-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const reading = { observedAt: at(1), flow: 1 };
    await publish("twice-1", "telemetry", [reading, reading]);
    await publish("twice-1", "telemetry", { ...reading, flow: 2 });
    expect(await rowsOf("twice-1")).toMatchObject([{ flow: 1 }]);
    // Another value of the same quantity is no repetition.
    expect((await rejectionsOf("twice-1")).map(({ reason }) => reason)).toEqual(["conflict"]);
    expect(await ledger("twice-1")).toEqual({ received: 3, stored: 1, duplicate: 1, rejected: 1 });
  });

  it("takes the time of its arrival when it has none of its own", async () => {
    await addDevice(db.pool, "timeless-1");
    const { publish } = await startTestIngest(db.pool);
    const receivedAt = Date.now() - 5000;
    await publish("timeless-1", "telemetry", { flow: 1 }, { receivedAt });
    expect(await rowsOf("timeless-1")).toMatchObject([
      { observed_at: new Date(receivedAt), received_at: new Date(receivedAt) },
    ]);
  });

  it("without a time never shares its millisecond with another of its device", async () => {
    const gateway = await addDevice(db.pool, "gw-timeless", { kind: "lora-gateway" });
    await addDevice(db.pool, "timeless-2", { gatewayNo: gateway.deviceNo });
    const { publish, ledger } = await startTestIngest(db.pool);
    const receivedAt = Date.now() - 5000;
    await Promise.all([
      publish("timeless-2", "telemetry", { observedAt: receivedAt, flow: 0 }, { receivedAt }),
      publish("timeless-2", "telemetry", { flow: 1 }, { receivedAt }),
      publish("timeless-2", "telemetry", [{ flow: 2, observedAt: null }], { receivedAt }),
      publish("gw-timeless", "gateway-telemetry", { "timeless-2": { flow: 3 } }, { receivedAt }),
      publish("timeless-2", "telemetry", { flow: 4 }, { receivedAt: receivedAt + 1 }),
      publish("timeless-2", "telemetry", { flow: 5 }, { receivedAt: receivedAt + 100 }),
    ]);
    const rows = await rowsOf("timeless-2");
    expect(rows.map(({ flow, observed_at }) => [flow, observed_at.getTime() - receivedAt])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 100],
    ]);
    expect(await ledger("timeless-2")).toEqual({ received: 6, stored: 6, duplicate: 0, rejected: 0 });
  });

  it("without a time takes the next free millisecond after a restart", async () => {
    await addDevice(db.pool, "timeless-3");
    const receivedAt = Date.now() - 5000;
    // Three processes, one after the other, and a reading that the device has dated.
    for (const flow of [1, 2, 3]) {
      const { ingest, publish } = await startTestIngest(db.pool);
      if (flow === 2)
        await publish("timeless-3", "telemetry", { observedAt: receivedAt + 1, flow: 9, valve: "open" });
      await publish("timeless-3", "telemetry", { flow, note: "ü" }, { receivedAt });
      await ingest.stop(1000);
    }
    const { publish, ledger } = await startTestIngest(db.pool);
    const found = async () =>
      (await rowsOf("timeless-3")).map(({ flow, observed_at }) => [flow, observed_at.getTime() - receivedAt]);
    const expected = [
      [1, 0],
      [9, 1],
      [2, 2],
      [3, 3],
    ];
    expect(await found()).toEqual(expected);
    expect(await ledger("timeless-3")).toEqual({ received: 4, stored: 4, duplicate: 0, rejected: 0 });
    // Other readings of the same batch stay where they are.
    await Promise.all([
      publish("timeless-3", "telemetry", { flow: 5 }, { receivedAt }),
      publish("timeless-3", "telemetry", { observedAt: receivedAt + 1000, flow: 6 }),
    ]);
    expect(await found()).toEqual([...expected, [5, 4], [6, 1000]]);
  });

  it("of a week ago goes in like any other", async () => {
    await addDevice(db.pool, "late-1");
    const { publish } = await startTestIngest(db.pool);
    const week = Array.from({ length: 168 }, (_, hour) => ({
      observedAt: Date.now() - (168 - hour) * 3_600_000,
      volume: 100 + hour / 10,
    }));
    await publish("late-1", "telemetry", week);
    expect(await rowsOf("late-1")).toHaveLength(168);
  });
});

describe("a message of 256 KiB", () => {
  it("is stored to its last item", async () => {
    await addDevice(db.pool, "large-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const first = Date.now() - 5000 * 60_000;
    const items = Array.from({ length: 4500 }, (_, n) => ({ observedAt: first + n * 60_000, volume: n / 8 }));
    const bytes = JSON.stringify(items).padEnd(256 * 1024);
    expect(bytes).toHaveLength(256 * 1024);
    await publish("large-1", "telemetry", bytes);
    expect((await rowsOf("large-1")).map(({ volume }) => volume)).toEqual(items.map(({ volume }) => volume));
    expect(await ledger("large-1")).toEqual({ received: 4500, stored: 4500, duplicate: 0, rejected: 0 });
  });
});

describe("what cannot be stored", () => {
  it("is on record with reason, detail and payload, and its neighbours are stored", async () => {
    await addDevice(db.pool, "mixed-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("mixed-1", "telemetry", [
      { observedAt: at(1), flow: 1 },
      { observedAt: at(2), flow: 99 },
      { observedAt: at(3), flow: "much" },
      { observedAt: Date.now() + 25 * 3_600_000, flow: 1 },
      7,
      {},
    ]);
    expect(await rowsOf("mixed-1")).toHaveLength(1);
    const rejections = await rejectionsOf("mixed-1");
    expect(rejections.map(({ reason }) => reason)).toEqual([
      "off_scale",
      "bad_type",
      "clock_ahead",
      "bad_shape",
      "empty",
    ]);
    expect(rejections[0]).toMatchObject({
      topic: "v1/devices/mixed-1/telemetry",
      publisher: "mixed-1",
      detail: "flow: 99, expected 0 to 10 m3/h",
    });
    expect(JSON.parse(rejections[0].payload.toString())).toMatchObject({ flow: 99 });
    expect(await ledger("mixed-1")).toEqual({ received: 6, stored: 1, duplicate: 0, rejected: 5 });
  });

  it("counts as one when it cannot be decoded, and keeps its bytes", async () => {
    await addDevice(db.pool, "binary-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    const frame = Buffer.from([0x68, 0x10, 0xff, 0x00, 0x16]);
    await publish("binary-1", "telemetry", frame);
    const [rejection] = await rejectionsOf("binary-1");
    expect(rejection).toMatchObject({ reason: "not_json", payload_bytes: 5 });
    expect(rejection.payload).toEqual(frame);
    expect(await ledger("binary-1")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });
  });

  it("keeps the whole of a payload that is too large, as far as our own broker lets one in", async () => {
    await addDevice(db.pool, "huge-1");
    const { publish } = await startTestIngest(db.pool);
    await publish("huge-1", "telemetry", Buffer.alloc(300_000, "x"));
    await publish("huge-1", "telemetry", Buffer.alloc(400_000, "x"));
    const [whole, cut] = await rejectionsOf("huge-1");
    expect(whole).toMatchObject({ reason: "payload_too_large", payload_bytes: 300_000 });
    expect(whole.payload).toEqual(Buffer.alloc(300_000, "x"));
    expect(cut).toMatchObject({ reason: "payload_too_large", payload_bytes: 400_000 });
    expect(cut.payload).toHaveLength(321 * 1024);
  });

  it("is recorded for a publisher that nobody knows", async () => {
    const { publish, registry } = await startTestIngest(db.pool);
    await publish("nobody-1", "telemetry", { flow: 1 });
    const { rows } = await db.pool.query(
      "select reason, device_no from rejected_messages where topic = 'v1/devices/nobody-1/telemetry'",
    );
    expect(rows).toEqual([{ reason: "unknown_device", device_no: null }]);
    expect(await registry.getSingleMetricAsString("sbi_rejected_items_total")).toContain(
      'sbi_rejected_items_total{reason="unknown_device"} 1',
    );
  });

  it("is isolated when only the database finds the fault", async () => {
    await addDevice(db.pool, "checked-1");
    await db.pool.query(
      "alter table readings_gas_meter add constraint snr_test check (snr is distinct from 1300)",
    );
    try {
      const { publish, ledger } = await startTestIngest(db.pool);
      await publish("checked-1", "telemetry", [
        { observedAt: at(1), snr: 1, unknown: "kept" },
        { observedAt: at(2), snr: 13, flow: 0.123, valve: "open", unknown: [1] },
        { observedAt: at(3), snr: 3 },
        { observedAt: at(4), snr: 4 },
      ]);
      expect((await rowsOf("checked-1")).map(({ snr }) => snr)).toEqual([1, 3, 4]);
      const [rejection, ...others] = await rejectionsOf("checked-1");
      expect(others).toEqual([]);
      expect(rejection).toMatchObject({
        reason: "store_refused",
        detail: expect.stringContaining("snr_test"),
      });
      expect(JSON.parse(rejection.payload.toString())).toEqual({
        observedAt: expect.any(String),
        snr: 13,
        flow: 0.123,
        valve: "open",
        unknown: [1],
      });
      expect(await ledger("checked-1")).toEqual({ received: 4, stored: 3, duplicate: 0, rejected: 1 });
    } finally {
      await db.pool.query("alter table readings_gas_meter drop constraint snr_test");
    }
  });
});

describe("a gateway", () => {
  it("delivers for the devices that are assigned to it, and for nobody else", async () => {
    const gateway = await addDevice(db.pool, "gw-1", { kind: "lora-gateway" });
    await addDevice(db.pool, "behind-1", { gatewayNo: gateway.deviceNo });
    await addDevice(db.pool, "behind-2", { gatewayNo: gateway.deviceNo });
    await addDevice(db.pool, "elsewhere-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("gw-1", "gateway-telemetry", {
      "behind-1": { observedAt: at(1), flow: 1 },
      "behind-2": [
        { observedAt: at(1), flow: 2 },
        { observedAt: at(2), flow: 200 },
      ],
      "elsewhere-1": { observedAt: at(1), flow: 3 },
      "ghost-1": { observedAt: at(1), flow: 4 },
    });
    expect(await rowsOf("behind-1")).toMatchObject([{ flow: 1 }]);
    expect(await rowsOf("behind-2")).toMatchObject([{ flow: 2 }]);
    expect(await rowsOf("elsewhere-1")).toEqual([]);
    expect(await ledger("behind-2")).toEqual({ received: 2, stored: 1, duplicate: 0, rejected: 1 });
    const [behind] = await rejectionsOf("behind-2");
    expect(behind).toMatchObject({
      reason: "off_scale",
      publisher: "gw-1",
      topic: "v1/gateways/gw-1/telemetry",
    });
    expect(JSON.parse(behind.payload.toString())).toMatchObject({ "behind-2": { flow: 200 } });
    const own = await rejectionsOf("gw-1");
    expect(own.map(({ reason }) => reason)).toEqual(["not_assigned", "unknown_device"]);
    expect(await ledger("gw-1")).toEqual({ received: 2, stored: 0, duplicate: 0, rejected: 2 });
  });
});

describe("events and replies", () => {
  it("are stored once by their id, and counted like readings", async () => {
    await addDevice(db.pool, "event-1");
    const { publish, ledger, committed } = await startTestIngest(db.pool);
    const leak = { eventId: "e-1", observedAt: at(1), type: "leak", flow: 0.4 };
    await publish("event-1", "events", [leak, leak]);
    await publish("event-1", "events", leak);
    await publish("event-1", "events", { ...leak, eventId: "e-2", type: "boiling" });
    await publish("event-1", "replies", { commandId: "c-1", outcome: "done", observedAt: at(2), seconds: 3 });
    const { rows } = await db.pool.query(
      "select event_id, type, phase, data from events join devices using (device_no) where id = 'event-1'",
    );
    expect(rows).toEqual([{ event_id: "e-1", type: "leak", phase: "instant", data: { flow: 0.4 } }]);
    expect(committed.flatMap(({ events }) => events.map(({ eventId }) => eventId))).toEqual(["e-1"]);
    const replies = await db.pool.query(
      "select command_id, outcome, data from replies join devices using (device_no) where id = 'event-1'",
    );
    expect(replies.rows).toEqual([{ command_id: "c-1", outcome: "done", data: { seconds: 3 } }]);
    expect(await ledger("event-1")).toEqual({ received: 5, stored: 2, duplicate: 2, rejected: 1 });
  });
});

describe("the ledger", () => {
  it("adds up when it is folded while messages come in", async () => {
    await addDevice(db.pool, "fold-1");
    const { publish, ledger } = await startTestIngest(db.pool, { every: { fold: 3_600_000 } });
    const jobs: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      jobs.push(publish("fold-1", "telemetry", { observedAt: at(i % 80), flow: i % 10 === 9 ? 999 : 1 }));
      if (i % 7 === 0) jobs.push(foldLedger(db.pool, 3));
    }
    await Promise.all(jobs);
    const before = await ledger("fold-1");
    expect(before).toMatchObject({ received: 100, rejected: 10 });
    expect(before.stored + before.duplicate).toBe(90);
    while ((await foldLedger(db.pool)) > 0);
    expect(await ledger("fold-1")).toEqual(before);
  });

  it("shows as pending what is received and not committed", async () => {
    const { deviceNo } = await addDevice(db.pool, "pending-1");
    const { ingest, publish } = await startTestIngest(db.pool, { lingerMs: 1000 });
    const acknowledged = publish("pending-1", "telemetry", [
      { flow: 1, observedAt: at(1) },
      { flow: 2, observedAt: at(2) },
    ]);
    expect(ingest.pendingOf(deviceNo)).toBe(2);
    await acknowledged;
    expect(ingest.pendingOf(deviceNo)).toBe(0);
  });
});

describe("the end", () => {
  it("comes in time, also when the database does not answer", async () => {
    const { deviceNo } = await addDevice(db.pool, "end-1");
    const stalled = Object.create(db.pool) as typeof db.pool;
    let stall = false;
    stalled.query = ((...args: Parameters<typeof db.pool.query>) =>
      stall ? new Promise(() => {}) : db.pool.query(...args)) as typeof db.pool.query;
    const { ingest } = await startTestIngest(stalled, { every: { presence: 3_600_000 } });
    stall = true;
    ingest.notePresence({ deviceNo, connected: true, changedAt: new Date() });
    expect(await ingest.stop(200)).toEqual({ lost: 0 });
  });
});
