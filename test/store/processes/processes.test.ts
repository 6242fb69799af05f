import { afterAll, beforeAll, expect, it } from "vitest";
import { takeLeases } from "../../../store/processes/leases.ts";
import {
  enterProcess,
  isAnySilentSince,
  leaveProcess,
  listProcesses,
  noteAlive,
} from "../../../store/processes/processes.ts";
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
  expect(await noteAlive(db.pool, old, 1_000)).toBeDefined();
  const young = await enterProcess(db.pool, "twice");
  expect(await noteAlive(db.pool, old, 1_000)).toBeUndefined();
  await leaveProcess(db.pool, old);
  expect(await noteAlive(db.pool, young, 1_000)).toBeDefined();
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
  await noteAlive(db.pool, processNo, 1_000);
  expect(await silence()).toBeLessThan(3_600_000);
});

it("a process that says that it lives learns whether others were heard a moment ago", async () => {
  const MINUTE = 60_000;
  await db.pool.query("delete from processes");
  const one = await enterProcess(db.pool, "one");
  expect(await noteAlive(db.pool, one, MINUTE)).toEqual({ hasOthers: false });
  const two = await enterProcess(db.pool, "two");
  expect(await noteAlive(db.pool, one, MINUTE)).toEqual({ hasOthers: true });
  await db.pool.query("update processes set heard_at = now() - interval '2 minutes'");
  expect(await noteAlive(db.pool, two, MINUTE)).toEqual({ hasOthers: false });
});

it("a process that says nothing any more is known until it has left, to those who ask for a time in which it lived", async () => {
  const [day, alive] = [86_400_000, 12_000];
  await db.pool.query("delete from processes");
  const silent = await enterProcess(db.pool, "silent");
  const ago = (ms: number) => new Date(Date.now() - ms);
  expect(await isAnySilentSince(db.pool, ago(day), alive)).toBe(false);
  await db.pool.query("update processes set heard_at = now() - interval '1 hour'");
  expect(await isAnySilentSince(db.pool, ago(day), alive)).toBe(true);
  expect(await isAnySilentSince(db.pool, ago(day / 48), alive)).toBe(false);
  await leaveProcess(db.pool, silent);
  expect(await isAnySilentSince(db.pool, ago(day), alive)).toBe(false);
});

it("a process that starts again under its name finds its duties free: the one of before is no longer known", async () => {
  const HOUR = 3_600_000;
  const [old, other] = [await enterProcess(db.pool, "again"), await enterProcess(db.pool, "other")];
  await takeLeases(db.pool, ["mine"], old, HOUR);
  await takeLeases(db.pool, ["theirs"], other, HOUR);
  const young = await enterProcess(db.pool, "again");
  expect(await takeLeases(db.pool, ["mine", "theirs"], young, HOUR)).toEqual([{ duty: "mine", epoch: 2 }]);
});
