import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { tablesOf } from "../../kind-tables.ts";
import { createLogger } from "../../log.ts";
import { startJobRunner } from "../../store/jobs.ts";
import { applyPolicies } from "../../store/retention.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

/** A server refreshes by its own workers. */
describe.skipIf(process.env.DATABASE_URL !== undefined)("the refresh of rollups in slices", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  it("leaves out no bucket on the border of two slices, neither of hours nor of days", async () => {
    await applyPolicies(db.pool, tablesOf(catalog), { readingsDays: 0, eventsDays: 0, rejectedDays: 0 });
    await db.pool.query(`
      insert into readings_gas_meter (device_no, observed_at, received_at, flow, volume)
      select d, at, at, 1000 * extract(hour from at), extract(epoch from at) / 1e3
      from generate_series(now() - interval '24 days', now(), interval '30 minutes') at, generate_series(1, 3) d`);
    const runner = startJobRunner(db.pool, { everyMs: 2 ** 31 - 1, log: createLogger("silent") });
    await runner.runDue();
    // Late readings in what is materialised by now; the next run has to bring them in.
    await db.pool.query(`
      insert into readings_gas_meter (device_no, observed_at, received_at, flow)
      select 4, at, at, 1000 from generate_series(now() - interval '20 days', now() - interval '3 days', interval '1 hour') at`);
    await runner.stop();
    const later = startJobRunner(db.pool, { everyMs: 2 ** 31 - 1, log: createLogger("silent") });
    await later.runDue();
    await later.stop();
    const { rows } = await db.pool.query(`
      with raw as (
        select time_bucket('1 day', observed_at, 'Asia/Shanghai') as bucket, device_no, count(*) as n, sum(flow) / 1000::float8 as flow
        from readings_gas_meter group by 1, 2
      )
      select count(*)::int as days, count(*) filter (where d.readings is distinct from n or d.flow_sum is distinct from flow)::int as wrong
      from raw full join readings_gas_meter_1d d using (bucket, device_no)`);
    expect(rows[0].days).toBeGreaterThan(85);
    expect(rows[0].wrong).toBe(0);
  });
});
