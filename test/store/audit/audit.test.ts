import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AuditEntry,
  appendAudit,
  appendAuditAlone,
  beginAudit,
  listAudit,
} from "../../../store/audit/audit.ts";
import { readAuditForVerify, verifyAudit } from "../../../store/audit/verify.ts";
import { withTransaction } from "../../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { entries } from "./rows.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: {
    type: "person",
    id: "li",
    name: "李",
    tenantId: null,
    address: "10.0.0.1",
    requestId: "r-1",
    callerRequestId: "c-1",
  },
  action: "device.create",
  object: { type: "device", id: "m-1" },
  ...over,
});
const verify = () => verifyAudit(readAuditForVerify(db.pool, 50));
const last = async () => (await listAudit(db.pool, {}, "all", { limit: 1 })).items[0]!;

describe("the audit", () => {
  it("begins with one row about the platform's first start, however many starts there are", async () => {
    await Promise.all([beginAudit(db.pool, { version: "1" }), beginAudit(db.pool, { version: "1" })]);
    await beginAudit(db.pool, { version: "2" });
    const { items } = await listAudit(db.pool, {}, "all", { limit: 10 });
    expect(items).toMatchObject([
      { auditNo: 1, action: "platform.bootstrap", actor: { type: "platform" }, after: { version: "1" } },
    ]);
  });

  it("gives back what was put in", async () => {
    const put = entry({
      reason: "巡检",
      before: { name: null },
      after: { name: "一号表", location: { x: 1.5 } },
    });
    const { auditNo } = await appendAuditAlone(db.pool, put);
    expect(await last()).toMatchObject({ auditNo, ...put });
  });

  it("keeps its chain whole whatever texts and numbers a row holds", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (deed) => {
        await appendAuditAlone(db.pool, deed);
      }),
      { numRuns: 150 },
    );
    expect((await verify()).faults).toEqual([]);
  });

  it("numbers rows without a gap while many are added at once and some of them fail", async () => {
    const before = (await last()).auditNo;
    const adding = Array.from({ length: 40 }, (_, index) =>
      withTransaction(db.pool, async (tx) => {
        await appendAudit(tx, entry({ after: { index } }));
        if (index % 3 === 0) throw new Error("the change failed");
      }).catch((error: Error) => error.message),
    );
    const failed = (await Promise.all(adding)).filter((message) => message === "the change failed");
    expect(failed).toHaveLength(14);
    expect((await last()).auditNo).toBe(before + 26);
    expect((await verify()).faults).toEqual([]);
  });

  it("blots out what has the name of a secret, at any depth", async () => {
    await appendAuditAlone(
      db.pool,
      entry({
        after: {
          password: "hunter2hunter2",
          deep: [{ apiKey: "sbi_x", tokenHash: "00ff" }],
          hasPassword: true,
        },
      }),
    );
    const { after } = await last();
    expect(after).toEqual({
      password: "[redacted]",
      deep: [{ apiKey: "[redacted]", tokenHash: "[redacted]" }],
      hasPassword: true,
    });
  });

  it.each([
    "update audit set action = 'x'",
    "delete from audit",
    "truncate audit",
    "insert into audit select * from audit on conflict (audit_no) do update set action = 'x'",
  ])("refuses %s, and says why", async (sql) => {
    await expect(db.pool.query(sql)).rejects.toThrow(/append-only/);
  });
});

describe("the list of the audit", () => {
  beforeAll(async () => {
    const other = { ...entry().actor, id: "wang", tenantId: "gas" };
    for (let index = 0; index < 5; index++) {
      await appendAuditAlone(
        db.pool,
        entry({ action: "export.readings", object: { type: "list", id: "readings" } }),
      );
      await appendAuditAlone(
        db.pool,
        entry({ actor: other, action: "exporter", object: { type: "o", id: "x" } }),
      );
    }
  });
  const numbers = async (filter: object, reach: "all" | { tenantId: string } = "all") =>
    (await listAudit(db.pool, filter, reach, { limit: 1000 })).items.map(({ auditNo }) => auditNo);

  it("takes a prefix of an action at its dots only", async () => {
    expect(await numbers({ action: "export" })).toHaveLength(5);
    expect(await numbers({ action: "export.readings" })).toHaveLength(5);
    expect(await numbers({ action: "export.read" })).toEqual([]);
    expect(await numbers({ action: "exporter" })).toHaveLength(5);
  });

  it("filters by actor, object and time", async () => {
    expect(await numbers({ actor: "wang" })).toHaveLength(5);
    expect(await numbers({ objectType: "o", objectId: "x" })).toHaveLength(5);
    expect(await numbers({ objectType: "o", objectId: "y" })).toEqual([]);
    const { at, auditNo } = await last();
    expect(await numbers({ from: new Date(at.getTime() + 1) })).toEqual([]);
    expect(await numbers({ from: at })).toContain(auditNo);
    expect(await numbers({ to: new Date(0) })).toEqual([]);
  });

  it("shows a tenant its own people's deeds and no others", async () => {
    expect(await numbers({}, { tenantId: "gas" })).toHaveLength(5);
    expect(await numbers({ actor: "li" }, { tenantId: "gas" })).toEqual([]);
    expect(await numbers({}, { tenantId: "nobody" })).toEqual([]);
  });

  it("comes in pages that hold each row once", async () => {
    const all = await numbers({});
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAudit(db.pool, {}, "all", { limit: 7, cursor });
      seen.push(...page.items.map(({ auditNo }) => auditNo));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(all);
    await expect(listAudit(db.pool, {}, "all", { limit: 7, cursor: "x" })).rejects.toThrow(/cursor/);
  });
});
