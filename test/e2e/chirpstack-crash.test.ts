import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { findMosquitto, startMosquitto } from "../../bench/peer/mosquitto.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { runChirpstackCrashRounds } from "./chirpstack-crash-rounds.ts";

it.skipIf(!findMosquitto())(
  "has all that a ChirpStack has published at Mosquitto, each once, through SIGKILL and upgrades of the platform",
  async () => {
    const dataDir = await makeDataDir();
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const server = process.env.DATABASE_URL;
    const database = server ? await createServerDatabase(server, inject("testRun").id) : undefined;
    onTestFinished(() => database?.drop());
    const broker = await startMosquitto({
      folder: async () => {
        const folder = await mkdtemp(join(tmpdir(), "sbi-mosquitto-"));
        onTestFinished(() => rm(folder, { recursive: true, force: true }));
        return folder;
      },
      defer: (end) => onTestFinished(async () => void (await end())),
    });
    const result = await runChirpstackCrashRounds({
      platform: { dataDir, databaseUrl: database?.url },
      brokerPort: broker.port,
      ends: ["SIGKILL", "SIGTERM", "SIGKILL"],
      devices: 6,
      eventsPerRound: 500,
      eventsWhileAway: 100,
      seed: 1,
    });
    expect(result).toEqual({ sent: 1800, lost: 0, forgotten: 0, storedTwice: 0, wrongLedgers: 0 });
  },
  240_000,
);
