import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { enterProcess } from "../../../store/processes/processes.ts";
import {
  enterSigningKeys,
  listFormerKeys,
  listSigningKeys,
  replaceSigningKeys,
  withSigningKeys,
} from "../../../store/processes/signing-keys.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("delete from signing_keys"));

const enter = (...kids: string[]) => withSigningKeys(db.pool, (tx) => enterSigningKeys(tx, kids));

it("the keys of the platform are kept in the order in which they came, each once", async () => {
  expect(await listSigningKeys(db.pool)).toEqual([]);
  await enter("z", "a");
  await enter("a", "m");
  expect(await listSigningKeys(db.pool)).toEqual(["z", "a", "m"]);
});

it("keys take the place of all others as a whole, and not at all where that fails", async () => {
  await enter("old");
  const failed = withSigningKeys(db.pool, async (tx) => {
    await replaceSigningKeys(tx, ["never"]);
    throw new Error("no");
  });
  await expect(failed).rejects.toThrow("no");
  expect(await listSigningKeys(db.pool)).toEqual(["old"]);
  await withSigningKeys(db.pool, (tx) => replaceSigningKeys(tx, ["new", "newer"]));
  expect(await listSigningKeys(db.pool)).toEqual(["new", "newer"]);
});

it("what processes of an earlier version have noted is found, each once, also of one that has come back", async () => {
  await db.pool.query("delete from processes");
  for (const name of ["a", "b", "c"]) await enterProcess(db.pool, name);
  await db.pool.query("update processes set key_ids = '{k2,k1}' where instance in ('a', 'b')");
  await enterProcess(db.pool, "a");
  expect(await listFormerKeys(db.pool)).toEqual(["k1", "k2"]);
});

it.runIf(process.env.DATABASE_URL)(
  "of two that look at once, the second waits until the first has entered its keys, and sees them",
  async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const first = withSigningKeys(db.pool, async (tx) => {
      const seen = await listSigningKeys(tx);
      arrive();
      await gate;
      await enterSigningKeys(tx, ["first"]);
      return seen;
    });
    await arrived;
    let isDone = false;
    const second = withSigningKeys(db.pool, listSigningKeys).finally(() => {
      isDone = true;
    });
    await vi.waitFor(async () => {
      const { rows } = await db.pool.query<{ waits: boolean }>(
        `select exists (select from pg_locks where locktype = 'advisory' and not granted
                        and database = (select oid from pg_database where datname = current_database())) as waits`,
      );
      expect(isDone || rows[0]!.waits).toBe(true);
    }, 20_000);
    open();
    expect([await first, await second]).toEqual([[], ["first"]]);
  },
);
