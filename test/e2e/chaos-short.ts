import { expect } from "vitest";
import { emptyTestDatabase } from "../helpers/db.ts";
import type { EngineName } from "./chaos-engine.ts";
import { runChaosStory } from "./chaos-story.ts";

/** Runs the short form of `npm run test:cluster`. @returns what was not kept, with its numbers */
export async function playShort(engine: EngineName): Promise<string[]> {
  const db = await emptyTestDatabase();
  try {
    const { findings, plan } = await runChaosStory({
      databaseUrl: db.url,
      engine,
      nodes: 1,
      seed: 3,
      seconds: 18,
      everySeconds: 5,
      devices: 60,
      rate: 40,
      speakers: 12,
      // On a busy machine a process hears late of an alarm; how late, and how fast speakers stop, is for the long form.
      lateReadings: Number.POSITIVE_INFINITY,
      stopsWithinMs: 120_000,
      patienceMs: 120_000,
    });
    expect(plan.length).toBeGreaterThan(1);
    return findings.filter(({ passed }) => !passed).map(({ promise, numbers }) => `${promise}: ${numbers}`);
  } finally {
    await db.drop();
  }
}
