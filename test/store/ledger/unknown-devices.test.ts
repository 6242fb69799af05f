import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { withTransaction } from "../../../store/database/database.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { forgetUnknown, listUnknown, recordUnknown } from "../../../store/ledger/unknown-devices.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.pool.query("delete from unknown_devices"));
afterAll(() => db.drop());

const MINUTE = 60_000;
const NOW = Date.now();

/** Unknown devices that were heard at these minutes before now, the last one not later than the first. */
const heard = (
  values: string[],
  address: string | undefined,
  [first, last]: [number, number] = [0, 0],
  step = 1,
) =>
  values.map((value, i) => ({
    scheme: "mn",
    value,
    door: "stations",
    address,
    firstAt: NOW - first * MINUTE + i * step,
    lastAt: NOW - last * MINUTE + i * step,
    messages: 1,
    waiting: [],
  }));
const named = (name: string, n: number, from = 0) =>
  Array.from({ length: n }, (_, i) => `${name}-${from + i}`);
const all = async () => {
  const { items } = await listUnknown(db.pool, {}, NO_LIMITS, { limit: 1000 });
  return items.map(({ value }) => value);
};
const most = { most: 20, mostReturned: 15 };

describe("when there are more unknown devices than there is room for", () => {
  it("a flood from one address pushes out its own, the oldest first, and no other", async () => {
    await recordUnknown(db.pool, heard(named("true", 3), "10.0.0.1", [50, 50]), most);
    for (let round = 0; round < 5; round++)
      await recordUnknown(db.pool, heard(named("fake", 15, round * 15), "203.0.113.7"), most);
    const left = await all();
    expect(left).toHaveLength(20);
    expect(left.filter((value) => value.startsWith("true"))).toHaveLength(3);
    expect(left).toContain("fake-74");
    expect(left).not.toContain("fake-0");
  });

  it("a flood from one IPv6 site pushes out its own, however many of its networks it comes from", async () => {
    await recordUnknown(db.pool, heard(named("true", 3), "2001:db8:1::1", [50, 50]), most);
    for (let i = 0; i < 60; i++)
      await recordUnknown(db.pool, heard([`fake-${i}`], `2001:db8:2:${i}::1`), most);
    await recordUnknown(db.pool, heard(named("late", 2), "::ffff:10.0.0.9"), most);
    const left = await all();
    expect(left).toHaveLength(20);
    expect(left.filter((value) => !value.startsWith("fake")).toSorted()).toEqual([
      "late-0",
      "late-1",
      "true-0",
      "true-1",
      "true-2",
    ]);
  });

  it("one that has come again stays, however many addresses flood", async () => {
    await recordUnknown(db.pool, heard(named("again", 3), "10.0.0.1", [60, 10]), most);
    for (let i = 0; i < 60; i++) await recordUnknown(db.pool, heard([`fake-${i}`], `203.0.113.${i}`), most);
    const left = await all();
    expect(left).toHaveLength(20);
    expect(left.filter((value) => value.startsWith("again"))).toHaveLength(3);
  });

  it("newcomers keep some room beside those that come again, of which the latest leave", async () => {
    await recordUnknown(db.pool, heard(named("again", 18), "10.0.0.1", [60, 10], 1000), most);
    await recordUnknown(db.pool, heard(named("new", 5), "10.0.0.2"), most);
    const left = await all();
    expect(left.filter((value) => value.startsWith("new"))).toHaveLength(5);
    expect(left.filter((value) => value.startsWith("again")).toSorted()).toEqual(
      named("again", 15).toSorted(),
    );
  });

  it("those that were not heard for a month leave first", async () => {
    const month = 31 * 24 * 60;
    await recordUnknown(db.pool, heard(named("stale", 10), "10.0.0.1", [month + 10, month]), most);
    await recordUnknown(db.pool, heard(named("again", 5), "10.0.0.2", [60, 10]), most);
    await recordUnknown(db.pool, heard(named("new", 8), undefined), most);
    const left = await all();
    expect(left).toHaveLength(20);
    expect(left.filter((value) => value.startsWith("stale"))).toEqual(named("stale", 7, 3).toReversed());
  });
});

describe("forgetting unknown devices", () => {
  const few = limitsOf({ regions: ["52"] });

  it("takes one, or all of an address or its IPv6 /64, with what waits of them", async () => {
    const [waiting] = heard(["one"], "10.0.0.1");
    const raw = { receivedAt: NOW, door: "stations", context: "", raw: Buffer.from("x") };
    await recordUnknown(db.pool, [
      { ...waiting!, waiting: [raw] },
      ...heard(["two", "three"], "10.0.0.2"),
      ...heard(["six-1"], "2001:db8::1"),
      ...heard(["six-2"], "2001:db8::2"),
      ...heard(["six-3"], "2001:db8:0:1::1"),
      ...heard(["nowhere"], undefined),
    ]);
    const forget = (which: Parameters<typeof forgetUnknown>[1], limits = NO_LIMITS) =>
      withTransaction(db.pool, (tx) => forgetUnknown(tx, which, limits));
    expect(await forget({ scheme: "mn", value: "one" }, few)).toBe(0);
    expect(await forget({ address: "10.0.0.2" }, few)).toBe(0);
    expect(await all()).toHaveLength(7);
    expect(await forget({ scheme: "mn", value: "one" })).toBe(1);
    expect(await forget({ scheme: "mn", value: "one" })).toBe(0);
    expect(await forget({ address: "10.0.0.2" })).toBe(2);
    expect(await forget({ address: "2001:db8::9" })).toBe(2);
    expect((await all()).toSorted()).toEqual(["nowhere", "six-3"]);
    const { rows } = await db.pool.query("select count(*)::int as n from unknown_messages");
    expect(rows).toEqual([{ n: 0 }]);
  });
});

describe("the list of unknown devices", () => {
  it("begins with the latest, goes on where a page ended, and is for callers who see everything", async () => {
    await recordUnknown(db.pool, heard(named("listed", 7), "10.0.0.1"));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listUnknown(db.pool, { door: "stations" }, NO_LIMITS, { limit: 3, cursor });
      seen.push(...page.items.map(({ value }) => value));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(named("listed", 7).toReversed());
    const few = limitsOf({ regions: ["52"] });
    expect((await listUnknown(db.pool, {}, few, { limit: 10 })).items).toEqual([]);
    expect((await listUnknown(db.pool, { door: "elsewhere" }, NO_LIMITS, { limit: 10 })).items).toEqual([]);
    expect((await listUnknown(db.pool, { scheme: "sim" }, NO_LIMITS, { limit: 10 })).items).toEqual([]);
  });
});
