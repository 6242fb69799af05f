import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StreamEvents } from "../../../../api/contract.ts";
import { takeUpBroadcast } from "../../../src/api/broadcast-news.ts";
import { broadcastKeys } from "../../../src/api/broadcasts.ts";
import { TakeUp } from "../../../src/api/stream/take-up.ts";

const counts = (sounded: number) => ({
  targets: 3,
  waiting: 3 - sounded,
  handedOver: 0,
  acknowledged: 0,
  started: 0,
  sounded,
  refused: 0,
  failed: 0,
  offline: 0,
  cancelled: 0,
});
const eventOf = (id: string, state: "dispatching" | "playing", sounded: number | null) =>
  ({
    id,
    state,
    mode: "drill",
    level: 2,
    headline: "山洪",
    counts: sounded === null ? null : counts(sounded),
    at: "2026-06-21T18:16:24Z",
  }) satisfies StreamEvents["broadcast"];

const first = [...broadcastKeys.lists, "first", {}];
const pages = [...broadcastKeys.lists, "pages", {}];

describe("an event of a broadcast", () => {
  it("patches its counts in the detail and in every list, and leaves others as they were", () => {
    const client = new QueryClient();
    const one = { id: "bc-1", state: "playing", counts: counts(0), notes: [] };
    const other = { id: "bc-other", state: "playing", counts: counts(0) };
    client.setQueryData(broadcastKeys.one("bc-1"), one);
    client.setQueryData(first, { items: [one, other], nextCursor: null });
    client.setQueryData(pages, { pages: [{ items: [other] }, { items: [one] }], pageParams: ["", "x"] });
    takeUpBroadcast(client, eventOf("bc-1", "playing", 2));
    expect(client.getQueryData(broadcastKeys.one("bc-1"))).toEqual({ ...one, counts: counts(2) });
    expect(client.getQueryData(first)).toEqual({
      items: [{ ...one, counts: counts(2) }, other],
      nextCursor: null,
    });
    expect(client.getQueryData(pages)).toMatchObject({
      pages: [{ items: [other] }, { items: [{ counts: counts(2) }] }],
    });
  });

  it("makes lists and the broadcast old when its state changes, and when it has no counts", () => {
    const client = new QueryClient();
    const whole = [
      broadcastKeys.lists,
      broadcastKeys.one("bc-2"),
      broadcastKeys.history("bc-2"),
      ["summary"],
    ];
    expect(takeUpBroadcast(client, eventOf("bc-2", "dispatching", 0))).toEqual(whole);
    expect(takeUpBroadcast(client, eventOf("bc-2", "dispatching", 1))).toEqual([]);
    expect(takeUpBroadcast(client, eventOf("bc-2", "playing", 1))).toEqual(whole);
    expect(takeUpBroadcast(client, eventOf("bc-2", "playing", null))).toEqual(whole);
  });
});

describe("events that only move counts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("have nothing read again", async () => {
    const client = new QueryClient();
    const takeUp = new TakeUp(client);
    const invalidate = vi.spyOn(client, "invalidateQueries");
    const send = (sounded: number) =>
      takeUp.message({ event: "broadcast", data: JSON.stringify(eventOf("bc-3", "playing", sounded)) });
    send(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(invalidate).toHaveBeenCalledWith({ queryKey: broadcastKeys.lists });
    invalidate.mockClear();
    for (const sounded of [1, 2, 3]) send(sounded);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(invalidate).not.toHaveBeenCalled();
    takeUp.stop();
  });
});
