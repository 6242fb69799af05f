import { describe, expect, it } from "vitest";
import { emptyTestDatabase } from "../helpers/db.ts";
import { findRabbitmq } from "../helpers/rabbitmq-node.ts";
import { playShort } from "./chaos-short.ts";
import { runClusterStory } from "./cluster-story.ts";

const rabbitmq = findRabbitmq();

/** Needs a server for the database, and RabbitMQ 4; `npm run test:cluster` is the long form. */
describe.runIf(process.env.DATABASE_URL && rabbitmq)("three processes behind RabbitMQ", () => {
  it("lose nothing that was acknowledged while one is killed and another ends", async () => {
    const db = await emptyTestDatabase();
    try {
      const result = await runClusterStory({
        databaseUrl: db.url,
        rabbitmq: rabbitmq!,
        messages: 3_000,
        devices: 20,
        second: "SIGTERM",
        patienceMs: 120_000,
      });
      expect(result).toMatchObject({ acknowledged: 3_000, lost: 0, wrongLedgers: 0 });
    } finally {
      await db.drop();
    }
  }, 240_000);

  it("keep every promise while any of them, or RabbitMQ's node, is killed or paused", async () => {
    expect(await playShort("rabbitmq")).toEqual([]);
  }, 600_000);
});
