import { rm } from "node:fs/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { runTerminalCrashRounds } from "./jt808-crash-rounds.ts";

it("has all that was answered with 0x8001, each once, through SIGKILL under the load of terminals", async () => {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = process.env.DATABASE_URL;
  const database = server ? await createServerDatabase(server, inject("testRun").id) : undefined;
  onTestFinished(() => database?.drop());
  const result = await runTerminalCrashRounds({
    platform: { dataDir, databaseUrl: database?.url },
    rounds: 3,
    terminals: 8,
    seed: 1,
  });
  expect(result.answered).toBeGreaterThan(100);
  expect(result).toMatchObject({
    lost: 0,
    forgotten: 0,
    storedTwice: 0,
    wrongLedgers: 0,
    answered: result.sent,
  });
}, 180_000);
