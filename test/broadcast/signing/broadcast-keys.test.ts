import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

/** `npm run broadcast:keys`, as a process of its own. */
let db: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "sbi-keys-"));
});
afterAll(async () => {
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: db.url, DATA_DIR: dataDir };
    execFile(
      process.execPath,
      ["--import", "tsx", "broadcast-keys.ts", ...args],
      { env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

const states = async () =>
  (JSON.parse((await run("list", "--json")).stdout) as { state: string }[]).map(({ state }) => state);

it("lists, rotates with an overlap, replaces a stolen key at once, and leaves that in the audit", async () => {
  expect(await states()).toEqual(["active"]);
  expect(await run("rotate", "--lead-hours", "2")).toMatchObject({ code: 0, stderr: "" });
  expect(await states()).toEqual(["active", "published"]);
  expect(await run("rotate", "--stolen")).toMatchObject({ code: 0, stderr: "" });
  expect(await states()).toEqual(["retired", "retired", "active"]);
  const { rows } = await db.pool.query(
    "select actor_type, reason, after from audit where action = 'broadcast.rotate_signing_key' order by audit_no",
  );
  expect(rows).toEqual([
    { actor_type: "machine", reason: null, after: { leadMs: 7_200_000, overlapMs: 262_800_000 } },
    { actor_type: "machine", reason: "stolen", after: { leadMs: 0, overlapMs: 0 } },
  ]);
}, 60_000);

it.each([
  [["turn"], "Expected 'list' or 'rotate', found turn"],
  [["rotate", "--lead-hours", "soon"], "--lead-hours is 'soon', expected hours from 0"],
  [["rotate", "--stolen", "--overlap-hours", "1"], "--stolen leaves no time"],
])("says what is wrong with %j", async (args, message) => {
  const ended = await run(...args);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(message);
});
