import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { writeJson } from "../../../base/exact-json.ts";
import { gasMeter } from "../../../devices/kinds/gas-meter/kind.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { deleteDevice } from "../../../store/devices/write-devices.ts";
import { findNewerReadings, listWaits, writeWaits } from "../../../store/events/alarm-waits.ts";
import { type AlarmTransition, applyAlarmTransitions } from "../../../store/events/write-alarms.ts";
import {
  insertEvents,
  insertNewEvents,
  insertReplies,
  type NewEvent,
} from "../../../store/events/write-events.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";
import { lastNewsNo, newsAfter } from "../../helpers/told.ts";

/** What is committed is told by the same statement: never without it, and nothing else. */

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const AT = Date.parse("2026-02-01T08:00:00.123Z");
/** As the database writes it into JSON. */
const iso = (at: number) => new Date(at).toISOString().replace("Z", "+00:00");

/** Does something. @returns the news of it, as `[topic, process, payload]` */
async function toldBy(work: () => Promise<unknown>): Promise<unknown[]> {
  const from = await lastNewsNo(db.pool);
  await work();
  return (await newsAfter(db.pool, from)).map(({ topic, processNo, payload }) => [topic, processNo, payload]);
}

const event = (deviceNo: number, eventId: string, more: Partial<NewEvent> = {}): NewEvent => ({
  deviceNo,
  observedAt: AT,
  receivedAt: AT + 50,
  eventId,
  phase: "instant",
  type: "leak",
  data: '{"flow":0.4}',
  ...more,
});
const transition = (deviceNo: number, more: Partial<AlarmTransition> = {}): AlarmTransition => ({
  action: "raise",
  deviceNo,
  rule: "battery_low",
  severity: "minor",
  message: "Battery to be replaced",
  value: 2.5,
  at: AT,
  ...more,
});

describe("news of events", () => {
  it("are one piece for a batch, in the order in which they came, whatever their moments and devices", async () => {
    const a = (await addDevice(db.pool, "told-b")).deviceNo;
    const b = (await addDevice(db.pool, "told-a")).deviceNo;
    const events = [
      event(b, "3", { observedAt: AT + 9 }),
      event(a, "1", { phase: "new", type: "tamper" }),
      event(b, "2", { data: '{"exact":12345678901234567890}' }),
      event(b, "1"),
    ];
    const told = await toldBy(() => insertEvents(db.pool, events));
    expect(told).toEqual([["event", null, expect.any(Array)]]);
    const [[, , items]] = told as [[string, null, object[]]];
    expect(items).toMatchObject(
      events.map(({ receivedAt: _, data: __, observedAt, ...said }) => ({
        ...said,
        observedAt: iso(observedAt),
      })),
    );
    expect(writeJson(items[2])).toContain('"exact":12345678901234567890');
  });

  it("leave out repetitions, in the batch and in the table, and tell of one that had to move once, as it is stored", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-again");
    await insertEvents(db.pool, [event(deviceNo, "1")]);
    const other = event(deviceNo, "1", { data: '{"other":1}' });
    const told = await toldBy(() =>
      insertEvents(db.pool, [event(deviceNo, "1"), event(deviceNo, "2"), event(deviceNo, "2"), other]),
    );
    expect(told).toMatchObject([
      ["event", null, [{ eventId: "2" }]],
      ["event", null, [{ eventId: "1", observedAt: iso(AT + 1), data: { other: 1 } }]],
    ]);
    expect(await toldBy(() => insertEvents(db.pool, [event(deviceNo, "1")]))).toEqual([]);
  });

  it("are told once, also where the answer of their statement was lost", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-claimed");
    const claim = { writer: "11111111-1111-1111-1111-111111111111", lane: 1, part: 1 };
    const insert = () => insertNewEvents(db.pool, [event(deviceNo, "1")], claim);
    expect(await toldBy(insert)).toHaveLength(1);
    expect(await toldBy(insert)).toEqual([]);
  });

  it("are of events alone: a reply is told to nobody here", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-reply");
    const reply = { deviceNo, observedAt: AT, receivedAt: AT, commandId: "c", outcome: "done", data: "{}" };
    expect(await toldBy(() => insertReplies(db.pool, [reply]))).toEqual([]);
  });
});

describe("news of alarms", () => {
  it("are one piece for a statement: what changed, with its place, and who decided", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-alarm");
    await db.pool.query("insert into tenants (id, name, use) values ('gas', 'Gas', 'commercial')");
    await db.pool.query("update devices set tenant_id = 'gas' where device_no = $1", [deviceNo]);
    await db.pool.query("update devices set placed_since = '-infinity' where device_no = $1", [deviceNo]);
    const apply = (...some: AlarmTransition[]) => applyAlarmTransitions(db.pool, some, undefined, 5);
    const common = {
      deviceNo,
      deviceId: "told-alarm",
      kind: "gas-meter",
      regionCode: "520326001001",
      tenantId: "gas",
      by: null,
    };
    const mute = { rule: "silent", value: undefined, message: "Nothing heard" };
    expect(await toldBy(() => apply(transition(deviceNo), transition(deviceNo, mute)))).toMatchObject([
      [
        "alarm",
        5,
        [
          { ...common, change: "raised", rule: "battery_low", value: 2.5, message: "Battery to be replaced" },
          { ...common, change: "raised", rule: "silent", value: null, severity: "minor" },
        ],
      ],
    ]);
    expect(await toldBy(() => apply(transition(deviceNo)))).toEqual([]);
    const clear = transition(deviceNo, { action: "clear", at: AT + 1000, value: 3.5 });
    const told = await toldBy(() => apply(clear, transition(deviceNo, { at: AT + 2000 })));
    expect(told).toMatchObject([
      ["alarm", 5, [{ change: "cleared", value: 3.5 }]],
      ["alarm", 5, [{ change: "raised" }]],
    ]);
  });

  it("tell of those that end with their device, once, to whoever had it", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-deleted");
    await db.pool.query("update devices set placed_since = '-infinity' where device_no = $1", [deviceNo]);
    await applyAlarmTransitions(db.pool, [
      transition(deviceNo),
      transition(deviceNo, { rule: "silent", value: undefined, message: "Nothing heard" }),
    ]);
    const wait = { deviceNo, rule: "flow_high", isOver: false, since: AT, at: AT };
    await writeWaits(db.pool, [wait], undefined, () => {});
    const actor = { type: "machine", id: "test", name: null, tenantId: null } as const;
    const gone = () =>
      deleteDevice(db.pool, "told-deleted", NO_LIMITS, { limits: NO_LIMITS, sounding: [] }, actor);
    const told = await toldBy(gone);
    const cleared = {
      deviceNo,
      deviceId: "told-deleted",
      regionCode: "520326001001",
      change: "cleared",
      by: null,
    };
    expect(told).toMatchObject([
      [
        "alarm",
        null,
        [
          { ...cleared, rule: "battery_low", message: "Battery to be replaced" },
          { ...cleared, rule: "silent" },
        ],
      ],
      ["device", null, [{ deviceId: "told-deleted", change: "deleted" }]],
    ]);
    expect(await listWaits(db.pool)).toEqual([]);
    // What was on its way comes too late.
    await writeWaits(db.pool, [wait], undefined, () => {});
    expect(await listWaits(db.pool)).toEqual([]);
  });
});

describe("what rules wait for", () => {
  it("is written, moved on and ended, the last word of each rule, and told where there are others", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-waits");
    const write = (processNo: number | undefined, ...some: { rule: string; since: number | undefined }[]) =>
      writeWaits(
        db.pool,
        some.map((each) => ({ deviceNo, isOver: false, at: AT, ...each })),
        processNo,
        () => {},
      );
    const known = async () => (await listWaits(db.pool)).map(({ rule, since }) => [rule, since - AT]).sort();
    expect(
      await toldBy(() => write(undefined, { rule: "a", since: AT }, { rule: "b", since: AT + 1 })),
    ).toEqual([]);
    expect(await known()).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
    const told = await toldBy(() =>
      write(
        4,
        { rule: "a", since: undefined },
        { rule: "b", since: undefined },
        { rule: "b", since: AT + 2 },
      ),
    );
    const common = { deviceNo, isOver: false, at: iso(AT) };
    expect(told).toEqual([
      [
        "alarm_wait",
        4,
        [
          { ...common, rule: "a", since: null },
          { ...common, rule: "b", since: iso(AT + 2) },
        ],
      ],
    ]);
    expect(await known()).toEqual([["b", 2]]);
  });

  it("counts from the newest reading that another process has stored, and not from those that are known", async () => {
    const { deviceNo } = await addDevice(db.pool, "told-newer");
    const other = await addDevice(db.pool, "told-newer-2");
    const store = (seconds: number, arrives = seconds) =>
      db.pool.query(
        `insert into readings_gas_meter (device_no, observed_at, received_after) values ($1, $2, $3)`,
        [deviceNo, new Date(AT + seconds * 1000), arrives - seconds],
      );
    for (const seconds of [0, 10, 20]) await store(seconds);
    const table = tablesOf([gasMeter])[0]!;
    const ask = (after: number, except: number[]) =>
      findNewerReadings(db.pool, table, [
        { deviceNo: other.deviceNo, after: AT, except: [] },
        { deviceNo, after: AT + after * 1000, except: except.map((each) => AT + each * 1000) },
      ]);
    expect(await ask(0, [])).toEqual([undefined, AT + 20_000]);
    expect(await ask(0, [20])).toEqual([undefined, AT + 10_000]);
    expect(await ask(5, [20, 10])).toEqual([undefined, undefined]);
    expect(await ask(20, [])).toEqual([undefined, undefined]);
    // A clock that is an hour ahead: it counts as of its arrival.
    await store(3600, 15);
    expect(await ask(12, [20])).toEqual([undefined, AT + 15_000]);
    expect(await ask(16, [20])).toEqual([undefined, undefined]);
  });
});
