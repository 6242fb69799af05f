import type { Duty, HeldDuty } from "../../cluster/duties.ts";
import { catalog } from "../../devices/catalog.ts";
import type { DoorExchange } from "../../exchange/exchange.ts";
import { type Ingest, startIngest } from "../../ingest/ingest.ts";
import type { AlarmNews, WaitNews } from "../../store/events/index.ts";
import { unmetDevices } from "../announce.ts";
import type { PlatformNews } from "../platform-news.ts";
import { DECODERS } from "../protocols.ts";
import { partsOf } from "../role.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { DatabasePhase } from "./database.ts";
import { News } from "./news.ts";
import type { Start } from "./start.ts";

export interface IngestPhase {
  readonly ingest: Ingest;
  readonly news: News;
  /** Commits and acknowledges all messages that were taken in; afterwards it takes no more. */
  readonly flush: () => Promise<void>;
}

/**
 * How long the end waits for batches under way; messages that are not committed by then are not acknowledged.
 * Milliseconds.
 */
const FLUSH_MS = 10_000;

/** Items of past days in one statement on the embedded database, where all other work waits for it. */
const EMBEDDED_HISTORY_ITEMS = 500;

/** Loads the devices and makes ready for messages; they come once there are doors. */
export async function startIngestion(
  { config, logOf, registry, atEnd }: Start,
  { pools, facts, tables, retention }: DatabasePhase,
  { duties, membership: { processNo }, told }: Pick<ClusterPhase, "duties" | "membership" | "told">,
  exchange: Pick<DoorExchange, "disconnect" | "endIdentified" | "heardUpTo">,
): Promise<IngestPhase> {
  const news = new News();
  const ingest = await startIngest({
    pool: pools.ingest,
    history: {
      pool: pools.history,
      writers: pools.historyWriters,
      maxItems: facts.embedded ? EMBEDDED_HISTORY_ITEMS : config.BATCH_MAX_READINGS,
    },
    catalog,
    tables,
    decoders: DECODERS,
    log: logOf("ingest"),
    registry,
    instance: config.INSTANCE_ID,
    processNo,
    catchUp: facts.embedded ? undefined : told.catchUp,
    kept: retention,
    maxItems: config.BATCH_MAX_READINGS,
    lingerMs: config.BATCH_LINGER_MS,
    maxInFlight: pools.writers,
    wantsLive: news.wants,
    watchesSilence: standFor(duties, {
      name: "silence",
      // Only who reads from RabbitMQ knows what waits there.
      standsReady: config.SOURCE_AMQP_URL === undefined ? undefined : partsOf(config.ROLE).doors,
      canDo: () => exchange.heardUpTo(Date.now()) !== undefined,
    }),
    heardUpTo: exchange.heardUpTo,
    onTold: told.ring,
    onRevoked: exchange.disconnect,
    onIdentityLost: exchange.endIdentified,
    onCommitted: news.committed,
  });
  hearNews(told, ingest, processNo);
  news.add({
    wantsReadingsOf: () => false,
    onCommitted({ alarms, events }) {
      if (alarms.length > 0 || events.length > 0) told.ring();
    },
  });
  let flushed: Promise<unknown> | undefined;
  const flush = async () => {
    flushed ??= ingest.stop(FLUSH_MS);
    await flushed;
  };
  atEnd(flush);
  return { ingest, news, flush };
}

/** Stands ready for a duty that is only asked for. @returns true while this process has it */
function standFor(duties: ClusterPhase["duties"], duty: Omit<Duty, "begin">): () => boolean {
  let held: HeldDuty | undefined;
  duties.add({
    ...duty,
    begin(mine) {
      held = mine;
      return () => {
        held = undefined;
      };
    },
  });
  return () => held?.isMine() ?? false;
}

/** Lets ingest hear of alarms of other processes, and meet devices that they have registered. */
export function hearNews(
  told: PlatformNews,
  { directory, alarmsChanged, waitsChanged }: Ingest,
  processNo: number,
): void {
  told.add({
    prepare: (news) => directory.lookUpNumbers(unmetDevices(directory, news)),
    onNews(news) {
      for (const { topic, payload, processNo: teller } of news) {
        if (teller === processNo) continue;
        if (topic === "alarm") alarmsChanged(payload as AlarmNews[]);
        else if (topic === "alarm_wait") waitsChanged(payload as WaitNews[]);
      }
    },
  });
}
