import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type AlarmTransition,
  applyAlarmTransitions,
  listActiveAlarms,
} from "../../../store/events/write-alarms.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const AT = Date.parse("2026-02-01T08:00:00.123Z");
const MINUTE = 60_000;

const raise = (
  deviceNo: number,
  rule: string,
  at = AT,
  more: Partial<AlarmTransition> = {},
): AlarmTransition => ({
  action: "raise",
  deviceNo,
  rule,
  severity: "major",
  message: `${rule} is raised`,
  value: 3.2,
  at,
  ...more,
});
const clear = (deviceNo: number, rule: string, at = AT): AlarmTransition =>
  raise(deviceNo, rule, at, { action: "clear" });

const device = async (id: string) => (await addDevice(db.pool, id)).deviceNo;
const apply = (...transitions: AlarmTransition[]) => applyAlarmTransitions(db.pool, transitions);
const alarms = async (deviceNo: number) =>
  (
    await db.pool.query(
      "select rule, severity, message, value, raised_at, cleared_at from alarms where device_no = $1 order by alarm_no",
      [deviceNo],
    )
  ).rows;

describe("an alarm", () => {
  it("is raised with what the rule says, and cleared", async () => {
    const no = await device("alarm-1");
    const [raised] = await apply(raise(no, "battery_low"));
    expect(await alarms(no)).toEqual([
      {
        rule: "battery_low",
        severity: "major",
        message: "battery_low is raised",
        value: 3.2,
        raised_at: new Date(AT),
        cleared_at: null,
      },
    ]);
    const [cleared] = await apply(clear(no, "battery_low", AT + MINUTE));
    expect(cleared).toEqual({ ...clear(no, "battery_low", AT + MINUTE), alarmNo: raised!.alarmNo });
    expect(await alarms(no)).toMatchObject([{ cleared_at: new Date(AT + MINUTE) }]);
  });

  it("that comes again soon after it was cleared goes on as the same, with a count, and wants to be acknowledged anew", async () => {
    const no = await device("alarm-flutters");
    const flap = { flapMs: 10 * MINUTE };
    const counts = async () =>
      (
        await db.pool.query(
          `select times, raised_at, last_raised_at, acknowledged_by, cleared_at is null as active
           from alarms where device_no = $1 order by alarm_no`,
          [no],
        )
      ).rows;
    const numbers = new Set<number>();
    for (let n = 0; n < 10; n++) {
      const changes = await apply(
        raise(no, "a", AT + 2 * n * MINUTE, flap),
        clear(no, "a", AT + (2 * n + 1) * MINUTE),
      );
      expect(changes.map(({ action }) => action)).toEqual(["raise", "clear"]);
      for (const { alarmNo } of changes) numbers.add(alarmNo);
      if (n === 8) {
        await db.pool.query(
          "update alarms set acknowledged_at = now(), acknowledged_by = 'Li', acknowledgement_note = 'mended'",
        );
        expect(await counts()).toMatchObject([{ acknowledged_by: "Li" }]);
      }
    }
    expect(numbers.size).toBe(1);
    const first = { times: 10, raised_at: new Date(AT), last_raised_at: new Date(AT + 18 * MINUTE) };
    // Whoever acknowledged it took it for over.
    expect(await counts()).toEqual([{ ...first, acknowledged_by: null, active: false }]);
    const rest = "select acknowledged_at, acknowledgement_note from alarms where device_no = $1";
    expect((await db.pool.query(rest, [no])).rows).toEqual([
      { acknowledged_at: null, acknowledgement_note: null },
    ]);
    // Ten minutes to the millisecond still are a flutter; another rule is another alarm.
    await apply(raise(no, "b", AT + 20 * MINUTE, flap), raise(no, "a", AT + 29 * MINUTE, flap));
    expect(await counts()).toMatchObject([
      { times: 11, active: true },
      { times: 1, active: true },
    ]);
    await apply(clear(no, "a", AT + 30 * MINUTE), raise(no, "a", AT + 40 * MINUTE + 1, flap));
    expect(await counts()).toMatchObject([
      { times: 11, active: false },
      { times: 1 },
      { times: 1, active: true, acknowledged_by: null },
    ]);
    // What nothing but a person clears.
    await apply(clear(no, "b", AT + 30 * MINUTE), raise(no, "b", AT + 31 * MINUTE));
    expect(await counts()).toHaveLength(4);
  });

  it("that flutters is another's once the device is", async () => {
    const no = await device("alarm-moves");
    await apply(raise(no, "a", AT, { flapMs: MINUTE }), clear(no, "a", AT + 1));
    await db.pool.query("update devices set region_code = '520326' where device_no = $1", [no]);
    await apply(raise(no, "a", AT + 2, { flapMs: MINUTE }));
    expect(await alarms(no)).toHaveLength(2);
  });

  it("may be raised without a value", async () => {
    const no = await device("alarm-2");
    await apply(raise(no, "silent", AT, { value: undefined }));
    expect(await alarms(no)).toMatchObject([{ value: null }]);
  });

  it("costs one statement however often a batch raises it, and its neighbours keep their order", async () => {
    const [a, b] = [await device("alarm-often-1"), await device("alarm-often-2")];
    const often = Array.from({ length: 3000 }, (_, n) => raise(a, "leak", AT + n));
    const again = Array.from({ length: 3000 }, (_, n) => raise(a, "leak", AT + MINUTE + n));
    const taken: [count: number, rules: string[]][] = [];
    const query = vi.spyOn(db.pool, "query");
    await applyAlarmTransitions(
      db.pool,
      [...often, raise(b, "leak"), clear(a, "leak", AT + 5000), clear(a, "leak", AT + 6000), ...again],
      (count, changes) => taken.push([count, changes.map(({ deviceNo, action }) => `${action} ${deviceNo}`)]),
    );
    const statements = query.mock.calls.length;
    query.mockRestore();
    expect(statements).toBe(3);
    expect(taken).toEqual([
      [3001, [`raise ${a}`, `raise ${b}`]],
      [2, [`clear ${a}`]],
      [3000, [`raise ${a}`]],
    ]);
    expect(await alarms(a)).toMatchObject([
      { raised_at: new Date(AT), cleared_at: new Date(AT + 5000) },
      { raised_at: new Date(AT + MINUTE), cleared_at: null },
    ]);
  });

  it("that is active is not raised again: the first stays as it was", async () => {
    const no = await device("alarm-3");
    expect(await apply(raise(no, "a"), raise(no, "a", AT + MINUTE, { value: 1 }))).toHaveLength(1);
    expect(await apply(raise(no, "a", AT + 2 * MINUTE, { severity: "critical" }))).toEqual([]);
    expect(await alarms(no)).toMatchObject([{ value: 3.2, severity: "major", raised_at: new Date(AT) }]);
  });

  it("that is not active is not cleared, and a clearance is not moved", async () => {
    const no = await device("alarm-4");
    expect(await apply(clear(no, "a"))).toEqual([]);
    await apply(raise(no, "a"), clear(no, "a", AT + MINUTE));
    expect(await apply(clear(no, "a", AT + 2 * MINUTE))).toEqual([]);
    expect(await alarms(no)).toMatchObject([{ cleared_at: new Date(AT + MINUTE) }]);
  });

  it("never ends before it began, though the device's clock went backwards", async () => {
    const no = await device("alarm-5");
    expect(await apply(raise(no, "a"), clear(no, "a", AT - 60 * MINUTE))).toHaveLength(2);
    expect(await alarms(no)).toMatchObject([{ raised_at: new Date(AT), cleared_at: new Date(AT) }]);
  });

  it("is a new one after it was cleared", async () => {
    const no = await device("alarm-6");
    const changes = await apply(raise(no, "a"), clear(no, "a", AT + MINUTE), raise(no, "a", AT + 2 * MINUTE));
    expect(changes.map(({ action }) => action)).toEqual(["raise", "clear", "raise"]);
    expect(new Set(changes.map(({ alarmNo }) => alarmNo)).size).toBe(2);
    expect(await alarms(no)).toMatchObject([
      { cleared_at: new Date(AT + MINUTE) },
      { raised_at: new Date(AT + 2 * MINUTE), cleared_at: null },
    ]);
  });

  it("belongs to one device and one rule: others are left alone", async () => {
    const [one, two] = [await device("alarm-7"), await device("alarm-8")];
    await apply(raise(one, "a"), raise(one, "b"), raise(two, "a"));
    await apply(clear(one, "a", AT + MINUTE));
    const active = (await listActiveAlarms(db.pool)).filter(
      ({ deviceNo }) => deviceNo === one || deviceNo === two,
    );
    expect(active.map(({ deviceNo, rule }) => [deviceNo, rule])).toEqual(
      expect.arrayContaining([
        [one, "b"],
        [two, "a"],
      ]),
    );
    expect(active).toHaveLength(2);
  });

  it("is raised once when the same batch is applied twice at the same time", async () => {
    const no = await device("alarm-9");
    const changes = await Promise.all([apply(raise(no, "a")), apply(raise(no, "a")), apply(raise(no, "a"))]);
    expect(changes.flat()).toHaveLength(1);
    expect(await alarms(no)).toHaveLength(1);
  });
});

describe("what a reading says that is older than the last change of its alarm, because a paused process applies it late,", () => {
  const ordered = { isOrdered: true, flapMs: 10 * MINUTE };
  const up = (no: number, minute: number) => raise(no, "battery_low", AT + minute * MINUTE, ordered);
  const down = (no: number, minute: number) =>
    raise(no, "battery_low", AT + minute * MINUTE, { ...ordered, action: "clear" });
  const settled = async (no: number) => {
    await db.pool.query("update devices set placed_since = '-infinity' where device_no = $1", [no]);
    return async () =>
      (
        await db.pool.query(
          `select times, extract(epoch from raised_at - $2::timestamptz)::int / 60 as raised,
                  extract(epoch from cleared_at - $2::timestamptz)::int / 60 as cleared
           from alarms where device_no = $1 order by alarm_no`,
          [no, new Date(AT)],
        )
      ).rows;
  };

  it("raises nothing again, neither as the same alarm nor as a new one", async () => {
    const no = await device("late-raise");
    const rows = await settled(no);
    await apply(up(no, 0));
    await apply(down(no, 5));
    const over = [{ times: 1, raised: 0, cleared: 5 }];
    for (const minute of [-30, 0, 3]) {
      expect(await apply(up(no, minute))).toEqual([]);
      expect(await rows()).toEqual(over);
    }
    await apply(up(no, 6));
    expect(await rows()).toEqual([{ times: 2, raised: 0, cleared: null }]);
  });

  it("clears nothing that was raised, or raised again, after it", async () => {
    const no = await device("late-clear");
    const rows = await settled(no);
    await apply(up(no, 0));
    expect(await apply(down(no, -1))).toEqual([]);
    await apply(down(no, 5));
    await apply(up(no, 6));
    expect(await apply(down(no, 5))).toEqual([]);
    expect(await rows()).toEqual([{ times: 2, raised: 0, cleared: null }]);
    await apply(down(no, 7));
    expect(await rows()).toEqual([{ times: 2, raised: 0, cleared: 7 }]);
  });

  it("clears all the same where the alarm is of the moment at which its device was moved, which is not the reading's", async () => {
    const no = await device("late-moved");
    const rows = await settled(no);
    await db.pool.query("update devices set placed_since = $2 where device_no = $1", [
      no,
      new Date(AT + 2 * MINUTE),
    ]);
    await apply(up(no, 0));
    await apply(down(no, 1));
    expect(await rows()).toEqual([{ times: 1, raised: 2, cleared: 2 }]);
  });
});

it("no transitions change nothing", async () => {
  expect(await apply()).toEqual([]);
});
