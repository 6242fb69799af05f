import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  insertEvents,
  insertReplies,
  type NewEvent,
  type NewReply,
} from "../../../store/events/write-events.ts";
import { readLedger } from "../../../store/ledger/ledger.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { watchAnswers } from "../../helpers/long-answers.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Each test takes device numbers of its own. */
let nextDevice = 1;
const AT = Date.parse("2026-02-01T08:00:00.123Z");

const event = (deviceNo: number, eventId: string, more: Partial<NewEvent> = {}): NewEvent => ({
  deviceNo,
  observedAt: AT,
  receivedAt: AT + 50,
  eventId,
  phase: "instant",
  type: "leak",
  data: "{}",
  ...more,
});
const reply = (deviceNo: number, commandId: string, more: Partial<NewReply> = {}): NewReply => ({
  deviceNo,
  observedAt: AT,
  receivedAt: AT + 50,
  commandId,
  outcome: "done",
  data: "{}",
  ...more,
});
const rows = async (table: "events" | "replies", deviceNo: number) =>
  (await db.pool.query(`select * from ${table} where device_no = $1 order by observed_at`, [deviceNo])).rows;

describe("events", () => {
  it("are stored with all that they said", async () => {
    const device = nextDevice++;
    const data = JSON.stringify({ 流量: 0.4, deep: { a: [1, null] }, quote: '"\\' });
    expect(
      await insertEvents(db.pool, [event(device, "e'1", { phase: "update", type: "gas_leak", data })]),
    ).toEqual([true]);
    expect(await rows("events", device)).toEqual([
      {
        device_no: device,
        observed_at: new Date(AT),
        event_id: "e'1",
        phase: "update",
        type: "gas_leak",
        received_at: new Date(AT + 50),
        data: JSON.parse(data),
      },
    ]);
  });

  it("that are twice in a batch are new the first time, and one that says something else is kept behind it", async () => {
    const device = nextDevice++;
    const first = event(device, "a", { data: '{"n":1}' });
    const again = event(device, "a", { data: '{"n":2}' });
    expect(
      await insertEvents(db.pool, [event(device, "z"), first, again, event(device, "b"), first]),
    ).toEqual([true, true, true, true, false]);
    const said = async () =>
      (await rows("events", device))
        .filter(({ event_id }) => event_id === "a")
        .map(({ data, observed_at }) => [data, observed_at.getTime() - AT]);
    const expected = [
      [{ n: 1 }, 0],
      [{ n: 2 }, 1],
    ];
    expect(await said()).toEqual(expected);
    expect(await readLedger(db.pool, device)).toEqual({ received: 5, stored: 4, duplicate: 1, rejected: 0 });
    // Sent again, in another order, both are repetitions; only what nobody has said is new.
    const third = event(device, "a", { data: '{"n":3,"of":[1.50]}' });
    expect(await insertEvents(db.pool, [again, third, first])).toEqual([false, true, false]);
    expect(await insertEvents(db.pool, [event(device, "a", { data: '{"of":[1.5],"n":3}' })])).toEqual([
      false,
    ]);
    expect(await said()).toEqual([...expected, [{ n: 3, of: [1.5] }, 2]]);
    expect(await readLedger(db.pool, device)).toEqual({ received: 9, stored: 5, duplicate: 4, rejected: 0 });
  });

  it("that were there before are not new, beside others that are", async () => {
    const device = nextDevice++;
    await insertEvents(db.pool, [event(device, "a")]);
    expect(await insertEvents(db.pool, [event(device, "b"), event(device, "a")])).toEqual([true, false]);
    expect(await insertEvents(db.pool, [event(device, "b"), event(device, "a")])).toEqual([false, false]);
    expect(await readLedger(db.pool, device)).toEqual({ received: 5, stored: 2, duplicate: 3, rejected: 0 });
  });

  it("are told apart by device, moment, id and phase", async () => {
    const [device, other] = [nextDevice++, nextDevice++];
    const isNew = await insertEvents(db.pool, [
      event(device, "a", { phase: "new" }),
      event(device, "a", { phase: "update" }),
      event(device, "a", { phase: "update", observedAt: AT + 1 }),
      event(device, "a", { phase: "end", observedAt: AT + 1 }),
      event(device, "b", { phase: "new" }),
      event(other, "a", { phase: "new" }),
    ]);
    expect(isNew).toEqual([true, true, true, true, true, true]);
    expect(await readLedger(db.pool, device)).toMatchObject({ received: 5, stored: 5 });
    expect(await readLedger(db.pool, other)).toMatchObject({ received: 1, stored: 1 });
  });

  it("that are long are compared a few at a time, each once, with what they say", async () => {
    const device = nextDevice++;
    const long = (n: number) => JSON.stringify({ x: "x".repeat(n % 2 === 0 ? 400 : 9000), n });
    const stored = Array.from({ length: 50 }, (_, n) =>
      event(device, "e", { observedAt: AT + n, data: long(n) }),
    );
    await insertEvents(db.pool, stored);
    const { pool, seen } = watchAnswers(db.pool);
    // Each looks at all behind it, and finds its like there, or a free moment behind all of them.
    const others = Array.from({ length: 50 }, (_, n) => 51 + n);
    const again = [
      ...[3, 4, 5].map((n) => event(device, "e", { data: long(n) })),
      ...others.map((n) => event(device, "e", { observedAt: AT + n - 51, data: long(n) })),
    ];
    expect(await insertEvents(pool, [...again, ...stored])).toEqual([
      ...[false, false, false],
      ...others.map(() => true),
      ...stored.map(() => false),
    ]);
    expect(seen.longest).toBeGreaterThan(15 * 9000);
    expect(seen.longest).toBeLessThan(17 * 9000);
    expect(
      (await rows("events", device)).map(({ observed_at, data }) => [observed_at.getTime() - AT, data.n]),
    ).toEqual([...stored.map((_, n) => [n, n]), ...others.map((n) => [n - 1, n])]);
  });

  it("with one that is refused store nothing and count nothing", async () => {
    const device = nextDevice++;
    await expect(
      insertEvents(db.pool, [event(device, "a"), event(device, "b", { phase: "later" as "new" })]),
    ).rejects.toMatchObject({ code: "23514" });
    expect(await rows("events", device)).toEqual([]);
    expect(await readLedger(db.pool, device)).toMatchObject({ received: 0, stored: 0 });
  });
});

describe("replies", () => {
  it("are stored once per device, moment, command, outcome and content", async () => {
    const device = nextDevice++;
    expect(
      await insertReplies(db.pool, [
        reply(device, "c", { outcome: "accepted", data: '{"step":1}' }),
        reply(device, "c"),
        reply(device, "c", { data: '{"late":true}' }),
        reply(device, "d"),
      ]),
    ).toEqual([true, true, true, true]);
    expect(await insertReplies(db.pool, [reply(device, "c"), reply(device, "e")])).toEqual([false, true]);
    const stored = await rows("replies", device);
    expect(stored.map(({ command_id, outcome }) => `${command_id} ${outcome}`).toSorted()).toEqual([
      "c accepted",
      "c done",
      "c done",
      "d done",
      "e done",
    ]);
    expect(stored.find(({ outcome }) => outcome === "accepted")).toMatchObject({
      observed_at: new Date(AT),
      received_at: new Date(AT + 50),
      data: { step: 1 },
    });
    expect(await readLedger(db.pool, device)).toEqual({ received: 6, stored: 5, duplicate: 1, rejected: 0 });
  });
});

it("no events and no replies are no work", async () => {
  const entries = async () =>
    (await db.pool.query<{ n: number }>("select count(*) as n from ledger_batches")).rows[0]!.n;
  const before = await entries();
  expect(await insertEvents(db.pool, [])).toEqual([]);
  expect(await insertReplies(db.pool, [])).toEqual([]);
  expect(await entries()).toBe(before);
});
