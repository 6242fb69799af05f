import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatherMs } from "../../../broadcast/dispatch/ended-broadcasts.ts";
import { readOnAir } from "../../../broadcast/dispatch/read-on-air.ts";
import { Roster } from "../../../broadcast/dispatch/roster.ts";
import { CORRECTED_FOR_MS, DISPATCH_SETTINGS, MOST_CORRECTED } from "../../../broadcast/dispatch/settings.ts";
import type { OnAir } from "../../../broadcast/dispatch/target.ts";
import { PROOF_RULES } from "../../../broadcast/proof/proof-facts.ts";
import { readCoverageTotal } from "../../../store/broadcast/coverage.ts";
import { listTargets } from "../../../store/broadcast/reports.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import {
  addSpeakers,
  correctionsOf,
  ended,
  type Released,
  release,
  type Scene,
  SPEAKERS,
  startScene,
  until,
} from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** It plays, and none of it is heard of yet. */
async function playsUnheard(scene: Scene, released: Released, speaker: { deviceNo: number }, at: number) {
  await scene.reply(speaker, released.commandId, "started", { at });
  await scene.reply(speaker, released.commandId, "ended", { at: at + 1000, secondsPlayed: 1 });
}

describe("proof that comes after the end", () => {
  it("corrects the speaker and the broadcast, in history, coverage and what live listeners hear", async () => {
    const { speakers, scene, released } = await ended(db.pool, 3, "failed");
    await scene.play(speakers[0]!, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, speakers[0]!)).toMatchObject({
      state: "sounded",
      reason: null,
      evidence_current: 2.8,
      seconds_played: 1,
    });
    expect(await correctionsOf(db.pool, released)).toMatchObject([
      {
        from: "failed",
        to: "completed",
        actor: { type: "platform" },
        details: {
          corrected: 1,
          corrections: [
            {
              from: "failed",
              reason: "no_answer",
              to: "sounded",
              toReason: null,
              count: 1,
              deviceIds: [speakers[0]!.id],
            },
          ],
          targets: { sounded: 1, failed: 2 },
        },
      },
    ]);
    expect(await readCoverageTotal(db.pool, released.broadcastNo, NO_LIMITS)).toMatchObject({
      targeted: 3,
      sounded: 1,
      failed: 2,
    });
    expect(scene.progress.at(-1)).toMatchObject({ state: "completed", counts: { sounded: 1, failed: 2 } });
    const { rows } = await db.pool.query(
      "select action, before, after from audit where action = 'broadcast.correct' and object_id = $1",
      [released.id],
    );
    expect(rows).toMatchObject([
      { before: { state: "failed" }, after: { state: "completed", corrected: 1 } },
    ]);
    const { values } = await scene.registry.getSingleMetric("sbi_broadcast_corrected_targets_total")!.get();
    expect(values[0]!.value).toBe(1);
  });

  it("is a reading too, and what was completed stays so", async () => {
    const at = Date.now();
    const { speakers, scene, released } = await ended(
      db.pool,
      2,
      "completed",
      async (on, out, [good, late]) => {
        await on.play(good!, out.commandId);
        await playsUnheard(on, out, late!, at);
      },
    );
    expect(await scene.target(released, speakers[1]!)).toMatchObject({ state: "failed", reason: "no_sound" });
    expect(scene.dispatcher.wantsReadingsOf(speakers[1]!.deviceNo)).toBe(true);
    expect(scene.dispatcher.wantsReadingsOf(speakers[0]!.deviceNo)).toBe(false);
    // Loud after the end of its play: another broadcast, or a test.
    await scene.measure(speakers[1]!, 2.8, { at: at + 5000 });
    await scene.measure(speakers[1]!, 2.8, { at: at + 500 });
    await until(async () =>
      expect(await scene.target(released, speakers[1]!)).toMatchObject({ state: "sounded" }),
    );
    expect(await correctionsOf(db.pool, released)).toMatchObject([
      {
        from: "completed",
        to: "completed",
        details: { corrected: 1, corrections: [{ reason: "no_sound", to: "sounded" }] },
      },
    ]);
    // All are proven: there is nothing left to correct, and nothing is listened to for it.
    expect(scene.dispatcher.wantsReadings()).toBe(false);
  });

  it("in a storm is one row of history for all of them", async () => {
    const { speakers, scene, released } = await ended(db.pool, 60, "failed");
    const at = Date.now();
    // What was measured says nothing as long as no start is known; the words come all at once, as after an outage.
    for (const one of speakers) await scene.measure(one, 2.8, { at: at + 500 });
    const word = (outcome: string, observedAt: number) =>
      speakers.map(({ deviceNo }) => ({
        deviceNo,
        commandId: released.commandId,
        outcome,
        observedAt,
        receivedAt: Date.now(),
        data: { secondsPlayed: 1 },
      }));
    scene.dispatcher.onReplies([...word("started", at), ...word("ended", at + 1000)]);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    const rows = await correctionsOf(db.pool, released);
    expect(rows).toHaveLength(1);
    const { corrected, corrections, targets } = rows[0]!.details as Record<string, never> & {
      corrections: { count: number; deviceIds: string[] }[];
    };
    expect([corrected, corrections.length, corrections[0]!.count]).toEqual([60, 1, 60]);
    expect(corrections[0]!.deviceIds).toEqual(speakers.slice(0, 20).map(({ id }) => id));
    expect(targets).toMatchObject({ sounded: 60, failed: 0 });
  });

  it("makes a reason the true one, and opens nothing again", async () => {
    const { speakers, scene, released } = await ended(db.pool, 3, "failed");
    const [refuses, ends, starts] = speakers;
    await scene.reply(starts!, released.commandId, "started");
    await scene.reply(refuses!, released.commandId, "refused", { reason: "wrong_area" });
    await playsUnheard(scene, released, ends!, Date.now());
    await until(async () => {
      expect(await scene.target(released, refuses!)).toMatchObject({
        state: "refused",
        reason: "wrong_area",
      });
      expect(await scene.target(released, ends!)).toMatchObject({ state: "failed", reason: "no_sound" });
    });
    expect(await scene.target(released, starts!)).toMatchObject({ state: "failed", reason: "no_answer" });
    expect(await scene.stateOf(released)).toBe("failed");
    const rows = await correctionsOf(db.pool, released);
    for (const { from, to } of rows) expect([from, to]).toEqual(["failed", "failed"]);
  });

  it("is found at the next start where nobody was there to take it in", async () => {
    const { speakers, scene, released } = await ended(db.pool, 2, "failed");
    scene.kill();
    const at = Date.now();
    await playsUnheard(scene, released, speakers[0]!, at);
    await scene.measure(speakers[0]!, 2.8, { at: at + 500 });
    const next = startScene(db.pool);
    await next.dispatcher.resume();
    await until(async () => expect(await next.stateOf(released)).toBe("completed"));
    expect(await next.target(released, speakers[0]!)).toMatchObject({ state: "sounded" });
    expect(await correctionsOf(db.pool, released)).toMatchObject([{ from: "failed", to: "completed" }]);
    // The other one is still listened to.
    await next.play(speakers[1]!, released.commandId);
    await until(async () =>
      expect(await next.target(released, speakers[1]!)).toMatchObject({ state: "sounded" }),
    );
    // Nothing is sent for a broadcast that has ended.
    for (const { id } of speakers) next.connect(id);
    expect(next.heard).toEqual([]);
  });

  it.each([
    ["completes one that had expired", "expired", "completed"],
    ["leaves one that was cancelled so, and shows who had heard it", "cancelled", "cancelled"],
  ])("%s", async (_what, state, after) => {
    const { speakers, scene, released } = await ended(db.pool, 1, "failed");
    scene.kill();
    await db.pool.query("update broadcasts set state = $2, expires_at = now() where broadcast_no = $1", [
      released.broadcastNo,
      state,
    ]);
    const at = Date.now() - 1000;
    await playsUnheard(scene, released, speakers[0]!, at);
    await scene.measure(speakers[0]!, 2.8, { at: at + 500 });
    const next = startScene(db.pool);
    await next.dispatcher.resume();
    await until(async () =>
      expect(await next.target(released, speakers[0]!)).toMatchObject({ state: "sounded" }),
    );
    expect(await next.stateOf(released)).toBe(after);
    expect(await correctionsOf(db.pool, released)).toMatchObject([
      { from: state, to: after, details: { corrected: 1 } },
    ]);
    expect(next.heard).toEqual([]);
  });

  it("counts for a day, and no longer", async () => {
    const { speakers, scene, released } = await ended(db.pool, 1, "failed");
    scene.kill();
    const endedAgo = (ms: number) =>
      db.pool.query(
        "update broadcasts set ended_at = now() - $2::int * interval '1 millisecond' where broadcast_no = $1",
        [released.broadcastNo, ms],
      );
    const now = new Date();
    await endedAgo(24 * 3_600_000 - 60_000);
    expect((await readOnAir(db.pool, SPEAKERS, now, PROOF_RULES, released)).broadcasts).toHaveLength(1);
    await endedAgo(24 * 3_600_000 + 60_000);
    expect((await readOnAir(db.pool, SPEAKERS, now, PROOF_RULES, released)).broadcasts).toHaveLength(0);
    // In a process that has gone on running, too.
    await endedAgo(0);
    let offset = 0;
    const next = startScene(db.pool, { now: () => Date.now() + offset });
    await next.dispatcher.resume();
    expect(next.dispatcher.wantsReadingsOf(speakers[0]!.deviceNo)).toBe(true);
    offset = 24 * 3_600_000 + 60_000;
    await until(() => expect(next.dispatcher.wantsReadingsOf(speakers[0]!.deviceNo)).toBe(false));
  });

  it("of a first attempt that comes while the second is on its way counts, and nothing more is sent", async () => {
    let at = 0;
    const { speakers, scene, released } = await ended(db.pool, 1, "failed", async (on, out, [only]) => {
      await until(() => expect(on.heard).toHaveLength(1));
      at = Date.now();
      await playsUnheard(on, out, only!, at);
    });
    scene.disconnect(speakers[0]!.id);
    await scene.retry(released);
    await scene.measure(speakers[0]!, 2.8, { at: at + 500 });
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    const row = await scene.target(released, speakers[0]!);
    expect(row).toMatchObject({ state: "sounded", attempt: 2, reported_attempt: 1 });
    // What is told is of the first one, its hand-over too: the second has never left.
    const { items } = await listTargets(db.pool, released.broadcastNo, {}, NO_LIMITS, { limit: 10 });
    const [shown] = items;
    expect(shown).toMatchObject({ attempt: 2, reportedAttempt: 1, sends: 1, secondsPlayed: 1 });
    expect(row.handed_over_at).toBeNull();
    const order = [shown!.handedOverAt, shown!.startedAt, shown!.evidenceAt, shown!.endedAt].map(Number);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
    scene.heard.length = 0;
    scene.connect(speakers[0]!.id);
    expect(scene.heard).toEqual([]);
    // It was on the air again, so it is no correction.
    expect(await correctionsOf(db.pool, released)).toEqual([]);
  });
});

describe("the evidence of what is proven", () => {
  const evidenceAt = async (scene: Scene, released: Released, speaker: { deviceNo: number }) =>
    Number(await scene.target(released, speaker).then((row) => row.evidence_at));

  it("is the first reading by the speaker's clock, whichever came first, on the air and just after the end", async () => {
    /** Heard of after it was over: by then each of its moments has been. */
    const proveLate = async (on: Scene, out: Released, one: { deviceNo: number }) => {
      const at = Date.now();
      await until(() => expect(Date.now()).toBeGreaterThan(at + 10));
      await on.measure(one, 2.8, { at: at + 9 });
      await on.reply(one, out.commandId, "started", { at: at + 1 });
      await on.reply(one, out.commandId, "ended", { at: at + 10, secondsPlayed: 1 });
      await until(async () => expect(await evidenceAt(on, out, one)).toBe(at + 9));
      return at + 4;
    };
    let first = 0;
    let second = 0;
    const { speakers, scene, released } = await ended(
      db.pool,
      2,
      "completed",
      async (on, out, [early, late]) => {
        await until(() => expect(on.heard).toHaveLength(2));
        first = await proveLate(on, out, early!);
        await on.measure(early!, 2.8, { at: first });
        await on.measure(early!, 2.8, { at: first + 1 });
        await until(async () => expect(await evidenceAt(on, out, early!)).toBe(first));
        second = await proveLate(on, out, late!);
      },
      { provenKeptMs: 60_000 },
    );
    await scene.measure(speakers[1]!, 2.8, { at: second });
    await until(async () => expect(await evidenceAt(scene, released, speakers[1]!)).toBe(second));
    expect(await evidenceAt(scene, released, speakers[0]!)).toBe(first);
    // Nobody's verdict is another one.
    expect(await correctionsOf(db.pool, released)).toEqual([]);
  });

  it("stays as it is once a minute has gone by", async () => {
    let offset = 0;
    const [only] = await addSpeakers(db.pool, 1);
    const scene = startScene(db.pool, {
      now: () => Date.now() + offset,
      settings: { provenKeptMs: 60_000 },
    });
    scene.online.add(only!.id);
    const released = await release(db.pool, [only!], { lifeMs: 600_000 });
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.play(only!, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(scene.dispatcher.wantsReadingsOf(only!.deviceNo)).toBe(true);
    offset = 61_000;
    await until(() => expect(scene.dispatcher.wantsReadings()).toBe(false));
  });
});

describe("what is kept for it", () => {
  const roster = (...broadcasts: object[]) => {
    const made = new Roster();
    for (const [broadcastNo, one] of broadcasts.entries()) {
      const defaults = {
        broadcastNo,
        keptProven: 0,
        starts: [],
        isOver: true,
        isCancelled: false,
        expiresAt: 0,
      };
      made.add({ ...defaults, ...one } as unknown as OnAir);
    }
    return made;
  };
  const targets = (count: number) => ({ byDeviceNo: { size: count } });
  const past = (made: Roster, at = 1000) =>
    made.past(at, CORRECTED_FOR_MS, MOST_CORRECTED).map(({ broadcastNo }) => broadcastNo);

  it("is a day of broadcasts, of which a target is not proven, and never one that is on the air", () => {
    const made = roster(
      { endedAt: 1000, ...targets(1) },
      { endedAt: 1000, ...targets(0) },
      { isOver: false, ...targets(1) },
      { endedAt: 1000, isCancelled: true, expiresAt: 10 * CORRECTED_FOR_MS, ...targets(1) },
    );
    expect(past(made)).toEqual([1]);
    expect(past(made, CORRECTED_FOR_MS + 999)).toEqual([1]);
    expect(past(made, CORRECTED_FOR_MS + 1000)).toEqual([0, 1]);
  });

  it("counts nobody who is proven and kept for a moment alone", () => {
    expect(past(roster({ endedAt: 3, ...targets(100_001), keptProven: 1 }))).toEqual([]);
    expect(past(roster({ endedAt: 3, ...targets(100_001) }))).toEqual([0]);
  });

  it("is 100,000 targets, of the broadcasts that ended last", () => {
    const made = roster(
      { endedAt: 3, ...targets(40_000) },
      { endedAt: 1, ...targets(1) },
      { endedAt: 2, ...targets(60_000) },
    );
    expect(past(made)).toEqual([1]);
  });

  it("is gathered for 5 seconds, then for twice as long each time, up to a minute", () => {
    expect([0, 1, 2, 3, 4, 50].map((times) => gatherMs(times, DISPATCH_SETTINGS))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
  });
});
