import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createRandom } from "../../../devices/random.ts";
import { openPool } from "../../../store/database/database.ts";
import { foldLedger } from "../../../store/ledger/fold-ledger.ts";
import { readLedger } from "../../../store/ledger/ledger.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

let db: TestDatabase;
const devices: number[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
  for (let i = 0; i < 20; i++) devices.push((await addDevice(db.pool, `fold-${i}`)).deviceNo);
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("truncate ledger_batches, device_ledger"));

type Entry = [deviceNo: number, received: number, stored: number, rejected: number];

const append = (...entries: Entry[]) =>
  db.pool.query(
    "insert into ledger_batches (device_nos, received, stored, rejected) values ($1, $2, $3, $4)",
    [
      entries.map(([deviceNo]) => deviceNo),
      entries.map(([, received]) => received),
      entries.map(([, , stored]) => stored),
      entries.map(([, , , rejected]) => rejected),
    ],
  );
const sums = async () =>
  (await db.pool.query("select device_no, received, stored, rejected from device_ledger order by device_no"))
    .rows;
const left = async () =>
  (await db.pool.query<{ n: number }>("select count(*) as n from ledger_batches")).rows[0]!.n;

/** Some hundred batches of random devices, and what they add up to. */
async function appendMany(count: number, seed: number): Promise<Map<number, [number, number, number]>> {
  const random = createRandom(seed);
  const totals = new Map<number, [number, number, number]>();
  for (let i = 0; i < count; i++) {
    const entries = devices
      .filter(() => random.chance(0.4))
      .map((deviceNo): Entry => [deviceNo, 5, Math.floor(random.between(0, 4)), random.chance(0.2) ? 1 : 0]);
    if (entries.length === 0) continue;
    await append(...entries);
    for (const [deviceNo, ...counts] of entries) {
      const before = totals.get(deviceNo) ?? [0, 0, 0];
      totals.set(deviceNo, [before[0] + counts[0], before[1] + counts[1], before[2] + counts[2]]);
    }
  }
  return totals;
}

describe("folding the ledger", () => {
  it("adds batches to what is there and removes them", async () => {
    const [a, b] = devices as [number, number];
    await append([a, 3, 2, 1], [b, 5, 5, 0]);
    await append([a, 1, 0, 0]);
    expect(await foldLedger(db.pool)).toBe(2);
    expect(await sums()).toEqual([
      { device_no: a, received: 4, stored: 2, rejected: 1 },
      { device_no: b, received: 5, stored: 5, rejected: 0 },
    ]);
    await append([a, 10, 9, 1]);
    expect(await foldLedger(db.pool)).toBe(1);
    expect(await left()).toBe(0);
    expect((await sums())[0]).toEqual({ device_no: a, received: 14, stored: 11, rejected: 2 });
    expect(await foldLedger(db.pool)).toBe(0);
  });

  it("takes as many batches as it may, the oldest first", async () => {
    const [a] = devices as [number];
    for (const received of [1, 10, 100]) await append([a, received, 0, 0]);
    expect(await foldLedger(db.pool, 2)).toBe(2);
    expect(await sums()).toMatchObject([{ received: 11 }]);
    expect(await left()).toBe(1);
    expect(await readLedger(db.pool, a)).toMatchObject({ received: 111 });
  });

  it("takes back what a replay has taken back", async () => {
    const [a] = devices as [number];
    await append([a, 2, 1, 1]);
    await append([a, -1, 0, -1]);
    await foldLedger(db.pool);
    expect(await readLedger(db.pool, a)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });

  it("by several processes at once loses nothing and counts nothing twice", async () => {
    const other = openPool({ url: db.url, size: 2, applicationName: "test-other" }, () => {});
    onTestFinished(() => other.end());
    const totals = await appendMany(120, 7);
    const appended = await left();
    let folded = 0;
    const worker = async (pool: typeof other) => {
      for (let idle = 0; idle < 3; ) {
        const n = await foldLedger(pool, 5);
        folded += n;
        idle = n === 0 ? idle + 1 : 0;
      }
    };
    const appending = appendMany(30, 8);
    await Promise.all([worker(db.pool), worker(other), worker(other)]);
    for (const [deviceNo, counts] of await appending) {
      const before = totals.get(deviceNo) ?? [0, 0, 0];
      totals.set(deviceNo, [before[0] + counts[0], before[1] + counts[1], before[2] + counts[2]]);
    }
    while ((await left()) > 0) folded += await foldLedger(db.pool);
    expect(folded).toBeGreaterThan(appended);
    expect(await sums()).toEqual(
      [...totals]
        .toSorted(([a], [b]) => a - b)
        .map(([device_no, [received, stored, rejected]]) => ({ device_no, received, stored, rejected })),
    );
  });

  it("is not seen half done by a reader", async () => {
    const [a] = devices as [number];
    for (let i = 0; i < 60; i++) await append([a, 1, 1, 0]);
    const seen: number[] = [];
    const reading = (async () => {
      for (let i = 0; i < 40; i++) seen.push((await readLedger(db.pool, a)).received);
    })();
    while ((await foldLedger(db.pool, 3)) > 0);
    await reading;
    expect(new Set(seen)).toEqual(new Set([60]));
  });

  it("leaves everything as it was when it fails", async () => {
    const [a] = devices as [number];
    await append([a, 1, 1, 0], [2_000_000_000, 1, 1, 0]);
    await expect(foldLedger(db.pool)).rejects.toMatchObject({ code: "23503" });
    expect(await left()).toBe(1);
    expect(await sums()).toEqual([]);
  });
});
