import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type BroadcastNews,
  createNewsFeed,
  type DispatchProgress,
} from "../../../broadcast/proof/progress.ts";
import { FineRegions } from "../../../broadcast/targets/fine-regions.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { TARGET_STATES, type TargetState } from "../../../store/broadcast/targets.ts";

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
  speakerRegions: ["520326001001"],
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
    const scope = { regions: ["52"], tenantId: "t" };
    const fine = { ...scope, speakerRegions: ["520326001001"] };
    expect(scopes).toEqual([scope, fine, fine]);
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

describe("the regions of speakers", () => {
  const of = (most: number, ...codes: string[]) => {
    const regions = new FineRegions(most);
    for (const code of codes) regions.add(code);
    return regions.list();
  };

  it("are villages while they are few, then townships, then counties, and hold every speaker", () => {
    const codes = ["520326002001", "520326001002", "520326001001", "520326001001"];
    expect(of(3, ...codes)).toEqual(["520326001001", "520326001002", "520326002001"]);
    expect(of(2, ...codes)).toEqual(["520326001", "520326002"]);
    expect(of(1, ...codes)).toEqual(["520326"]);
    expect(of(1, ...codes, "520327001001")).toEqual(["5203"]);
    expect(of(1, ...codes, "53")).toEqual(["52", "53"]);
    expect(of(9, "520326", "520326001001")).toEqual(["520326", "520326001001"]);
  });
});

describe("news of a broadcast that several processes know in part", () => {
  it("of the one that counts its targets says what the one has told that wrote it", () => {
    const [writer, counter] = [listen(), listen()];
    writer.feed.changed({ ...broadcast, state: "released" } as unknown as Broadcast);
    counter.feed.heard(writer.told[0]!, writer.scopes[0] as never);
    expect(counter.told).toEqual([]);
    counter.feed.progressed(progress("b", 3));
    expect(counter.told[0]).toMatchObject({ mode: "drill", counts: { sounded: 3 } });
    expect(counter.scopes[0]).toMatchObject({ tenantId: "t", speakerRegions: ["520326001001"] });
    // And the other way round: a change that is made elsewhere keeps the counts.
    writer.feed.heard(counter.told[0]!, counter.scopes[0] as never);
    vi.advanceTimersByTime(1000);
    writer.feed.changed({ ...broadcast, state: "cancelled" } as unknown as Broadcast);
    expect(writer.told.at(-1)).toMatchObject({ state: "cancelled", counts: { sounded: 3 } });
    expect(writer.scopes.at(-1)).toMatchObject({ speakerRegions: ["520326001001"] });
  });

  it("does not take back counts by older ones that another one repeats, nor what waits to be told", () => {
    const { feed, told } = listen();
    feed.progressed(progress("b", 1));
    const first = told[0]!;
    feed.progressed(progress("b", 5));
    feed.heard({ ...first, mode: "drill", state: "cancelled" }, { regions: ["52"], tenantId: "t" });
    vi.advanceTimersByTime(1000);
    expect(told.at(-1)).toMatchObject({ mode: "drill", state: "playing", counts: { sounded: 5 } });
    feed.heard({ ...first, counts: first.counts }, { regions: ["52"], tenantId: "t" });
    feed.changed({ ...broadcast, state: "cancelled" } as unknown as Broadcast);
    expect(told.at(-1)).toMatchObject({ counts: { sounded: 5 } });
  });
});
