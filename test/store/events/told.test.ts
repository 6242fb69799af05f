import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeJson } from "../../../base/exact-json.ts";
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
});
