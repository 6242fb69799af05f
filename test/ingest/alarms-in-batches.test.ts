import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createRandom } from "../../devices/random.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Taken once: a busy machine may let a minute pass between two readings of one test. */
const BEGIN = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(BEGIN + minute * 60_000).toISOString();

describe("alarms", () => {
  const alarmsOf = async (id: string) =>
    (
      await db.pool.query(
        "select rule, cleared_at is null as active from alarms join devices using (device_no) where id = $1 order by alarm_no",
        [id],
      )
    ).rows;

  it("are raised and cleared with the readings that cause it, one active per rule", async () => {
    await addDevice(db.pool, "alarm-1");
    const { publish, committed } = await startTestIngest(db.pool);
    await publish("alarm-1", "telemetry", { observedAt: at(1), battery: 3 });
    await publish("alarm-1", "telemetry", { observedAt: at(2), battery: 3 });
    expect(await alarmsOf("alarm-1")).toEqual([{ rule: "battery_low", active: true }]);
    await publish("alarm-1", "telemetry", { observedAt: at(3), battery: 3.6 });
    expect(await alarmsOf("alarm-1")).toEqual([{ rule: "battery_low", active: false }]);
    expect(committed.flatMap(({ alarms }) => alarms.map(({ action }) => action))).toEqual(["raise", "clear"]);
  });

  it("survive a restart: what was active is neither raised twice nor forgotten", async () => {
    await addDevice(db.pool, "alarm-2");
    const first = await startTestIngest(db.pool);
    await first.publish("alarm-2", "telemetry", { observedAt: at(1), battery: 3 });
    await first.ingest.stop(1000);
    const second = await startTestIngest(db.pool);
    await second.publish("alarm-2", "telemetry", { observedAt: at(2), battery: 3 });
    expect(await alarmsOf("alarm-2")).toHaveLength(1);
    await second.publish("alarm-2", "telemetry", { observedAt: at(3), battery: 3.6 });
    expect(await alarmsOf("alarm-2")).toEqual([{ rule: "battery_low", active: false }]);
  });

  it.each([
    ["an hour", 3_600_000],
    ["a second and a bit", 1_001],
  ])(
    "are neither raised nor cleared by what a device had buffered, where newer readings, from %s before a restart, say otherwise",
    async (_before, ms) => {
      const [well, low] = [`buffered-1-${ms}`, `buffered-2-${ms}`];
      await addDevice(db.pool, well);
      await addDevice(db.pool, low);
      const first = await startTestIngest(db.pool);
      const receivedAt = Math.floor((Date.now() - ms) / 1000) * 1000 - 1000;
      // Of an arrival only the seconds after the reading are kept: these two are as late as can be.
      const newer = new Date(receivedAt - 3_600_000 + 1).toISOString();
      await first.publish(well, "telemetry", { observedAt: newer, battery: 3.6 }, { receivedAt });
      await first.publish(low, "telemetry", { observedAt: newer, battery: 3 }, { receivedAt });
      await first.ingest.stop(1000);
      const second = await startTestIngest(db.pool, { now: () => receivedAt + ms });
      await second.publish(well, "telemetry", { observedAt: at(4), battery: 3 });
      await second.publish(low, "telemetry", { observedAt: at(4), battery: 3.6 });
      expect(await alarmsOf(well)).toEqual([]);
      expect(await alarmsOf(low)).toEqual([{ rule: "battery_low", active: true }]);
      // A new reading decides as ever, whatever was in doubt.
      const observedAt = new Date(Date.now() + 1000).toISOString();
      await second.publish(well, "telemetry", { observedAt, battery: 3 });
      await second.publish(low, "telemetry", { observedAt, battery: 3.6 });
      expect(await alarmsOf(well)).toEqual([{ rule: "battery_low", active: true }]);
      expect(await alarmsOf(low)).toEqual([{ rule: "battery_low", active: false }]);
    },
  );

  it("follow what a device had buffered, after a restart, where nothing newer was there", async () => {
    await addDevice(db.pool, "buffered-3");
    await addDevice(db.pool, "buffered-4");
    const first = await startTestIngest(db.pool);
    await first.publish("buffered-3", "telemetry", { observedAt: at(1), battery: 3 });
    await first.ingest.stop(1000);
    const second = await startTestIngest(db.pool);
    await second.publish("buffered-3", "telemetry", { observedAt: at(2), battery: 3.6 });
    await second.publish("buffered-4", "telemetry", [
      { observedAt: at(2), battery: 3 },
      { observedAt: at(3), battery: 3.6 },
    ]);
    expect(await alarmsOf("buffered-3")).toEqual([{ rule: "battery_low", active: false }]);
    expect(await alarmsOf("buffered-4")).toEqual([{ rule: "battery_low", active: false }]);
    const observedAt = new Date(Date.now() + 1000).toISOString();
    await second.publish("buffered-3", "telemetry", { observedAt, battery: 3 });
    expect(await alarmsOf("buffered-3")).toEqual([
      { rule: "battery_low", active: false },
      { rule: "battery_low", active: true },
    ]);
  });

  it("are those of a process that never ends, however often one is started in between", async () => {
    const random = createRandom(7);
    const ids = Array.from({ length: 12 }, (_, n) => `restarted-${n}`);
    for (const id of ids) await addDevice(db.pool, id);
    const model = new Map(ids.map((id) => [id, { active: false, newest: 0 }]));
    let now = Date.now() - 12 * 3_600_000;
    let running = await startTestIngest(db.pool, { now: () => now });
    for (let turn = 0; turn < 40; turn++) {
      now += random.next() * 10 * 60_000;
      if (random.chance(0.25)) {
        await running.ingest.stop(1000);
        running = await startTestIngest(db.pool, { now: () => now });
      }
      const receivedAt = Math.floor(now);
      await Promise.all(
        ids.map(async (id) => {
          if (random.chance(0.4)) return;
          const observedAt = receivedAt - Math.floor(random.chance(0.5) ? 0 : random.next() * 40 * 60_000);
          // Low, within the deadband, and well.
          const battery = [3, 3.12, 3.6][Math.floor(random.next() * 3)]!;
          const known = model.get(id)!;
          if (observedAt > known.newest) {
            known.newest = observedAt;
            if (battery === 3) known.active = true;
            else if (battery === 3.6) known.active = false;
          }
          await running.publish(id, "telemetry", { observedAt, battery }, { receivedAt });
        }),
      );
      const { rows } = await db.pool.query(
        `select id, exists (select from alarms a where a.device_no = d.device_no and rule = 'battery_low'
                            and cleared_at is null) as active
         from devices d where id like 'restarted-%' order by device_no`,
      );
      const expected = ids.map((id) => ({ id, active: model.get(id)!.active }));
      expect(rows, `turn ${turn}`).toEqual(expected);
    }
  });

  it("go by what the device sent, also where the table keeps fewer digits", async () => {
    await addDevice(db.pool, "alarm-digits");
    const { publish } = await startTestIngest(db.pool);
    // Above the limit of 3 by less than what is kept, and then below it, at which nothing is left of the alarm.
    await publish("alarm-digits", "telemetry", { observedAt: at(1), pressure: 3.004 });
    expect(await gasMeterRows(db.pool, "alarm-digits")).toMatchObject([{ pressure: 3 }]);
    const { rows } = await db.pool.query(
      "select rule, value from alarms join devices using (device_no) where id = 'alarm-digits'",
    );
    expect(rows).toEqual([{ rule: "pressure_high", value: 3.004 }]);
    // The deadband ends at 2.7: what is stored as 2.70 has not come back as far.
    await publish("alarm-digits", "telemetry", { observedAt: at(2), pressure: 2.704 });
    expect(await alarmsOf("alarm-digits")).toEqual([{ rule: "pressure_high", active: true }]);
    await publish("alarm-digits", "telemetry", { observedAt: at(3), pressure: 2.696 });
    expect(await alarmsOf("alarm-digits")).toEqual([{ rule: "pressure_high", active: false }]);
  });

  it("tell of a device that has been silent for too long, by our clock", async () => {
    await addDevice(db.pool, "alarm-3");
    let now = Date.now();
    const { ingest, publish } = await startTestIngest(db.pool, { now: () => now });
    now += 26 * 3_600_000;
    await ingest.checkSilence();
    await vi.waitFor(async () =>
      expect(await alarmsOf("alarm-3")).toEqual([{ rule: "silent", active: true }]),
    );
    await publish("alarm-3", "telemetry", { flow: 1 }, { receivedAt: now });
    expect(await alarmsOf("alarm-3")).toEqual([{ rule: "silent", active: false }]);
  });

  it("of silence end with an answer to a command, which is heard as well", async () => {
    await addDevice(db.pool, "alarm-answers");
    let now = Date.now();
    const { ingest, publish } = await startTestIngest(db.pool, { now: () => now });
    now += 26 * 3_600_000;
    await ingest.checkSilence();
    expect(await alarmsOf("alarm-answers")).toEqual([{ rule: "silent", active: true }]);
    await publish("alarm-answers", "replies", { commandId: "c", outcome: "done" }, { receivedAt: now });
    expect(await alarmsOf("alarm-answers")).toEqual([{ rule: "silent", active: false }]);
  });

  it("that a condition has to last for are raised when it has, however often a process was started meanwhile", async () => {
    for (const id of ["lasts-1", "lasts-2", "lasts-3"]) await addDevice(db.pool, id, { kind: "camera" });
    let now = Date.now() - 3_600_000;
    const minute = async (losses: Record<string, number>) => {
      now += 60_000;
      const { ingest, publish } = await startTestIngest(db.pool, { now: () => now - 1000 });
      for (const [id, packet_loss] of Object.entries(losses)) {
        await publish(id, "telemetry", { observedAt: now, packet_loss }, { receivedAt: now });
      }
      await ingest.stop(1000);
    };
    // Five minutes: the second comes back in between, the third has not been there for so long.
    for (let n = 0; n < 5; n++) {
      await minute({ "lasts-1": 9, "lasts-2": n === 2 ? 1 : 9, ...(n > 0 ? { "lasts-3": 9 } : {}) });
      expect(await alarmsOf("lasts-1")).toEqual([]);
    }
    await minute({ "lasts-1": 9, "lasts-2": 9, "lasts-3": 9 });
    expect(await alarmsOf("lasts-1")).toEqual([{ rule: "packet_loss_high", active: true }]);
    expect([await alarmsOf("lasts-2"), await alarmsOf("lasts-3")]).toEqual([[], []]);
    await minute({ "lasts-1": 1, "lasts-3": 9 });
    expect(await alarmsOf("lasts-1")).toEqual([{ rule: "packet_loss_high", active: false }]);
    expect(await alarmsOf("lasts-3")).toEqual([{ rule: "packet_loss_high", active: true }]);
  });

  it("of events are neither raised nor ended by older ones that come after a restart", async () => {
    for (const id of ["event-1", "event-2"]) await addDevice(db.pool, id, { kind: "speaker" });
    const first = await startTestIngest(db.pool);
    let n = 0;
    const send = (to: typeof first, id: string, type: string, minute: number) =>
      to.publish(id, "events", { eventId: `e${n++}`, type, observedAt: at(minute) });
    await send(first, "event-1", "mains_lost", 10);
    await send(first, "event-1", "mains_lost", 30);
    await send(first, "event-2", "mains_restored", 30);
    await first.ingest.stop(1000);
    const second = await startTestIngest(db.pool);
    await send(second, "event-1", "mains_restored", 20);
    await send(second, "event-2", "mains_lost", 20);
    expect(await alarmsOf("event-1")).toMatchObject([{ active: true }]);
    expect(await alarmsOf("event-2")).toEqual([]);
    await send(second, "event-1", "mains_restored", 40);
    await send(second, "event-2", "mains_lost", 40);
    expect(await alarmsOf("event-1")).toMatchObject([{ active: false }]);
    expect(await alarmsOf("event-2")).toMatchObject([{ active: true }]);
  });
});
