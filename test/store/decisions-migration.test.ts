import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../log.ts";
import { findRevision, listRevisions } from "../../store/broadcast-revisions.ts";
import { lockBroadcasts } from "../../store/broadcasts.ts";
import { withTransaction } from "../../store/database.ts";
import { migrate, readMigrations } from "../../store/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";

/** The last one of before decisions remembered who was behind them. */
const BEFORE = 11;

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
});
afterAll(() => db.drop());

describe("broadcasts of before revisions were kept", () => {
  it("have their present one, with who wrote it, and everybody whose name is in their history behind them", async () => {
    const silent = createLogger("silent");
    const migrations = await readMigrations();
    await migrate(
      db.pool,
      silent,
      migrations.filter(({ version }) => version <= BEFORE),
    );
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
