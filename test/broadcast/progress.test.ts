import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BroadcastNews, createNewsFeed, type DispatchProgress } from "../../broadcast/progress.ts";
import { TARGET_STATES, type TargetState } from "../../store/broadcast-targets.ts";
import type { Broadcast } from "../../store/broadcasts.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const counts = (given: Partial<Record<TargetState, number>>) =>
  Object.fromEntries(TARGET_STATES.map((state) => [state, given[state] ?? 0])) as Record<TargetState, number>;

const progress = (id: string, sounded: number): DispatchProgress => ({
  id,
  state: "playing",
  level: 1,
  headline: "h",
  regions: ["52"],
  counts: counts({ sounded, handed_over: 10 - sounded }),
  at: new Date(),
});

const broadcast = {
  id: "b",
  state: "draft",
  mode: "drill",
  level: 1,
  headline: "h",
  regions: ["52"],
  tenantId: "t",
};

function listen() {
  const told: BroadcastNews[] = [];
  const scopes: unknown[] = [];
  const feed = createNewsFeed((news, scope) => {
    told.push(news);
    scopes.push(scope);
  });
  return { feed, told, scopes };
}

describe("news of a broadcast", () => {
  it("comes at once, then at most twice a second, and ends with the latest", () => {
    const { feed, told } = listen();
    for (let i = 0; i <= 10; i++) {
      feed.progressed(progress("b", i));
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(1000);
    expect(told.map((news) => news.counts?.sounded)).toEqual([0, 4, 9, 10]);
    expect(told.at(-1)?.counts).toMatchObject({ targets: 10, sounded: 10, handedOver: 0 });
  });

  it("of one broadcast does not hold up another's", () => {
    const { feed, told } = listen();
    feed.progressed(progress("a", 1));
    feed.progressed(progress("b", 2));
    expect(told.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("knows mode and tenant from the service, and counts from dispatch", () => {
    const { feed, told, scopes } = listen();
    feed.changed(broadcast as unknown as Broadcast);
    vi.advanceTimersByTime(500);
    feed.progressed(progress("b", 3));
    vi.advanceTimersByTime(500);
    feed.changed({ ...broadcast, state: "cancelled" } as unknown as Broadcast);
    expect(told.map((news) => [news.state, news.mode, news.counts?.sounded])).toEqual([
      ["draft", "drill", undefined],
      ["playing", "drill", 3],
      ["cancelled", "drill", 3],
    ]);
    expect(scopes).toEqual(Array(3).fill({ regions: ["52"], tenantId: "t" }));
  });

  it("is not sent after the end", () => {
    const { feed, told } = listen();
    feed.progressed(progress("b", 1));
    feed.progressed(progress("b", 2));
    feed.stop();
    vi.advanceTimersByTime(5000);
    expect(told).toHaveLength(1);
  });
});
