import { writeJson } from "../../base/exact-json.ts";
import { assertIdentifier, type Db, exactJson } from "../database/index.ts";

/** The channel on which the database rings when there is news (`listen`). */
export const NEWS_CHANNEL = "sbi_news";

/** A piece of news on its way. */
export interface ToldNews {
  readonly topic: string;
  readonly payload: unknown;
}

/** A piece of news as every process reads it. */
export interface NewsPiece extends ToldNews {
  /** Rises from piece to piece. A reader that has seen a number has seen all before it; some numbers are missing. */
  readonly newsNo: number;
  /** The process that told it; null where that does not matter. */
  readonly processNo: number | null;
}

/** Tells news, in the transaction of what they are about. */
export async function tellNews(
  tx: Db,
  told: readonly ToldNews[],
  processNo: number | null = null,
): Promise<void> {
  if (told.length === 0) return;
  await tx.query({
    name: "tell_news",
    text: `insert into news (topic, process_no, payload)
           select topic, $1::int, payload from unnest($2::text[], $3::jsonb[]) as t (topic, payload)`,
    values: [processNo, told.map(({ topic }) => topic), told.map(({ payload }) => writeJson(payload))],
  });
}

/**
 * SQL of a common table expression `told` that tells news of a topic in the statement that makes it.
 * @param query gives one row with the payload, or null where there is nothing to tell
 * @param processNo SQL of the process that tells it, where that matters
 */
export const toldNews = (topic: string, query: string, processNo = "null"): string => `told as (
      insert into news (topic, process_no, payload)
      select '${assertIdentifier(topic)}', ${processNo}::int, payload
      from (${query}) as news_of (payload) where payload is not null
    )`;

/** Payloads that are read at once, as the database keeps them, unless a single one is larger. Bytes. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/**
 * The next pieces after a number, in their order: not all of them where they are large, and none only where there are no
 * more.
 */
export async function readNewsAfter(db: Db, newsNo: number, limit: number): Promise<NewsPiece[]> {
  const { rows } = await db.query<{
    news_no: number;
    topic: string;
    process_no: number | null;
    payload: unknown;
  }>({
    name: "read_news",
    types: exactJson,
    text: `
      select news_no, topic, process_no, payload from (
        select *, sum(size) over (order by news_no) - size as before from (
          select news_no, topic, process_no, payload, pg_column_size(payload)::int8 as size from news
          where news_no > $1::bigint order by news_no limit $2::int
        ) sized
      ) added
      where before < $3::int8 order by news_no`,
    values: [newsNo, limit, BYTES_AT_ONCE],
  });
  return rows.map((row) => ({
    newsNo: row.news_no,
    topic: row.topic,
    processNo: row.process_no,
    payload: row.payload,
  }));
}

/** The number of the latest piece that is committed, and of the oldest that is kept; 0 where there is none. */
export async function newsSpan(db: Db): Promise<{ readonly first: number; readonly last: number }> {
  const { rows } = await db.query<{ first: number; last: number }>(
    "select coalesce(min(news_no), 0)::int8 as first, coalesce(max(news_no), 0)::int8 as last from news",
  );
  return rows[0]!;
}

/**
 * The number after which the latest pieces come that have no more entries and bytes than given, together. A payload that
 * is an array has an entry for each of its items. 0: all that is kept.
 */
export async function findLatestNews(db: Db, entries: number, bytes: number): Promise<number> {
  const { rows } = await db.query<{ after: number }>(
    `select coalesce(max(news_no), 0)::int8 as after from (
       select news_no, sum(size) over latest as bytes,
              sum(case jsonb_typeof(payload) when 'array' then jsonb_array_length(payload) else 1 end) over latest as entries
       from (
         select news_no, payload, pg_column_size(payload)::int8 as size from news
         where news_no is not null order by news_no desc limit $1::int + 1
       ) sized
       window latest as (order by news_no desc)
     ) added
     where entries > $1::int or bytes > $2::int8`,
    [entries, bytes],
  );
  return rows[0]!.after;
}

/**
 * Forgets what was told longer ago, but for the latest piece, by which later readers know how far the numbers have come.
 * @returns how many pieces
 */
export async function dropOldNews(db: Db, olderThanMs: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from news where told_at < now() - make_interval(secs => $1::float8 / 1000)
       and news_no < (select max(news_no) from news)`,
    [olderThanMs],
  );
  return rowCount ?? 0;
}
