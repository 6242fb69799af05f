import { rm } from "node:fs/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { createServerDatabase } from "../helpers/server-databases.ts";
import { StallProxy } from "../helpers/stall-proxy.ts";
import { type OutageResult, runOutage } from "./outage-story.ts";

// 60 seconds, and both ways of going away: npm run test:outage
const OUTAGE_MS = 6000;

function check(result: OutageResult): void {
  expect(result).toMatchObject({
    acknowledgedDuring: 0,
    closed: 0,
    lost: 0,
    ledgersAddUp: true,
    sameProcess: true,
    readyDuring: 503,
    liveDuring: 200,
  });
  expect(result.acknowledgedBefore).toBeGreaterThan(100);
  expect(result.acknowledgedAfter).toBeGreaterThan(100);
  expect(result.residentPeak - result.residentBefore).toBeLessThan(96 * 1024 * 1024);
}

async function dataDirectory(): Promise<string> {
  const dataDir = await makeDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

const server = process.env.DATABASE_URL;

it.runIf(server === undefined)(
  "waits for a stopped embedded database with flat memory, and goes on by itself",
  async () => {
    const result = await runOutage({
      platform: { dataDir: await dataDirectory() },
      devices: 10,
      outageMs: OUTAGE_MS,
      away: (platform) => process.kill(platform.databasePid, "SIGSTOP"),
      back: (platform) => process.kill(platform.databasePid, "SIGCONT"),
    });
    check(result);
  },
  180_000,
);

it.runIf(server !== undefined).each(["stall", "refuse"] as const)(
  "waits for a database server that is away (%s) with flat memory, and goes on by itself",
  async (how) => {
    const database = await createServerDatabase(server!, inject("testRun").id);
    onTestFinished(() => database.drop());
    const proxy = await StallProxy.start(database.url);
    onTestFinished(() => proxy.close());
    const result = await runOutage({
      platform: { dataDir: await dataDirectory(), databaseUrl: proxy.url },
      devices: 10,
      outageMs: OUTAGE_MS,
      away: () => proxy[how](),
      back: () => proxy.resume(),
    });
    check(result);
  },
  180_000,
);
