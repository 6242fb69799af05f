import { createStreamHub, type StreamHub } from "../../api/stream/hub.ts";
import { Feed } from "../../broker/feed.ts";
import type { NewsPiece } from "../../store/processes/index.ts";
import { announceNews, announceReadings, scopeOf, wantsReadings } from "../announce.ts";
import type { AccountsPhase } from "./accounts.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

/** The listeners: event streams over HTTP, and applications over MQTT. */
export interface AudiencePhase {
  readonly hub: StreamHub;
  readonly feed: Feed;
}

/** How many events are kept for clients that come back, and their size in UTF-16 code units. */
const REPLAYED_EVENTS = 10_000;
const REPLAYED_LENGTH = 32 * 1024 * 1024;

/**
 * Prepares for listeners: they hear the news of all processes and the readings of this one, and are cut when they may no
 * longer hear it.
 */
export async function startAudience(
  { config, logOf, atEnd }: Start,
  { told }: Pick<ClusterPhase, "told">,
  { revoked, sessionsEnded }: Pick<AccountsPhase, "revoked" | "sessionsEnded">,
  { ingest: { directory }, news }: Pick<IngestPhase, "ingest" | "news">,
): Promise<AudiencePhase> {
  const hub = createStreamHub({
    log: logOf("stream"),
    instance: config.INSTANCE_ID,
    replayEntries: REPLAYED_EVENTS,
    replayLength: REPLAYED_LENGTH,
    catchUp: told.catchUp,
  });
  atEnd(() => hub.close());
  const feed = new Feed({
    log: logOf("feed"),
    placeOf: (id) => {
      const device = directory.find(id);
      return device && { id, ...scopeOf(device) };
    },
  });
  revoked.add((id) => {
    feed.disconnect(id);
    hub.endOf(id);
  });
  sessionsEnded.add((id) => hub.endOf(id));
  const audience = { hub, feed };
  news.add({
    wantsReadingsOf: () => wantsReadings(audience),
    onCommitted: (_, live) => announceReadings(audience, live),
  });
  const hear = (pieces: readonly NewsPiece[]) => announceNews(audience, directory, pieces);
  told.add({ onPast: hear, onNews: hear });
  hub.beginAfter(await told.wantPast(REPLAYED_EVENTS, REPLAYED_LENGTH));
  return audience;
}
