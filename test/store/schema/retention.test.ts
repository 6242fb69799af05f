import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { openPool } from "../../../store/database/database.ts";
import type { KindTable } from "../../../store/database/kind-table.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { migrate } from "../../../store/schema/migrate.ts";
import {
  dropOldChunks,
  type Retention,
  removeRetentionPolicies,
  startRetention,
} from "../../../store/schema/retention.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const silent = createLogger("silent");
const table: KindTable = {
  kind: "kept",
  table: "readings_kept",
  columns: [{ name: "level", type: "gauge" }],
};

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
  await migrate(db.pool, silent);
  await applyKindTables(db.pool, [table], { edition: db.edition, log: silent });
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.pool.query("truncate readings_kept, events, replies, rejected_messages, rollup_changes");
  // As after a keeper that is done.
  await db.pool.query(
    "update rollup_state set readings_since = '-infinity', complete_until = date_trunc('day', now()) where kind = 'kept'",
  );
});

const keep = (readingsDays: number, eventsDays = 0, rejectedDays = 0): Retention => ({
  readingsDays,
  eventsDays,
  rejectedDays,
});
const rows = async (sql: string) => (await db.pool.query(sql)).rows;

const WAITING_FOR_A_LOCK =
  "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

const AT = "now() - make_interval(days => d, mins => 1)";

/** One reading per day, for the last `days` days. */
const fillReadings = (days: number) =>
  db.pool.query(
    `insert into readings_kept (device_no, observed_at, received_at, level)
     select 1, ${AT}, now(), d from generate_series(0, ${days - 1}) d`,
  );

/** One reading, event, reply and rejection per day: of the last, each is a chunk of its own. */
async function fill(days: number): Promise<void> {
  const each = `from generate_series(0, ${days - 1}) d`;
  await fillReadings(days);
  await db.pool.query(
    `insert into events (device_no, observed_at, event_id, phase, type, received_at)
     select 1, ${AT}, d, 'instant', 'leak', now() ${each}`,
  );
  await db.pool.query(
    `insert into replies (device_no, observed_at, command_id, outcome, received_at) select 1, ${AT}, d, 'done', now() ${each}`,
  );
  await db.pool.query(
    `insert into rejected_messages (received_at, publisher, topic, reason, detail, payload, payload_bytes)
     select ${AT}, 'p', 't', 'empty', '', '', 0 ${each}`,
  );
}

/** The age in whole days of the oldest row, per class of data. */
async function oldest(): Promise<Record<string, number>> {
  const [row] = await rows(`
    select (select extract(day from now() - min(observed_at)) from readings_kept)::int as readings,
           (select extract(day from now() - min(observed_at)) from events)::int as events,
           (select extract(day from now() - min(observed_at)) from replies)::int as replies,
           (select extract(day from now() - min(received_at)) from rejected_messages)::int as rejected`);
  return row;
}

describe("dropping old chunks", () => {
  it("keeps every row that is younger than its limit, and at most a chunk of older ones", async () => {
    await fill(60);
    const { dropped } = await dropOldChunks(db.pool, [table], keep(30, 40, 10));
    expect(dropped.length).toBeGreaterThan(3 + 1 + 1 + 45);
    const ages = await oldest();
    const within = (age: number | undefined, limit: number, chunkDays: number) => {
      expect(age).toBeGreaterThanOrEqual(limit - 1);
      expect(age).toBeLessThanOrEqual(limit + chunkDays + 1);
    };
    within(ages.readings, 30, 7);
    within(ages.events, 40, 7);
    within(ages.replies, 40, 7);
    within(ages.rejected, 10, 1);
    const [{ kept }] = await rows(
      "select count(*) as kept from readings_kept where observed_at > now() - interval '30 days'",
    );
    expect(kept).toBe(30);
    expect(await dropOldChunks(db.pool, [table], keep(30, 40, 10))).toEqual({ dropped: [], waiting: [] });
  });

  const log = (daysAgo: number) =>
    db.pool.query(
      "insert into rollup_changes (kind, device_no, day) values ('kept', 1, date_trunc('day', now()) - make_interval(days => $1))",
      [daysAgo],
    );

  it("waits for days that have changed and are not kept anew: without their readings nobody could", async () => {
    await fillReadings(60);
    await log(50);
    // One or two, by the day of the week.
    const before = await rows(
      `select format('%I.%I', chunk_schema, chunk_name) as chunk from timescaledb_information.chunks
       where hypertable_name = 'readings_kept' and range_end <= (select day from rollup_changes)`,
    );
    const { dropped, waiting } = await dropOldChunks(db.pool, [table], keep(30));
    expect(waiting).toEqual(["readings_kept"]);
    expect(dropped.toSorted()).toEqual(before.map(({ chunk }) => chunk).toSorted());
    const [{ there }] = await rows(
      "select count(*)::int as there from readings_kept where observed_at >= date_trunc('day', now()) - interval '50 days'",
    );
    expect(there).toBeGreaterThanOrEqual(50);
    await db.pool.query("delete from rollup_changes");
    const after = await dropOldChunks(db.pool, [table], keep(30));
    expect(after).toMatchObject({ waiting: [], dropped: { length: expect.any(Number) } });
    expect((await oldest()).readings).toBeLessThanOrEqual(38);
  });

  it("waits for a keeper that has not come so far", async () => {
    await fillReadings(60);
    await db.pool.query(
      "update rollup_state set complete_until = now() - interval '70 days' where kind = 'kept'",
    );
    expect(await dropOldChunks(db.pool, [table], keep(30))).toEqual({
      dropped: [],
      waiting: ["readings_kept"],
    });
    expect((await oldest()).readings).toBe(59);
  });

  // The embedded database has one session, so that nobody writes meanwhile.
  it.runIf(process.env.DATABASE_URL)(
    "lets a reading stay that was committed while its chunk was dropped",
    async () => {
      await fillReadings(60);
      const other = openPool({ url: db.url, size: 1, applicationName: "test-other" }, () => {});
      const late = await other.connect();
      try {
        await late.query("begin");
        await late.query(
          "insert into readings_kept (device_no, observed_at, received_at) values (7, now() - interval '50 days', now())",
        );
        await late.query(
          "insert into rollup_changes (kind, device_no, day) values ('kept', 7, date_trunc('day', now()) - interval '50 days')",
        );
        const dropping = dropOldChunks(db.pool, [table], keep(30));
        await expect.poll(async () => (await rows(WAITING_FOR_A_LOCK)).length).toBeGreaterThan(0);
        await late.query("commit");
        expect(await dropping).toEqual({ dropped: [], waiting: ["readings_kept"] });
      } finally {
        late.release();
        await other.end();
      }
      expect(await rows("select device_no from readings_kept where device_no = 7")).toHaveLength(1);
      expect(
        (await rows("select readings_since::text as since from rollup_state where kind = 'kept'"))[0],
      ).toEqual({
        since: "-infinity",
      });
    },
  );

  it("drops nothing of what is kept for ever", async () => {
    await fill(60);
    expect(await dropOldChunks(db.pool, [table], keep(0))).toEqual({ dropped: [], waiting: [] });
    expect(await oldest()).toEqual({ readings: 59, events: 59, replies: 59, rejected: 59 });
  });

  it("is done at the start and again by our own clock", async () => {
    await fill(60);
    const logged: { msg: string; chunks?: number }[] = [];
    const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });
    const retention = startRetention(db.pool, [table], keep(30), { log, everyMs: 5 });
    await expect.poll(async () => (await oldest()).readings).toBeLessThanOrEqual(38);
    await db.pool.query(
      "insert into readings_kept (device_no, observed_at, received_at) values (2, now() - interval '50 days', now())",
    );
    await expect.poll(async () => (await oldest()).readings).toBeLessThanOrEqual(38);
    await retention.stop();
    // A turn may fail: whoever reads several chunks at that moment can be in a deadlock with it. The next one succeeds.
    expect(logged.filter(({ msg }) => msg === "old chunks dropped").length).toBeGreaterThanOrEqual(2);
  });

  it("logs when it fails, and goes on", async () => {
    const logged: { level: string }[] = [];
    const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });
    const ghost: KindTable = { kind: "ghost", table: "readings_ghost", columns: [] };
    const failing = startRetention(db.pool, [ghost], keep(30), { log, everyMs: 5 });
    await expect.poll(() => logged.length).toBeGreaterThanOrEqual(2);
    await failing.stop();
    expect(logged.every(({ level }) => level === "warn")).toBe(true);
  });
});

describe("the policies of a former version", () => {
  it("are taken away, as they would not say what they drop", async (context) => {
    if (db.edition !== "community") return context.skip();
    const policies = () =>
      rows(
        "select hypertable_name::text from timescaledb_information.jobs where proc_name = 'policy_retention'",
      );
    for (const name of ["readings_kept", "events"]) {
      await db.pool.query(`select add_retention_policy('${name}', interval '30 days')`);
    }
    await removeRetentionPolicies(db.pool, [table]);
    await removeRetentionPolicies(db.pool, [table]);
    expect(await policies()).toEqual([]);
  });
});
