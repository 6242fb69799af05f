import { type Db, decodeCursor, encodeCursor, type Page, toPage } from "../database/index.ts";

export type SessionType = "cookie" | "bearer";

/** A sign-in of a person, or the pairing of a display. */
export interface Session {
  readonly sessionNo: number;
  readonly principalId: string;
  readonly type: SessionType;
  readonly createdAt: Date;
  /** To the minute. */
  readonly lastSeenAt: Date;
  /** The moment when it ends, whatever its use. */
  readonly expiresAt: Date;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** True when a second factor was given at the sign-in, and was not removed since. */
  readonly secondFactor: boolean;
  /** True when it also ends some time after its last use. */
  readonly endsIdle: boolean;
}

interface SessionRow {
  session_no: number;
  principal_id: string;
  type: SessionType;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  address: string | null;
  user_agent: string | null;
  second_factor: boolean;
  ends_idle: boolean;
}

const COLUMNS =
  "session_no, principal_id, type, created_at, last_seen_at, expires_at, address, user_agent, second_factor, ends_idle";

const toSession = (row: SessionRow): Session => ({
  sessionNo: row.session_no,
  principalId: row.principal_id,
  type: row.type,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
  address: row.address,
  userAgent: row.user_agent,
  secondFactor: row.second_factor,
  endsIdle: row.ends_idle,
});

export interface NewSession {
  readonly principalId: string;
  readonly type: SessionType;
  /** SHA-256 of the secret. */
  readonly tokenHash: Buffer;
  readonly at: Date;
  readonly expiresAt: Date;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly secondFactor: boolean;
  readonly endsIdle: boolean;
}

export async function insertSession(db: Db, session: NewSession): Promise<Session> {
  const { rows } = await db.query<SessionRow>(
    `insert into sessions (principal_id, type, token_hash, created_at, last_seen_at, expires_at, address, user_agent,
       second_factor, ends_idle)
     values ($1::text, $2::text, $3::bytea, $4::timestamptz, $4::timestamptz, $5::timestamptz, $6::text, $7::text,
       $8::boolean, $9::boolean)
     returning ${COLUMNS}`,
    [
      session.principalId,
      session.type,
      session.tokenHash,
      session.at.toISOString(),
      session.expiresAt.toISOString(),
      session.address,
      session.userAgent,
      session.secondFactor,
      session.endsIdle,
    ],
  );
  return toSession(rows[0]!);
}

/** The session with this secret, unless it was ended. The caller's clock decides if it has run out. */
export async function findSession(db: Db, tokenHash: Buffer): Promise<Session | undefined> {
  const { rows } = await db.query<SessionRow>({
    name: "find_session",
    text: `select ${COLUMNS} from sessions where token_hash = $1::bytea and ended_at is null`,
    values: [tokenHash],
  });
  return rows[0] && toSession(rows[0]);
}

/** Notes when a session was last used; never earlier than another process has noted. */
export async function noteSessionSeen(db: Db, sessionNo: number, at: Date): Promise<void> {
  await db.query(
    `update sessions set last_seen_at = $2::timestamptz
     where session_no = $1::bigint and last_seen_at < $2::timestamptz`,
    [sessionNo, at.toISOString()],
  );
}

/** The moments that decide if a person's session still lives at `at`. */
export interface Living {
  readonly at: Date;
  /** Sessions that end idle and were last seen before this have run out. */
  readonly seenAfter: Date;
}

/** A person's living sessions, newest first. */
export async function listSessions(
  db: Db,
  principalId: string,
  living: Living,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Session>> {
  const after = decodeCursor("sessions", ["integer"], page.cursor);
  const { rows } = await db.query<SessionRow>(
    `select ${COLUMNS} from sessions
     where principal_id = $1::text and ended_at is null
       and expires_at > $2::timestamptz and (last_seen_at > $3::timestamptz or not ends_idle)
       and ($4::bigint is null or session_no < $4::bigint)
     order by session_no desc
     limit $5::int`,
    [
      principalId,
      living.at.toISOString(),
      living.seenAfter.toISOString(),
      after?.[0] ?? null,
      page.limit + 1,
    ],
  );
  return toPage(rows, page.limit, toSession, (row) => encodeCursor("sessions", [row.session_no]));
}

/** The people among these who have a living session. */
export async function listSignedIn(db: Db, ids: readonly string[], living: Living): Promise<string[]> {
  const { rows } = await db.query<{ principal_id: string }>(
    `select distinct principal_id from sessions
     where principal_id = any ($1::text[]) and ended_at is null
       and expires_at > $2::timestamptz and (last_seen_at > $3::timestamptz or not ends_idle)`,
    [ids, living.at.toISOString(), living.seenAfter.toISOString()],
  );
  return rows.map(({ principal_id }) => principal_id);
}

/** Ends one of a person's sessions. @returns false when there is no such living session of this person */
export async function endSession(db: Db, principalId: string, sessionNo: number, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update sessions set ended_at = $3::timestamptz
     where principal_id = $1::text and session_no = $2::bigint and ended_at is null`,
    [principalId, sessionNo, at.toISOString()],
  );
  return rowCount === 1;
}

/** Ends all sessions of a person, but for one where it is named. @returns how many */
export async function endSessionsOf(
  db: Db,
  principalId: string,
  at: Date,
  exceptNo: number | null = null,
): Promise<number> {
  const { rowCount } = await db.query(
    `update sessions set ended_at = $2::timestamptz
     where principal_id = $1::text and ended_at is null and session_no is distinct from $3::bigint`,
    [principalId, at.toISOString(), exceptNo],
  );
  return rowCount ?? 0;
}

/** Makes all sessions of a person count as opened without a second factor. */
export async function endSecondFactorOf(db: Db, principalId: string): Promise<void> {
  await db.query(
    "update sessions set second_factor = false where principal_id = $1::text and second_factor",
    [principalId],
  );
}

/** Removes sessions that began before a moment and have run out. @returns how many */
export async function deleteOldSessions(db: Db, createdBefore: Date, now: Date): Promise<number> {
  const { rowCount } = await db.query(
    `delete from sessions
     where created_at < $1::timestamptz and (ended_at is not null or expires_at < $2::timestamptz)`,
    [createdBefore.toISOString(), now.toISOString()],
  );
  return rowCount ?? 0;
}
