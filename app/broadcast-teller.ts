import type { Logger } from "../base/log.ts";
import { repeat, Turns, warnOfFailures } from "../base/periodic.ts";
import type { Proposals } from "../broadcast/operations/index.ts";
import type { BroadcastNews, BroadcastScope, NewsFeed } from "../broadcast/proof/index.ts";
import type { Pool } from "../store/database/index.ts";
import type { AlarmNews } from "../store/events/index.ts";
import { type NewsPiece, tellNews } from "../store/processes/index.ts";
import type { NewsListener } from "./platform-news.ts";

/** How soon it tries again what could not be told. Milliseconds. */
const EVERY_MS = 1_000;

/** The progress of a broadcast in the news (topic `broadcast`), with the place that decides who may hear of it. */
export interface ToldBroadcast {
  readonly news: BroadcastNews;
  readonly place: BroadcastScope;
}

export interface BroadcastTeller {
  /** Tells the progress of a broadcast. Never waits and never throws. */
  tell(news: BroadcastNews, place: BroadcastScope): void;
  /** Resolves once all of it is told, or could not be. */
  stop(): Promise<void>;
}

/**
 * Tells the progress of broadcasts in the news. While the database is away the newest of each broadcast waits, which
 * holds all that the earlier ones did.
 * @param processNo this process, which knows them already
 * @param onTold called when some were told
 */
export function startBroadcastTeller(
  pool: Pool,
  { processNo, log, onTold }: { processNo: number; log: Logger; onTold: () => void },
): BroadcastTeller {
  let waiting = new Map<string, ToldBroadcast>();
  const turns = new Turns(async () => {
    if (waiting.size === 0) return;
    const taken = waiting;
    waiting = new Map();
    try {
      await tellNews(pool, [{ topic: "broadcast", payload: [...taken.values()] }], processNo);
    } catch (error) {
      waiting = new Map([...taken, ...waiting]);
      throw error;
    }
    onTold();
  });
  const onFailure = warnOfFailures(log, "the progress of broadcasts could not be told; it is tried again");
  const trying = repeat(turns.run, EVERY_MS, { onFailure });
  return {
    tell(news, place) {
      waiting.set(news.id, { news, place });
      void turns.runAfresh().catch(onFailure);
    },
    async stop() {
      await trying.stop();
      await turns.ended();
    },
  };
}

/** What broadcasting hears of all processes: alarms may propose a warning, and each knows a part of a broadcast. */
export function listenerOfBroadcasting({
  news,
  proposals,
  processNo,
}: {
  news: Pick<NewsFeed, "heard">;
  proposals: Pick<Proposals, "onRaised">;
  processNo: number;
}): NewsListener {
  const hearBroadcasts = (pieces: readonly NewsPiece[]) => {
    for (const { topic, processNo: teller, payload } of pieces) {
      if (topic !== "broadcast" || teller === processNo) continue;
      for (const told of payload as ToldBroadcast[]) news.heard(told.news, told.place);
    }
  };
  return {
    onPast: hearBroadcasts,
    onNews(pieces) {
      hearBroadcasts(pieces);
      for (const { topic, payload } of pieces)
        if (topic === "alarm")
          proposals.onRaised((payload as AlarmNews[]).filter(({ change }) => change === "raised"));
    },
  };
}
