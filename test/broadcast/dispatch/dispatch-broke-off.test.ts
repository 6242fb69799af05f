import { afterAll, beforeAll, expect, it } from "vitest";
import { readCoverageTotal, readUnheardVillages } from "../../../store/broadcast/coverage.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addSpeakers, type Released, release, type Scene, startScene, until } from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const partlyHeard = async ({ broadcastNo }: Released) => {
  const { partlyHeard } = await readCoverageTotal(db.pool, broadcastNo, NO_LIMITS);
  const villages = async (which: "silent" | "partly") =>
    (await readUnheardVillages(db.pool, broadcastNo, NO_LIMITS, 10))[which].count;
  return { partlyHeard, silent: await villages("silent"), partly: await villages("partly") };
};

async function begin(count: number, settings = {}) {
  const speakers = await addSpeakers(db.pool, count);
  const scene = startScene(db.pool, { settings: { answerWaitsMs: [400], ...settings } });
  for (const { id } of speakers) scene.online.add(id);
  const released = await release(db.pool, speakers);
  await scene.dispatcher.begin(released.broadcastNo);
  const at = Date.now();
  for (const speaker of speakers) await scene.reply(speaker, released.commandId, "started", { at });
  return { scene, released, speakers, at };
}

it("says what was heard of one that failed or never told of its end, whether it says so or was measured", async () => {
  const { scene, released, speakers, at } = await begin(3, { lengthMarginMs: 0 });
  const [said, measured, unheard] = speakers;
  const { commandId } = released;
  await scene.reply(said!, commandId, "failed", { at: at + 800, reason: "interrupted", secondsPlayed: 0.8 });
  await scene.measure(measured!, 2.8, { at: at + 100 });
  await scene.reply(unheard!, commandId, "failed", { at: at + 800, reason: "amplifier" });
  // What sounds after it has failed is something else.
  await scene.measure(unheard!, 2.8, { at: at + 900 });
  await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
  expect(await scene.target(released, said!)).toMatchObject({ reason: "interrupted", seconds_played: 0.8 });
  expect(await scene.target(released, measured!)).toMatchObject({ reason: "no_end", evidence_current: 2.8 });
  expect(await scene.target(released, unheard!)).toMatchObject({ evidence_at: null, seconds_played: null });
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 2, silent: 0, partly: 1 });
  // Also after another attempt, of which nobody answers.
  await scene.retry(released);
  await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
  for (const one of speakers)
    expect(await scene.target(released, one)).toMatchObject({ attempt: 2, reason: "no_answer" });
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 2, silent: 0, partly: 1 });
});

it("calls silent what was cancelled or cut short while it was measured silent, also after a restart", async () => {
  const { scene, released, speakers, at } = await begin(2);
  const [dead, muted] = speakers;
  await scene.measure(dead!, 0.05, { at: at + 100 });
  await scene.measure(muted!, 0.05, { at: at + 100, volume: 0 });
  const told = { at: at + 800, secondsPlayed: 0.1 };
  await scene.reply(dead!, released.commandId, "ended", told);
  await scene.reply(muted!, released.commandId, "stopped", told);
  await until(async () =>
    expect(await scene.target(released, muted!)).toMatchObject({ reason: "stopped", seconds_played: 0.1 }),
  );
  expect(await partlyHeard(released)).toMatchObject({ partlyHeard: 0 });
  scene.kill();
  const next = startScene(db.pool, { settings: { evidenceGraceMs: 60 } });
  await next.dispatcher.resume();
  await until(async () => expect(await next.stateOf(released)).toBe("failed"));
  expect(await next.target(released, dead!)).toMatchObject({ reason: "cut_short", seconds_played: 0.1 });
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 0, silent: 1, partly: 0 });
});

type Speaker = { id: string; deviceNo: number };

/** The rows of history of a broadcast whose proof came late. */
const corrections = async ({ broadcastNo }: Released) =>
  (await listHistory(db.pool, broadcastNo)).filter(({ action }) => action === "correct");

it("corrects what was heard when a reading comes after the end, and says so, though no verdict is another one", async () => {
  const { scene, released, speakers, at } = await begin(3);
  const [heard, silent, said] = speakers as [Speaker, Speaker, Speaker];
  const power = { at: at + 800, reason: "power" };
  await scene.reply(heard, released.commandId, "failed", power);
  await scene.reply(silent, released.commandId, "failed", { ...power, secondsPlayed: 0.8 });
  await scene.reply(said, released.commandId, "failed", { ...power, secondsPlayed: 0.8 });
  await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 2, silent: 0, partly: 1 });
  await scene.measure(said, 2.8, { at: at + 100 });
  await scene.measure(heard, 2.8, { at: at + 100 });
  await scene.measure(silent, 0.05, { at: at + 100 });
  const same = { from: "failed", reason: "power", to: "failed", toReason: "power", count: 1 };
  const named = async () =>
    (await corrections(released)).flatMap(
      ({ details }) => (details as { corrections: { partlyHeard: boolean }[] }).corrections,
    );
  await until(async () => expect(await named()).toHaveLength(2));
  const byHeard = (await named()).sort((a, b) => Number(b.partlyHeard) - Number(a.partlyHeard));
  expect(byHeard).toEqual([
    { ...same, partlyHeard: true, deviceIds: [heard.id] },
    { ...same, partlyHeard: false, deviceIds: [silent.id] },
  ]);
  expect(await scene.target(released, heard)).toMatchObject({ state: "failed", evidence_current: 2.8 });
  expect(await scene.target(released, silent)).toMatchObject({ partly_heard: false });
  // That it was measured is in its row, too, where its own word had been enough.
  expect(await scene.target(released, said)).toMatchObject({ evidence_current: 2.8, partly_heard: true });
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 2, silent: 0, partly: 1 });
});

it("takes what was proven and forgotten for heard, whatever is cancelled later", async () => {
  const { scene, released, speakers, at } = await begin(1);
  await scene.measure(speakers[0]!, 2.8, { at: at + 100 });
  await scene.reply(speakers[0]!, released.commandId, "stopped", { at: at + 800, secondsPlayed: 0.8 });
  await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
  const scene2: Scene = startScene(db.pool);
  await scene2.dispatcher.resume();
  await scene2.dispatcher.stop();
  expect(await partlyHeard(released)).toEqual({ partlyHeard: 1, silent: 0, partly: 1 });
  await scene.dispatcher.stop();
});
