import type { Db } from "../database/index.ts";

/** How far a database's log has come, in bytes (`pg_lsn` as a number). */
export type Position = bigint;

/** @param text in PostgreSQL's form, e.g. `16/B374D848` */
function parsePosition(text: string): Position {
  const [high = "", low = ""] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** What is committed at the primary. */
export interface PrimaryState {
  /** At least as far as everything that was committed before the question. */
  readonly position: Position;
  /** How far the log is on disk, from where a replica gets it. */
  readonly flushed: Position;
  /** The number of the newest piece of news. */
  readonly newsNo: number;
  /** The callers whose last change the replica may not have yet, and how far the log had come then. */
  readonly writes: ReadonlyMap<string, Position>;
}

/**
 * Where the next record of the log comes is given behind the header of its page, also while that page has no record yet; a
 * replica that has replayed everything stands before that header.
 */
const END_OF_LOG = `(
  select (next - case when in_file = 40 then 40 when in_file % 8192 = 24 then 24 else 0 end::numeric)::text
  from (select next, (pg_walfile_name_offset(next)).file_offset as in_file
        from (select pg_current_wal_insert_lsn() as next) here) here)`;

/** @param since changes up to there are of no interest */
export async function readPrimaryState(primary: Db, since: Position): Promise<PrimaryState> {
  const { rows } = await primary.query<{
    position: string;
    flushed: string;
    news_no: number;
    writes: [string, string][];
  }>({
    name: "primary_state",
    text: `select ${END_OF_LOG} as position, pg_current_wal_flush_lsn()::text as flushed,
             (select coalesce(max(news_no), 0)::int8 from news) as news_no,
             (select coalesce(jsonb_agg(jsonb_build_array(caller_id, position::text)), '[]')
                from caller_writes where position > ('0/0'::pg_lsn + $1::numeric)) as writes`,
    values: [String(since)],
  });
  const { position, flushed, news_no, writes } = rows[0]!;
  return {
    position: parsePosition(position),
    flushed: parsePosition(flushed),
    newsNo: news_no,
    writes: new Map(writes.map(([caller, at]) => [caller, parsePosition(at)])),
  };
}

/** What a replica has. */
export interface ReplicaState {
  readonly position: Position;
  readonly newsNo: number;
}

/** @throws Error when the server at the replica's address is none, or one of another database */
export async function readReplicaState(replica: Db, database: string): Promise<ReplicaState> {
  const { rows: found } = await replica.query<{ is_replica: boolean; database: string }>({
    name: "replica_identity",
    text: `select pg_is_in_recovery() as is_replica, ${IDENTITY} as database`,
  });
  if (!found[0]!.is_replica) throw new Error("the server is no replica: expected a hot standby");
  if (found[0]!.database !== database) throw new Error("the server has another database than the primary");
  const { rows } = await replica.query<{ position: string; news_no: number }>({
    name: "replica_state",
    text: `select pg_last_wal_replay_lsn()::text as position,
             (select coalesce(max(news_no), 0)::int8 from news) as news_no`,
  });
  return { position: parsePosition(rows[0]!.position), newsNo: rows[0]!.news_no };
}

/** A replica has its primary's identifier, and each database its number. */
const IDENTITY = `(select system_identifier::text from pg_control_system()) || '/' ||
  (select oid::text from pg_database where datname = current_database())`;

/** What tells this database from every other, and is the same at its replicas. */
export async function readDatabaseIdentity(db: Db): Promise<string> {
  const { rows } = await db.query<{ database: string }>(`select ${IDENTITY} as database`);
  return rows[0]!.database;
}

/** Notes that a caller has changed something, after the commit and before the caller is told of it. */
export async function noteWrite(primary: Db, callerId: string): Promise<void> {
  await primary.query({
    name: "note_write",
    text: `insert into caller_writes (caller_id, position) values ($1::text, pg_current_wal_insert_lsn())
           on conflict (caller_id) do update
             set position = greatest(caller_writes.position, excluded.position)`,
    values: [callerId],
  });
}
