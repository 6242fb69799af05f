import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { appendAuditAlone, PLATFORM_ACTOR } from "../../../store/audit/audit.ts";
import { auditHeadFile, readAuditHead, startAuditHead } from "../../../store/audit/head.ts";
import type { Db } from "../../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
let dataDir: string;
let logged: { level: string; msg: string }[];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "sbi-head-"));
  logged = [];
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await rm(dataDir, { recursive: true, force: true });
});

const add = async () =>
  (
    await appendAuditAlone(db.pool, {
      actor: PLATFORM_ACTOR,
      action: "test.add",
      object: { type: "t", id: null },
    })
  ).auditNo;

function start(over: { db?: Db; now?: () => number } = {}) {
  const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });
  const head = startAuditHead(over.db ?? db.pool, {
    dataDir,
    log,
    everyMs: 20,
    ...(over.now ? { now: over.now } : {}),
  });
  stops.push(() => head.stop());
  return head;
}
const noted = async () => Number((await readAuditHead(dataDir))?.auditNo ?? 0n);
const errors = () => logged.filter(({ level }) => level === "error");

describe("the head of the audit", () => {
  it("is noted in a file of the data directory soon after each row, and at the end", async () => {
    const head = start();
    const first = await add();
    await expect.poll(noted).toBe(first);
    await add();
    const last = await add();
    await head.stop();
    expect(await noted()).toBe(last);
    expect(await readdir(dataDir)).toEqual(["audit-head"]);
    const { rows } = await db.pool.query(
      "select encode(hash, 'hex') as hash from audit where audit_no = $1",
      [last],
    );
    expect(await readFile(auditHeadFile(dataDir), "utf8")).toBe(`${last}:${rows[0].hash}\n`);
  });

  it("is logged once a day", async () => {
    await add();
    let day = 0;
    start({ now: () => day * 86_400_000 });
    const lines = () => logged.filter(({ msg }) => msg === "head of the audit");
    await expect.poll(() => lines().length).toBe(1);
    const next = await add();
    await expect.poll(noted).toBe(next);
    expect(lines()).toHaveLength(1);
    day = 1;
    await expect.poll(() => lines().length).toBe(2);
  });

  it("that the database does not have any more is an error, and stays in the file for evidence", async () => {
    const last = await add();
    const evidence = `${last + 1}:${"ab".repeat(32)}\n`;
    await writeFile(auditHeadFile(dataDir), evidence);
    const head = start();
    await expect.poll(() => errors().length).toBe(1);
    await add();
    await add();
    await head.stop();
    expect(await readFile(auditHeadFile(dataDir), "utf8")).toBe(evidence);
    expect(errors()).toHaveLength(1);
  });

  it("of rows that were made anew is an error as well", async () => {
    const last = await add();
    await writeFile(auditHeadFile(dataDir), `${last}:${"cd".repeat(32)}\n`);
    start();
    await expect.poll(() => errors().length).toBe(1);
  });

  it("is taken up again when the database comes back, with one warning for the time without", async () => {
    const last = await add();
    let away = true;
    const query = (...args: unknown[]) =>
      away
        ? Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }))
        : (db.pool.query as (...args: unknown[]) => unknown)(...args);
    let tries = 0;
    const flaky = {
      query: (...args: unknown[]) => {
        tries++;
        return query(...args);
      },
    } as unknown as Db;
    start({ db: flaky });
    await expect.poll(() => tries).toBeGreaterThan(3);
    expect(logged.filter(({ level }) => level === "warn")).toHaveLength(1);
    away = false;
    await expect.poll(noted).toBe(last);
  });

  it("that is no head is said to be none, and is not overwritten", async () => {
    await add();
    await writeFile(auditHeadFile(dataDir), "something else");
    start();
    await expect.poll(() => logged.filter(({ level }) => level === "warn").length).toBe(1);
    expect(JSON.stringify(logged)).toContain("does not hold a head");
    expect(await readFile(auditHeadFile(dataDir), "utf8")).toBe("something else");
  });
});
