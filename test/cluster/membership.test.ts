import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { enterCluster } from "../../cluster/membership.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function enter(instance: string, everyMs = 5, now?: () => number) {
  const onSuperseded = vi.fn();
  const onReturned = vi.fn();
  const membership = await enterCluster({
    pool: db.pool,
    instance,
    log: createLogger("silent"),
    onSuperseded,
    onReturned,
    everyMs,
    ...(now ? { now } : {}),
  });
  onTestFinished(() => membership.stop());
  return { ...membership, onSuperseded, onReturned };
}

it("the living are those that were heard a moment ago: not one that ended, nor one that is paused", async () => {
  const [a, ended, paused] = [await enter("a"), await enter("ended"), await enter("paused", 3_600_000)];
  expect(await a.living()).toEqual(new Set([a.processNo, ended.processNo, paused.processNo]));
  await ended.stop();
  await db.pool.query("update processes set heard_at = now() - interval '13 seconds'");
  await expect.poll(a.living).toEqual(new Set([a.processNo]));
});

it("a process knows whether it was alone as it last asked, also while it cannot ask", async () => {
  await db.pool.query("delete from processes");
  const one = await enter("one");
  expect(one.isAlone()).toBe(true);
  const two = await enter("two", 3_600_000);
  expect(two.isAlone()).toBe(false);
  await expect.poll(one.isAlone).toBe(false);
  await two.stop();
  await expect.poll(one.isAlone).toBe(true);
});

it("a process is told once that another one has its name, and leaves that one on the list", async () => {
  const old = await enter("same");
  const young = await enter("same");
  await expect.poll(() => old.onSuperseded.mock.calls.length).toBe(1);
  expect(old.onSuperseded.mock.calls[0]![0].message).toContain("INSTANCE_ID 'same'");
  await old.stop();
  expect(await young.living()).toContain(young.processNo);
  expect(young.onSuperseded).not.toHaveBeenCalled();
});

it("a process that was paused for so long that it was taken for dead is told once it is heard again", async () => {
  let at = 0;
  const { onReturned } = await enter("back", 5, () => at);
  at += 11_000;
  const turns = () => db.pool.query("update processes set heard_at = 'epoch' where instance = 'back'");
  const isHeard = async () =>
    (await db.pool.query("select from processes where instance = 'back' and heard_at > 'epoch'")).rowCount;
  await turns();
  await expect.poll(isHeard).toBe(1);
  expect(onReturned).not.toHaveBeenCalled();
  at += 12_000;
  await expect.poll(() => onReturned.mock.calls.length).toBe(1);
  await turns();
  await expect.poll(isHeard).toBe(1);
  expect(onReturned).toHaveBeenCalledTimes(1);
});
