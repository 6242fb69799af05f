import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { catalog } from "../../../devices/catalog.ts";
import { appendAuditAlone, PLATFORM_ACTOR } from "../../../store/audit/audit.ts";
import { openPool, type Pool } from "../../../store/database/database.ts";
import { type ForeignMessage, recordForeignMessages } from "../../../store/ledger/write-foreign-messages.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { dropOldChunks } from "../../../store/schema/retention.ts";
import {
  assertSameDatabase,
  grantRuntimeRole,
  readRole,
  whyAuditIsExposed,
} from "../../../store/schema/runtime-role.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

/** The embedded database has one session and one role: there is nothing to separate. */
const onServer = Boolean(process.env.DATABASE_URL);

describe.skipIf(!onServer)("the role that the platform runs with, on a server", () => {
  const role = `sbi_test_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  let db: TestDatabase;
  let runtime: Pool;

  beforeAll(async () => {
    db = await createTestDatabase();
    await db.pool.query(`create role ${role} login password '${password}'`);
    const url = new URL(db.url);
    url.username = role;
    url.password = password;
    runtime = openPool({ url: url.toString(), size: 2, applicationName: "test-runtime" }, () => {});
    await grantRuntimeRole(db.pool, role);
  });
  afterAll(async () => {
    await runtime.end();
    await db.pool.query(`drop owned by ${role}`);
    await db.pool.query(`drop role ${role}`);
    await db.drop();
  });

  it("adds to the audit and reads it", async () => {
    const entry = { actor: PLATFORM_ACTOR, action: "test.add", object: { type: "test", id: null } };
    const { auditNo } = await appendAuditAlone(runtime, entry);
    const { rows } = await runtime.query("select action from audit where audit_no = $1", [auditNo]);
    expect(rows).toEqual([{ action: "test.add" }]);
  });

  it("counts messages on foreign topics in the chunk that holds their row, whoever made it", async () => {
    const { deviceNo } = await addDevice(db.pool, "role-1");
    const message = {
      receivedAt: Date.UTC(2026, 2, 1),
      deviceNo,
      publisher: "role-1",
      door: "mqtt",
      topic: "t",
      reason: "foreign_topic",
      detail: "d",
      payload: Buffer.from("x"),
      payloadBytes: 1,
    } satisfies ForeignMessage;
    const later = { ...message, receivedAt: Date.UTC(2026, 2, 9) };
    await recordForeignMessages(db.pool, [message]);
    await recordForeignMessages(runtime, [message, later]);
    await recordForeignMessages(runtime, [later]);
    const { rows } = await runtime.query("select messages from rejected_messages where device_no = $1", [
      deviceNo,
    ]);
    expect(rows).toEqual([{ messages: 2 }, { messages: 2 }]);
  });

  it.each([
    "update audit set action = 'x'",
    "delete from audit",
    "truncate audit",
    "alter table audit disable trigger all",
    "alter table audit disable trigger audit_append_only",
    "drop trigger audit_append_only on audit",
    "drop table audit",
    "drop function refuse_audit_change() cascade",
    "create or replace function refuse_audit_change() returns trigger language plpgsql as 'begin return null; end'",
    "alter table audit owner to current_user",
    "alter table audit rename to other",
    "create rule nothing as on insert to audit do instead nothing",
    "create trigger mine before insert on audit for each row execute function refuse_audit_change()",
    "set session_replication_role = replica",
    "grant update on audit to current_user",
    "insert into audit select * from audit on conflict (audit_no) do update set action = 'x'",
    "merge into audit using (select 1 as n) as s on audit_no = s.n when matched then delete",
    "create table audit_2 (n int)",
    "delete from broadcast_history",
    "update broadcast_revisions set message = '{}'",
    "delete from schema_migrations",
  ])("is refused by the server: %s", async (sql) => {
    const before = await db.pool.query("select * from audit order by audit_no");
    if (/^grant/.test(sql)) {
      // PostgreSQL answers a grant of what one has not with a warning only.
      await runtime.query(sql).catch(() => {});
      expect(await whyAuditIsExposed(runtime)).toBeUndefined();
    } else {
      await expect(runtime.query(sql)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|42P17)$/),
      });
    }
    expect((await db.pool.query("select * from audit order by audit_no")).rows).toEqual(before.rows);
  });

  it("reads and writes the readings of every kind, old chunks and new ones", async () => {
    const { table } = tablesOf(catalog)[0]!;
    await db.pool.query(
      `insert into ${table} (device_no, observed_at, received_at) values (1, now() - interval '90 days', now())`,
    );
    await runtime.query(
      `insert into ${table} (device_no, observed_at, received_at) values (1, now(), now())`,
    );
    // A grant of before must reach chunks that were made afterwards by the other role, and the other way round.
    await grantRuntimeRole(db.pool, role);
    await runtime.query(
      `insert into ${table} (device_no, observed_at, received_at) values (2, now() - interval '90 days', now())`,
    );
    expect((await runtime.query(`select count(*)::int as n from ${table}`)).rows).toEqual([{ n: 3 }]);
    expect((await runtime.query(`select * from ${table}_1h`)).rows.length).toBeGreaterThan(0);
    expect((await runtime.query(`select * from ${table}_1d`)).rows.length).toBeGreaterThan(0);
  });

  it("keeps days, where the platform does that itself", async (context) => {
    if (db.edition !== "apache") return context.skip();
    const table = tablesOf(catalog)[1]!;
    for (const hours of [60, 30]) {
      await runtime.query(
        `insert into ${table.table} (device_no, observed_at, received_at) values (1, now() - make_interval(hours => ${hours}), now())`,
      );
      await runtime.query(
        `insert into rollup_changes (kind, device_no, day)
         select $1, 1, time_bucket('1 day', now() - interval '60 hours', 'Asia/Shanghai')`,
        [table.kind],
      );
      while ((await keepNext(runtime, table, { devices: 1000 })) === "more");
      expect(await keepChanged(runtime, table, { limit: 10 })).toBe("more");
      expect(await keepChanged(runtime, table, { limit: 10 })).toBe("done");
    }
    const { rows } = await runtime.query(`select count(*)::int as n from ${table.table}_1d_kept`);
    expect(rows[0].n).toBeGreaterThan(0);
  });

  it("cannot drop chunks, which the owner does", async () => {
    const tables = tablesOf(catalog).slice(0, 1);
    const retention = { readingsDays: 30, eventsDays: 0, rejectedDays: 0 };
    // What it drops must be kept first.
    for (const table of tables) {
      while ((await keepNext(db.pool, table, { devices: 1000 })) === "more");
      while ((await keepChanged(db.pool, table, { limit: 10 })) === "more");
    }
    await expect(dropOldChunks(runtime, tables, retention)).rejects.toThrow(/owner/);
    expect((await dropOldChunks(db.pool, tables, retention)).dropped).toHaveLength(1);
  });

  it("is not exposed, and everybody else is told why", async () => {
    expect(await whyAuditIsExposed(runtime)).toBeUndefined();
    expect(await whyAuditIsExposed(db.pool)).toMatch(/superuser|owns/);
    await db.pool.query(`grant delete on audit to ${role}`);
    expect(await whyAuditIsExposed(runtime)).toBe("it has the rights to delete");
    await grantRuntimeRole(db.pool, role);
    expect(await whyAuditIsExposed(runtime)).toBeUndefined();
  });

  it("is not the owner's own, and exists", async () => {
    await expect(grantRuntimeRole(db.pool, await readRole(db.pool))).rejects.toThrow(/two roles/);
    await expect(grantRuntimeRole(db.pool, `${role}_nobody`)).rejects.toThrow(/does not exist/);
    await expect(grantRuntimeRole(runtime, "postgres")).rejects.toThrow(/belongs to/);
  });

  it("is used on the database of the owner", async () => {
    await expect(assertSameDatabase(db.pool, runtime)).resolves.toBeUndefined();
    const url = new URL(db.url);
    url.pathname = "/postgres";
    const elsewhere = openPool({ url: url.toString(), size: 1, applicationName: "test" }, () => {});
    await expect(assertSameDatabase(db.pool, elsewhere)).rejects.toThrow(/expected the same one/);
    await elsewhere.end();
  });
});

describe.skipIf(onServer)("the embedded database", () => {
  it("has one role for everything, so that the rest is tested on a server (npm run test:server)", async () => {
    const db = await createTestDatabase();
    expect(await whyAuditIsExposed(db.pool)).toMatch(/superuser/);
    await db.drop();
  });
});
