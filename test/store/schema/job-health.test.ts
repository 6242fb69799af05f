import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import {
  type JobHealth,
  jobTrouble,
  readJobHealth,
  startJobWatch,
} from "../../../store/schema/job-health.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-03-01T12:00:00Z");

describe("what is wrong with a job", () => {
  const job = (change: Partial<JobHealth> = {}): JobHealth => ({
    jobId: 1007,
    what: "policy_retention of readings_gas_meter",
    failed: false,
    failures: 0,
    running: false,
    dueAt: NOON + HOUR,
    lastSuccessAt: NOON - HOUR,
    ...change,
  });

  it("is nothing while it waits for its time, runs, or is a little late", () => {
    expect(jobTrouble(job(), NOON, NOON)).toBeUndefined();
    expect(jobTrouble(job({ dueAt: NOON - 12 * HOUR, running: true }), NOON, NOON)).toBeUndefined();
    expect(jobTrouble(job({ dueAt: NOON - HOUR + 1 }), NOON, NOON - 9 * HOUR)).toBeUndefined();
    expect(jobTrouble(job({ dueAt: null, lastSuccessAt: null }), NOON, NOON - HOUR + 1)).toBeUndefined();
  });

  it("is that it failed, with how often and since when", () => {
    expect(jobTrouble(job({ failed: true, failures: 12 }), NOON, NOON)).toBe(
      "policy_retention of readings_gas_meter (job 1007) failed, 12 times in all; it last succeeded at 2026-03-01T11:00Z",
    );
    expect(jobTrouble(job({ failed: true, failures: 1, lastSuccessAt: null }), NOON, NOON)).toContain(
      "it never succeeded",
    );
  });

  it("is that it does not run an hour after it was due, or after it was seen first", () => {
    const late = jobTrouble(job({ dueAt: NOON - HOUR }), NOON, NOON);
    expect(late).toContain("has been due since 2026-03-01T11:00Z and does not run");
    expect(late).toContain("timescaledb.max_background_workers");
    const never = jobTrouble(job({ dueAt: null, lastSuccessAt: null }), NOON, NOON - HOUR);
    expect(never).toContain("due since 2026-03-01T11:00Z");
    expect(never).toContain("it never succeeded");
  });
});

/**
 * A server that runs jobs and lets them fail is not at hand, so what its scheduler would write stands in TimescaleDB's
 * own table of statistics: the embedded database's runner writes nothing there.
 */
describe("jobs of a server", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await emptyTestDatabase();
    await db.pool.query("create table watched (at timestamptz not null)");
    await db.pool.query("select create_hypertable('watched', by_range('at'))");
  });
  afterAll(() => db.drop());

  it("are read with the table that they work on, and a failing one is logged once and told until it succeeds", async (context) => {
    if (db.edition !== "community") return context.skip();
    const { rows } = await db.pool.query<{ id: number }>(
      "select add_retention_policy('watched', interval '90 days') as id",
    );
    const jobId = rows[0]!.id;
    expect((await readJobHealth(db.pool)).jobs).toMatchObject([
      { jobId, what: "policy_retention of watched", failed: false, running: false },
    ]);
    const lines: { level: string; job: number; msg: string }[] = [];
    const log = createLogger("info", { write: (line) => void lines.push(JSON.parse(line)) });
    const watch = startJobWatch(db.pool, { log, everyMs: 2 ** 31 - 1 });
    await watch.look();
    expect(watch.trouble()).toEqual([]);

    await db.pool.query("delete from _timescaledb_internal.bgw_job_stat where job_id = $1", [jobId]);
    const { rows: columns } = await db.pool.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = '_timescaledb_internal.bgw_job_stat'::regclass and attnum > 0 and not attisdropped`,
    );
    const values: Record<string, string> = {
      job_id: String(jobId),
      last_start: "'2026-03-01 00:00:00+00'",
      last_finish: "'2026-03-01 00:00:01+00'",
      last_run_success: "false",
      last_successful_finish: "'2026-02-01 00:00:00+00'",
      total_failures: "3",
      next_start: "now() + interval '1 hour'",
    };
    const zeros: Record<string, string> = {
      "timestamp with time zone": "'-infinity'",
      interval: "'0'",
      bigint: "0",
      integer: "0",
      boolean: "false",
    };
    await db.pool.query(
      `insert into _timescaledb_internal.bgw_job_stat (${columns.map(({ name }) => name).join(", ")})
       values (${columns.map(({ name, type }) => values[name] ?? zeros[type] ?? "null").join(", ")})`,
    );
    await watch.look();
    await watch.look();
    expect(watch.trouble()).toEqual([
      `policy_retention of watched (job ${jobId}) failed, 3 times in all; it last succeeded at 2026-02-01T00:00Z`,
    ]);
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([
      { job: jobId, msg: expect.stringContaining("the database's job does not do its work") },
    ]);
    await db.pool.query(
      "update _timescaledb_internal.bgw_job_stat set last_run_success = true where job_id = $1",
      [jobId],
    );
    await watch.look();
    expect(watch.trouble()).toEqual([]);
    await watch.stop();
  });
});
