import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { broadcastKeys } from "../../../src/api/broadcasts.ts";
import { leaveNothing } from "../../../src/api/left.ts";
import { setLive } from "../../../src/api/stream/live.ts";
import { OnAirStrip } from "../../../src/app/on-air.tsx";
import { forgetStopped } from "../../../src/app/stopped.ts";
import { dropStop, takeUpStops } from "../../../src/app/wanted-stops.ts";
import { broadcastOf, fakePlatform, meOf, Refusal, renderWithQueries, step } from "./fake-platform.tsx";

const areas = [{ regions: "all", kinds: "all", tenants: "all", devices: "all" }];
const me = (id: string) => ({
  ...meOf(id),
  actions: ["broadcasts:read", "broadcasts:cancel"].map((action) => ({ action, areas })),
});
const onAir = broadcastOf({ id: "bc-1", headline: "山洪", state: "playing", steps: [step("cancel", true)] });
const PATIENT = { timeout: 20_000 };
const KEPT = "wanted-stops";

/** The platform as a test changes it: `cancel` is its answer to a stop. */
function begin() {
  const world = {
    cancel: (() => {
      throw new TypeError("Failed to fetch");
    }) as () => unknown,
    person: "zhang.min",
    broadcast: onAir as object,
    items: [onAir] as object[],
  };
  const platform = fakePlatform({
    "GET /v1/me": () => me(world.person),
    "GET /v1/broadcasts": () => ({ items: world.items, nextCursor: null }),
    "GET /v1/broadcasts/bc-1": () => world.broadcast,
    "POST /v1/broadcasts/bc-1/cancel": () => world.cancel(),
  });
  const stops = () => platform.asked.filter(({ path }) => path.endsWith("/cancel"));
  return { world, stops, client: renderWithQueries(<OnAirStrip />) };
}
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const isTrying = () => screen.queryByText("停播没有得到确认！正在反复重试：山洪") !== null;

/** Lets answers come, without the time at which it would be tried anyway. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await act(() => new Promise((done) => setImmediate(done)));
}

/** Presses it while the platform cannot be reached. */
async function pressed() {
  const begun = begin();
  await vi.waitFor(() => screen.getByRole("button", { name: "立即停播：山洪" }), PATIENT);
  fireEvent.click(screen.getByRole("button", { name: "立即停播：山洪" }));
  await vi.waitFor(() => expect(isTrying()).toBe(true), PATIENT);
  expect(begun.stops()).toHaveLength(1);
  return begun;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
});
afterEach(() => {
  cleanup();
  dropStop("bc-1");
  forgetStopped("bc-1");
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a stop that did not arrive", () => {
  it("is repeated every two seconds until it is answered, and says so loudly", async () => {
    const { world, stops } = await pressed();
    expect(screen.getByRole("alert").textContent).toContain("没有得到确认");
    await pass(2_100);
    await vi.waitFor(() => expect(stops()).toHaveLength(2), PATIENT);
    world.cancel = () => new Refusal(503, "database_unavailable");
    await pass(2_100);
    await vi.waitFor(() => expect(stops()).toHaveLength(3), PATIENT);
    expect(isTrying()).toBe(true);
    expect(screen.getByText(/已试 \d+ 秒/)).toBeTruthy();
    world.items = [];
    world.cancel = () => ({ ...broadcastOf({ id: "bc-1", state: "cancelled" }), stop: "on_its_way" });
    await pass(2_100);
    await vi.waitFor(() => expect(stops()).toHaveLength(4), PATIENT);
    await vi.waitFor(() => screen.getByText("已停播：山洪"), PATIENT);
    expect(isTrying()).toBe(false);
    await pass(20_000);
    expect(stops()).toHaveLength(4);
    expect(stops()[3]!.body).toMatchObject({ reason: "值班人员立即停播" });
  });

  it("is tried at once when the connection is back", async () => {
    const { stops } = await pressed();
    await act(async () => setLive({ state: "waiting", since: 1 } as never));
    await act(async () => setLive({ state: "live", since: 2 } as never));
    await settle();
    expect(stops()).toHaveLength(2);
    await act(async () => void dispatchEvent(new Event("online")));
    await settle();
    expect(stops()).toHaveLength(3);
  });

  it.each([
    { state: "cancelled", says: 1 },
    { state: "completed", says: 0 },
  ])(
    "counts as done when the broadcast is $state already, and says what ended it",
    async ({ state, says }) => {
      const { world, stops } = await pressed();
      world.cancel = () => {
        [world.broadcast, world.items] = [{ ...onAir, state }, []];
        return new Refusal(409, "broadcast_state");
      };
      await pass(2_100);
      await vi.waitFor(() => expect(isTrying()).toBe(false), PATIENT);
      await settle();
      expect(screen.queryByText("还没有停：山洪")).toBeNull();
      expect(screen.queryAllByText("已停播：山洪")).toHaveLength(says);
      await pass(20_000);
      expect(stops()).toHaveLength(2);
      expect(sessionStorage.getItem(KEPT)).toBeNull();
    },
  );

  it("counts as done by the platform's word that it is over, though nothing else can be read", async () => {
    const { world, stops } = await pressed();
    world.cancel = () => {
      world.broadcast = new Refusal(503, "database_unavailable");
      return new Refusal(409, "broadcast_state");
    };
    await pass(2_100);
    await vi.waitFor(() => expect(isTrying()).toBe(false), PATIENT);
    await settle();
    expect(screen.queryByText("还没有停：山洪")).toBeNull();
    await pass(20_000);
    expect(stops()).toHaveLength(2);
    expect(screen.queryByText("已停播：山洪")).toBeNull();
  });

  it("is not repeated once the stream has shown that it ended", async () => {
    const { client, stops } = await pressed();
    await act(async () => client.setQueryData(broadcastKeys.one("bc-1"), { ...onAir, state: "cancelled" }));
    await vi.waitFor(() => expect(isTrying()).toBe(false), PATIENT);
    // Its line on the air goes with the list, which is asked for with the same news.
    expect(screen.getByText("已停播：山洪")).toBeTruthy();
    await pass(20_000);
    expect(stops()).toHaveLength(1);
  });

  it("ends with a refusal, which is shown and not repeated", async () => {
    const { world, stops } = await pressed();
    world.cancel = () => new Refusal(403, "forbidden");
    await pass(2_100);
    await vi.waitFor(() => screen.getByText("你没有做这一步的权限"), PATIENT);
    expect(screen.getByText("还没有停：山洪")).toBeTruthy();
    await pass(20_000);
    expect(stops()).toHaveLength(2);
    fireEvent.click(screen.getByRole("button", { name: "知道了" }));
    expect(screen.queryByText("还没有停：山洪")).toBeNull();
  });

  it("can be given up", async () => {
    const { stops } = await pressed();
    fireEvent.click(screen.getByRole("button", { name: "不再试" }));
    expect(isTrying()).toBe(false);
    await pass(20_000);
    expect(stops()).toHaveLength(1);
    expect(sessionStorage.getItem(KEPT)).toBeNull();
  });

  it("goes on after a reload for the same person, and never under another name", async () => {
    await pressed();
    const kept = sessionStorage.getItem(KEPT)!;
    cleanup();
    dropStop("bc-1");
    sessionStorage.setItem(KEPT, kept);
    const second = begin();
    await vi.waitFor(() => expect(isTrying()).toBe(true), PATIENT);
    await pass(2_100);
    await vi.waitFor(() => expect(second.stops()).toHaveLength(1), PATIENT);
    second.world.person = "li.qiang";
    await pass(2_100);
    await vi.waitFor(() => expect(isTrying()).toBe(false), PATIENT);
    expect(second.stops()).toHaveLength(1);
    sessionStorage.setItem(KEPT, kept);
    takeUpStops("li.qiang");
    expect(sessionStorage.getItem(KEPT)).toBeNull();
  });

  it("is gone when the person signs out", async () => {
    await pressed();
    act(() => leaveNothing());
    expect(isTrying()).toBe(false);
    expect(sessionStorage.getItem(KEPT)).toBeNull();
  });

  it("is found again after signing in, when the session had ended", async () => {
    const { world, stops } = await pressed();
    world.cancel = () => new Refusal(401, "unauthorized");
    await pass(2_100);
    await vi.waitFor(() => expect(stops()).toHaveLength(2), PATIENT);
    await pass(2_100);
    await vi.waitFor(() => expect(stops()).toHaveLength(3), PATIENT);
    expect(isTrying()).toBe(true);
  });
});
