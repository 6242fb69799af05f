import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { decideStep } from "../../../broadcast/lifecycle/lifecycle.ts";
import type { Level } from "../../../broadcast/message/message.ts";
import { previewBroadcast } from "../../../broadcast/operations/stored-preview.ts";
import { setOwner } from "../../../store/access/principals.ts";
import { lockBroadcasts } from "../../../store/broadcast/broadcasts.ts";
import { findRevision, listRevisions } from "../../../store/broadcast/revisions.ts";
import { withTransaction } from "../../../store/database/database.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { migrate, readMigrations } from "../../../store/schema/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

/** The last one of before decisions remembered who was behind them. */
const BEFORE = 11;

let db: TestDatabase;
beforeEach(async () => {
  db = await emptyTestDatabase();
});
afterEach(() => db.drop());

const silent = createLogger("silent");
/** A database as the version before left it. */
async function migrateBefore(): Promise<Awaited<ReturnType<typeof readMigrations>>> {
  const migrations = await readMigrations();
  await migrate(
    db.pool,
    silent,
    migrations.filter(({ version }) => version <= BEFORE),
  );
  return migrations;
}

describe("broadcasts of before revisions were kept", () => {
  it("have their present one, with who wrote it, and everybody whose name is in their history behind them", async () => {
    const migrations = await migrateBefore();
    const { rows } = await db.pool.query<{ broadcast_no: number }>(
      `insert into broadcasts (id, state, message, mode, class, level, headline, created_by, revision, submitted_by,
         cap_identifier, cap_sender, cap_sent)
       values ('old', 'pending_approval', '{"level": 2}', 'actual', 'emergency', 2, 'x', 'li', 2, 'robot',
         'old', 'x', now()), ('proposed', 'draft', '{}', 'actual', 'emergency', 2, 'x', 'platform', 1, null,
         'proposed', 'x', now())
       returning broadcast_no`,
    );
    const [old, proposed] = rows.map(({ broadcast_no }) => broadcast_no);
    await db.pool.query(
      `insert into broadcast_history (broadcast_no, step, action, to_state, actor_type, actor_id, actor_name)
       values ($1, 1, 'create', 'draft', 'person', 'li', 'Li'), ($1, 2, 'change', 'draft', 'person', 'wang', 'Wang'),
         ($1, 3, 'submit', 'pending_approval', 'application', 'robot', 'Robot'),
         ($2, 1, 'propose', 'draft', 'platform', null, 'platform')`,
      [old, proposed],
    );
    await migrate(db.pool, silent, migrations);
    const [first, second] = await withTransaction(db.pool, (tx) => lockBroadcasts(tx, [old!, proposed!]));
    expect(first).toMatchObject({ submittedFor: ["robot"], authors: ["li", "wang"], approvedFor: [] });
    expect(second).toMatchObject({ submittedFor: [], authors: [] });
    expect(await findRevision(db.pool, old!, 2)).toMatchObject({
      message: { level: 2 },
      actor: { type: "person", id: "wang", name: "Wang" },
      replaces: [],
    });
    expect(await listRevisions(db.pool, old!, 10)).toHaveLength(1);
    expect(await listRevisions(db.pool, proposed!, 10)).toMatchObject([
      { revision: 1, actor: { type: "platform", id: null } },
    ]);
  });
});

describe("what an application without an owner had submitted", () => {
  it("is approved once somebody answers for it, by another person, and names nobody as changed since", async () => {
    const migrations = await migrateBefore();
    await db.pool.query(`
      insert into tenants (id, name, use) values ('county', 'County', 'government');
      insert into principals (id, type, tenant_id, name)
      values ('robot', 'application', 'county', 'Robot'), ('li', 'person', 'county', 'Li'),
        ('zhao', 'person', 'county', 'Zhao'), ('wang', 'person', 'county', 'Wang'), ('sun', 'person', 'county', 'Sun');
      insert into api_keys (principal_id, prefix, key_hash) values ('robot', 'abc', '\\x00')`);
    const { rows } = await db.pool.query<{ broadcast_no: number }>(
      `insert into broadcasts (id, state, message, mode, class, level, headline, created_by, revision, submitted_by,
         cap_identifier, cap_sender, cap_sent)
       values ('by-robot', 'pending_approval', '{"level": 2}', 'actual', 'emergency', 2, 'x', 'robot', 1, 'robot',
         'a', 'x', now()),
         ('by-sun', 'pending_approval', '{"level": 2}', 'actual', 'emergency', 2, 'x', 'robot', 1, 'sun', 'b', 'x', now())
       returning broadcast_no`,
    );
    const numbers = rows.map(({ broadcast_no }) => broadcast_no);
    await db.pool.query(
      `insert into broadcast_history (broadcast_no, step, action, to_state, actor_type, actor_id, actor_name)
       select no, 1, 'create', 'draft', 'application', 'robot', 'Robot' from unnest($1::bigint[]) as b (no)`,
      [numbers],
    );
    await migrate(db.pool, silent, migrations);
    const read = () => withTransaction(db.pool, (tx) => lockBroadcasts(tx, numbers));
    const approvedBy = async (nth: number, id: string) => {
      const broadcast = (await read())[nth]!;
      const facts = { ...broadcast, level: broadcast.level as Level };
      const step = decideStep(facts, "approve", { type: "person", id }, { now: new Date() });
      return step.allowed ? step.to : step.code;
    };
    for (const id of ["li", "zhao", "wang"])
      expect(await approvedBy(0, id)).toBe("application_without_owner");
    // A person submitted the other one, and answers for that.
    expect(await approvedBy(1, "li")).toBe("approved");
    const [pending] = await read();
    const reader = {
      actor: { type: "person" as const, id: "li", name: "Li", tenantId: null },
      sees: NO_LIMITS,
    };
    expect(await previewBroadcast(db.pool, pending!, reader, new Date())).toMatchObject({
      changedSinceSubmission: null,
    });

    await withTransaction(db.pool, (tx) => setOwner(tx, "robot", "li"));
    // Who was shown its key may be the one who used it.
    await db.pool.query("update api_keys set made_by = 'zhao'");
    expect(await approvedBy(0, "li")).toBe("own_submission");
    expect(await approvedBy(0, "zhao")).toBe("own_submission");
    expect(await approvedBy(0, "wang")).toBe("approved");
    // What it wrote is its owner's as well.
    expect(await approvedBy(1, "li")).toBe("own_content");
    expect(await approvedBy(1, "wang")).toBe("approved");
  });
});

describe("speakers of before it was kept which attempt their times are of", () => {
  it("say so, unless there was but one, or the answer came after the last command had left", async () => {
    const migrations = await migrateBefore();
    await db.pool.query(`
      insert into regions (code, name, level) values ('52', 'x', 1);
      insert into devices (id, kind, region_code, token_hash)
      select 'sp-' || n, 'speaker', '52', '\\x00' from generate_series(1, 4) n;
      insert into broadcasts (id, state, message, mode, class, level, headline, created_by, cap_identifier, cap_sender,
        cap_sent)
      values ('old', 'completed', '{}', 'actual', 'emergency', 2, 'x', 'li', 'a', 'x', now());
      insert into broadcast_targets (broadcast_no, device_no, region_code, attempt, handed_over_at, acknowledged_at)
      select b.broadcast_no, d.device_no, '52', case d.id when 'sp-1' then 1 else 2 end,
        '2026-05-01T08:00:00Z'::timestamptz,
        case d.id when 'sp-3' then '2026-05-01T08:00:01Z'::timestamptz when 'sp-4' then null
          else '2026-05-01T07:00:00Z'::timestamptz end
      from broadcasts b, devices d`);
    await migrate(db.pool, silent, migrations);
    const { rows } = await db.pool.query(
      "select d.id, t.reported_attempt from broadcast_targets t join devices d using (device_no) order by 1",
    );
    expect(rows.map(({ reported_attempt }) => reported_attempt)).toEqual([1, null, 2, 2]);
  });
});
