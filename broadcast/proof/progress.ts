import type { Broadcast, BroadcastState, TargetState } from "../../store/broadcast/index.ts";

/** The progress of a broadcast, as live listeners hear of it. */
export interface BroadcastNews {
  readonly id: string;
  readonly state: BroadcastState;
  readonly mode: Broadcast["mode"] | null;
  readonly level: number;
  readonly headline: string;
  /** Targets by state, `targets` in all; null while nothing was released. */
  readonly counts: NewsCounts | null;
  readonly at: string;
}

export interface NewsCounts {
  readonly targets: number;
  readonly waiting: number;
  readonly handedOver: number;
  readonly acknowledged: number;
  readonly started: number;
  readonly sounded: number;
  readonly refused: number;
  readonly failed: number;
  readonly offline: number;
  readonly cancelled: number;
}

/** The place of the news, which decides who may hear of it. */
export interface BroadcastScope {
  readonly regions: readonly string[];
  /** Where its speakers stood at the release; absent until dispatch has told. */
  readonly speakerRegions?: readonly string[] | undefined;
  readonly tenantId: string | null;
}

/** News of a broadcast from dispatch. */
export interface DispatchProgress {
  readonly id: string;
  readonly state: BroadcastState;
  readonly level: number;
  readonly headline: string;
  readonly regions: readonly string[];
  readonly speakerRegions: readonly string[];
  readonly counts: Readonly<Record<TargetState, number>>;
  readonly at: Date;
}

/** Counts under the API's names. */
export function toNewsCounts(counts: Readonly<Record<TargetState, number>>): NewsCounts {
  const { handed_over: handedOver, ...same } = counts;
  return { targets: Object.values(counts).reduce((sum, count) => sum + count, 0), ...same, handedOver };
}

/** The same for the history, whose rows also say how many there are in all. */
export function toHistoryCounts(counts: Readonly<Record<TargetState, number>>): Omit<NewsCounts, "targets"> {
  const { targets: _all, ...byState } = toNewsCounts(counts);
  return byState;
}

export interface NewsFeed {
  /** From the service, after each committed change. */
  changed(broadcast: Broadcast): void;
  /** From dispatch, as often as it likes. */
  progressed(progress: DispatchProgress): void;
  /**
   * News that another process has passed on, or this one before it was started anew: each process knows a part of a
   * broadcast, which its own next piece then holds as well.
   */
  heard(news: BroadcastNews, scope: BroadcastScope): void;
  stop(): void;
}

interface Entry {
  news: BroadcastNews;
  scope: BroadcastScope;
  /** True when dispatch counts its targets in this process. */
  counted: boolean;
  waiting: NodeJS.Timeout | undefined;
  lastAt: number;
}

const entryOf = (news: BroadcastNews, scope: BroadcastScope): Entry => ({
  news,
  scope,
  counted: false,
  waiting: undefined,
  lastAt: Number.NEGATIVE_INFINITY,
});

/** Broadcasts whose latest news is kept; many more than are on air at once. */
const MAX_KEPT = 500;

/**
 * Passes news on, for each broadcast at most once per `everyMs`: the first at once, and of the following ones the
 * latest when the time is up. A listener loses nothing by that, because each piece holds the whole state.
 */
export function createNewsFeed(
  publish: (news: BroadcastNews, scope: BroadcastScope) => void,
  { everyMs = 500, now = Date.now }: { everyMs?: number; now?: () => number } = {},
): NewsFeed {
  const entries = new Map<string, Entry>();

  const send = (entry: Entry) => {
    entry.waiting = undefined;
    entry.lastAt = now();
    publish(entry.news, entry.scope);
  };
  /** The one that changed last comes last, so that the oldest is let go first. */
  const keep = (entry: Entry) => {
    entries.delete(entry.news.id);
    entries.set(entry.news.id, entry);
    if (entries.size <= MAX_KEPT) return;
    const [oldest] = entries.values();
    if (oldest?.waiting) clearTimeout(oldest.waiting);
    if (oldest?.waiting) send(oldest);
    if (oldest) entries.delete(oldest.news.id);
  };
  const note = (news: BroadcastNews, scope: BroadcastScope, counted = false) => {
    const entry = entries.get(news.id) ?? entryOf(news, scope);
    entry.counted ||= counted;
    entry.news = news;
    entry.scope = scope;
    keep(entry);
    if (entry.waiting) return;
    const wait = entry.lastAt + everyMs - now();
    if (wait <= 0) send(entry);
    else entry.waiting = setTimeout(send, wait, entry).unref();
  };

  return {
    changed(broadcast) {
      const { id, state, mode, level, headline, regions, tenantId } = broadcast;
      const known = entries.get(id);
      const counts = known?.news.counts ?? null;
      note(
        { id, state, mode, level, headline, counts, at: new Date(now()).toISOString() },
        { regions, speakerRegions: known?.scope.speakerRegions, tenantId },
      );
    },
    progressed({ id, state, level, headline, regions, speakerRegions, counts, at }) {
      const known = entries.get(id);
      const mode = known?.news.mode ?? null;
      const news = { id, state, mode, level, headline, counts: toNewsCounts(counts), at: at.toISOString() };
      note(news, { regions, speakerRegions, tenantId: known?.scope.tenantId ?? null }, true);
    },
    heard(news, scope) {
      const known = entries.get(news.id);
      if (!known) return keep(entryOf(news, scope));
      const mode = known.news.mode ?? news.mode;
      const own = known.news.counts;
      const counts = known.counted ? (own ?? news.counts) : (news.counts ?? own);
      // What waits here is newer, and may lack what was heard.
      known.news = { ...(known.waiting ? known.news : news), mode, counts };
      known.scope = {
        ...known.scope,
        speakerRegions: known.scope.speakerRegions ?? scope.speakerRegions,
        tenantId: known.scope.tenantId ?? scope.tenantId,
      };
    },
    stop() {
      for (const { waiting } of entries.values()) clearTimeout(waiting);
      entries.clear();
    },
  };
}
