import { rm } from "node:fs/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { runCrashRounds } from "./crash-rounds.ts";

// Many more rounds: npm run test:crash
it("loses no acknowledged reading, stores none twice and keeps its ledger through SIGKILL under load", async () => {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = process.env.DATABASE_URL;
  const database = server ? await createServerDatabase(server, inject("testRun").id) : undefined;
  onTestFinished(() => database?.drop());
  const result = await runCrashRounds({
    platform: { dataDir, databaseUrl: database?.url },
    rounds: 3,
    devices: 10,
    seed: 1,
  });
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result).toMatchObject({ rounds: 3, lost: 0, forgotten: 0, storedTwice: 0, wrongLedgers: 0 });
}, 180_000);
