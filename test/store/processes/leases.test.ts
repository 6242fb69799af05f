import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fenced, giveBackLeases, takeLeases } from "../../../store/processes/leases.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const HOUR = 3_600_000;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("delete from leases"));

const take = (processNo: number, forMs = HOUR, duties = ["a"]) =>
  takeLeases(db.pool, duties, processNo, forMs);
const lapse = () => db.pool.query("update leases set until = now() - interval '1 second'");

describe("a duty", () => {
  it("is one process's until its time is over, and then that of whoever asks first, with a higher epoch", async () => {
    expect(await take(1)).toEqual([{ duty: "a", epoch: 1 }]);
    expect(await take(2)).toEqual([]);
    expect(await take(1)).toEqual([{ duty: "a", epoch: 1 }]);
    await lapse();
    expect(await take(2)).toEqual([{ duty: "a", epoch: 2 }]);
    expect(await take(1)).toEqual([]);
  });

  it("that lapsed is taken anew, also by its last holder: others may have thought it free", async () => {
    await take(1);
    await lapse();
    expect(await take(1)).toEqual([{ duty: "a", epoch: 2 }]);
  });

  it("is free at once when it is given back, and not by one who had it before", async () => {
    const [lease] = await take(1);
    await giveBackLeases(db.pool, [lease!]);
    expect(await take(2)).toEqual([{ duty: "a", epoch: 2 }]);
    await giveBackLeases(db.pool, [lease!]);
    expect(await take(3)).toEqual([]);
  });

  it("is taken with others in one turn, as far as they are free", async () => {
    await take(1, HOUR, ["b"]);
    expect((await take(2, HOUR, ["c", "a", "b"])).map(({ duty }) => duty).sort()).toEqual(["a", "c"]);
  });

  it("has one holder, however many ask at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => take(i + 1)));
    expect(all.flat()).toEqual([{ duty: "a", epoch: 1 }]);
  });
});

describe("fenced work", () => {
  const note = (text: string) => (tx: { query(sql: string, values: unknown[]): Promise<unknown> }) =>
    tx.query("insert into leases (duty, epoch, until) values ($1, 0, now())", [text]);
  const noted = async () =>
    (await db.pool.query("select duty from leases where epoch = 0")).rows.map(({ duty }) => duty);

  it("is done by the holder, and not by one after whom another has taken the duty", async () => {
    const [old] = await take(1);
    expect(await fenced(db.pool, old!, note("old"))).toBe(true);
    await lapse();
    const [young] = await take(2);
    expect(await fenced(db.pool, old!, note("paused"))).toBe(false);
    expect(await fenced(db.pool, young!, note("young"))).toBe(true);
    expect((await noted()).sort()).toEqual(["old", "young"]);
  });

  it("is not done once the duty was given back, and leaves nothing when it fails", async () => {
    const [lease] = await take(1);
    await expect(
      fenced(db.pool, lease!, async (tx) => {
        await note("failed")(tx);
        throw new Error("on purpose");
      }),
    ).rejects.toThrow("on purpose");
    await giveBackLeases(db.pool, [lease!]);
    expect(await fenced(db.pool, lease!, note("given back"))).toBe(false);
    expect(await noted()).toEqual([]);
  });

  it.runIf(process.env.DATABASE_URL)("keeps the next holder waiting until it has ended", async () => {
    const [lease] = await take(1);
    await lapse();
    const order: string[] = [];
    let taken: Promise<unknown> | undefined;
    await fenced(db.pool, lease!, async (tx) => {
      taken = take(2).then(() => order.push("taken"));
      // Until the other waits for this transaction.
      await expect
        .poll(async () => {
          const { rows } = await db.pool.query(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          );
          return rows.length;
        })
        .toBe(1);
      await note("in time")(tx);
      order.push("done");
    });
    await taken;
    expect(order).toEqual(["done", "taken"]);
  });
});
