import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, replayOf, startTestIngest } from "../helpers/ingest.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

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
      `select m.*, convert_from(payload, 'utf8') as text from rejected_messages m join devices using (device_no)
       where id = $1 order by rejection_no`,
      [id],
    )
  ).rows;

/** What is on record, a line for each rejection. */
const refused = async (id: string) =>
  (await rejectionsOf(id)).map(({ reason, partial, items, text }) => [
    reason,
    partial,
    items,
    JSON.parse(text),
  ]);

const alarmsOf = async (id: string) =>
  (
    await db.pool.query(
      `select rule, value, cleared_at is null as active from alarms join devices using (device_no)
       where id = $1 order by alarm_no`,
      [id],
    )
  ).rows.map(({ rule, value, active }) => [rule, value, active]);

async function replay(ingest: Awaited<ReturnType<typeof startTestIngest>>["ingest"], id: string, no = -1) {
  const row = (await rejectionsOf(id)).at(no);
  return ingest.replay(replayOf(row), ACTOR, NO_LIMITS);
}

describe("a value beyond its plausible range", () => {
  // From cases collected from real use: a failed regulator, a torn hose, a fire.
  it("leaves its neighbours and the register, is on record, and raises an alarm", async () => {
    await addDevice(db.pool, "scale-1");
    const { publish, ledger, registry } = await startTestIngest(db.pool);
    await publish("scale-1", "telemetry", { observedAt: at(1), volume: 1, pressure: 2 });
    await publish("scale-1", "telemetry", { observedAt: at(2), volume: 1.1, pressure: 12 });
    await publish("scale-1", "telemetry", { observedAt: at(3), volume: 1.2, flow: 16 });
    await publish("scale-1", "telemetry", { observedAt: at(4), volume: 1.3, temperature: 71.2 });
    expect(
      (await gasMeterRows(db.pool, "scale-1")).map(({ volume, pressure, flow, temperature }) => [
        volume,
        pressure,
        flow,
        temperature,
      ]),
    ).toEqual([
      [1, 2, null, null],
      [1.1, null, null, null],
      [1.2, null, null, null],
      [1.3, null, null, null],
    ]);
    expect(await refused("scale-1")).toEqual([
      ["off_scale", true, 1, { observedAt: at(2), pressure: 12 }],
      ["off_scale", true, 1, { observedAt: at(3), flow: 16 }],
      ["off_scale", true, 1, { observedAt: at(4), temperature: 71.2 }],
    ]);
    expect((await rejectionsOf("scale-1"))[0].detail).toBe("pressure: 12, expected -1 to 10 kPa");
    expect(await alarmsOf("scale-1")).toEqual([
      ["pressure_high", 12, true],
      ["flow_high", 16, true],
      ["off_scale_temperature", 71.2, true],
    ]);
    // The next plausible value ends it; a limit's alarm stays until its own value is back.
    await publish("scale-1", "telemetry", {
      observedAt: at(5),
      volume: 1.4,
      temperature: 69.9,
      pressure: 3.5,
    });
    expect(await alarmsOf("scale-1")).toEqual([
      ["pressure_high", 12, true],
      ["flow_high", 16, true],
      ["off_scale_temperature", 71.2, false],
    ]);
    expect(await registry.getSingleMetricAsString("sbi_partial_rejections_total")).toContain(
      'sbi_partial_rejections_total{reason="off_scale"} 3',
    );
    expect(await registry.getSingleMetricAsString("sbi_rejected_items_total")).toContain(
      'sbi_rejected_items_total{reason="off_scale"} 0',
    );
    expect(await ledger("scale-1")).toEqual({ received: 5, stored: 5, duplicate: 0, rejected: 0 });
  });

  it("is seen by the alarms also where nothing else is in the item, which is refused as a whole", async () => {
    await addDevice(db.pool, "scale-2");
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("scale-2", "telemetry", { observedAt: at(1), pressure: 11, note: "x" });
    // Below the scale, where the flow has no limit of its own.
    await publish("scale-2", "telemetry", { observedAt: at(2), flow: -0.2 });
    expect(await gasMeterRows(db.pool, "scale-2")).toEqual([]);
    expect(await refused("scale-2")).toEqual([
      ["off_scale", false, 1, { observedAt: at(1), pressure: 11, note: "x" }],
      ["off_scale", false, 1, { observedAt: at(2), flow: -0.2 }],
    ]);
    expect(await alarmsOf("scale-2")).toEqual([
      ["pressure_high", 11, true],
      ["off_scale_flow", -0.2, true],
    ]);
    // Off the other end, where the limit watches: not plausible, so the first alarm stays.
    await publish("scale-2", "telemetry", { observedAt: at(3), flow: 12 });
    expect((await alarmsOf("scale-2")).map(([rule, , active]) => [rule, active])).toEqual([
      ["pressure_high", true],
      ["off_scale_flow", true],
      ["flow_high", true],
    ]);
    await publish("scale-2", "telemetry", { observedAt: at(4), flow: 0 });
    expect((await alarmsOf("scale-2")).map(([rule, , active]) => [rule, active])).toEqual([
      ["pressure_high", true],
      ["off_scale_flow", false],
      ["flow_high", false],
    ]);
    expect(await ledger("scale-2")).toEqual({ received: 4, stored: 1, duplicate: 0, rejected: 3 });
  });

  it("survives a restart as an alarm that the next plausible value ends", async () => {
    await addDevice(db.pool, "scale-3");
    const first = await startTestIngest(db.pool);
    await first.publish("scale-3", "telemetry", { observedAt: at(1), volume: 1, temperature: 75 });
    await first.ingest.stop(1000);
    const second = await startTestIngest(db.pool);
    expect(await alarmsOf("scale-3")).toEqual([["off_scale_temperature", 75, true]]);
    await second.publish("scale-3", "telemetry", { observedAt: at(2), temperature: 20 });
    expect(await alarmsOf("scale-3")).toEqual([["off_scale_temperature", 75, false]]);
  });

  it("can be replayed once its range is wider, and is merged into what was kept of its item", async () => {
    await addDevice(db.pool, "scale-4");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("scale-4", "telemetry", { observedAt: at(1), volume: 1, pressure: 12 });
    expect(await replay(ingest, "scale-4")).toMatchObject({ outcome: "rejected" });
    // As after a change of the kind.
    const metric = ingest.directory.find("scale-4")!.runtime;
    const wide = (metric as unknown as { byKey: Map<string, { max: number }> }).byKey.get("pressure")!;
    wide.max = 20;
    expect(await replay(ingest, "scale-4")).toMatchObject({ outcome: "stored" });
    expect(await gasMeterRows(db.pool, "scale-4")).toMatchObject([{ volume: 1, pressure: 12 }]);
    expect(await ledger("scale-4")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("what a sensor sends in place of a value", () => {
  it.each([
    ["pressure", 3276.7],
    ["pressure", 327.67],
    ["pressure", -9999],
    ["temperature", 85],
    ["temperature", -127],
  ])("is no measurement: %s %f", async (name, value) => {
    const id = `fault-${name}-${String(value).replaceAll(/[^0-9]/g, "-")}`;
    await addDevice(db.pool, id);
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish(id, "telemetry", { observedAt: at(1), volume: 1, [name]: value });
    expect(await gasMeterRows(db.pool, id)).toMatchObject([{ volume: 1, [name]: null }]);
    expect(await refused(id)).toEqual([["sensor_fault", true, 1, { observedAt: at(1), [name]: value }]]);
    expect(await alarmsOf(id)).toEqual([]);
    expect(await ledger(id)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });

  it("may be NaN, which costs neither its neighbours nor the other items", async () => {
    await addDevice(db.pool, "nan-1");
    const { publish, ledger } = await startTestIngest(db.pool);
    // From cases collected from real use.
    await publish(
      "nan-1",
      "telemetry",
      '[{"observedAt":"2026-03-20T08:00:00+08:00","volume":78},{"observedAt":"2026-03-20T09:00:00+08:00","volume":78.1,"temperature":NaN}]',
    );
    expect((await gasMeterRows(db.pool, "nan-1")).map(({ volume }) => volume)).toEqual([78, 78.1]);
    const [rejection, ...others] = await rejectionsOf("nan-1");
    expect(others).toEqual([]);
    expect(rejection).toMatchObject({
      reason: "sensor_fault",
      partial: true,
      text: '{"observedAt":"2026-03-20T01:00:00.000Z","temperature":NaN}',
    });
    expect(await ledger("nan-1")).toEqual({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
  });
});

describe("numbers that JavaScript's own would change", () => {
  it("are kept to their last digit, in readings, events, replies and rejections", async () => {
    await addDevice(db.pool, "digits-1");
    const { publish } = await startTestIngest(db.pool);
    const serial = "1724442618569203714";
    await publish(
      "digits-1",
      "telemetry",
      `{"volume":1,"serial":${serial},"deep":[{"x":0.12345678901234567891}]}`,
    );
    await publish("digits-1", "events", `{"eventId":"e","type":"leak","serial":${serial}}`);
    await publish("digits-1", "replies", `{"commandId":"c","outcome":"done","serial":${serial}}`);
    await publish("digits-1", "telemetry", `[{"Volume":${serial}}]`);
    const texts = await db.pool.query(
      `select extra::text as said from readings_gas_meter join devices using (device_no) where id = 'digits-1'
       union all select data::text from events join devices using (device_no) where id = 'digits-1'
       union all select data::text from replies join devices using (device_no) where id = 'digits-1'
       union all select convert_from(payload, 'utf8') from rejected_messages join devices using (device_no) where id = 'digits-1'`,
    );
    expect(texts.rows.map(({ said }) => said)).toEqual([
      `{"deep": [{"x": 0.12345678901234567891}], "serial": ${serial}}`,
      `{"serial": ${serial}}`,
      `{"serial": ${serial}}`,
      `{"Volume":${serial}}`,
    ]);
  });

  it("are rounded as any other where they are a quantity, or a time in nanoseconds is refused", async () => {
    await addDevice(db.pool, "digits-2");
    const { publish } = await startTestIngest(db.pool);
    await publish("digits-2", "telemetry", `{"observedAt":"${at(1)}","volume":1.00000000000000000001}`);
    await publish("digits-2", "telemetry", '{"observedAt":1780000000000000001,"volume":1}');
    await publish("digits-2", "telemetry", '{"time":1780000000000000001,"volume":1}');
    await publish("digits-2", "telemetry", "1780000000000000001");
    expect((await gasMeterRows(db.pool, "digits-2")).map(({ volume }) => volume)).toEqual([1]);
    expect((await refused("digits-2")).map(([reason]) => reason)).toEqual([
      "clock_ahead",
      "time_missing",
      "bad_shape",
    ]);
  });
});

describe("a camera's second update of one frame", () => {
  it("is kept behind the first, and one that says the same is a duplicate", async () => {
    await addDevice(db.pool, "frame-1", { kind: "camera" });
    const { publish, ledger, committed } = await startTestIngest(db.pool);
    const frame = start / 1000;
    const seen = (more: object) => {
      const object = {
        id: `${frame}-abc123`,
        camera: "gate",
        frame_time: frame,
        label: "car",
        start_time: frame,
        ...more,
      };
      return { type: "update", before: object, after: object };
    };
    await publish("frame-1", "events", seen({ score: 0.7 }));
    await publish("frame-1", "events", [
      seen({ score: 0.7 }),
      seen({ score: 0.8, recognized_license_plate: "贵A12345" }),
    ]);
    await publish(
      "frame-1",
      "events",
      seen({ score: 0.8, recognized_license_plate: "贵A12345", sub_label: "post" }),
    );
    const { rows } = await db.pool.query(
      `select observed_at, data ->> 'licensePlate' as plate, data ->> 'subLabel' as name from events
       join devices using (device_no) where id = 'frame-1' order by observed_at`,
    );
    expect(rows.map(({ observed_at, plate, name }) => [observed_at.getTime() - start, plate, name])).toEqual([
      [0, null, null],
      [1, "贵A12345", null],
      [2, "贵A12345", "post"],
    ]);
    expect(committed.flatMap(({ events }) => events)).toHaveLength(3);
    expect(await ledger("frame-1")).toEqual({ received: 4, stored: 3, duplicate: 1, rejected: 0 });
  });
});

describe("a message of refused items", () => {
  it("costs one row for each reason, with these items alone, and a replay takes all of them", async () => {
    const { deviceNo } = await addDevice(db.pool, "many-1");
    const { ingest, publish, ledger, registry } = await startTestIngest(db.pool);
    const bad = Array.from({ length: 32_700 }, (_, n) => (n === 7 ? { flow: "x" } : {}));
    bad[8] = { observedAt: start, volume: 5 } as object as (typeof bad)[number];
    await publish("many-1", "telemetry", bad);
    const rows = await rejectionsOf("many-1");
    expect(rows.map(({ reason, items, partial }) => [reason, items, partial])).toEqual([
      ["empty", 32_698, false],
      ["time_missing", 1, false],
    ]);
    expect(JSON.parse(rows[0].text)).toHaveLength(32_698);
    expect(JSON.parse(rows[1].text)).toEqual({ flow: "x" });
    expect(await ledger("many-1")).toEqual({ received: 32_700, stored: 1, duplicate: 0, rejected: 32_699 });
    expect(ingest.pendingOf(deviceNo)).toBe(0);
    const metrics = await registry.getSingleMetricAsString("sbi_rejected_items_total");
    expect(metrics).toContain('sbi_rejected_items_total{reason="empty"} 32698');
  });

  it("can be replayed as a whole, gateway and all, and counts each item once", async () => {
    const gateway = await addDevice(db.pool, "gw-many", { kind: "lora-gateway" });
    const { deviceNo } = await addDevice(db.pool, "many-2");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    const readings = [1, 2, 3].map((minute) => ({
      observedAt: at(minute),
      volume: minute,
      pressure: minute === 3 ? 12 : 2,
    }));
    await publish("gw-many", "gateway-telemetry", { "many-2": readings, nobody: readings, none: [] });
    expect((await refused("gw-many")).map(([reason, , items]) => [reason, items])).toEqual([
      ["not_assigned", 3],
      ["unknown_device", 4],
    ]);
    await db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gateway.deviceNo,
      deviceNo,
    ]);
    await ingest.directory.refresh("many-2");
    expect(await replay(ingest, "gw-many", 0)).toEqual({
      outcome: "stored",
      detail: "3 of 3 items were stored, no other was new",
    });
    expect((await gasMeterRows(db.pool, "many-2")).map(({ volume, pressure }) => [volume, pressure])).toEqual(
      [
        [1, 2],
        [2, 2],
        [3, null],
      ],
    );
    // What is off the scale in it is on record as it would have been at first.
    expect(await refused("many-2")).toEqual([
      ["off_scale", true, 1, { "many-2": { observedAt: at(3), pressure: 12 } }],
    ]);
    expect(await ledger("many-2")).toEqual({ received: 3, stored: 3, duplicate: 0, rejected: 0 });
    expect(await ledger("gw-many")).toEqual({ received: 4, stored: 0, duplicate: 0, rejected: 4 });
  });

  it("is refused again as a whole where one of its values is in conflict by now", async () => {
    await addDevice(db.pool, "many-3");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("many-3", "telemetry", { observedAt: at(1), volume: "1" });
    await publish("many-3", "telemetry", { observedAt: at(1), volume: 1 });
    const row = (await rejectionsOf("many-3"))[0];
    const again = (value: unknown) => {
      const payload = Buffer.from(JSON.stringify(value));
      return ingest.replay(
        {
          rejectionNo: row.rejection_no,
          publisher: row.publisher,
          door: row.door,
          topic: row.topic,
          reason: row.reason,
          payload,
          payloadBytes: payload.length,
          receivedAt: row.received_at,
          itemsChannel: row.items_channel,
        },
        ACTOR,
        NO_LIMITS,
      );
    };
    expect(
      await again([
        { observedAt: at(2), volume: 2 },
        { observedAt: at(1), volume: 2 },
      ]),
    ).toMatchObject({
      outcome: "rejected",
      detail: expect.stringContaining("conflict: volume"),
    });
    expect(await gasMeterRows(db.pool, "many-3")).toHaveLength(1);
    expect(await ledger("many-3")).toEqual({ received: 2, stored: 1, duplicate: 0, rejected: 1 });
    expect(await again({ observedAt: at(1), volume: 2, flow: 1 })).toMatchObject({ outcome: "stored" });
    expect(await gasMeterRows(db.pool, "many-3")).toMatchObject([{ volume: 1, flow: 1 }]);
    expect(await refused("many-3")).toMatchObject([
      ["bad_type", false, 1, {}],
      ["conflict", true, 1, { observedAt: at(1), volume: 2 }],
    ]);
    expect(await ledger("many-3")).toEqual({ received: 2, stored: 2, duplicate: 0, rejected: 0 });
  });
});
