import {
  type Client,
  type Db,
  decodeCursor,
  encodeCursor,
  exactJson,
  type Page,
  type Pool,
  toPage,
  withTransaction,
} from "../database/index.ts";
import { auditValue, ORIGIN_HASH, rowHash } from "./hash.ts";

/** The actor. `machine`: the operator of the machine, through a command; `platform`: the platform by itself. */
export interface AuditActor {
  readonly type: "person" | "application" | "display" | "device" | "machine" | "platform";
  readonly id: string | null;
  readonly name: string | null;
  /** The actor's own tenant, whose auditors see the row; null: the platform's. */
  readonly tenantId: string | null;
  readonly address?: string | null;
  /** Our own id of the request. */
  readonly requestId?: string | null;
  /** The caller's own id of the request. */
  readonly callerRequestId?: string | null;
  /**
   * As `ownerId`, `behind` and `makers` of `Principal` in `access`: the person who answers for an application, and
   * those who may be acting through the actor. They serve decisions; the row keeps the actor alone.
   */
  readonly ownerId?: string | null;
  readonly behind?: readonly string[];
  readonly makers?: readonly string[];
}

/** One action of an actor. */
export interface AuditEntry {
  readonly actor: AuditActor;
  /** `<object>.<verb>`, e.g. `device.create`. */
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string | null };
  readonly reason?: string;
  /** As JSON. Secrets do not belong here; a field with a secret's name is blotted out nevertheless. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The actor of the platform's own work. */
export const PLATFORM_ACTOR: AuditActor = { type: "platform", id: null, name: "platform", tenantId: null };

/** Held to the end of the transaction: rows are numbered in the order of their commits. */
const AUDIT_LOCK = 7_352_002;

/** A moment as the hash covers it: UTC, with the microseconds that the database keeps. */
const MOMENT = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * Adds a row. Make it the last statement of the transaction that makes the change: every other change waits from
 * here until the commit. (The embedded database runs one transaction at a time anyway.)
 */
export async function appendAudit(tx: Client, entry: AuditEntry): Promise<{ auditNo: number }> {
  const { actor, action, object } = entry;
  // In a statement of its own, so that the next one sees what was committed while this one waited.
  await tx.query("select pg_advisory_xact_lock($1)", [AUDIT_LOCK]);
  // PostgreSQL writes jsonb in its own way (order of keys, form of numbers); the hash covers that form.
  const { rows } = await tx.query<{
    audit_no: number;
    hash: Buffer | null;
    at: string;
    before: string | null;
    after: string | null;
  }>(
    `select coalesce(last.audit_no, 0) + 1 as audit_no, last.hash,
            to_char(clock_timestamp() at time zone 'UTC', ${MOMENT}) as at,
            $1::jsonb::text as before, $2::jsonb::text as after
     from (select) as one
     left join (select audit_no, hash from audit order by audit_no desc limit 1) as last on true`,
    [auditValue(entry.before), auditValue(entry.after)],
  );
  const { audit_no: auditNo, hash: lastHash, at, before, after } = rows[0]!;
  const row = {
    auditNo,
    at,
    actorType: actor.type,
    actorId: text(actor.id),
    actorName: text(actor.name),
    tenantId: text(actor.tenantId),
    action,
    objectType: object.type,
    objectId: text(object.id),
    reason: text(entry.reason),
    before,
    after,
    address: text(actor.address),
    requestId: text(actor.requestId),
    callerRequestId: text(actor.callerRequestId),
  };
  const previousHash = lastHash ?? ORIGIN_HASH;
  await tx.query(
    `insert into audit (audit_no, at, actor_type, actor_id, actor_name, tenant_id, action, object_type, object_id,
       reason, before, after, address, request_id, caller_request_id, previous_hash, hash)
     values ($1::bigint, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14, $15,
       $16::bytea, $17::bytea)`,
    [...Object.values(row), previousHash, rowHash(row, previousHash)],
  );
  return { auditNo };
}

/** Adds a row by itself: for reads that are audited, before their answer leaves. */
export function appendAuditAlone(pool: Pool, entry: AuditEntry): Promise<{ auditNo: number }> {
  return withTransaction(pool, (tx) => appendAudit(tx, entry));
}

/**
 * A character that PostgreSQL would not store, a NUL or half of a surrogate pair, must not keep an action out of the
 * audit.
 */
const text = (value: string | null | undefined): string | null =>
  value === undefined || value === null ? null : value.replaceAll(/\0|\p{Surrogate}/gu, "\uFFFD");

/** A row as auditors read it. */
export interface AuditRow {
  readonly auditNo: number;
  readonly at: Date;
  readonly actor: Required<Omit<AuditActor, "ownerId" | "behind" | "makers">>;
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string | null };
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
  /** In hexadecimal. */
  readonly hash: string;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  /** The action, or the part before one of its dots. */
  readonly action?: string | undefined;
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  /** Included. */
  readonly from?: Date | undefined;
  /** Not included. */
  readonly to?: Date | undefined;
}

/** The actions that are seen: all, or those of one tenant's people and applications. */
export type AuditReach = "all" | { readonly tenantId: string };

interface ListRow {
  audit_no: number;
  at: Date;
  actor_type: AuditActor["type"];
  actor_id: string | null;
  actor_name: string | null;
  tenant_id: string | null;
  action: string;
  object_type: string;
  object_id: string | null;
  reason: string | null;
  before: unknown;
  after: unknown;
  address: string | null;
  request_id: string | null;
  caller_request_id: string | null;
  hash: Buffer;
}

const toAuditRow = (row: ListRow): AuditRow => ({
  auditNo: row.audit_no,
  at: row.at,
  actor: {
    type: row.actor_type,
    id: row.actor_id,
    name: row.actor_name,
    tenantId: row.tenant_id,
    address: row.address,
    requestId: row.request_id,
    callerRequestId: row.caller_request_id,
  },
  action: row.action,
  object: { type: row.object_type, id: row.object_id },
  reason: row.reason,
  before: row.before,
  after: row.after,
  hash: row.hash.toString("hex"),
});

/** The audit, newest first. */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  reach: AuditReach,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AuditRow>> {
  const after = decodeCursor("audit", ["integer"], page.cursor);
  const { rows } = await db.query<ListRow>({
    types: exactJson,
    text: `select audit_no, at, actor_type, actor_id, actor_name, tenant_id, action, object_type, object_id, reason,
            before, after, address, request_id, caller_request_id, hash
     from audit
     where ($1::text is null or tenant_id = $1::text)
       and ($2::text is null or actor_id = $2::text)
       and ($3::text is null or action = $3::text or starts_with(action, $3::text || '.'))
       and ($4::text is null or object_type = $4::text)
       and ($5::text is null or object_id = $5::text)
       and ($6::timestamptz is null or at >= $6::timestamptz)
       and ($7::timestamptz is null or at < $7::timestamptz)
       and ($8::bigint is null or audit_no < $8::bigint)
     order by audit_no desc
     limit $9::int`,
    values: [
      reach === "all" ? null : reach.tenantId,
      filter.actor ?? null,
      filter.action ?? null,
      filter.objectType ?? null,
      filter.objectId ?? null,
      filter.from?.toISOString() ?? null,
      filter.to?.toISOString() ?? null,
      after?.[0] ?? null,
      page.limit + 1,
    ],
  });
  return toPage(rows, page.limit, toAuditRow, (row) => encodeCursor("audit", [row.audit_no]));
}

/** Adds the first row, when there is none yet: from here on the chain is whole. */
export async function beginAudit(pool: Pool, after: Record<string, unknown>): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [AUDIT_LOCK]);
    const { rows } = await tx.query("select from audit limit 1");
    if (rows.length > 0) return;
    await appendAudit(tx, {
      actor: PLATFORM_ACTOR,
      action: "platform.bootstrap",
      object: { type: "platform", id: null },
      after,
    });
  });
}
