import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelTargets } from "../../../store/broadcast/targets.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addSpeakers, type Released, release, startScene, until } from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

async function setUp(count: number, settings = {}) {
  const speakers = await addSpeakers(db.pool, count);
  const scene = startScene(db.pool, { settings });
  for (const { id } of speakers) scene.online.add(id);
  return { speakers, scene };
}

/** What the service commits before it tells the dispatcher. */
async function commitState({ broadcastNo }: Released, state: string): Promise<void> {
  await db.pool.query("update broadcasts set state = $2 where broadcast_no = $1", [broadcastNo, state]);
  if (state === "cancelled") await cancelTargets(db.pool, broadcastNo);
}

describe("a cancelled broadcast", () => {
  it("is stopped wherever its command is, and stays proven where it had ended well", async () => {
    const { speakers, scene } = await setUp(3);
    const [done, playing, away] = speakers;
    scene.disconnect(away!.id);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(2));
    await scene.play(done!, released.commandId);
    await scene.reply(playing!, released.commandId, "started");
    await until(async () => {
      expect(await scene.target(released, done!)).toMatchObject({ state: "sounded" });
      expect(await scene.target(released, playing!)).toMatchObject({ state: "started" });
    });
    await commitState(released, "cancelled");
    await scene.dispatcher.cancel(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(3));
    expect(scene.heard.at(-1)).toMatchObject({
      deviceId: playing!.id,
      commandId: `${released.id}.stop`,
      order: { type: "stop", broadcastId: released.id, area: { regions: ["520326"] } },
    });
    expect(await scene.target(released, done!)).toMatchObject({ state: "sounded" });
    expect(await scene.target(released, playing!)).toMatchObject({ state: "cancelled" });
    expect(await scene.target(released, away!)).toMatchObject({ state: "cancelled" });
    // It never had the command, so there is nothing to stop, and nothing to start either.
    scene.connect(away!.id);
    await scene.reply(playing!, `${released.id}.stop`, "stopped", { secondsPlayed: 2 });
    await until(async () =>
      expect(await scene.target(released, playing!)).toMatchObject({ seconds_played: 2 }),
    );
    expect(await scene.target(released, playing!)).toMatchObject({ state: "cancelled" });
    expect(scene.heard).toHaveLength(3);
  });

  it("is stopped on a speaker that comes back later, and told again to one that does not answer", async () => {
    const { speakers, scene } = await setUp(2, { answerWaitsMs: [80, 80, 80] });
    const [gone, deaf] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard.length).toBeGreaterThanOrEqual(2));
    scene.disconnect(gone!.id);
    await commitState(released, "cancelled");
    await scene.dispatcher.cancel(released.broadcastNo);
    const stops = (id: string) =>
      scene.heard.filter(({ deviceId, commandId }) => deviceId === id && commandId.endsWith(".stop"));
    await until(() => expect(stops(deaf!.id)).toHaveLength(3));
    expect(stops(gone!.id)).toHaveLength(0);
    scene.connect(gone!.id);
    await until(() => expect(stops(gone!.id).length).toBeGreaterThan(0));
  });

  it("sends no start that was still waiting for its turn", async () => {
    const { speakers, scene } = await setUp(1);
    const many = [...speakers, ...(await addSpeakers(db.pool, 260))];
    for (const { id } of many) scene.online.add(id);
    const released = await release(db.pool, many);
    const begun = scene.dispatcher.begin(released.broadcastNo);
    await begun;
    await commitState(released, "cancelled");
    const sent = scene.heard.length;
    await scene.dispatcher.cancel(released.broadcastNo);
    expect(sent).toBeLessThanOrEqual(261);
    await until(() =>
      expect(scene.heard.filter(({ order }) => order.type === "stop")).toHaveLength(
        scene.heard.filter(({ order }) => order.type === "start").length,
      ),
    );
    const lastStart = scene.heard.findLastIndex(({ order }) => order.type === "start");
    const firstStop = scene.heard.findIndex(({ order }) => order.type === "stop");
    if (firstStop >= 0) expect(lastStart).toBeLessThan(firstStop);
  });

  it("that sounded to its end just before counts as sounded, when the last word of it comes late", async () => {
    const { speakers, scene } = await setUp(1);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(1));
    await commitState(released, "cancelled");
    await scene.dispatcher.cancel(released.broadcastNo);
    await scene.play(speakers[0]!, released.commandId);
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "sounded" }),
    );
    expect(await scene.stateOf(released)).toBe("cancelled");
  });
});

describe("another attempt", () => {
  it("goes to those that failed with an order of its own, and never to one that sounded", async () => {
    const { speakers, scene } = await setUp(4, { answerWaitsMs: [400, 400] });
    const [good, silent, wrong, unset] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.play(good!, released.commandId);
    await scene.reply(wrong!, released.commandId, "refused", { reason: "wrong_area" });
    await scene.reply(unset!, released.commandId, "refused", { reason: "clock_unset" });
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, silent!)).toMatchObject({ state: "failed", reason: "no_answer" });
    scene.heard.length = 0;
    await scene.retry(released);
    await until(() => expect(scene.heard.length).toBeGreaterThanOrEqual(2));
    expect(scene.heard[0]).toMatchObject({
      commandId: `${released.id}.2`,
      order: { type: "start", attempt: 2, broadcastId: released.id },
    });
    expect(new Set(scene.heard.map(({ deviceId }) => deviceId))).toEqual(new Set([silent!.id, unset!.id]));
    for (const speaker of [silent!, unset!]) await scene.play(speaker, `${released.id}.2`);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, silent!)).toMatchObject({ state: "sounded", attempt: 2, sends: 1 });
    expect(await scene.target(released, good!)).toMatchObject({ state: "sounded", attempt: 1 });
    expect(await scene.target(released, wrong!)).toMatchObject({ state: "refused", attempt: 1 });
  });

  it("names those that ended and were not heard, and judges them by what it brings itself", async () => {
    const { speakers, scene } = await setUp(4, { answerWaitsMs: [2000], evidenceGraceMs: 200 });
    const [good, dead, muted, unset] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.play(good!, released.commandId);
    const ends = async (speaker: { deviceNo: number }, attempt: number, volume: number) => {
      const commandId = `${released.id}.${attempt}`;
      const at = Date.now();
      await scene.reply(speaker, commandId, "started", { at });
      await scene.measure(speaker, 0.05, { at: at + 1, volume });
      await scene.reply(speaker, commandId, "ended", { at: at + 2, secondsPlayed: 1 });
    };
    await ends(dead!, 1, 80);
    await ends(muted!, 1, 0);
    await scene.reply(unset!, released.commandId, "refused", { reason: "clock_unset" });
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, dead!)).toMatchObject({ state: "failed", reason: "no_sound" });
    expect(await scene.target(released, muted!)).toMatchObject({ state: "failed", reason: "muted" });
    const tryAgain = async (count: number) => {
      scene.heard.length = 0;
      await scene.retry(released);
      await until(() => expect(scene.heard).toHaveLength(count));
      return scene.heard[0]!.order;
    };
    expect(await tryAgain(3)).toMatchObject({ attempt: 2, again: [dead!.id, muted!.id] });
    for (const speaker of [dead!, unset!]) await scene.play(speaker, `${released.id}.2`);
    await ends(muted!, 2, 80);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, dead!)).toMatchObject({ state: "sounded", attempt: 2 });
    expect(await scene.target(released, muted!)).toMatchObject({ state: "failed", reason: "no_sound" });
    // Whoever has sounded meanwhile is named no longer.
    expect(await tryAgain(1)).toMatchObject({ attempt: 3, again: [muted!.id] });
    expect(scene.heard.map(({ deviceId }) => deviceId)).toEqual([muted!.id]);
  });

  it("is no second play for a speaker that had sounded, and whose word came too late the first time", async () => {
    const { speakers, scene } = await setUp(1, { answerWaitsMs: [60, 60, 60] });
    const [speaker] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
    // Stored, and nobody was there to take it in.
    const at = Date.now();
    await scene.reply(speaker!, released.commandId, "started", { at, tell: false });
    await scene.measure(speaker!, 2.8, { at: at + 1 });
    await scene.reply(speaker!, released.commandId, "ended", { at: at + 2, secondsPlayed: 1, tell: false });
    scene.heard.length = 0;
    await scene.retry(released);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, speaker!)).toMatchObject({ state: "sounded" });
    expect(scene.heard).toEqual([]);
  });
});

describe("after a crash", () => {
  it("every target goes on from what the database holds", async () => {
    const { speakers, scene } = await setUp(6);
    const [sounded, playing, accepted, silent, waiting, refused] = speakers;
    scene.disconnect(waiting!.id);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(5));
    scene.kill();
    // Committed in the last moment, and told to nobody.
    await scene.play(sounded!, released.commandId);
    await scene.reply(playing!, released.commandId, "started", { at: Date.now() });
    await scene.measure(playing!, 2.9);
    await scene.reply(accepted!, released.commandId, "accepted");
    await scene.reply(refused!, released.commandId, "refused", { reason: "expired" });

    const next = startScene(db.pool);
    await next.dispatcher.resume();
    await until(async () => {
      expect(await next.target(released, sounded!)).toMatchObject({ state: "sounded" });
      expect(await next.target(released, refused!)).toMatchObject({ state: "refused", reason: "expired" });
      expect(await next.target(released, playing!)).toMatchObject({
        state: "started",
        evidence_current: 2.9,
      });
      expect(await next.target(released, accepted!)).toMatchObject({ state: "acknowledged" });
    });
    for (const { id } of speakers) next.connect(id);
    // Again to those who may not have it; the same command, so that whoever has it knows it.
    await until(() =>
      expect(new Set(next.heard.map(({ deviceId }) => deviceId))).toEqual(
        new Set([accepted!.id, silent!.id, waiting!.id]),
      ),
    );
    for (const { commandId } of next.heard) expect(commandId).toBe(released.commandId);
    await next.reply(playing!, released.commandId, "ended", { at: Date.now() + 5, secondsPlayed: 1 });
    for (const speaker of [accepted!, silent!, waiting!]) await next.play(speaker, released.commandId);
    await until(async () => expect(await next.stateOf(released)).toBe("completed"));
  });

  it("a cancellation that was committed reaches the speakers, though the process died before it", async () => {
    const { speakers, scene } = await setUp(1);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(1));
    scene.kill();
    await db.pool.query("update broadcasts set state = 'cancelled' where broadcast_no = $1", [
      released.broadcastNo,
    ]);
    const next = startScene(db.pool);
    await next.dispatcher.resume();
    expect(await next.target(released, speakers[0]!)).toMatchObject({ state: "cancelled" });
    next.connect(speakers[0]!.id);
    await until(() => expect(next.heard).toHaveLength(1));
    expect(next.heard[0]).toMatchObject({ order: { type: "stop" } });
  });

  it("a speaker that had been given up stays so, and does not hold up the end", async () => {
    const { speakers, scene } = await setUp(2, { answerWaitsMs: [60, 60, 60] });
    const released = await release(db.pool, speakers);
    scene.disconnect(speakers[1]!.id);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ reason: "no_answer" }),
    );
    scene.kill();
    const next = startScene(db.pool);
    await next.dispatcher.resume();
    for (const { id } of speakers) next.connect(id);
    await until(() => expect(next.heard).toHaveLength(1));
    await next.play(speakers[1]!, released.commandId);
    await until(async () => expect(await next.stateOf(released)).toBe("completed"));
    expect(await next.target(released, speakers[0]!)).toMatchObject({ state: "failed", reason: "no_answer" });
  });
});

/** A database that can be cut off. */
function cuttable() {
  const line = { isAway: false };
  const pool = Object.create(db.pool) as typeof db.pool;
  pool.query = ((...args: Parameters<typeof db.pool.query>) =>
    line.isAway
      ? Promise.reject(new Error("Connection terminated"))
      : db.pool.query(...args)) as typeof db.pool.query;
  return { line, pool };
}

describe("while the database is away", () => {
  it("nobody is given up, and what happened meanwhile is written when it is back", async () => {
    const { speakers } = await setUp(2);
    const { line, pool } = cuttable();
    const scene = startScene(db.pool, {
      pool,
      settings: { answerWaitsMs: [60, 60, 60], outageGraceMs: 3000 },
    });
    for (const { id } of speakers) scene.online.add(id);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard.length).toBeGreaterThanOrEqual(2));
    line.isAway = true;
    // Three times as long as an answer is waited for.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(scene.heard.length).toBeLessThanOrEqual(6);
    line.isAway = false;
    for (const speaker of speakers) await scene.play(speaker, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    for (const speaker of speakers)
      expect(await scene.target(released, speaker)).toMatchObject({ state: "sounded" });
  });

  it("what could not be written is written when it is back, though nothing new has come", async () => {
    const speakers = await addSpeakers(db.pool, 1);
    const { line, pool } = cuttable();
    const scene = startScene(db.pool, { pool, online: speakers.map(({ id }) => id) });
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "handed_over" }),
    );
    line.isAway = true;
    await scene.reply(speakers[0]!, released.commandId, "accepted");
    await until(() =>
      expect(scene.logged.map(({ msg }) => msg)).toContain(
        "the course of a broadcast could not be written; it is tried again",
      ),
    );
    line.isAway = false;
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "acknowledged" }),
    );
  });
});

it("takes a clock that jumps for what it is: expiry follows it, waiting does not", async () => {
  const speakers = await addSpeakers(db.pool, 2);
  let offset = 0;
  const scene = startScene(db.pool, { now: () => Date.now() + offset });
  scene.online.add(speakers[0]!.id);
  const released = await release(db.pool, speakers, { lifeMs: 3_600_000 });
  await scene.dispatcher.begin(released.broadcastNo);
  await until(async () =>
    expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "handed_over" }),
  );
  offset = -600_000;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "handed_over", sends: 1 });
  offset = 3_700_000;
  await until(async () => expect(await scene.stateOf(released)).toBe("expired"));
  expect(await scene.target(released, speakers[1]!)).toMatchObject({ state: "offline" });
});
