import type { Logger } from "../base/log.ts";
import { repeat, Turns, warnOfFailures } from "../base/periodic.ts";
import type { Pool } from "../store/database/index.ts";
import { type NewsPiece, newsSpan, readNewsAfter, startBell } from "../store/processes/index.ts";

/** How often it looks without being called. Milliseconds. */
const EVERY_MS = 1_000;

/** Pieces in one reading. */
const AT_ONCE = 500;

export interface NewsFollowerOptions {
  readonly pool: Pool;
  /** The database on a server, which rings; undefined where it is embedded: then this process tells all there is. */
  readonly bellUrl: string | undefined;
  readonly log: Logger;
  /** The number of the last piece that is known; without it, the follower begins with what comes from now on. */
  readonly after?: number;
  /** Does what is to be done before pieces are handed on; where it fails, they are read again later. */
  readonly prepare?: (news: readonly NewsPiece[]) => Promise<unknown>;
  /** Called with each piece once, in their order. Where the hearer throws it is logged, and it has missed that piece. */
  readonly onNews: (piece: NewsPiece) => void;
  readonly everyMs?: number;
}

export interface NewsFollower {
  /** The number of the last piece that was handed on. */
  position(): number;
  /** Looks soon: this process has told some itself. */
  ring(): void;
  /** Looks now; resolves once everything that was committed before the call is handed on. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Begins to follow what all processes tell. */
export async function followNews(options: NewsFollowerOptions): Promise<NewsFollower> {
  const { pool, bellUrl, log, prepare, onNews, everyMs = EVERY_MS } = options;
  let position = options.after ?? (await newsSpan(pool)).last;
  let isStopped = false;
  const onFailure = warnOfFailures(log, "could not read the news of the processes; it is tried again");

  const turns = new Turns(async () => {
    for (;;) {
      if (isStopped) return;
      const news = await readNewsAfter(pool, position, AT_ONCE);
      const last = news.at(-1);
      if (!last) return;
      await prepare?.(news);
      if (isStopped) return;
      position = last.newsNo;
      for (const piece of news) {
        try {
          onNews(piece);
        } catch (error) {
          const { newsNo, topic } = piece;
          log.error({ err: error, newsNo, topic }, "a piece of news was not understood");
        }
      }
    }
  });
  const ring = () => void turns.runAfresh().catch(onFailure);
  const looking = repeat(turns.run, everyMs, { onFailure });
  const bell = bellUrl === undefined ? undefined : startBell(bellUrl, ring, log);
  return {
    position: () => position,
    ring,
    catchUp: turns.runAfresh,
    async stop() {
      isStopped = true;
      await Promise.all([looking.stop(), bell?.stop()]);
      await turns.ended();
    },
  };
}
