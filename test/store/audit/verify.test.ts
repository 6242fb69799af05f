import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendAuditAlone } from "../../../store/audit/audit.ts";
import { rowHash } from "../../../store/audit/hash.ts";
import {
  type AuditReport,
  parseHead,
  readAuditForVerify,
  type StoredAuditRow,
  verifyAudit,
} from "../../../store/audit/verify.ts";
import type { Client } from "../../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { someEntries } from "./rows.ts";

const ROWS = 30;
const ROUNDS = 200;

let db: TestDatabase;
let tx: Client;
let rows: StoredAuditRow[];

beforeAll(async () => {
  db = await createTestDatabase();
  for (const entry of someEntries(ROWS)) await appendAuditAlone(db.pool, entry);
  // What only the owner of the table can do.
  await db.pool.query("alter table audit disable trigger all");
  tx = await db.pool.connect();
  rows = [];
  for await (const row of readAuditForVerify(tx)) rows.push(row);
});
afterAll(async () => {
  tx.release();
  await db.drop();
});

const head = () => ({ auditNo: BigInt(ROWS), hash: rows.at(-1)!.hash.toString("hex") });

/** The report on a copy that `tamper` has changed. */
async function reportAfter(tamper: () => Promise<unknown>): Promise<AuditReport> {
  await tx.query("begin");
  try {
    await tamper();
    return await verifyAudit(readAuditForVerify(tx, 7), [head()]);
  } finally {
    await tx.query("rollback");
  }
}

const names = ({ faults }: AuditReport, auditNo: number) =>
  faults.some((fault) => fault.auditNo <= auditNo && BigInt(auditNo) <= fault.lastNo);

// Seeded, so that a round that fails can be run again.
let state = 20_260_131;
const random = (below: number) => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((state / 2 ** 31) * below);
};
const anyRow = () => 1 + random(ROWS);

const COLUMNS = [
  ["at", "at + interval '1 microsecond'"],
  ["actor_type", "case actor_type when 'person' then 'device' else 'person' end"],
  ["actor_id", "coalesce(actor_id, '') || 'x'"],
  ["actor_id", "case when actor_id is null then '' end"],
  ["actor_name", "coalesce(actor_name, '') || ' '"],
  ["tenant_id", "coalesce(tenant_id, '') || 'x'"],
  ["action", "action || 'd'"],
  ["object_type", "object_type || 's'"],
  ["object_id", "coalesce(object_id, '') || '1'"],
  ["reason", "coalesce(reason, '') || '.'"],
  ["before", "jsonb_build_object('was', before)"],
  ["after", `coalesce(after, '{}') || '{"n": 1.0}'`],
  ["address", "coalesce(address, '') || '0'"],
  ["request_id", "coalesce(request_id, '') || '0'"],
  ["caller_request_id", "coalesce(caller_request_id, '') || '0'"],
  ["caller_request_id", "case when caller_request_id is null then '' end"],
  ["previous_hash", "sha256(previous_hash)"],
  ["hash", "sha256(hash)"],
] as const;

/** Whatever somebody with all rights may do. Each says which row must be named. */
const TAMPERINGS: Record<string, () => Promise<number>> = {
  "a column is changed": async () => {
    for (;;) {
      const no = anyRow();
      const [column, value] = COLUMNS[random(COLUMNS.length)]!;
      const { rowCount } = await tx.query(
        `update audit set ${column} = ${value}
         where audit_no = $1 and (${value})::text is distinct from ${column}::text`,
        [no],
      );
      if (rowCount === 1) return no;
    }
  },
  "a row is changed and hashed anew": async () => {
    const no = anyRow();
    const row = { ...rows[no - 1]!, action: "device.nothing" };
    await tx.query("update audit set action = $2, hash = $3 where audit_no = $1", [
      no,
      row.action,
      rowHash(row, row.previousHash),
    ]);
    return no;
  },
  "a row is removed": async () => {
    const no = anyRow();
    await tx.query("delete from audit where audit_no = $1", [no]);
    return no;
  },
  "a row is removed and the others move up": async () => {
    const no = 1 + random(ROWS - 1);
    await tx.query("delete from audit where audit_no = $1", [no]);
    await tx.query("update audit set audit_no = -audit_no where audit_no > $1", [no]);
    await tx.query("update audit set audit_no = -audit_no - 1 where audit_no < 0");
    return no;
  },
  "a row is put in, with a hash that fits": async () => {
    const no = anyRow();
    await tx.query("update audit set audit_no = -audit_no where audit_no >= $1", [no]);
    await tx.query("update audit set audit_no = -audit_no + 1 where audit_no < 0");
    const row = { ...rows[no - 1]!, action: "device.forged" };
    await insert(row, rowHash(row, row.previousHash));
    return no;
  },
  "a row is put in before the first": async () => {
    const row = { ...rows[0]!, auditNo: BigInt(-random(3)) };
    await insert(row, rowHash(row, row.previousHash));
    return Number(row.auditNo);
  },
  "a row is put in behind the last, with a hash of nothing": async () => {
    const row = { ...rows[0]!, auditNo: BigInt(ROWS + 1 + random(2)) };
    await insert(row, randomBytes(32));
    return Number(row.auditNo);
  },
  "two rows change places": async () => {
    const one = anyRow();
    const other = 1 + ((one + random(ROWS - 1)) % ROWS);
    await tx.query("update audit set audit_no = 0 where audit_no = $1", [one]);
    await tx.query("update audit set audit_no = $1 where audit_no = $2", [one, other]);
    await tx.query("update audit set audit_no = $1 where audit_no = 0", [other]);
    return random(2) === 0 ? one : other;
  },
  "the end is cut off": async () => {
    const no = anyRow();
    await tx.query("delete from audit where audit_no >= $1", [no]);
    return no + random(ROWS - no + 1);
  },
  "everything from one row on is made anew": async () => {
    const no = anyRow();
    let previous = rows[no - 1]!.previousHash;
    for (const old of rows.slice(no - 1)) {
      const row = old.auditNo === BigInt(no) ? { ...old, action: "device.other" } : old;
      const hash = rowHash(row, previous);
      await tx.query("update audit set action = $2, previous_hash = $3, hash = $4 where audit_no = $1", [
        String(row.auditNo),
        row.action,
        previous,
        hash,
      ]);
      previous = hash;
    }
    // Nothing but the head that was kept tells, and it names the row that it is of.
    return ROWS;
  },
};

const insert = (row: StoredAuditRow, hash: Buffer) =>
  tx.query(
    `insert into audit (audit_no, at, actor_type, action, object_type, actor_id, actor_name, tenant_id, object_id,
       reason, before, after, address, request_id, caller_request_id, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14, $15, $16, $17)`,
    [
      String(row.auditNo),
      row.at,
      row.actorType,
      row.action,
      row.objectType,
      row.actorId,
      row.actorName,
      row.tenantId,
      row.objectId,
      row.reason,
      row.before,
      row.after,
      row.address,
      row.requestId,
      row.callerRequestId ?? null,
      row.previousHash,
      hash,
    ],
  );

describe("a verification of the audit", () => {
  it("takes the rows of versions that did not keep what the caller calls its request", () => {
    const row = {
      ...{
        auditNo: 7,
        at: "2026-01-31T00:00:00.000000Z",
        actorType: "person",
        actorId: "li",
        actorName: "李",
      },
      ...{ tenantId: null, action: "device.create", objectType: "device", objectId: "m-1", reason: "" },
      ...{ before: '{"a": 1}', after: null, address: "10.0.0.1", requestId: "r-1" },
    };
    const hash = (more: object) => rowHash({ ...row, ...more }, Buffer.alloc(32)).toString("hex");
    // As the first version computed it.
    expect(hash({})).toBe("6046ab6335b5bec44c0ffafe7c7255ee303d003dba7f98231eb08796651319e0");
    expect(hash({ callerRequestId: null })).toBe(hash({}));
    expect(new Set([hash({}), hash({ callerRequestId: "" }), hash({ callerRequestId: "x" })]).size).toBe(3);
  });

  it("finds nothing where nothing was done", async () => {
    expect(await reportAfter(async () => {})).toEqual({ rows: ROWS, head: head(), faults: [] });
  });

  it(`finds each of ${ROUNDS} random tamperings and names the row`, async () => {
    const kinds = Object.entries(TAMPERINGS);
    for (let round = 0; round < ROUNDS; round++) {
      const [what, tamper] = kinds[round % kinds.length]!;
      let auditNo = Number.NaN;
      const report = await reportAfter(async () => {
        auditNo = await tamper();
      });
      expect(
        names(report, auditNo),
        `round ${round}: ${what} ${auditNo}: ${JSON.stringify(report, show)}`,
      ).toBe(true);
    }
  });

  it("says of two rows that changed places what each of them was", async () => {
    const report = await reportAfter(async () => {
      await tx.query("update audit set audit_no = 0 where audit_no = 3");
      await tx.query("update audit set audit_no = 3 where audit_no = 17");
      await tx.query("update audit set audit_no = 17 where audit_no = 0");
    });
    expect(report.faults.map(({ text }) => text)).toEqual([
      "Row 3 holds what was row 17",
      "Row 17 holds what was row 3",
    ]);
  });

  it("names a single changed row and no others", async () => {
    const report = await reportAfter(() => tx.query("update audit set action = 'x' where audit_no = 9"));
    expect(report.faults).toMatchObject([{ type: "changed", auditNo: 9n }]);
  });

  it("does not notice a missing end without a head", async () => {
    await tx.query("begin");
    await tx.query("delete from audit where audit_no > 20");
    const report = await verifyAudit(readAuditForVerify(tx));
    await tx.query("rollback");
    expect(report.faults).toEqual([]);
  });
});

describe("a head", () => {
  it.each(["", "12", "x:00", "12:00", `12:${"g".repeat(64)}`, `-1:${"0".repeat(64)}`])(
    "that reads %j is refused",
    (text) => {
      expect(parseHead(text)).toBeUndefined();
    },
  );
});

const show = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
