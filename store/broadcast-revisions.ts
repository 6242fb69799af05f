import type { AuditActor } from "./audit.ts";
import type { Client, Db } from "./database.ts";

/** What a broadcast said at one revision, and who wrote that. */
export interface BroadcastRevision {
  readonly revision: number;
  readonly at: Date;
  readonly actor: { readonly type: string; readonly id: string | null; readonly name: string | null };
  /** As it was stored. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Ids of the broadcasts whose place it was to take. */
  readonly replaces: readonly string[];
}

interface RevisionRow {
  revision: number;
  at: Date;
  message: Record<string, unknown>;
  replaces: string[];
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
}

const toRevision = (row: RevisionRow): BroadcastRevision => ({
  revision: row.revision,
  at: row.at,
  actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
  message: row.message,
  replaces: row.replaces,
});

/** Keeps what a broadcast says now. The caller holds its lock; the database refuses to change or remove a row. */
export async function insertRevision(tx: Client, broadcastNo: number, actor: AuditActor): Promise<void> {
  await tx.query(
    `insert into broadcast_revisions (broadcast_no, revision, message, replaces, actor_type, actor_id, actor_name)
     select broadcast_no, revision, message,
            array(select o.id from broadcasts o where o.broadcast_no = any (b.replaces_nos) order by 1), $2::text, $3::text, $4::text
     from broadcasts b where broadcast_no = $1::bigint`,
    [broadcastNo, actor.type, actor.id, actor.name],
  );
}

/** One revision, or undefined where there is none or it was before revisions were kept. */
export async function findRevision(
  db: Db,
  broadcastNo: number,
  revision: number,
): Promise<BroadcastRevision | undefined> {
  const { rows } = await db.query<RevisionRow>(
    "select * from broadcast_revisions where broadcast_no = $1::bigint and revision = $2::int",
    [broadcastNo, revision],
  );
  return rows[0] && toRevision(rows[0]);
}

/** The latest revisions, newest first, without what they say. */
export async function listRevisions(
  db: Db,
  broadcastNo: number,
  limit: number,
): Promise<Pick<BroadcastRevision, "revision" | "at" | "actor">[]> {
  const { rows } = await db.query<Omit<RevisionRow, "message" | "replaces">>(
    `select revision, at, actor_type, actor_id, actor_name from broadcast_revisions
     where broadcast_no = $1::bigint order by revision desc limit $2::int`,
    [broadcastNo, limit],
  );
  return rows.map(({ revision, at, ...row }) => ({
    revision,
    at,
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
  }));
}
