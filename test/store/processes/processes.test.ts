import { afterAll, beforeAll, expect, it } from "vitest";
import { enterProcess, leaveProcess, listProcesses, noteAlive } from "../../../store/processes/processes.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it("processes have numbers that nobody had before, also when they come back under their name", async () => {
  const first = await enterProcess(db.pool, "a");
  const other = await enterProcess(db.pool, "b");
  const again = await enterProcess(db.pool, "a");
  expect(new Set([first, other, again]).size).toBe(3);
  expect(again).toBeGreaterThan(first);
  const known = await listProcesses(db.pool);
  expect(known.map(({ processNo, instance }) => [processNo, instance])).toEqual([
    [other, "b"],
    [again, "a"],
  ]);
});

it("a process whose name another one has taken is told so, and takes nothing off the list when it ends", async () => {
  const old = await enterProcess(db.pool, "twice");
  expect(await noteAlive(db.pool, old)).toBe(true);
  const young = await enterProcess(db.pool, "twice");
  expect(await noteAlive(db.pool, old)).toBe(false);
  await leaveProcess(db.pool, old);
  expect(await noteAlive(db.pool, young)).toBe(true);
  await leaveProcess(db.pool, young);
  expect((await listProcesses(db.pool)).map(({ instance }) => instance)).not.toContain("twice");
});

it("a process that is not heard grows silent by the database's clock, until it is heard again", async () => {
  const processNo = await enterProcess(db.pool, "paused");
  await db.pool.query("update processes set heard_at = heard_at - interval '1 hour' where process_no = $1", [
    processNo,
  ]);
  const silence = async () =>
    (await listProcesses(db.pool)).find((one) => one.processNo === processNo)!.silentMs;
  expect(await silence()).toBeGreaterThanOrEqual(3_600_000);
  await noteAlive(db.pool, processNo);
  expect(await silence()).toBeLessThan(3_600_000);
});
