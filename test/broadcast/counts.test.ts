import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { getBroadcasts } from "../../store/broadcast/broadcasts.ts";
import { countTargetsOfPage } from "../../store/broadcast/counts.ts";
import { countTargetsOf } from "../../store/broadcast/targets.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { limitsOf } from "../helpers/limits.ts";
import { addSpeakers, correctionsOf, ended, type Released, release, until } from "./scene.ts";

/** What a list counts: it is what a count of every target would be, and of what has ended nobody counts them again. */

let db: TestDatabase;
let numbers: number[];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** What each statement asked. */
function watch() {
  const asked: string[] = [];
  const spy = vi.spyOn(db.pool, "query").mockImplementation(((...given: unknown[]) => {
    asked.push(String(given[0]));
    return (query as (...given: unknown[]) => unknown).apply(db.pool, given);
  }) as typeof db.pool.query);
  return { asked, stop: () => spy.mockRestore() };
}
let query: typeof db.pool.query;

const pageOf = async (limits = NO_LIMITS, costs?: { manyTargets: number; targetsALook: number }) => {
  const broadcasts = await getBroadcasts(db.pool, numbers);
  query = db.pool.query;
  const { asked, stop } = watch();
  try {
    return {
      counts: await countTargetsOfPage(db.pool, broadcasts, { limits, sounding: ["speaker"] }, costs),
      asked,
    };
  } finally {
    stop();
  }
};
const byNumber = (counts: ReadonlyMap<number, unknown>) => [...counts].sort(([a], [b]) => a - b);

it("is of the last row of the history that has counted, for whoever sees all of it", async () => {
  const made: Released[] = [];
  const completed = await ended(db.pool, 3, "completed", async (scene, released, [heard]) => {
    await scene.play(heard!, released.commandId);
  });
  const failed = await ended(db.pool, 2, "failed");
  const corrected = await ended(db.pool, 2, "failed", async (scene, released, [late]) => {
    await scene.reply(late!, released.commandId, "started", { at: Date.now() });
    await scene.reply(late!, released.commandId, "failed", { at: Date.now() + 5000, reason: "power" });
  });
  for (const { released } of [completed, failed, corrected]) made.push(released);
  numbers = made.map(({ broadcastNo }) => broadcastNo);
  for (const { broadcastNo } of made) {
    const { counts, asked } = await pageOf();
    expect(counts.get(broadcastNo)).toEqual((await countTargetsOf(db.pool, [broadcastNo])).get(broadcastNo));
    expect(asked.some((text) => text.includes("broadcast_targets"))).toBe(false);
  }
  // Proof that comes late is in the counts.
  const { scene, released, speakers } = corrected;
  const at = Date.now();
  await scene.measure(speakers[0]!, 2.8, { at: at + 10 });
  await scene.reply(speakers[0]!, released.commandId, "ended", { at: at + 4000, secondsPlayed: 4 });
  await until(async () => expect(await correctionsOf(db.pool, released)).not.toEqual([]));
  const { counts } = await pageOf();
  expect(byNumber(counts)).toEqual(byNumber(await countTargetsOf(db.pool, numbers)));
});

it("is counted of what is under way, was cancelled, or has a history that says nothing of it", async () => {
  const speakers = await addSpeakers(db.pool, 2);
  const [underWay, cancelled, old] = await Promise.all([1, 2, 3].map(() => release(db.pool, speakers)));
  const states = [
    [cancelled, "cancelled"],
    [old, "completed"],
  ] as const;
  for (const [one, state] of states) {
    await db.pool.query("update broadcasts set state = $2, ended_at = now() where id = $1", [one!.id, state]);
    await db.pool.query("update broadcast_targets set state = 'cancelled' where broadcast_no = $1", [
      one!.broadcastNo,
    ]);
  }
  numbers.push(...[underWay, cancelled, old].map((one) => one!.broadcastNo));
  const { counts, asked } = await pageOf();
  expect(byNumber(counts)).toEqual(byNumber(await countTargetsOf(db.pool, numbers)));
  expect(asked.filter((text) => text.includes("broadcast_targets"))).toHaveLength(1);
  // An earlier version counted by the database's names, and not always all of them.
  const note = (step: number, targets: object, { broadcastNo } = old!) =>
    db.pool.query(
      `insert into broadcast_history (broadcast_no, step, action, from_state, to_state, actor_type, details)
       values ($1, $2, 'complete', 'playing', 'completed', 'platform', $3::jsonb)`,
      [broadcastNo, step, JSON.stringify({ targets })],
    );
  const kept = { ...counts.get(old!.broadcastNo)!, handed_over: 0, sounded: 7 };
  await note(1, kept);
  expect((await pageOf()).counts.get(old!.broadcastNo)).toEqual(kept);
  // What was withdrawn may have changed since.
  await note(1, kept, cancelled);
  expect((await pageOf()).counts.get(cancelled!.broadcastNo)).toMatchObject({ sounded: 0, cancelled: 2 });
  await note(2, { sounded: 8 });
  expect((await pageOf()).counts.get(old!.broadcastNo)).toMatchObject({ sounded: 0, cancelled: 2 });
});

it("is of the caller's own speakers, as they stand now, by whichever way they are found", async () => {
  const { rows } = await db.pool.query<{ id: string }>("select id from devices order by device_no");
  const ids = rows.map(({ id }) => id);
  for (const limits of [
    limitsOf({ devices: ids.slice(0, 3) }),
    limitsOf({ devices: ids.filter((_id, at) => at % 2 === 0) }),
    limitsOf({ devices: ["nobody"] }),
    limitsOf({ tenants: ["nobody"] }),
  ]) {
    const expected = byNumber(await countTargetsOf(db.pool, numbers, limits));
    for (const costs of [undefined, { manyTargets: 0, targetsALook: 0.01 }]) {
      const { counts, asked } = await pageOf(limits, costs);
      expect(byNumber(counts)).toEqual(expected);
      expect(asked.some((text) => text.includes("unnest($2::int4[]) as mine"))).toBe(costs !== undefined);
    }
    const { counts } = await pageOf(limits, { manyTargets: 0, targetsALook: 100 });
    expect(byNumber(counts)).toEqual(expected);
  }
});
