import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addSpeakers, release, startScene } from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const WAIT = { timeout: 20_000, interval: 10 };
const until = (check: () => unknown) => vi.waitFor(check, WAIT);

async function setUp(count: number, settings = {}) {
  const speakers = await addSpeakers(db.pool, count);
  const scene = startScene(db.pool, { settings });
  for (const { id } of speakers) scene.online.add(id);
  return { speakers, scene };
}

describe("a broadcast", () => {
  it("goes to every speaker that listens, and is complete when all have been proven to sound", async () => {
    const { speakers, scene } = await setUp(3);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(() => expect(scene.heard).toHaveLength(3));
    expect(new Set(scene.heard.map(({ commandId }) => commandId))).toEqual(new Set([released.commandId]));
    for (const speaker of speakers) await scene.play(speaker, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, speakers[0]!)).toMatchObject({
      state: "sounded",
      reason: null,
      sends: 1,
      evidence_current: 2.8,
      evidence_sound_level: 95,
      seconds_played: 1,
    });
    const { rows } = await db.pool.query(
      "select action, from_state, to_state, actor_type, details from broadcast_history where broadcast_no = $1 order by step",
      [released.broadcastNo],
    );
    expect(rows.at(-1)).toMatchObject({ action: "complete", to_state: "completed", actor_type: "platform" });
    expect(rows.at(-1).details.targets).toMatchObject({ sounded: 3 });
    expect(scene.dispatcher.wantsReadings()).toBe(false);
    expect(await scene.registry.getSingleMetric("sbi_broadcast_targets_total")!.get()).toMatchObject({
      values: expect.arrayContaining([expect.objectContaining({ labels: { state: "sounded" }, value: 3 })]),
    });
  });

  it("tells once how long it took until every speaker that listens had its command", async () => {
    const { speakers, scene } = await setUp(3);
    scene.disconnect(speakers[2]!.id);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    const told = () => scene.logged.filter(({ msg }) => msg.startsWith("all speakers that listen"));
    await until(() => expect(told()).toHaveLength(1));
    expect(told()).toMatchObject([{ broadcast: released.id, waiting: 1 }]);
    for (const { id } of speakers) scene.connect(id);
    await until(async () =>
      expect(await scene.target(released, speakers[2]!)).toMatchObject({ state: "handed_over" }),
    );
    expect(told()).toHaveLength(1);
    const { values } = await scene.registry.getSingleMetric("sbi_broadcast_hand_over_seconds")!.get();
    expect(values.at(-1)).toMatchObject({ metricName: "sbi_broadcast_hand_over_seconds_count", value: 1 });
  });

  it("is being played from the moment when the first speaker has started", async () => {
    const { speakers, scene } = await setUp(2);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.reply(speakers[0]!, released.commandId, "started");
    await until(async () => expect(await scene.stateOf(released)).toBe("playing"));
    expect(scene.progress.at(-1)).toMatchObject({
      id: released.id,
      counts: { started: 1, handed_over: 1 },
      speakerRegions: ["520326001001"],
    });
  });

  it("is told of as often as it moves on, and not each time that a speaker reports", async () => {
    const { speakers, scene } = await setUp(2);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.reply(speakers[0]!, released.commandId, "started");
    await until(async () => expect(await scene.stateOf(released)).toBe("playing"));
    const at = Date.now();
    for (const second of [1, 2, 3, 4]) {
      await scene.measure(speakers[0]!, 0.1 + second / 1000, { at: at + second * 1000 });
      // A change of the other one shows that what came before it has been looked at.
      await scene.reply(speakers[1]!, released.commandId, second % 2 ? "accepted" : "started");
      await until(async () =>
        expect(await scene.target(released, speakers[1]!)).toMatchObject({
          state: second === 1 ? "acknowledged" : "started",
        }),
      );
    }
    const said = scene.progress.map(({ state, counts }) => JSON.stringify([state, counts]));
    expect(said.filter((each, n) => each === said[n - 1])).toEqual([]);
    expect(scene.progress.at(-1)).toMatchObject({ state: "playing", counts: { started: 2 } });
  });

  it("has failed when no speaker sounded", async () => {
    const { speakers, scene } = await setUp(1);
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.reply(speakers[0]!, released.commandId, "refused", { reason: "wrong_area" });
    await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
    expect(await scene.target(released, speakers[0]!)).toMatchObject({
      state: "refused",
      reason: "wrong_area",
    });
  });
});

describe("a speaker", () => {
  it("that says it started and ended and draws no current has failed, because nothing sounded", async () => {
    const { speakers, scene } = await setUp(1, { evidenceGraceMs: 80 });
    const [speaker] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    const at = Date.now();
    await scene.reply(speaker!, released.commandId, "started", { at });
    await scene.measure(speaker!, 0.05, { at: at + 1 });
    await scene.reply(speaker!, released.commandId, "ended", { at: at + 2, secondsPlayed: 1 });
    await until(async () =>
      expect(await scene.target(released, speaker!)).toMatchObject({ state: "failed", reason: "no_sound" }),
    );
  });

  it("whose reading comes after its last reply has sounded", async () => {
    const { speakers, scene } = await setUp(1);
    const [speaker] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    const at = Date.now();
    await scene.reply(speaker!, released.commandId, "ended", { at: at + 20, secondsPlayed: 1 });
    await scene.reply(speaker!, released.commandId, "started", { at });
    await scene.measure(speaker!, 2.8, { at: at + 10 });
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
  });

  it("that stands at volume 0 is muted", async () => {
    const { speakers, scene } = await setUp(1, { evidenceGraceMs: 80 });
    const [speaker] = speakers;
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    const at = Date.now();
    await scene.reply(speaker!, released.commandId, "started", { at });
    await scene.measure(speaker!, 0.06, { at: at + 1, volume: 0 });
    await scene.reply(speaker!, released.commandId, "ended", { at: at + 2, secondsPlayed: 1 });
    await until(async () =>
      expect(await scene.target(released, speaker!)).toMatchObject({ state: "failed", reason: "muted" }),
    );
  });

  it("that does not answer gets its command three times, and has then failed", async () => {
    const { speakers, scene } = await setUp(1, { answerWaitsMs: [60, 60, 60] });
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({
        state: "failed",
        reason: "no_answer",
        sends: 3,
      }),
    );
    expect(scene.heard).toHaveLength(3);
  });

  it("that accepts and does not start has failed, and so has one that starts and does not end", async () => {
    const { speakers, scene } = await setUp(2, { startWaitMs: 150, lengthMarginMs: 150 });
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    await scene.reply(speakers[0]!, released.commandId, "accepted");
    await scene.reply(speakers[1]!, released.commandId, "started");
    await until(async () => {
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ reason: "not_started" });
      expect(await scene.target(released, speakers[1]!)).toMatchObject({ reason: "no_end" });
    });
  });

  it("that was given up and then shows that it plays is taken at its word", async () => {
    const { speakers, scene } = await setUp(2, { answerWaitsMs: [60, 60, 60] });
    const released = await release(db.pool, speakers);
    await scene.dispatcher.begin(released.broadcastNo);
    // The other one keeps the broadcast open.
    await scene.reply(speakers[1]!, released.commandId, "started");
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ reason: "no_answer" }),
    );
    await scene.play(speakers[0]!, released.commandId);
    await until(async () =>
      expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "sounded" }),
    );
  });

  it("that is offline gets its command when it listens, and is offline when it never comes", async () => {
    const { speakers, scene } = await setUp(2);
    for (const { id } of speakers) scene.disconnect(id);
    const released = await release(db.pool, speakers, { lifeMs: 2500 });
    await scene.dispatcher.begin(released.broadcastNo);
    expect(scene.heard).toHaveLength(0);
    scene.connect(speakers[0]!.id);
    await until(() => expect(scene.heard).toHaveLength(1));
    await scene.play(speakers[0]!, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, speakers[1]!)).toMatchObject({
      state: "offline",
      handed_over_at: null,
    });
    scene.connect(speakers[1]!.id);
    expect(scene.heard).toHaveLength(1);
  });

  it("that comes after the expiry gets nothing, and a broadcast that nobody heard has expired", async () => {
    const { speakers, scene } = await setUp(1);
    scene.disconnect(speakers[0]!.id);
    const released = await release(db.pool, speakers, { lifeMs: 150 });
    await scene.dispatcher.begin(released.broadcastNo);
    await until(async () => expect(await scene.stateOf(released)).toBe("expired"));
    scene.connect(speakers[0]!.id);
    expect(scene.heard).toEqual([]);
  });

  it("that goes away while it plays is waited for, and its connection is lost when it never returns", async () => {
    const { speakers, scene } = await setUp(2, { lengthMarginMs: 150 });
    const released = await release(db.pool, speakers, { lifeMs: 2500 });
    await scene.dispatcher.begin(released.broadcastNo);
    for (const speaker of speakers) await scene.reply(speaker, released.commandId, "started");
    for (const { id } of speakers) scene.disconnect(id);
    // Far beyond the length of the text.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "started" });
    scene.connect(speakers[0]!.id);
    await scene.play(speakers[0]!, released.commandId);
    await until(async () => expect(await scene.stateOf(released)).toBe("completed"));
    expect(await scene.target(released, speakers[1]!)).toMatchObject({ reason: "connection_lost" });
  });

  it("that waits for its time to start, or for something more urgent, has not failed", async () => {
    const { speakers, scene } = await setUp(2, { startWaitMs: 150 });
    const [late, busy] = speakers;
    const timed = await release(db.pool, [late!], { startsInMs: 700 });
    const daily = await release(db.pool, [busy!], { cls: "daily", level: 4 });
    const urgent = await release(db.pool, [busy!], { level: 1 });
    for (const { broadcastNo } of [timed, daily, urgent]) await scene.dispatcher.begin(broadcastNo);
    await scene.reply(late!, timed.commandId, "accepted");
    await scene.reply(busy!, daily.commandId, "accepted");
    await scene.reply(busy!, urgent.commandId, "started");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await scene.target(timed, late!)).toMatchObject({ state: "acknowledged" });
    expect(await scene.target(daily, busy!)).toMatchObject({ state: "acknowledged" });
    await scene.play(busy!, urgent.commandId);
    await until(async () =>
      expect(await scene.target(timed, late!)).toMatchObject({ reason: "not_started" }),
    );
    await until(async () =>
      expect(await scene.target(daily, busy!)).toMatchObject({ reason: "not_started" }),
    );
  });
});

it("hands the more urgent of two broadcasts over first, and lets other work in between", async () => {
  const speakers = await addSpeakers(db.pool, 250);
  const scene = startScene(db.pool);
  for (const { id } of speakers) scene.online.add(id);
  const daily = await release(db.pool, speakers, { cls: "daily", level: 1 });
  const minor = await release(db.pool, speakers, { level: 3 });
  const major = await release(db.pool, speakers, { level: 2 });
  // All three are read before anything is sent.
  await scene.dispatcher.resume();
  await until(() => expect(scene.heard).toHaveLength(750));
  const order = scene.heard.map(({ commandId }) => commandId);
  expect(order.indexOf(minor.commandId)).toBe(order.lastIndexOf(major.commandId) + 1);
  expect(order.indexOf(daily.commandId)).toBe(order.lastIndexOf(minor.commandId) + 1);
});
