import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type * as launch from "../../../store/embedded/launch.ts";
import { importBuilt } from "../../helpers/built.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";

const { startEmbedded } = await importBuilt<typeof launch>("store/embedded/launch");

const log = createLogger("silent");
const ROOT = new URL("../../../", import.meta.url);
let folder: string;
const started: launch.EmbeddedDatabase[] = [];

// A closed database is there already, because creating one takes seconds.
beforeEach(async () => {
  folder = mkdtempSync(join(inject("testRun").folder, "launch-"));
  await copyTemplate("empty", folder);
});

afterEach(async () => {
  for (const database of started.splice(0)) await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(lockWaitMs?: number): Promise<launch.EmbeddedDatabase> {
  const database = await startEmbedded({
    dataDir: folder,
    log,
    ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
  });
  started.push(database);
  return database;
}

async function ask(database: launch.EmbeddedDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const socketDir = (database: launch.EmbeddedDatabase) => decodeURIComponent(new URL(database.url).hostname);
const lockText = () => readFileSync(join(folder, "lock.json"), "utf8");

describe("starting", () => {
  it("says what it does while it creates the database, and keeps it for the next start", async () => {
    rmSync(join(folder, "cluster"), { recursive: true });
    const lines: string[] = [];
    const told = createLogger("info", { write: (line) => void lines.push(JSON.parse(line).msg) });
    const first = await startEmbedded({ dataDir: folder, log: told });
    started.push(first);
    await ask(first, "create table kept as select 5 as n");
    await first.stop();
    expect(lines).toEqual(["creating the embedded database"]);
    expect(await ask(await start(), "select n from kept")).toEqual([{ n: 5 }]);
  });

  it("makes a cluster anew whose creation was interrupted", async () => {
    rmSync(join(folder, "cluster"), { recursive: true });
    mkdirSync(join(folder, "cluster", "base"), { recursive: true });
    writeFileSync(join(folder, "cluster", "PG_VERSION"), "17\n");
    expect(await ask(await start(), "select 1 as n")).toEqual([{ n: 1 }]);
  });

  it("says which package is missing when optional dependencies were left out", async () => {
    // The same code, where only the TypeScript loader can be found.
    for (const name of ["store/embedded", "base/errors.ts", "base/parent.ts", "package.json"]) {
      cpSync(new URL(name, ROOT), join(folder, "copy", name), { recursive: true });
    }
    mkdirSync(join(folder, "copy/node_modules"));
    const tsx = dirname(createRequire(import.meta.url).resolve("tsx/package.json"));
    symlinkSync(tsx, join(folder, "copy/node_modules/tsx"));
    const copy = (await import(pathToFileURL(join(folder, "copy/store/embedded/launch.ts")).href)) as {
      startEmbedded: typeof startEmbedded;
    };
    await expect(copy.startEmbedded({ dataDir: join(folder, "data"), log })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(/DATABASE_URL is not set.*@unni-craftsman\/pglite is not installed/),
    });
  });
});

describe("a data directory", () => {
  it("that another process has open is refused with that process and the directory", async () => {
    const first = await start();
    await expect(start(200)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(new RegExp(`${folder} is in use by process ${first.pid} `)),
    });
    expect(await ask(first, "select 1 as n")).toEqual([{ n: 1 }]);
  });

  it("that is being closed is waited for", async () => {
    const first = await start();
    const second = start();
    await first.stop();
    expect(await ask(await second, "select 1 as n")).toEqual([{ n: 1 }]);
  });

  it.each([
    ["a process that is dead", () => ({ pid: 2 ** 22 + 1, startTicks: "1" })],
    ["a process whose number another program has now", () => ({ pid: process.pid, startTicks: "1" })],
  ])("that was locked by %s is taken over", async (_, holder) => {
    const left = mkdtempSync(join(tmpdir(), "sbi-db-"));
    writeFileSync(join(folder, "lock.json"), JSON.stringify({ ...holder(), socketDir: left }));
    const database = await start(0);
    expect(JSON.parse(lockText())).toMatchObject({ pid: database.pid });
    expect(existsSync(left)).toBe(false);
  });

  it("whose lock file is rubbish is taken over, and no folder but a socket's is removed", async () => {
    writeFileSync(join(folder, "lock.json"), "not json");
    const first = await start(0);
    await first.stop();
    const innocent = join(folder, "innocent");
    mkdirSync(innocent);
    writeFileSync(join(folder, "lock.json"), JSON.stringify({ pid: 2 ** 22 + 1, socketDir: innocent }));
    await start(0);
    expect(existsSync(innocent)).toBe(true);
  });
});

describe("ending", () => {
  it("leaves neither lock nor socket, however often it is asked", async () => {
    const database = await start();
    const socket = socketDir(database);
    expect(existsSync(socket)).toBe(true);
    await Promise.all([database.stop(), database.stop()]);
    expect(await database.exited).toEqual({ code: 0, signal: null, expected: true });
    expect(existsSync(socket)).toBe(false);
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
  });

  it("is not caused by the signals of a terminal, which reach the parent too", async () => {
    const database = await start();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(database.pid, signal);
    expect(await ask(database, "select 1 as n")).toEqual([{ n: 1 }]);
  });

  it("rolls back an open transaction and closes its connection", async () => {
    const database = await start();
    const client = new pg.Client({ connectionString: database.url });
    const lost = new Promise<Error>((resolve) => client.on("error", resolve));
    await client.connect();
    await client.query("create table open_work (n int)");
    await client.query("begin");
    await client.query("insert into open_work values (1)");
    await database.stop();
    expect(await lost).toBeInstanceOf(Error);
    expect(await ask(await start(), "select * from open_work")).toEqual([]);
  });
});
