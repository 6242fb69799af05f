import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { createRandom } from "../../../devices/random.ts";
import type * as launch from "../../../store/embedded/launch.ts";
import { builtFile, importBuilt, OWN_FLAGS } from "../../helpers/built.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";

const { startEmbedded } = await importBuilt<typeof launch>("store/embedded/launch");

/** More rounds find rarer moments: `CRASH_ROUNDS=50 npx vitest run test/store/embedded/crash.test.ts`. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3);
/** Takes about three seconds. */
const ROUND_MS = 60_000;
const seed = Number(process.env.CRASH_SEED ?? 7);

const log = createLogger("silent");
let folder: string;
const started: launch.EmbeddedDatabase[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(inject("testRun").folder, "crash-"));
  await copyTemplate("empty", folder);
});

afterEach(async () => {
  for (const database of started.splice(0)) await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<launch.EmbeddedDatabase> {
  const database = await startEmbedded({ dataDir: folder, log });
  started.push(database);
  return database;
}

async function connect(database: launch.EmbeddedDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function stored(database: launch.EmbeddedDatabase): Promise<number[]> {
  const client = await connect(database);
  const { rows } = await client.query<{ n: number }>("select n from confirmed order by n");
  await client.end();
  return rows.map(({ n }) => n);
}

describe("a database whose process is killed with SIGKILL", () => {
  it(
    `has every confirmed row in each of ${ROUNDS} rounds`,
    async () => {
      const random = createRandom(seed);
      const confirmed: number[] = [];
      let next = 0;
      let database = await start();
      for (let round = 0; round < ROUNDS; round++) {
        const client = await connect(database);
        if (round === 0) {
          await client.query("create extension if not exists timescaledb");
          await client.query("create table confirmed (n int, at timestamptz not null, primary key (n, at))");
          await client.query("select create_hypertable('confirmed', by_range('at', interval '1 hour'))");
        }
        const target = 20 + Math.floor(random.next() * 150);
        // From another task, so that the kill falls anywhere in a statement.
        const killAt = confirmed.length + target;
        let killed = false;
        try {
          for (;;) {
            const batch = 1 + Math.floor(random.next() * 50);
            await client.query(
              "insert into confirmed select n, '2026-01-01'::timestamptz + n * interval '1 minute' from generate_series($1::int, $2::int) n",
              [next, next + batch - 1],
            );
            for (let n = next; n < next + batch; n++) confirmed.push(n);
            next += batch;
            if (confirmed.length >= killAt && !killed) {
              killed = true;
              const { pid } = database;
              setTimeout(() => process.kill(pid, "SIGKILL"), random.next() * 20);
            }
          }
        } catch {
          // The statement under way may or may not be there; the next round does not reuse its numbers.
          next += 100;
        }
        expect(await database.exited).toMatchObject({ signal: "SIGKILL", expected: false });
        database = await start();
        const rows = new Set(await stored(database));
        expect(confirmed.filter((n) => !rows.has(n))).toEqual([]);
      }
      expect(confirmed.length).toBeGreaterThan(ROUNDS * 20);
    },
    ROUNDS * ROUND_MS,
  );
});

describe("a database whose parent is killed with SIGKILL", () => {
  it(
    `closes by itself, and a new start waits for that and has every confirmed row, ${ROUNDS} times`,
    async () => {
      const random = createRandom(seed + 1);
      const confirmed: number[] = [];
      const modules = [builtFile("store/embedded/launch"), builtFile("base/log")];
      for (let round = 0; round < ROUNDS; round++) {
        const first = (confirmed.at(-1) ?? -1) + 1000;
        const parent = fork(
          fileURLToPath(new URL("./parent.mjs", import.meta.url)),
          [...modules, folder, String(first)],
          {
            execArgv: OWN_FLAGS,
            stdio: ["ignore", "ignore", "inherit", "ipc"],
          },
        );
        const target = 1 + Math.floor(random.next() * 100);
        let seen = 0;
        const enough = new Promise<void>((resolve) => {
          parent.on("message", (message: { n?: number }) => {
            if (message.n === undefined) return;
            confirmed.push(message.n);
            seen++;
            if (seen === target) resolve();
          });
        });
        await Promise.race([enough, once(parent, "exit")]);
        expect(seen).toBeGreaterThanOrEqual(target);
        parent.kill("SIGKILL");
        const again = await start();
        const rows = new Set(await stored(again));
        expect(confirmed.filter((n) => !rows.has(n))).toEqual([]);
        await again.stop();
      }
    },
    ROUNDS * ROUND_MS,
  );
});
