import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fenceOf } from "../../../broadcast/dispatch/fence.ts";
import { readOnAir } from "../../../broadcast/dispatch/read-on-air.ts";
import { writeCorrections } from "../../../broadcast/dispatch/write-corrections.ts";
import { PROOF_RULES } from "../../../broadcast/proof/proof-facts.ts";
import { type TargetChange, writeTargetChanges } from "../../../store/broadcast/targets.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { correctionsOf, ended, NOTHING_KNOWN, type Released, SPEAKERS } from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe("what has sounded", () => {
  const failed = (released: Released, { deviceNo }: { deviceNo: number }): TargetChange => ({
    broadcastNo: released.broadcastNo,
    deviceNo,
    attempt: 1,
    reportedAttempt: 1,
    state: "failed",
    reason: "no_end",
    sends: 1,
    ...NOTHING_KNOWN,
    partlyHeard: false,
  });

  it("stays so in the database, whoever writes later", async () => {
    const { speakers, scene, released } = await ended(db.pool, 1, "completed", (on, out, [only]) =>
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
    const { broadcasts } = await readOnAir(db.pool, SPEAKERS, new Date(), PROOF_RULES, released);
    const [broadcast] = broadcasts;
    const target = broadcast!.byDeviceNo.get(speakers[0]!.deviceNo)!;
    target.state = "failed";
    expect(
      await writeCorrections(
        fenceOf(db.pool, undefined, () => {}),
        broadcast!,
        [target],
        PROOF_RULES,
        new Date(),
      ),
    ).toEqual({
      state: "completed",
      corrected: 0,
    });
    expect(await correctionsOf(db.pool, released)).toEqual([]);
  });

  it("completes the broadcast, also where the process that ends it does not know of it", async () => {
    const { speakers, scene, released } = await ended(db.pool, 2, "completed", async (on, out, [good]) => {
      // Another process has proven it, and this one has never heard of it.
      await writeTargetChanges(db.pool, [{ ...failed(out, good!), state: "sounded", reason: null }]);
      expect(on.heard.length).toBeLessThanOrEqual(2);
    });
    expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "sounded" });
  });
});
