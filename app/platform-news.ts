import type { Logger } from "../base/log.ts";
import { followNews, type NewsFollower } from "../cluster/news-follower.ts";
import type { Pool } from "../store/database/index.ts";
import { findLatestNews, type NewsPiece, newsSpan, readNewsAfter } from "../store/processes/index.ts";

/** Pieces in one reading of what was told before this process began. */
const AT_ONCE = 500;

/** A listener to the news that all processes tell, this one included. */
export interface NewsListener {
  /** Called first, with the latest of what was told before this process began. */
  onPast?(news: readonly NewsPiece[]): void;
  /** Done before pieces are handed to anybody; where it fails they are read again. */
  prepare?(news: readonly NewsPiece[]): Promise<unknown>;
  /** Called with each piece once, in the order of their numbers. */
  onNews(news: readonly NewsPiece[]): void;
}

export interface PlatformNewsOptions {
  readonly pool: Pool;
  /** Undefined: the database is embedded, and this process tells all there is. */
  readonly bellUrl: string | undefined;
  readonly log: Logger;
}

/**
 * Brings the news that all processes tell to the parts of this one. It knows from its making where the news stood: what
 * is read of the database after that, such as active alarms, is not older than what it will tell.
 */
export class PlatformNews {
  private readonly options: PlatformNewsOptions;
  private readonly hearers: NewsListener[] = [];
  /** The number of the latest piece when this process began. */
  private readonly beganAfter: number;
  private pastAfter: number;
  private follower: NewsFollower | undefined;

  private constructor(options: PlatformNewsOptions, beganAfter: number) {
    this.options = options;
    this.beganAfter = beganAfter;
    this.pastAfter = beganAfter;
  }

  static async open(options: PlatformNewsOptions): Promise<PlatformNews> {
    return new PlatformNews(options, (await newsSpan(options.pool)).last);
  }

  add(hearer: NewsListener): void {
    this.hearers.push(hearer);
  }

  /** Reads soon: this process has just told some. */
  readonly ring = (): void => this.follower?.ring();

  /** Resolves when everything that was committed before is told here. */
  readonly catchUp = async (): Promise<void> => this.follower?.catchUp();

  /**
   * Has the latest pieces told that are from before this process began.
   * @param entries how many listeners keep
   * @param bytes their size
   * @returns the number after which they come
   */
  async wantPast(entries: number, bytes: number): Promise<number> {
    const { pool } = this.options;
    const after = await findLatestNews(pool, entries, bytes);
    // Older ones may have been told and dropped.
    this.pastAfter = after > 0 ? after : Math.max(0, (await newsSpan(pool)).first - 1);
    return this.pastAfter;
  }

  private async tellPast(): Promise<void> {
    for (let at = this.pastAfter; at < this.beganAfter; ) {
      const news = await readNewsAfter(this.options.pool, at, AT_ONCE);
      const past = news.filter(({ newsNo }) => newsNo <= this.beganAfter);
      for (const piece of past) this.tell(piece, (hearer) => hearer.onPast?.([piece]));
      at = news.at(-1)?.newsNo ?? this.beganAfter;
    }
  }

  /** One that fails must not take the piece from the others, nor the next pieces from itself. */
  private tell({ newsNo, topic }: NewsPiece, hear: (hearer: NewsListener) => void): void {
    for (const hearer of this.hearers) {
      try {
        hear(hearer);
      } catch (error) {
        this.options.log.error({ err: error, newsNo, topic }, "a piece of news was not understood");
      }
    }
  }

  /** Begins to tell. */
  async begin(): Promise<void> {
    await this.tellPast();
    this.follower = await followNews({
      ...this.options,
      after: this.beganAfter,
      prepare: async (news) => {
        for (const hearer of this.hearers) await hearer.prepare?.(news);
      },
      onNews: (piece) => this.tell(piece, (hearer) => hearer.onNews([piece])),
    });
    await this.follower.catchUp();
  }

  async stop(): Promise<void> {
    await this.follower?.stop();
  }
}
