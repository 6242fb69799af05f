import { rm } from "node:fs/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { runBroadcastRounds } from "./broadcast-rounds.ts";

// Many more rounds and speakers: npm run test:broadcast
it("says the truth about every speaker after SIGKILL in a broadcast, and nobody plays twice or too late", async () => {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = process.env.DATABASE_URL;
  const database = server ? await createServerDatabase(server, inject("testRun").id) : undefined;
  onTestFinished(() => database?.drop());
  const result = await runBroadcastRounds({
    platform: { dataDir, databaseUrl: database?.url },
    rounds: 2,
    speakers: 30,
    seed: 1,
  });
  expect(result).toMatchObject({
    targets: 60,
    unresolved: 0,
    claimed: 0,
    denied: 0,
    playedTwice: 0,
    playedLate: 0,
  });
}, 240_000);
