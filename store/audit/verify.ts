import type { Db } from "../database/index.ts";
import { type HashedRow, ORIGIN_HASH, rowHash } from "./hash.ts";

/** A row as it lies in the table. An attacker who changes rows is bound by no range, so numbers are of any size. */
export interface StoredAuditRow extends HashedRow {
  readonly auditNo: bigint;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

/**
 * The number and hash of a row that was the last one at some moment; a copy kept elsewhere vouches for all rows before.
 */
export interface AuditHead {
  readonly auditNo: bigint;
  /** In hexadecimal. */
  readonly hash: string;
}

export interface AuditFault {
  readonly type: "changed" | "missing" | "inserted" | "moved" | "unlinked" | "head";
  /** The row's number, or the first and last of those that are missing. */
  readonly auditNo: bigint;
  readonly lastNo: bigint;
  readonly text: string;
}

export interface AuditReport {
  readonly rows: number;
  /** The last row; undefined when there is none. */
  readonly head: AuditHead | undefined;
  /** In the order of the rows. */
  readonly faults: readonly AuditFault[];
}

/** `<number>:<hash in hexadecimal>`, as `--head` and the file of the platform have it; undefined for anything else. */
export function parseHead(text: string): AuditHead | undefined {
  const match = /^(\d{1,18}):([0-9a-f]{64})$/i.exec(text.trim());
  return match ? { auditNo: BigInt(match[1]!), hash: match[2]!.toLowerCase() } : undefined;
}

export const formatHead = ({ auditNo, hash }: AuditHead): string => `${auditNo}:${hash}`;

/** This many changed rows are compared with each other, to find those that only changed places. */
const MAX_COMPARED = 200;

/**
 * Walks the chain and reports its faults.
 * @param rows in the order of their numbers
 * @param kept heads that were noted elsewhere: only they show that rows at the end were removed or made again
 */
export async function verifyAudit(
  rows: AsyncIterable<StoredAuditRow>,
  kept: readonly AuditHead[] = [],
): Promise<AuditReport> {
  const faults: AuditFault[] = [];
  const changed: StoredAuditRow[] = [];
  const heads = new Map<bigint, string>();
  const wanted = new Set(kept.map(({ auditNo }) => auditNo));
  let count = 0;
  let before: { auditNo: bigint; hash: Buffer; whole: boolean } = {
    auditNo: 0n,
    hash: ORIGIN_HASH,
    whole: true,
  };
  for await (const row of rows) {
    count++;
    const { auditNo } = row;
    if (auditNo < 1n) {
      faults.push(fault("inserted", auditNo, "was put in: the audit begins with row 1"));
      continue;
    }
    if (wanted.has(auditNo)) heads.set(auditNo, row.hash.toString("hex"));
    const first = before.auditNo + 1n;
    const follows = auditNo === first;
    if (!follows) faults.push(missing(first, auditNo - 1n, "removed"));
    const whole = rowHash(row, row.previousHash).equals(row.hash);
    if (!whole) changed.push(row);
    // A row beside a gap or a changed one cannot fit it, and is not to blame for that.
    else if (follows && before.whole && !row.previousHash.equals(before.hash)) {
      faults.push(...unlinked(before.auditNo, auditNo));
    }
    before = { auditNo, hash: row.hash, whole };
  }
  for (const head of kept) {
    if (head.auditNo > before.auditNo) {
      const why = `removed from the end: row ${head.auditNo} was the last one when the head was kept`;
      faults.push(missing(before.auditNo + 1n, head.auditNo, why));
    } else if (head.auditNo > 0n && heads.has(head.auditNo) && heads.get(head.auditNo) !== head.hash) {
      const why = "is not the row whose hash was kept: it, or rows before it, were made anew";
      faults.push(fault("head", head.auditNo, why));
    }
  }
  faults.push(...explain(changed));
  return {
    rows: count,
    head: before.auditNo > 0n ? { auditNo: before.auditNo, hash: before.hash.toString("hex") } : undefined,
    faults: faults.sort((a, b) => (a.auditNo < b.auditNo ? -1 : a.auditNo > b.auditNo ? 1 : 0)),
  };
}

const fault = (type: AuditFault["type"], auditNo: bigint, what: string): AuditFault => ({
  type,
  auditNo,
  lastNo: auditNo,
  text: `Row ${auditNo} ${what}`,
});

const missing = (first: bigint, last: bigint, how: string): AuditFault => ({
  type: "missing",
  auditNo: first,
  lastNo: last,
  text: first === last ? `Row ${first} is missing: ${how}` : `Rows ${first} to ${last} are missing: ${how}`,
});

/** Both rows fit their own hash but not each other; the chain cannot tell which of them was made again. */
function unlinked(before: bigint, auditNo: bigint): AuditFault[] {
  if (before === 0n) {
    return [fault("unlinked", auditNo, "does not begin the chain: it was made anew with another beginning")];
  }
  const what = (other: bigint) => `does not fit row ${other}: one of the two was changed and hashed anew`;
  return [fault("unlinked", before, what(auditNo)), fault("unlinked", auditNo, what(before))];
}

/** Tells rows with changed content from rows that hold the content of another row. */
function explain(changed: readonly StoredAuditRow[]): AuditFault[] {
  const numbers = changed.slice(0, MAX_COMPARED).map(({ auditNo }) => auditNo);
  const origin = new Map<bigint, bigint>();
  for (const row of changed) {
    const known = [row.auditNo - 1n, row.auditNo + 1n, ...numbers];
    const was = known.find((auditNo) => rowHash({ ...row, auditNo }, row.previousHash).equals(row.hash));
    if (was !== undefined) origin.set(row.auditNo, was);
  }
  const taken = new Set(changed.map(({ auditNo }) => auditNo));
  const faults: AuditFault[] = [];
  for (const { auditNo } of changed) {
    const was = origin.get(auditNo);
    if (was === undefined) {
      faults.push(fault("changed", auditNo, "was changed: its content does not give its hash"));
      continue;
    }
    faults.push(fault("moved", auditNo, `holds what was row ${was}`));
    // A row that stands in its place, with a fitting hash, was put there.
    if (was >= 1n && was < auditNo && !taken.has(was)) {
      faults.push(fault("inserted", was, `was put in: the former row is row ${auditNo} now`));
    }
  }
  return faults;
}

const PAGE = 1000;

/** Every row, in the order of their numbers, read in pages. */
export async function* readAuditForVerify(db: Db, pageSize = PAGE): AsyncGenerator<StoredAuditRow> {
  let last: string | null = null;
  for (;;) {
    const { rows }: { rows: StoredColumns[] } = await db.query<StoredColumns>(
      `select audit_no::text, coalesce(nullif(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''),
                at::text) as at,
              actor_type, actor_id, actor_name, tenant_id, action, object_type, object_id, reason,
              before::text, after::text, address, request_id, caller_request_id,
              previous_hash, hash
       from audit
       where $1::bigint is null or audit_no > $1::bigint
       order by audit.audit_no
       limit $2::int`,
      [last, pageSize],
    );
    for (const row of rows) {
      yield {
        auditNo: BigInt(row.audit_no),
        at: row.at,
        actorType: row.actor_type,
        actorId: row.actor_id,
        actorName: row.actor_name,
        tenantId: row.tenant_id,
        action: row.action,
        objectType: row.object_type,
        objectId: row.object_id,
        reason: row.reason,
        before: row.before,
        after: row.after,
        address: row.address,
        requestId: row.request_id,
        callerRequestId: row.caller_request_id,
        previousHash: row.previous_hash,
        hash: row.hash,
      };
    }
    const end = rows.at(-1);
    if (!end || rows.length < pageSize) return;
    last = end.audit_no;
  }
}

interface StoredColumns {
  audit_no: string;
  at: string;
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
  tenant_id: string | null;
  action: string;
  object_type: string;
  object_id: string | null;
  reason: string | null;
  before: string | null;
  after: string | null;
  address: string | null;
  request_id: string | null;
  caller_request_id: string | null;
  previous_hash: Buffer;
  hash: Buffer;
}
