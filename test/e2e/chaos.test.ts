import { describe, expect, it } from "vitest";
import { emptyTestDatabase } from "../helpers/db.ts";
import { findRabbitmq } from "../helpers/rabbitmq-node.ts";
import { type ChaosOptions, runChaosStory } from "./chaos-story.ts";

/** Runs the short form of `npm run test:cluster`. @returns what was not kept, with its numbers */
async function playShort(engine: ChaosOptions["engine"]): Promise<string[]> {
  const db = await emptyTestDatabase();
  try {
    const { findings, plan } = await runChaosStory({
      databaseUrl: db.url,
      engine,
      rabbitmq: findRabbitmq(),
      nodes: 1,
      seed: 3,
      seconds: 18,
      everySeconds: 5,
      devices: 60,
      rate: 40,
      speakers: 12,
      // How fast they stop is for the long form, on a machine that has nothing else to do.
      stopsWithinMs: 120_000,
      patienceMs: 120_000,
    });
    expect(plan.length).toBeGreaterThan(1);
    return findings.filter(({ passed }) => !passed).map(({ promise, numbers }) => `${promise}: ${numbers}`);
  } finally {
    await db.drop();
  }
}

/** Embedded databases have one process each. */
describe.runIf(process.env.DATABASE_URL)("three processes, of which any is killed or paused", () => {
  it("keep every promise at their own doors", async () => {
    expect(await playShort("doors")).toEqual([]);
  }, 300_000);
});

describe.runIf(process.env.DATABASE_URL && findRabbitmq())("three processes behind RabbitMQ", () => {
  it("keep every promise while any of them, or its node, is killed or paused", async () => {
    expect(await playShort("rabbitmq")).toEqual([]);
  }, 400_000);
});
