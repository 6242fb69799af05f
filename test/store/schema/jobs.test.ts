import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { type JobRunner, startJobRunner } from "../../../store/schema/jobs.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

/** A server runs its jobs itself, and the Apache edition has none. */
const onServer = process.env.DATABASE_URL !== undefined;
const NEVER_MS = 2 ** 31 - 1;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe.skipIf(onServer)("jobs of the embedded database", () => {
  let database: TestDatabase;
  const lines: { level: string; job?: string }[] = [];
  const log = createLogger("warn", { write: (line) => void lines.push(JSON.parse(line)) });
  let at = Date.parse("2026-03-01T00:00:00Z");
  const runners: JobRunner[] = [];

  beforeAll(async () => {
    database = await emptyTestDatabase();
    const { pool } = database;
    await pool.query(`
      create table measured (at timestamptz not null, device int, value real);
      select create_hypertable('measured', by_range('at', interval '1 day'));
      alter table measured set (timescaledb.enable_columnstore, timescaledb.segmentby = 'device');
    `);
    await pool.query("select add_retention_policy('measured', interval '90 days')");
    await pool.query("call add_columnstore_policy('measured', after => interval '40 days')");
  });

  afterAll(async () => {
    for (const runner of runners) await runner.stop();
    await database.drop();
  });

  function start(everyMs = NEVER_MS): JobRunner {
    const runner = startJobRunner(database.pool, { everyMs, log, now: () => at });
    runners.push(runner);
    return runner;
  }

  const count = async (sql: string) =>
    Number((await database.pool.query<{ count: number }>(sql)).rows[0]?.count);

  it("compresses and drops old chunks, and runs nothing again before its time", async () => {
    const { pool } = database;
    await pool.query(`insert into measured
      select now() - make_interval(days => d), 1, d from unnest(array[2, 3, 50, 51, 120]) d`);
    const runner = start();
    expect(await runner.runDue()).toBeGreaterThanOrEqual(2);
    expect(lines).toEqual([]);
    expect(await count("select count(*) from measured")).toBe(4);
    const compressed = "select count(*) from timescaledb_information.chunks where is_compressed";
    expect(await count(compressed)).toBe(2);

    expect(await runner.runDue()).toBe(0);
    await pool.query("insert into measured values (now() - interval '100 days', 1, 4)");
    at += DAY;
    expect(await runner.runDue()).toBeGreaterThanOrEqual(1);
    expect(await count("select count(*) from measured")).toBe(4);
  });

  it("logs a job that fails, runs the others, and tries it again after its interval", async () => {
    const { pool } = database;
    await pool.query(`create procedure broken(job_id int, config jsonb) language plpgsql as $$
      begin raise exception 'on purpose'; end $$`);
    await pool.query("create table ran (n int)");
    await pool.query(`create procedure working(job_id int, config jsonb) language sql as $$
      insert into ran values (1) $$`);
    await pool.query(
      "select add_job('broken', interval '1 minute'), add_job('working', interval '1 minute')",
    );
    const runner = start();
    lines.length = 0;
    await runner.runDue();
    expect(lines.map(({ level, job }) => [level, job?.split(" [")[0]])).toEqual([
      ["warn", "User-Defined Action"],
    ]);
    expect(runner.trouble()).toEqual([
      expect.stringMatching(/^User-Defined Action \[\d+\] failed: on purpose$/),
    ]);
    expect(await count("select count(*) from ran")).toBe(1);
    at += MINUTE;
    await runner.runDue();
    expect(lines).toHaveLength(2);
    expect(await count("select count(*) from ran")).toBe(2);
    await pool.query(
      `create or replace procedure broken(job_id int, config jsonb) language sql as $$ select 1 $$`,
    );
    at += MINUTE;
    await runner.runDue();
    expect(runner.trouble()).toEqual([]);
  });

  it("looks for due jobs by its own timer, and not after it was stopped", async () => {
    at += MINUTE;
    const before = await count("select count(*) from ran");
    const runner = start(5);
    await expect.poll(() => count("select count(*) from ran")).toBe(before + 1);
    await runner.stop();
    at += MINUTE;
    expect(await count("select count(*) from ran")).toBe(before + 1);
  });
});
