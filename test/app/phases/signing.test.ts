import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startSigning } from "../../../app/phases/signing.ts";
import type { Undo } from "../../../app/phases/start.ts";
import { loadConfig } from "../../../base/config/index.ts";
import { createLogger } from "../../../base/log.ts";
import type { Pool } from "../../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
let dir: string;
const ends: Undo[] = [];
const logged: string[] = [];
beforeEach(async () => {
  db = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), "sbi-signing-"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  vi.useRealTimers();
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});

const start = (urgent: Pool) =>
  startSigning(
    {
      config: loadConfig({ DATABASE_URL: db.url, DATA_DIR: dir }),
      logOf: () => createLogger("info", { write: (line) => void logged.push(line) }),
      registry: new Registry(),
      signal: undefined,
      atEnd: (undo) => void ends.unshift(undo),
    },
    { pools: { urgent } },
  );

it("goes on as it was while the database is away, and asks again once it is back", async () => {
  let isAway = false;
  let asked = 0;
  const pool = Object.create(db.pool) as Pool;
  pool.query = ((...args: Parameters<Pool["query"]>) => {
    asked++;
    return isAway ? Promise.reject(new Error("ECONNREFUSED")) : db.pool.query(...args);
  }) as Pool["query"];
  const signing = await start(pool);
  expect(await signing.sign({ type: "start" })).toMatch(/^e/);

  isAway = true;
  const before = asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBeGreaterThan(before);
  expect(signing.refusal()).toBeUndefined();
  expect(await signing.sign({ type: "stop" })).toMatch(/^e/);
  expect(logged.join("")).toContain("could not ask whether the keys that sign broadcasts are the platform's");

  await db.pool.query("update signing_keys set kid = 'another'");
  isAway = false;
  await vi.advanceTimersByTimeAsync(5_000);
  await vi.waitFor(() => expect(signing.refusal()).toContain("the platform signs by key another"));
  await expect(signing.sign({ type: "start" })).rejects.toMatchObject({ code: "signing_keys_missing" });
  expect(() => signing.publishedKeys()).toThrow("Ask another process of the platform");
});
