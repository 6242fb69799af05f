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
 */
export const toldNews = (topic: string, query: string): string => `told as (
      insert into news (topic, payload)
      select '${assertIdentifier(topic)}', payload from (${query}) as news_of (payload) where payload is not null
    )`;

/** The next pieces after a number, in their order. */
export async function readNewsAfter(db: Db, newsNo: number, limit: number): Promise<NewsPiece[]> {
  const { rows } = await db.query<{
    news_no: number;
    topic: string;
    process_no: number | null;
    payload: unknown;
  }>({
    name: "read_news",
    types: exactJson,
    text: `select news_no, topic, process_no, payload from news
           where news_no > $1::bigint order by news_no limit $2::int`,
    values: [newsNo, limit],
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

/** Forgets what was told longer ago. @returns how many pieces */
export async function dropOldNews(db: Db, olderThanMs: number): Promise<number> {
  const { rowCount } = await db.query(
    "delete from news where told_at < now() - make_interval(secs => $1::float8 / 1000)",
    [olderThanMs],
  );
  return rowCount ?? 0;
}
