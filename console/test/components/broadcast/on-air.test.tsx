import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Route, Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import type { BroadcastJson } from "../../../src/api/broadcasts.ts";
import { TakeUp } from "../../../src/api/stream/take-up.ts";
import Broadcast from "../../../src/pages/broadcast/broadcast.tsx";
import { broadcastOf, fakePlatform, historyOf, meOf, previewOf, Refusal, step } from "./fake-platform.tsx";

const NOTHING = { sounded: 0, refused: 0, failed: 0, offline: 0, cancelled: 0, open: 0, partlyHeard: 0 };
const counts = (sounded: number, started: number, failed = 0) => ({
  targets: 4,
  waiting: 1,
  handedOver: 0,
  acknowledged: 4 - 1 - sounded - started - failed,
  started,
  sounded,
  refused: 0,
  failed,
  offline: 0,
  cancelled: 0,
});
const village = (last: string, name: string, more: object) => ({
  regionCode: `52032600100${last}`,
  name,
  targeted: 1,
  ...NOTHING,
  ...more,
});
const coverage = {
  total: { targeted: 4, ...NOTHING },
  level: "village",
  items: [
    village("1", "文化社区居民委员会", { sounded: 1 }),
    village("2", "岩湾村村民委员会", { open: 1 }),
    village("3", "三坑村村民委员会", { failed: 1 }),
    village("4", "沙坝村村民委员会", { open: 1 }),
  ],
  villagesWithoutSpeaker: {
    count: 1,
    items: [{ code: "520326001005", name: "凉风村村民委员会" }],
    unknown: false,
  },
  possiblyWithoutSpeaker: { count: 0, items: [] },
};
const target = (last: string, state: string, reason: string | null = null) => ({
  deviceId: `sp-${last}`,
  name: `${last} 号喇叭`,
  regionCode: `52032600100${last}`,
  villageName: null,
  townshipName: null,
  state,
  reason,
  startedAt: null,
  endedAt: null,
  acknowledgedAt: null,
  handedOverAt: null,
});
const onAir = (more: Partial<BroadcastJson> = {}) =>
  broadcastOf({
    state: "playing",
    releasedAt: "2026-06-20T18:16:24Z",
    approvedBy: "wang.fang",
    counts: counts(1, 1, 1),
    steps: [step("cancel", true), step("retry", true)],
    ...more,
  });

/** Opens the page of the broadcast; `event` is what the stream says. */
function open(broadcast: BroadcastJson | Refusal | (() => BroadcastJson), covered = () => coverage) {
  const platform = fakePlatform({
    "GET /v1/me": meOf("zhang.min"),
    "GET /v1/broadcasts/bc-1": broadcast,
    "GET /v1/broadcasts/bc-1/coverage": covered,
    "GET /v1/broadcasts/bc-1/targets": {
      items: [target("2", "waiting"), target("3", "failed", "amplifier"), target("4", "started")],
      nextCursor: null,
    },
    "GET /v1/broadcasts/bc-1/history": historyOf(
      ["submit", "zhang.min", "张敏"],
      ["approve", "wang.fang", "王芳"],
    ),
    "GET /v1/broadcasts/bc-1/preview": previewOf(4),
    "GET /v1/regions": {
      items: [{ code: "520326001", name: "都濡街道", level: "township" }],
      nextCursor: null,
    },
  });
  // As the console has it: what an event has not made old is not asked for again.
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 30_000 } } });
  const takeUp = new TakeUp(client);
  const { hook } = memoryLocation({ path: "/broadcasts/bc-1" });
  render(
    <QueryClientProvider client={client}>
      <Router hook={hook}>
        <Route path="/broadcasts/:id">
          <Broadcast />
        </Route>
      </Router>
    </QueryClientProvider>,
  );
  const event = (state: string, shown: object) =>
    act(() =>
      takeUp.message({
        event: "broadcast",
        data: JSON.stringify({
          id: "bc-1",
          state,
          mode: "actual",
          level: 2,
          headline: "",
          counts: shown,
          at: "",
        }),
      }),
    );
  return { platform, event, stop: () => takeUp.stop() };
}

const figure = (name: string) => screen.getByText(name, { selector: "dt" }).closest("div")!.textContent;
const group = async (name: string) => within(await screen.findByRole("region", { name }));

afterEach(() => vi.unstubAllGlobals());

describe("a broadcast on air", () => {
  it("names the villages that are not proven, each in one group, with the reason", async () => {
    const { stop } = open(onAir());
    const silent = await group("确认无声");
    await silent.findByText("三坑村");
    expect(silent.getByText("都濡街道 · 1 只功放故障")).toBeTruthy();
    // The platform knows only at the expiry that it stays so.
    expect((await group("离线，尚未证实")).getByText("都濡街道 · 1 只离线，指令没送到")).toBeTruthy();
    expect(silent.queryByText(/离线/)).toBeNull();
    expect((await group("没有喇叭")).getByText(/凉风村/)).toBeTruthy();
    expect((await group("尚未证实")).getByText(/沙坝村/)).toBeTruthy();
    expect(screen.getByText("未证实发声的村").closest("header")!.textContent).toContain("4 / 5");
    stop();
  });

  it("moves its counts by events, without a request of them", async () => {
    const { platform, event, stop } = open(onAir());
    await screen.findByText("已发声（证实）");
    // The first event tells its state to who did not know it.
    event("playing", counts(1, 1, 1));
    await group("确认无声");
    const before = platform.asked.filter(({ path }) => path === "/v1/broadcasts/bc-1").length;
    event("playing", counts(2, 0, 1));
    await waitFor(() => expect(figure("已发声（证实）")).toBe("已发声（证实）250%"));
    expect(figure("播放中")).toBe("播放中0");
    expect(platform.asked.filter(({ path }) => path === "/v1/broadcasts/bc-1")).toHaveLength(before);
    stop();
  });

  it("says how many have proven it of all, and never more", async () => {
    const { stop } = open(onAir({ counts: { ...counts(0, 0), acknowledged: 0, handedOver: 3 } }));
    await screen.findByText("已发声（证实）");
    expect(figure("已发声（证实）")).toBe("已发声（证实）00%");
    expect(figure("等待")).toBe("等待3");
    expect(figure("离线、没送到")).toBe("离线、没送到1");
    stop();
  });

  it("offers to try again what failed, where the platform lets one", async () => {
    const { stop } = open(onAir());
    expect(await screen.findByRole("button", { name: "重试失败的 1 只" })).toBeTruthy();
    stop();
  });

  it("becomes its report when it ends, and says so at once", async () => {
    let now = onAir();
    const { event, stop } = open(() => now);
    await screen.findByRole("button", { name: /立即停播/ });
    now = onAir({ state: "completed", counts: counts(3, 0, 1), endedAt: "2026-06-20T18:18:00Z" });
    event("completed", counts(3, 0, 1));
    await waitFor(() => expect(screen.getByText("播发已到头：已结束。")).toBeTruthy());
    expect(screen.queryByRole("button", { name: /立即停播/ })).toBeNull();
    expect(await screen.findByText("4 只大喇叭里，3 只证实发声")).toBeTruthy();
    expect(await screen.findByText("4 个村没有证实听到")).toBeTruthy();
    stop();
  });
});

describe("the report of a broadcast that ended while it was looked at", () => {
  it("names the villages as they were at the end, though no event follows", async () => {
    let now = onAir();
    let covered = coverage;
    const { event, stop } = open(
      () => now,
      () => covered,
    );
    await screen.findByRole("button", { name: /立即停播/ });
    await screen.findByText("尚未证实");
    now = onAir({ state: "completed", counts: counts(3, 0, 1), endedAt: "2026-06-20T18:18:00Z" });
    const items = coverage.items.map((one) => (one.open ? { ...one, open: 0, sounded: 1 } : one));
    covered = { ...coverage, items };
    event("completed", counts(3, 0, 1));
    expect(await screen.findByText("2 个村没有证实听到")).toBeTruthy();
    expect(screen.queryByText("尚未证实")).toBeNull();
    stop();
  });
});

describe("a broadcast that is not there", () => {
  it("is said in words, with the way back", async () => {
    open(new Refusal(404, "broadcast_not_found", { requestId: "r-1" }));
    expect(await screen.findByText("没有这次广播")).toBeTruthy();
    expect(screen.getByRole("link", { name: "回到广播列表" })).toBeTruthy();
  });
});
