import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Limits, UNLIMITED } from "../../access/limits.ts";
import type { StreamTopic } from "../../api/contract.ts";
import type { StreamFilter } from "../../api/stream/filter.ts";
import { createStreamHub, type StreamHub } from "../../api/stream/hub.ts";
import type { StreamSink } from "../../api/stream/subscriber.ts";
import { createLogger } from "../../base/log.ts";
import type { BroadcastPlace } from "../../broadcast/lifecycle/visibility.ts";
import type { BroadcastNews } from "../../broadcast/proof/progress.ts";
import { limitsOf } from "../helpers/limits.ts";

/** A client whose socket takes `room` characters at a time. */
class FakeSink implements StreamSink {
  readonly name = "fake";
  readonly frames: string[] = [];
  room = Number.POSITIVE_INFINITY;
  waiting = 0;
  ended = false;
  destroyed = false;
  private drain = () => {};

  write(text: string): boolean {
    this.frames.push(text);
    this.waiting += text.length;
    if (this.room !== Number.POSITIVE_INFINITY) return this.waiting < this.room;
    this.waiting = 0;
    return true;
  }
  buffered = () => this.waiting;
  onDrain(callback: () => void): void {
    this.drain = callback;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  /** The client reads all that waits. */
  read(): void {
    this.waiting = 0;
    this.drain();
  }
  get data(): unknown[] {
    return [...this.frames.join("").matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!));
  }
  get events(): string[] {
    return [...this.frames.join("").matchAll(/^event: (.*)$/gm)].map((match) => match[1]!);
  }
  get ids(): string[] {
    return [...this.frames.join("").matchAll(/^id: (.*)$/gm)].map((match) => match[1]!);
  }
}

const logged: Record<string, unknown>[] = [];
const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
let hub: StreamHub;

const all = (...topics: StreamTopic[]) => new Map(topics.map((topic) => [topic, UNLIMITED]));

const filter = (change: Partial<StreamFilter> = {}): StreamFilter => ({
  principalId: "somebody",
  tenantId: null,
  topics: all("presence", "reading"),
  limits: UNLIMITED,
  ...change,
});

/** The number of the latest piece of news; each here has one event. */
let newsNo = 0;
const nextPlace = () => ({ newsNo: ++newsNo, index: 0 });

const presence = (deviceId: string, regionCode = "520102", kind = "camera", at = nextPlace()) =>
  hub.publish(
    "presence",
    { deviceId, connected: true, changedAt: "2026-01-01T00:00:00.000Z" },
    { regionCode, kind, tenantId: null },
    at,
  );

const devices = (sink: FakeSink) => sink.data.map((data) => (data as { deviceId?: string }).deviceId);

beforeEach(() => {
  vi.useFakeTimers();
  logged.length = 0;
  newsNo = 0;
  hub = createStreamHub({ log, replayEntries: 5 });
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

describe("the hub", () => {
  it("sends an event to whoever wants its topic, with kind and region from its scope", () => {
    const sink = new FakeSink();
    hub.subscribe(sink, filter());
    presence("a");
    hub.publish(
      "device",
      { deviceId: "b", change: "created" },
      { regionCode: "52", kind: "camera", tenantId: null },
      nextPlace(),
    );
    expect(sink.data).toEqual([
      {
        deviceId: "a",
        kind: "camera",
        regionCode: "520102",
        connected: true,
        changedAt: "2026-01-01T00:00:00.000Z",
      },
    ]);
    expect(sink.ids).toEqual(["0", "1.0"]);
  });

  it.each([
    ["region", { regions: ["5201"] }, ["in"]],
    ["kind", { kinds: new Set(["camera"]) }, ["in", "elsewhere"]],
    ["device", { devices: new Set(["speaker"]) }, ["speaker"]],
    ["limits to regions", { limits: limitsOf({ regions: ["5202"] }) }, ["elsewhere"]],
    ["limits to kinds", { limits: limitsOf({ kinds: ["speaker"] }) }, ["speaker"]],
    ["limits that allow nothing", { limits: limitsOf({ regions: [] }) }, []],
  ])("filters by %s", (_what, change, expected) => {
    const sink = new FakeSink();
    hub.subscribe(sink, filter(change));
    presence("in", "520102", "camera");
    presence("elsewhere", "520202", "camera");
    presence("speaker", "530102", "speaker");
    expect(devices(sink)).toEqual(expected);
  });

  it("knows whether anybody wants a topic, so that nobody makes readings for nobody", () => {
    expect(hub.wants("reading")).toBe(false);
    const subscription = hub.subscribe(new FakeSink(), filter());
    expect(hub.wants("reading")).toBe(true);
    subscription.close();
    subscription.close();
    expect(hub.wants("reading")).toBe(false);
    expect(hub.size).toBe(0);
  });

  it("keeps quiet streams open with comments", () => {
    const sink = new FakeSink();
    hub.subscribe(sink, filter());
    vi.advanceTimersByTime(31_000);
    expect(sink.frames.filter((frame) => frame.startsWith(":"))).toHaveLength(2);
  });

  it("drops a client that does not read, says so, and goes on for the others", () => {
    const slow = new FakeSink();
    const good = new FakeSink();
    slow.room = 1;
    hub.subscribe(slow, filter());
    hub.subscribe(good, filter());
    const big = "x".repeat(400_000);
    for (let i = 0; i < 4; i++) presence(`${big}${i}`);
    expect(slow.destroyed).toBe(true);
    expect(slow.data).toHaveLength(3);
    expect(good.data).toHaveLength(4);
    expect(hub.dropped).toBe(1);
    expect(hub.size).toBe(1);
    expect(logged).toContainEqual(expect.objectContaining({ level: "warn", client: "fake" }));
  });

  it("tells of a topic only where both listening and the topic are allowed", () => {
    const sink = new FakeSink();
    const topics = new Map([["presence" as const, limitsOf({ kinds: ["camera"] })]]);
    hub.subscribe(sink, filter({ topics, limits: limitsOf({ regions: ["5201"] }) }));
    presence("in", "520102", "camera");
    presence("elsewhere", "520202", "camera");
    presence("speaker", "520102", "speaker");
    expect(devices(sink)).toEqual(["in"]);
  });

  it("ends the streams of one principal and no others", () => {
    const [his, also, hers] = [new FakeSink(), new FakeSink(), new FakeSink()] as const;
    hub.subscribe(his, filter({ principalId: "he" }));
    hub.subscribe(also, filter({ principalId: "he" }));
    hub.subscribe(hers, filter({ principalId: "she" }));
    hub.endOf("he");
    presence("a");
    expect([his.ended, also.ended, hers.ended]).toEqual([true, true, false]);
    expect([devices(his), devices(also), devices(hers)]).toEqual([[], [], ["a"]]);
    expect(hub.size).toBe(1);
  });

  it("ends every stream when it closes, and takes no more", () => {
    const sink = new FakeSink();
    hub.subscribe(sink, filter());
    hub.close();
    expect(sink.ended).toBe(true);
    expect(() => hub.subscribe(new FakeSink(), filter())).toThrow("shutting down");
  });
});

/** Lets what waits for a promise that is kept at once go on. */
const settled = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

describe("a client that comes back", () => {
  it("gets what it missed, in order, and then what is new", () => {
    presence("a");
    presence("b");
    presence("c");
    const sink = new FakeSink();
    hub.subscribe(sink, filter(), "1.0");
    presence("d");
    expect(devices(sink)).toEqual(["b", "c", "d"]);
  });

  it("does not get readings again, and its place is right even when a reading was the last it saw", () => {
    hub.subscribe(new FakeSink(), filter());
    presence("a");
    hub.publish(
      "reading",
      { deviceId: "r", observedAt: "t", receivedAt: "t", metrics: {} },
      { regionCode: "52", kind: "camera", tenantId: null },
    );
    presence("b");
    const sink = new FakeSink();
    hub.subscribe(sink, filter(), "1.0");
    expect(devices(sink)).toEqual(["b"]);
    const earlier = new FakeSink();
    hub.subscribe(earlier, filter(), "0");
    expect(devices(earlier)).toEqual(["a", "b"]);
  });

  it("is told to start anew when the buffer has moved on", () => {
    for (let i = 1; i <= 7; i++) presence(String(i));
    const tooOld = new FakeSink();
    hub.subscribe(tooOld, filter(), "1.0");
    expect(tooOld.events).toEqual(["reset"]);
    expect(tooOld.data).toEqual([{ reason: "too_old" }]);
    expect(tooOld.ids).toEqual(["7.0"]);
    const justRight = new FakeSink();
    hub.subscribe(justRight, filter(), "2.0");
    expect(devices(justRight)).toEqual(["3", "4", "5", "6", "7"]);
  });

  it.each(["mf3k2a-1", "99", "99.0", "1.", ".1", "-1", "nonsense", "1.1.1"])(
    "is told to start anew when the platform does not know its place (%s)",
    async (id) => {
      presence("a");
      const sink = new FakeSink();
      hub.subscribe(sink, filter(), id);
      await settled();
      expect(sink.data).toEqual([{ reason: "restarted" }]);
      presence("b");
      expect(devices(sink)).toEqual([undefined, "b"]);
    },
  );

  it("catches up no faster than it reads, and sees what happens meanwhile in its turn", () => {
    presence("1");
    presence("2");
    const sink = new FakeSink();
    sink.room = 10;
    hub.subscribe(sink, filter(), "0");
    expect(devices(sink)).toEqual(["1"]);
    presence("3");
    expect(devices(sink)).toEqual(["1"]);
    sink.read();
    expect(devices(sink)).toEqual(["1", "2"]);
    sink.read();
    sink.read();
    presence("4");
    expect(devices(sink)).toEqual(["1", "2", "3", "4"]);
  });

  it("finds no more than the buffer may hold, however large events are", () => {
    hub.close();
    hub = createStreamHub({ log, replayEntries: 100, replayLength: 1000 });
    for (let i = 1; i <= 20; i++) presence(`${i}-${"x".repeat(100)}`);
    const sink = new FakeSink();
    hub.subscribe(sink, filter(), "16.0");
    expect(sink.events).toEqual(["presence", "presence", "presence", "presence"]);
    const older = new FakeSink();
    hub.subscribe(older, filter(), "1.0");
    expect(older.events).toEqual(["reset"]);
  });
});

describe("a client that comes from another process", () => {
  /** A hub that reads the news of others when it is asked to. */
  const hubThatReads = (catchUp: () => Promise<unknown>) => {
    hub.close();
    hub = createStreamHub({ log, catchUp });
  };

  it("that has told more waits until that is known here, and is told nothing twice", async () => {
    hubThatReads(async () => {
      for (const id of ["a", "b", "c"]) presence(id);
      hub.reached(9);
    });
    const sink = new FakeSink();
    hub.subscribe(sink, filter(), "2.0");
    await settled();
    expect([devices(sink), sink.events]).toEqual([["c"], ["presence"]]);
    newsNo = 9;
    presence("d");
    expect(devices(sink)).toEqual(["c", "d"]);
    // Behind a whole piece of news, of which nothing was for it.
    const other = new FakeSink();
    hub.subscribe(other, filter(), "9");
    expect(devices(other)).toEqual(["d"]);
  });

  it("gets nothing in between while it waits, nor when its socket empties, and nothing once it has gone", async () => {
    let known = () => {};
    const promise = new Promise<void>((resolve) => {
      known = resolve;
    });
    hubThatReads(() => promise);
    const [sink, gone] = [new FakeSink(), new FakeSink()];
    hub.subscribe(sink, filter(), "2.0");
    hub.subscribe(gone, filter(), "2.0").close();
    presence("a");
    sink.read();
    expect(devices(sink)).toEqual([]);
    presence("b");
    presence("c");
    known();
    await settled();
    expect([devices(sink), devices(gone)]).toEqual([["c"], []]);
  });

  it("starts anew where the news cannot be read", async () => {
    hubThatReads(async () => {
      throw new Error("the database is away");
    });
    const sink = new FakeSink();
    hub.subscribe(sink, filter(), "2.0");
    await settled();
    expect(sink.data).toEqual([{ reason: "restarted" }]);
  });

  it("gets a piece of news from the event on that it has not seen", () => {
    newsNo = 4;
    for (const [index, id] of ["a", "b", "c"].entries()) presence(id, "52", "camera", { newsNo: 5, index });
    for (const [id, expected] of [
      ["4", ["a", "b", "c"]],
      ["5.0", ["b", "c"]],
      ["5.2", []],
      ["5", []],
    ] as const) {
      const sink = new FakeSink();
      hub.subscribe(sink, filter(), id);
      expect([id, devices(sink)]).toEqual([id, expected]);
    }
  });

  it("finds what was told before this process began, as far back as it was kept", () => {
    hub.beginAfter(40);
    presence("a", "52", "camera", { newsNo: 41, index: 0 });
    hub.reached(44);
    const here = (id?: string) => {
      const sink = new FakeSink();
      hub.subscribe(sink, filter(), id);
      return [sink.events, sink.ids.at(-1)];
    };
    expect(here("40")).toEqual([["presence"], "41.0"]);
    expect(here("39.7")).toEqual([["reset"], "44"]);
    expect(here("44")).toEqual([[], undefined]);
    expect(here()).toEqual([[], "44"]);
  });
});

describe("a stream", () => {
  it("of readings says first whose they are, also to a client that comes back, and gives them no id", () => {
    hub.close();
    hub = createStreamHub({ log, instance: "west" });
    presence("a");
    const reading = () =>
      hub.publish(
        "reading",
        { deviceId: "r", observedAt: "t", receivedAt: "t", metrics: {} },
        { regionCode: "52", kind: "camera", tenantId: null },
      );
    const [first, back, without] = [new FakeSink(), new FakeSink(), new FakeSink()];
    hub.subscribe(first, filter());
    hub.subscribe(back, filter(), "0");
    hub.subscribe(without, filter({ topics: all("presence") }));
    reading();
    expect([first.events, first.ids]).toEqual([["readings", "reading"], ["1.0"]]);
    expect([back.events, back.ids]).toEqual([["readings", "presence", "reading"], ["1.0"]]);
    expect(first.data[0]).toEqual({ instance: "west" });
    expect(without.events).toEqual([]);
  });

  it("that is quiet tells its client how far the news have come, so that it is not too late when it comes back", () => {
    const [quiet, behind] = [new FakeSink(), new FakeSink()];
    presence("a");
    hub.subscribe(quiet, filter({ devices: new Set(["none"]) }));
    behind.room = 1;
    hub.subscribe(behind, filter(), "0");
    presence("b");
    hub.reached(9);
    vi.advanceTimersByTime(15_000);
    expect([quiet.ids, behind.ids]).toEqual([["1.0", "9"], ["1.0"]]);
  });
});

describe("news of broadcasts", () => {
  const news = {
    id: "bc-1",
    state: "draft",
    mode: "actual",
    level: 1,
    headline: "h",
    counts: null,
    at: "x",
  } as const;
  const heard = (
    change: Partial<StreamFilter>,
    place = { regions: ["520326"], tenantId: "office" as string | null },
  ) => {
    const one = new FakeSink();
    const limits = change.limits ?? UNLIMITED;
    hub.subscribe(one, filter({ topics: new Map([["broadcast", limits]]), ...change }));
    hub.publishBroadcast(news, place);
    return one.events.includes("broadcast");
  };

  it("reaches those whose limits meet one of its regions, from above or from inside", () => {
    expect(heard({})).toBe(true);
    for (const code of ["52", "520326", "520326001001"])
      expect(heard({ limits: limitsOf({ regions: [code] }) })).toBe(true);
    expect(heard({ limits: limitsOf({ regions: ["520327"] }) })).toBe(false);
    expect(heard({ limits: limitsOf({ regions: ["520326"], kinds: ["gas-meter"] }) })).toBe(false);
    expect(heard({ limits: limitsOf({ devices: ["meter-1"] }) })).toBe(false);
    expect(heard({ limits: limitsOf({ tenants: ["gas"] }) })).toBe(false);
    expect(heard({ limits: [] })).toBe(false);
  });

  it("tells counts of the whole to those only who see the whole, at once and when they catch up", () => {
    const counts = { targets: 7 } as BroadcastNews["counts"];
    let place: BroadcastPlace = { regions: ["520326"], tenantId: "office" };
    const countsIn = ({ frames }: FakeSink) => {
      const [, data] = /^event: broadcast\ndata: (.*)$/m.exec(frames.join("")) ?? [];
      return JSON.parse(data ?? "").counts;
    };
    const told = (limits: Limits, change: Partial<StreamFilter> = {}) => {
      const seen = filter({ limits, topics: new Map([["broadcast", limits]]), ...change });
      const [live, late] = [new FakeSink(), new FakeSink()];
      hub.subscribe(live, seen);
      const before = newsNo;
      hub.publishBroadcast({ ...news, counts }, place, nextPlace());
      hub.subscribe(late, seen, `${before}`);
      expect(countsIn(late)).toEqual(countsIn(live));
      return countsIn(live);
    };
    expect(told(UNLIMITED)).toEqual(counts);
    expect(told(limitsOf({ regions: ["5203"] }))).toEqual(counts);
    expect(told(limitsOf({ regions: ["520326001"] }))).toBeNull();
    expect(told(limitsOf({ regions: ["520326"], tenants: ["office"] }))).toBeNull();
    expect(told(limitsOf({ regions: ["520327"] }), { tenantId: "office" })).toBeNull();

    // Of a circle the region is the county: whoever holds the villages of all its speakers sees the whole.
    place = { ...place, speakerRegions: ["520326001001", "520326001002"] };
    expect(told(limitsOf({ regions: ["520326001"] }))).toEqual(counts);
    expect(told(limitsOf({ regions: ["520326001001", "520326001002"] }))).toEqual(counts);
    expect(told(limitsOf({ regions: ["520326001001"] }))).toBeNull();
    expect(told(limitsOf({ regions: ["520326001"], tenants: ["office"] }))).toBeNull();
    expect(told(limitsOf({ regions: ["520326001"], devices: ["sp-1"] }), { tenantId: "office" })).toBeNull();
  });

  it("reaches its author's colleagues wherever it is aimed", () => {
    const elsewhere = limitsOf({ regions: ["520327"] });
    expect(heard({ limits: elsewhere, tenantId: "office" })).toBe(true);
    expect(heard({ limits: elsewhere, tenantId: "other" })).toBe(false);
    expect(heard({ limits: elsewhere, tenantId: null }, { regions: ["520326"], tenantId: null })).toBe(false);
  });

  it("can be narrowed down by region and kind", () => {
    expect(heard({ regions: ["520326001"] })).toBe(true);
    expect(heard({ regions: ["520327"] })).toBe(false);
    expect(heard({ kinds: new Set(["speaker"]) })).toBe(true);
    expect(heard({ kinds: new Set(["camera"]) })).toBe(false);
    expect(heard({ devices: new Set(["sp-1"]) })).toBe(false);
  });
});
