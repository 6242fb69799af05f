import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { createRandom } from "../../devices/random.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { pump } from "../helpers/kinds/pump.ts";
import { noteStatements } from "../helpers/noted-statements.ts";

/**
 * An alarm of events is what the device says in the order of its own clock, whichever process hears which of them, also
 * where one hears an event again that another has dealt with long ago: it was paused, or the other was killed.
 */

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, tablesOf([pump]), { edition: db.edition, log: createLogger("silent") });
});
afterAll(() => db.drop());

const never = 3_600_000;
const EVERY = { silence: never, fold: never, follow: never, dropped: never, presence: never, seen: never };
const ofPumps = { catalog: [pump], tables: tablesOf([pump]), every: EVERY };
const start = Date.now() - 3 * never;
const moment = (second: number) => start + second * 1000;

const alone = () => startTestIngest(db.pool, { ...ofPumps, now: () => start - never });
/** One of several; news of alarms say nothing about those of events, so it need not hear any. */
const oneOfSeveral = (processNo: number, pool = db.pool) =>
  startTestIngest(pool, { ...ofPumps, now: () => start - never, processNo, catchUp: async () => {} });

type Type = "mains_lost" | "mains_restored";
interface Sent {
  readonly type: Type;
  /** By the device's clock, in seconds after the start. */
  readonly second: number;
}
const send = (to: TestIngest, id: string, events: readonly Sent[], arrives: number) =>
  to.publish(
    id,
    "events",
    events.map(({ type, second }) => ({ type, observedAt: moment(second) })),
    { receivedAt: moment(arrives) },
  );
const lost = (second: number): Sent => ({ type: "mains_lost", second });
const restored = (second: number): Sent => ({ type: "mains_restored", second });

const alarmsOf = async (id: string) =>
  (
    await db.pool.query<{ raised: string; last: string; times: number; cleared: string | null }>(
      `select extract(epoch from raised_at - $2::timestamptz)::int as raised, times,
              extract(epoch from coalesce(last_raised_at, raised_at) - $2::timestamptz)::int as last,
              extract(epoch from cleared_at - $2::timestamptz)::int as cleared
       from alarms join devices using (device_no) where id = $1 order by alarm_no`,
      [id, new Date(start).toISOString()],
    )
  ).rows;
const times = async (id: string) => (await alarmsOf(id)).reduce((sum, alarm) => sum + alarm.times, 0);

describe("an event that a process hears again, after another has dealt with a newer one,", () => {
  it("raises nothing that has been cleared since", async () => {
    await addDevice(db.pool, "again-raise", { kind: "pump" });
    const [paused, other] = [await oneOfSeveral(1), await oneOfSeveral(2)];
    await send(other, "again-raise", [lost(10)], 11);
    await send(other, "again-raise", [restored(20)], 21);
    await send(paused, "again-raise", [lost(10)], 31);
    expect(await alarmsOf("again-raise")).toEqual([{ raised: 10, last: 10, times: 1, cleared: 20 }]);
  });

  it("clears nothing that has been raised since", async () => {
    await addDevice(db.pool, "again-clear", { kind: "pump" });
    const [paused, other] = [await oneOfSeveral(1), await oneOfSeveral(2)];
    await send(other, "again-clear", [lost(10)], 11);
    await send(other, "again-clear", [restored(20)], 21);
    await send(other, "again-clear", [lost(2000)], 2001);
    await send(paused, "again-clear", [restored(20)], 2011);
    expect(await alarmsOf("again-clear")).toMatchObject([{ cleared: 20 }, { raised: 2000, cleared: null }]);
  });

  it("changes nothing where all of them come again at once", async () => {
    await addDevice(db.pool, "again-both", { kind: "pump" });
    const [paused, other] = [await oneOfSeveral(1), await oneOfSeveral(2)];
    const both = [lost(10), restored(20)];
    await send(other, "again-both", both, 21);
    await Promise.all([
      send(paused, "again-both", [both[0]!], 31),
      send(paused, "again-both", [both[1]!], 32),
    ]);
    expect(await alarmsOf("again-both")).toEqual([{ raised: 10, last: 10, times: 1, cleared: 20 }]);
  });
});

describe("events that one process hears for the first time", () => {
  it("raise and clear each time, in one message or in several under way at once", async () => {
    await addDevice(db.pool, "each-message", { kind: "pump" });
    await addDevice(db.pool, "each-at-once", { kind: "pump" });
    const one = await oneOfSeveral(1);
    const all = [lost(10), restored(20), lost(30), restored(40), lost(50), restored(60)];
    await send(one, "each-message", all, 61);
    await Promise.all(all.map((event, n) => send(one, "each-at-once", [event], 61 + n)));
    for (const id of ["each-message", "each-at-once"]) {
      expect(await times(id)).toBe(3);
      expect((await alarmsOf(id)).at(-1)).toMatchObject({ last: 50, cleared: 60 });
    }
  });

  it("count in the order in which they come where the device's clock has one moment for all", async () => {
    await addDevice(db.pool, "one-second", { kind: "pump" });
    const one = await oneOfSeveral(1);
    for (const event of [lost(10), restored(10), lost(10)]) await send(one, "one-second", [event], 11);
    expect(await alarmsOf("one-second")).toEqual([{ raised: 10, last: 10, times: 2, cleared: null }]);
  });

  it("count in the order in which they come where they are readings of a clock that is ahead, too", async () => {
    await addDevice(db.pool, "ahead", { kind: "pump" });
    const one = await oneOfSeveral(1);
    const report = (levels: readonly number[], second: number) =>
      one.publish(
        "ahead",
        "telemetry",
        levels.map((level, n) => ({ level, observedAt: new Date(moment(second + 60 + n)).toISOString() })),
        { receivedAt: moment(second) },
      );
    await report([0.5, 7, 0.5], 10);
    expect(await alarmsOf("ahead")).toMatchObject([{ times: 2, cleared: null }]);
    await report([7, 0.5, 7], 20);
    expect((await alarmsOf("ahead")).at(-1)).toMatchObject({ cleared: 20 });
    await report([0.5], 30);
    expect((await alarmsOf("ahead")).at(-1)).toMatchObject({ cleared: null });
  });

  it("raise although the device's clock was ahead and is right again", async () => {
    await addDevice(db.pool, "was-ahead", { kind: "pump" });
    const one = await oneOfSeveral(1);
    await send(one, "was-ahead", [lost(4000)], 10);
    await send(one, "was-ahead", [restored(4010)], 20);
    await send(one, "was-ahead", [lost(1900)], 1901);
    expect(await alarmsOf("was-ahead")).toMatchObject([{ cleared: 20 }, { raised: 1900, cleared: null }]);
  });

  it("cost one statement, as many as one message has of them that raise the same alarm", async () => {
    await addDevice(db.pool, "asks-once", { kind: "pump" });
    const { pool, statements } = noteStatements(db.pool);
    const several = await oneOfSeveral(1, pool);
    const events = Array.from({ length: 500 }, (_, n) => lost(n / 10));
    await send(several, "asks-once", events, 100);
    expect(statements.filter((text) => /into alarms\b/.test(text))).toHaveLength(1);
  });
});

it("an event from before a restart raises although what cleared it bears a later moment of a clock that was ahead", async () => {
  await addDevice(db.pool, "ahead-before", { kind: "pump" });
  const before = await alone();
  await send(before, "ahead-before", [lost(4000)], 10);
  await send(before, "ahead-before", [restored(4010)], 20);
  const after = await startTestIngest(db.pool, { ...ofPumps, now: () => moment(100) });
  await send(after, "ahead-before", [lost(50)], 101);
  expect((await alarmsOf("ahead-before")).at(-1)).toMatchObject({ last: 50, cleared: null });
});

describe("what a process has stored, and was killed before it could apply the alarms of it,", () => {
  /** It stores everything, and comes no further. */
  function dying() {
    const pool = Object.create(db.pool) as typeof db.pool;
    pool.query = ((query: string | { text: string }, values?: unknown[]) => {
      const text = typeof query === "string" ? query : query.text;
      return /into alarms\b/.test(text) ? new Promise(() => {}) : db.pool.query(query as string, values);
    }) as typeof pool.query;
    return oneOfSeveral(1, pool);
  }
  const stored = async (table: string, id: string) =>
    (await db.pool.query(`select from ${table} join devices using (device_no) where id = $1`, [id])).rows
      .length;

  it("raises and clears where its events come again to another process", async () => {
    await addDevice(db.pool, "killed-events", { kind: "pump" });
    const all = [lost(10), restored(20), lost(30), restored(40)];
    const killed = await dying();
    void send(killed, "killed-events", all, 41);
    await vi.waitFor(async () => expect(await stored("events", "killed-events")).toBe(4));
    const other = await oneOfSeveral(2);
    for (const event of all) await send(other, "killed-events", [event], 51);
    expect(await alarmsOf("killed-events")).toEqual([{ raised: 10, last: 30, times: 2, cleared: 40 }]);
  });

  it("raises and clears where its readings come again to another process", async () => {
    await addDevice(db.pool, "killed-readings", { kind: "pump" });
    const readings = [7, 0.5, 7, 0.5, 0.6, 7].map((level, n) => ({
      level,
      observedAt: new Date(moment(10 * n)).toISOString(),
    }));
    const report = (to: TestIngest, message: unknown, arrives: number) =>
      to.publish("killed-readings", "telemetry", message, { receivedAt: moment(arrives) });
    const killed = await dying();
    void report(killed, readings, 61);
    await vi.waitFor(async () => expect(await stored("readings_pump", "killed-readings")).toBe(6));
    const other = await oneOfSeveral(2);
    for (const reading of readings) await report(other, reading, 71);
    expect(await alarmsOf("killed-readings")).toEqual([{ raised: 10, last: 30, times: 2, cleared: 50 }]);
  });
});

it.each([1, 2, 3])(
  "alarms are those of one process that hears each event once, whichever hears it and however often (seed %i)",
  async (seed) => {
    const random = createRandom(seed);
    const names = Array.from({ length: 8 }, (_, n) => `${seed}-${n}`);
    for (const name of names)
      for (const prefix of ["once", "often"]) await addDevice(db.pool, `${prefix}-${name}`, { kind: "pump" });
    const one = await alone();
    const many = await Promise.all([1, 2, 3].map((no) => oneOfSeveral(no)));
    const again: { readonly name: string; readonly events: Sent[]; readonly turn: number }[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const now = turn * 200;
      const arrivals = names.flatMap((name) => {
        if (random.chance(0.4)) return [];
        const events: Sent[] = [];
        for (let second = 1; second <= 1 + Math.floor(random.next() * 3); second++)
          events.push(random.chance(0.5) ? lost(now + second) : restored(now + second));
        for (let copies = random.chance(0.4) ? 2 : 0; copies > 0; copies--)
          again.push({ name, events, turn: turn + 1 + Math.floor(random.next() * 4) });
        return [{ name, events }];
      });
      const pick = () => many[Math.floor(random.next() * many.length)]!;
      const repeated = again.filter((each) => each.turn === turn);
      await Promise.all(repeated.map(({ name, events }) => send(pick(), `often-${name}`, events, now + 90)));
      await Promise.all(
        arrivals.flatMap(({ name, events }) => [
          send(one, `once-${name}`, events, now + 100),
          send(pick(), `often-${name}`, events, now + 100),
        ]),
      );
      for (const name of names)
        expect(await alarmsOf(`often-${name}`), `turn ${turn}`).toEqual(await alarmsOf(`once-${name}`));
    }
    expect(again.length).toBeGreaterThan(50);
    expect((await Promise.all(names.map((name) => times(`once-${name}`)))).every((sum) => sum > 3)).toBe(
      true,
    );
  },
  60_000,
);
