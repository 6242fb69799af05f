import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { insertRegions } from "../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { checkAlarms, checkStatus } from "./kept-alarms.ts";
import {
  checkEvents,
  checkLatest,
  checkLatestList,
  checkLedger,
  checkLedgers,
  checkReadings,
  checkRejections,
  checkRepairs,
} from "./kept-checks.ts";
import { play } from "./kept-play.ts";
import { openStage, type Stage } from "./kept-stage.ts";
import { story } from "./kept-story.ts";
import { checkFleet, checkGauge, checkSums, type Way, ways } from "./kept-sums.ts";
import { KeptWorld } from "./kept-world.ts";

/**
 * The first two promises and the one of whose time it is, over everything that can happen at once: random devices and
 * people do what they do, and a plain model in memory says what has to be found. RUNS sets how many stories are tried;
 * SEED, and STORY as fast-check's path, tell the one again that a failure has named.
 */
const RUNS = Math.min(Number(process.env.RUNS ?? 3), 2000);
const AGAIN = {
  ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }),
  ...(process.env.STORY === undefined ? {} : { path: process.env.STORY }),
  // Whoever tells one again wants that one; and a smaller one takes its time.
  endOnFailure: process.env.STORY !== undefined || process.env.SHRINK === "no",
};
/** For what hangs, and for making a failure smaller; not for a machine that is slow. */
const PATIENCE_MS = 900_000 + 20_000 * RUNS;

async function checkAll(world: KeptWorld, asked: readonly Way[]): Promise<void> {
  await checkAlarms(world);
  for (const model of world.living) {
    await checkLedger(world, model, await checkRejections(world, model));
    await checkReadings(world, model);
    await checkEvents(world, model);
    await checkRepairs(world, model);
    await checkLatest(world, model);
    await checkSums(world, model, asked);
    await checkGauge(world, model, asked[1]!);
  }
  for (const kind of ["gas-meter", "example"]) {
    await checkFleet(world, kind, asked);
    await checkLatestList(world, kind);
  }
  await checkLedgers(world);
  await world.stop();
  await checkStatus(world);
}

describe("whatever devices and people do, and wherever the platform is killed", () => {
  let db: TestDatabase;
  let stage: Stage;
  beforeAll(async () => {
    db = await createTestDatabase();
    await insertRegions(db.pool);
    stage = await openStage(db);
  });
  afterAll(async () => {
    await stage.side.api.app.close();
    await db.drop();
  });

  let run = 0;
  it(
    "every value is readable or on record, every sum is the same, and nobody sees another's time",
    async () => {
      await fc.assert(
        fc.asyncProperty(story, ways, async (told, asked) => {
          const world = await KeptWorld.open(stage, String(run++), told.setting);
          try {
            await play(world, told);
            await checkAll(world, asked);
          } finally {
            await world.close();
          }
        }),
        { numRuns: RUNS, ...AGAIN, interruptAfterTimeLimit: PATIENCE_MS, markInterruptAsFailure: true },
      );
    },
    PATIENCE_MS + 60_000,
  );
});
