import { announceNews } from "../../app/announce.ts";
import type { Directory } from "../../ingest/directory.ts";
import type { Pool } from "../../store/database/database.ts";
import { type NewsPiece, newsSpan, readNewsAfter } from "../../store/processes/news.ts";

/** The number of the latest piece of news. */
export const lastNewsNo = async (pool: Pool): Promise<number> => (await newsSpan(pool)).last;

/** All news after a number. */
export async function newsAfter(pool: Pool, after: number): Promise<NewsPiece[]> {
  const all: NewsPiece[] = [];
  for (;;) {
    const news = await readNewsAfter(pool, all.at(-1)?.newsNo ?? after, 500);
    if (news.length === 0) return all;
    all.push(...news);
  }
}

/** The items of one topic in all news after a number. */
export async function toldOf<T>(pool: Pool, topic: string, after: number): Promise<T[]> {
  const news = await newsAfter(pool, after);
  return news.flatMap((piece) => (piece.topic === topic ? (piece.payload as T[]) : []));
}

/** A directory that knows no device. */
export const NO_DEVICES = { findByNo: () => undefined } as unknown as Directory;

/** Tells listeners all news after a number, as the platform does. */
export async function tellAudience(
  pool: Pool,
  audience: Parameters<typeof announceNews>[0],
  directory: Directory,
  after: number,
): Promise<void> {
  announceNews(audience, directory, await newsAfter(pool, after));
}

/** An audience of a hub alone. */
export const onlyHub = (hub: Parameters<typeof announceNews>[0]["hub"]): Parameters<typeof announceNews>[0] =>
  ({ hub, feed: { wants: () => false } }) as unknown as Parameters<typeof announceNews>[0];
