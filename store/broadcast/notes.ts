import type { AuditActor } from "../audit/index.ts";
import { type Client, type Db, decodeCursor, encodeCursor, type Page, toPage } from "../database/index.ts";

/** A note on a broadcast. The database refuses to change or remove one. */
export interface BroadcastNote {
  /** Rises with each note of the platform, so the numbers of one broadcast have gaps. */
  readonly noteNo: number;
  readonly at: Date;
  readonly actor: { readonly type: string; readonly id: string | null; readonly name: string | null };
  readonly text: string;
}

interface NoteRow {
  note_no: number;
  at: Date;
  actor_type: string;
  actor_id: string | null;
  actor_name: string | null;
  content: string;
}

const toNote = (row: NoteRow): BroadcastNote => ({
  noteNo: row.note_no,
  at: row.at,
  actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name },
  text: row.content,
});

export async function insertNote(
  tx: Client,
  broadcastNo: number,
  actor: AuditActor,
  text: string,
): Promise<BroadcastNote> {
  const { rows } = await tx.query<NoteRow>(
    `insert into broadcast_notes (broadcast_no, actor_type, actor_id, actor_name, content)
     values ($1::bigint, $2, $3, $4, $5)
     returning note_no, at, actor_type, actor_id, actor_name, content`,
    [broadcastNo, actor.type, actor.id, actor.name, text],
  );
  return toNote(rows[0]!);
}

export async function countNotes(db: Db, broadcastNo: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "select count(*)::int as n from broadcast_notes where broadcast_no = $1::bigint",
    [broadcastNo],
  );
  return rows[0]!.n;
}

/** Notes of a broadcast, newest first. */
export async function listNotes(
  db: Db,
  broadcastNo: number,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<BroadcastNote>> {
  const after = decodeCursor("broadcast-notes", ["integer"], page.cursor);
  const { rows } = await db.query<NoteRow>(
    `select note_no, at, actor_type, actor_id, actor_name, content from broadcast_notes
     where broadcast_no = $1::bigint and ($2::bigint is null or note_no < $2::bigint)
     order by note_no desc
     limit $3::int`,
    [broadcastNo, after?.[0] ?? null, page.limit + 1],
  );
  return toPage(rows, page.limit, toNote, (row) => encodeCursor("broadcast-notes", [row.note_no]));
}
