import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { correct } from "../../broadcast/dispatch/corrections.ts";
import { load } from "../../broadcast/dispatch/load.ts";
import { PROOF_RULES } from "../../broadcast/proof.ts";
import { speaker } from "../../devices/kinds/speaker.ts";
import { tablesOf } from "../../kind-tables.ts";
import { listHistory } from "../../store/broadcast-history.ts";
import { type TargetChange, writeTargetChanges } from "../../store/broadcast-targets.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addSpeakers, type Released, release, type Scene, startScene } from "./scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const SPEAKERS = tablesOf([speaker])[0]!;
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 8000, interval: 10 });
const historyOf = async ({ broadcastNo }: Released) => {
  const steps = await listHistory(db.pool, broadcastNo);
  return steps.filter(({ action }) => action === "correct");
};

/** A broadcast to some speakers that has ended: nobody has answered, unless `course` makes one. */
async function ended(
  count: number,
  state: string,
  course: (
    scene: Scene,
    released: Released,
    speakers: { id: string; deviceNo: number }[],
  ) => Promise<void> = async () => {},
  settings = {},
) {
  const speakers = await addSpeakers(db.pool, count);
  const scene = startScene(db.pool, { settings: { answerWaitsMs: [400], evidenceGraceMs: 60, ...settings } });
  for (const { id } of speakers) scene.online.add(id);
  const released = await release(db.pool, speakers);
  await scene.dispatcher.begin(released.broadcastNo);
  await course(scene, released, speakers);
  await until(async () => expect(await scene.stateOf(released)).toBe(state));
  return { speakers, scene, released };
}

/** It plays, and none of it is heard of yet. */
describe("what has sounded", () => {
  const failed = (released: Released, { deviceNo }: { deviceNo: number }): TargetChange => ({
    broadcastNo: released.broadcastNo,
    deviceNo,
    attempt: 1,
    reportedAttempt: 1,
    state: "failed",
    reason: "no_end",
    sends: 1,
    handedOverAt: null,
    acknowledgedAt: null,
    startedAt: null,
    evidenceAt: null,
    evidenceCurrent: null,
    evidenceSoundLevel: null,
    endedAt: null,
    secondsPlayed: null,
    partlyHeard: false,
  });

  it("stays so in the database, whoever writes later", async () => {
    const { speakers, scene, released } = await ended(1, "completed", (on, out, [only]) =>
      on.play(only!, out.commandId),
    );
    for (const state of ["failed", "cancelled", "waiting", "refused", "offline"] as const) {
      await writeTargetChanges(db.pool, [{ ...failed(released, speakers[0]!), state }]);
      expect(await scene.target(released, speakers[0]!)).toMatchObject({
        state: "sounded",
        reason: null,
        seconds_played: 1,
      });
    }
    const { broadcasts } = await load(db.pool, SPEAKERS, new Date(), PROOF_RULES, released);
    const [broadcast] = broadcasts;
    const target = broadcast!.byDeviceNo.get(speakers[0]!.deviceNo)!;
    target.state = "failed";
    expect(await correct(db.pool, broadcast!, [target], PROOF_RULES, new Date())).toEqual({
      state: "completed",
      corrected: 0,
    });
    expect(await historyOf(released)).toEqual([]);
  });

  it("completes the broadcast, also where the process that ends it does not know of it", async () => {
    const { speakers, scene, released } = await ended(2, "completed", async (on, out, [good]) => {
      // Another process has proven it, and this one has never heard of it.
      await writeTargetChanges(db.pool, [{ ...failed(out, good!), state: "sounded", reason: null }]);
      expect(on.heard.length).toBeLessThanOrEqual(2);
    });
    expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "sounded" });
  });
});
