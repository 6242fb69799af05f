import { createStreamHub, type StreamHub } from "../../api/stream/hub.ts";
import { Feed } from "../../broker/feed.ts";
import { announce, scopeOf, wantsReadings } from "../announce.ts";
import type { AccountsPhase } from "./accounts.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

/** The listeners: event streams over HTTP, and applications over MQTT. */
export interface AudiencePhase {
  readonly hub: StreamHub;
  readonly feed: Feed;
}

/** Prepares for listeners: they hear everything that is committed, and are cut when they may no longer hear it. */
export function startAudience(
  { logOf, atEnd }: Start,
  { revoked, sessionsEnded }: Pick<AccountsPhase, "revoked" | "sessionsEnded">,
  { ingest: { directory }, news }: Pick<IngestPhase, "ingest" | "news">,
): AudiencePhase {
  const hub = createStreamHub({ log: logOf("stream") });
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
    onCommitted: (committed, live) => announce(audience, directory, committed, live),
  });
  return audience;
}
