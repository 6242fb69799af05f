import type { AuditActor } from "../audit/index.ts";
import type { Client, Db } from "../database/index.ts";
import type { Broadcast } from "./broadcasts.ts";

/** The content of a broadcast at one revision, and its author. */
export interface BroadcastRevision {
  readonly revision: number;
  readonly at: Date;
  readonly actor: { readonly type: string; readonly id: string | null; readonly name: string | null };
  /** As it was stored. */
  readonly message: Readonly<Record<string, unknown>>;
  /** Ids of the broadcasts that it was to replace. */
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

/** The length up to which a message stands in the audit as a whole, in bytes of PostgreSQL's text. */
export const AUDITED_WHOLE_BYTES = 16 * 1024;

/** Stands in the audit for a large message, which is a revision of the same broadcast. */
export interface MessageDigest {
  readonly revision: number;
  /** Of the message as PostgreSQL writes it as text, in UTF-8; in hexadecimal. */
  readonly sha256: string;
  /** Of the same text. */
  readonly bytes: number;
}

/** A message as the audit names it: as a whole, or by its digest. */
export type AuditedMessage = Readonly<Record<string, unknown>> | MessageDigest;

const DIGEST = `revision, octet_length(message::text) as bytes,
  case when octet_length(message::text) > ${AUDITED_WHOLE_BYTES}
    then encode(sha256(convert_to(message::text, 'UTF8')), 'hex') end as sha256`;

type DigestRow = Omit<MessageDigest, "sha256"> & { readonly sha256: string | null };

/** A message of 50,000 points would hold the main thread while the audit writes and hashes it: its digest will do. */
const audited = (message: Broadcast["message"], digest: DigestRow | undefined): AuditedMessage =>
  digest === undefined || digest.sha256 === null ? message : { ...digest, sha256: digest.sha256 };

/**
 * Keeps the present content of a broadcast as a revision. The caller holds its lock; the database refuses to change or
 * remove a row.
 * @returns the message as the audit names it
 */
export async function insertRevision(
  tx: Client,
  { broadcastNo, message }: Pick<Broadcast, "broadcastNo" | "message">,
  actor: AuditActor,
): Promise<AuditedMessage> {
  const { rows } = await tx.query<DigestRow>(
    `insert into broadcast_revisions (broadcast_no, revision, message, replaces, actor_type, actor_id, actor_name)
     select broadcast_no, revision, message,
            array(select o.id from broadcasts o where o.broadcast_no = any (b.replaces_nos) order by 1), $2::text, $3::text, $4::text
     from broadcasts b where broadcast_no = $1::bigint
     returning ${DIGEST}`,
    [broadcastNo, actor.type, actor.id, actor.name],
  );
  return audited(message, rows[0]);
}

/** The content of a broadcast as the audit names it; as a whole where this revision of it was not kept. */
export async function messageInAudit(
  tx: Client,
  { broadcastNo, revision, message }: Pick<Broadcast, "broadcastNo" | "revision" | "message">,
): Promise<AuditedMessage> {
  const { rows } = await tx.query<DigestRow>(
    `select ${DIGEST} from broadcast_revisions where broadcast_no = $1::bigint and revision = $2::int`,
    [broadcastNo, revision],
  );
  return audited(message, rows[0]);
}

/** One revision, or undefined where there is none or it is from before revisions were kept. */
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

/** The latest revisions, newest first, without their messages. */
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
