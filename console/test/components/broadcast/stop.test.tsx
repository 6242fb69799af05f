import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { broadcastKeys } from "../../../src/api/broadcasts.ts";
import { OnAirStrip } from "../../../src/app/on-air.tsx";
import { ReviewBanner } from "../../../src/app/review-banner.tsx";
import { StopButton } from "../../../src/app/stop-button.tsx";
import { forgetStopped, noteStopped } from "../../../src/app/stopped.ts";
import { dropStop } from "../../../src/app/wanted-stops.ts";
import { broadcastOf, fakePlatform, meOf, Refusal, renderWithQueries, step } from "./fake-platform.tsx";

const area = [{ regions: "all", kinds: "all", tenants: "all", devices: "all" }];
const me = (id: string) => ({
  ...meOf(id),
  actions: ["broadcasts:read", "broadcasts:cancel", "broadcasts:review"].map((action) => ({
    action,
    areas: area,
  })),
});
const list = (...items: object[]) => ({ items, nextCursor: null });
const onAir = (id: string, mayStop: boolean, headline = `山洪 ${id}`) =>
  broadcastOf({ id, headline, state: "playing", steps: [step("cancel", mayStop)] });
const cancels = ({ asked }: ReturnType<typeof fakePlatform>) =>
  asked.filter(({ path }) => path.endsWith("/cancel"));

/** For a machine that does other things as well. */
const PATIENT = { timeout: 20_000 };

afterEach(() => {
  vi.unstubAllGlobals();
  for (const id of ["bc-1", "bc-2", "bc-3"]) {
    forgetStopped(id);
    dropStop(id);
  }
});

describe("the stop button", () => {
  it("stops with one press and a reason that is there already, and asks nothing", async () => {
    const platform = fakePlatform({ "POST /v1/broadcasts/bc-1/cancel": onAir("bc-1", true) });
    renderWithQueries(<StopButton broadcast={onAir("bc-1", true)} headline="山洪" />);
    await userEvent.click(screen.getByRole("button", { name: "立即停播：山洪" }));
    expect(screen.queryByRole("dialog")).toBeNull();
    await waitFor(() => expect(cancels(platform)).toHaveLength(1));
    expect(cancels(platform)[0]!.body).toMatchObject({ reason: "值班人员立即停播" });
  });

  it("asks for a code only where the platform wants one", async () => {
    const platform = fakePlatform({ "POST /v1/broadcasts/bc-1/cancel": onAir("bc-1", true) });
    const broadcast = { ...onAir("bc-1", true), steps: [{ ...step("cancel", true), needsCode: true }] };
    renderWithQueries(<StopButton broadcast={broadcast} headline="山洪" />);
    await userEvent.click(screen.getByRole("button", { name: "立即停播：山洪" }));
    await userEvent.type(await screen.findByLabelText("第二因素验证码"), "123456{Enter}");
    await waitFor(() => expect(cancels(platform)).toHaveLength(1));
    expect(cancels(platform)[0]!.body).toMatchObject({ code: "123456" });
  });

  it("says why it is not there", () => {
    fakePlatform({});
    renderWithQueries(<StopButton broadcast={onAir("bc-1", false)} headline="山洪" />);
    expect(screen.queryByRole("button")).toBeNull();
    expect(screen.getByText(/停播不在你的权限里/)).toBeTruthy();
  });

  it("shows why it was refused, and is calm when it was over already", async () => {
    let answer: unknown = new Refusal(403, "forbidden");
    const platform = fakePlatform({ "POST /v1/broadcasts/bc-1/cancel": () => answer });
    renderWithQueries(<StopButton broadcast={onAir("bc-1", true)} headline="山洪" />);
    const button = screen.getByRole("button", { name: "立即停播：山洪" });
    await userEvent.click(button);
    expect(await screen.findByRole("alert")).toBeTruthy();
    answer = new Refusal(409, "broadcast_state");
    await userEvent.click(button);
    await waitFor(() => expect(cancels(platform)).toHaveLength(2));
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });
});

describe("the strip on every page", () => {
  it("tells buttons of one headline apart by when each was released", async () => {
    const released = (id: string, minute: string, headline: string) => ({
      ...onAir(id, true, headline),
      releasedAt: `2026-06-21T02:${minute}:05+08:00`,
    });
    const [one, two, other] = [
      released("bc-1", "10", "山洪"),
      released("bc-2", "16", "山洪"),
      released("bc-3", "20", "停水"),
    ];
    fakePlatform({
      "GET /v1/me": me("zhang.min"),
      "GET /v1/broadcasts": list(one, two, other),
      "GET /v1/broadcasts/bc-1": one,
      "GET /v1/broadcasts/bc-2": two,
      "GET /v1/broadcasts/bc-3": other,
    });
    renderWithQueries(<OnAirStrip />);
    await waitFor(() => expect(screen.getAllByRole("button")).toHaveLength(3));
    expect(screen.getAllByRole("button").map((button) => button.getAttribute("aria-label"))).toEqual([
      "立即停播：山洪 · 02:10:05 发布",
      "立即停播：山洪 · 02:16:05 发布",
      "立即停播：停水",
    ]);
  });

  it("has a button for each that may be stopped, and for no other", async () => {
    const [one, two, other] = [onAir("bc-1", true), onAir("bc-2", true), onAir("bc-3", false)];
    const pending = broadcastOf({ id: "bc-4" });
    const platform = fakePlatform({
      "GET /v1/me": me("zhang.min"),
      "GET /v1/broadcasts": list(one, two, other, pending),
      "GET /v1/broadcasts/bc-1": one,
      "GET /v1/broadcasts/bc-2": two,
      "GET /v1/broadcasts/bc-3": other,
      "POST /v1/broadcasts/bc-2/cancel": two,
    });
    renderWithQueries(<OnAirStrip />);
    await screen.findByRole("button", { name: "立即停播：山洪 bc-1" });
    const second = await screen.findByRole("button", { name: "立即停播：山洪 bc-2" });
    expect(screen.queryByRole("button", { name: "立即停播：山洪 bc-3" })).toBeNull();
    await userEvent.click(second);
    await waitFor(() =>
      expect(cancels(platform).map(({ path }) => path)).toEqual(["/v1/broadcasts/bc-2/cancel"]),
    );
    expect(await screen.findByText("已停播：山洪 bc-2")).toBeTruthy();
  });

  /** Two that sound, or others; `state` is what a test changes. */
  function two(items: object[] = [onAir("bc-1", true), onAir("bc-2", true)]) {
    const state = { items };
    const platform = fakePlatform({
      "GET /v1/me": me("zhang.min"),
      "GET /v1/broadcasts": () => list(...state.items),
      ...Object.fromEntries(
        ["bc-1", "bc-2", "bc-3"].map((id) => [
          `GET /v1/broadcasts/${id}`,
          () =>
            state.items.find((item) => (item as { id: string }).id === id) ??
            new Refusal(404, "broadcast_not_found"),
        ]),
      ),
    });
    const client = renderWithQueries(<OnAirStrip />);
    const change = async (items: object[]) => {
      state.items = items;
      await client.invalidateQueries({ queryKey: broadcastKeys.lists });
    };
    return { platform, change, client };
  }
  const lines = () => [...screen.getByRole("complementary").children].map(({ textContent }) => textContent);
  const stops = () => screen.getAllByRole("button", { name: /^立即停播/ });

  it("keeps each button in its place when one above it ends, until the pointer has left for some seconds", async () => {
    const { change } = two();
    await waitFor(() => expect(stops()).toHaveLength(2));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const strip = screen.getByRole("complementary");
    fireEvent.pointerEnter(strip);
    await act(() => change([onAir("bc-2", true), onAir("bc-3", true)]));
    await vi.waitFor(() => expect(lines()[0]).toBe("已结束：山洪 bc-1"), PATIENT);
    await vi.waitFor(() => expect(stops()).toHaveLength(2), PATIENT);
    expect(lines()[1]).toContain("山洪 bc-2");
    // What comes does not push the others away, however old it is.
    expect(lines()[2]).toContain("山洪 bc-3");
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(lines()).toHaveLength(3);
    fireEvent.pointerLeave(strip);
    await act(() => vi.advanceTimersByTimeAsync(5_000));
    expect(lines()).toHaveLength(3);
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(lines()).toHaveLength(2);
    expect(lines()[0]).toContain("山洪 bc-2");
  });

  it("keeps no place for a pointer that was on it when its page was left for that of the broadcast", async () => {
    const { change } = two([onAir("bc-1", true)]);
    onTestFinished(() => act(() => window.history.replaceState(null, "", "/")));
    await waitFor(() => expect(stops()).toHaveLength(1));
    fireEvent.pointerEnter(screen.getByRole("complementary"));
    await userEvent.click(screen.getByRole("link", { name: "山洪 bc-1" }));
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    await act(() => window.history.back());
    await waitFor(() => expect(stops()).toHaveLength(1));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await act(() => change([]));
    await vi.waitFor(() => expect(lines()).toEqual(["已结束：山洪 bc-1"]), PATIENT);
    await act(() => vi.advanceTimersByTimeAsync(7_000));
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("says in the place of one that was stopped that it was, and keeps the place when that is put away", async () => {
    const { platform, change } = two();
    await waitFor(() => expect(stops()).toHaveLength(2));
    noteStopped({ id: "bc-1", headline: "山洪 bc-1", isPending: false });
    await act(() => change([onAir("bc-2", true)]));
    await waitFor(() => expect(lines()[0]).toContain("已停播：山洪 bc-1"));
    expect(lines()[1]).toContain("山洪 bc-2");
    await userEvent.click(screen.getByRole("button", { name: "知道了" }));
    expect(lines()[0]).toBe("已结束：山洪 bc-1");
    expect(lines()[1]).toContain("山洪 bc-2");
    expect(cancels(platform)).toEqual([]);
  });

  it("can stop again what sounds again after it was stopped", async () => {
    const { change } = two();
    await waitFor(() => expect(stops()).toHaveLength(2));
    noteStopped({ id: "bc-1", headline: "山洪 bc-1", isPending: false });
    await act(() => change([onAir("bc-2", true)]));
    await waitFor(() => expect(lines()[0]).toContain("已停播"));
    await act(() => change([onAir("bc-2", true), onAir("bc-1", true)]));
    await waitFor(() => expect(stops()).toHaveLength(2));
    expect(lines()[0]).toContain("山洪 bc-1");
  });

  it("keeps nothing when the rights of who looks at it have changed", async () => {
    const { client, change } = two();
    await waitFor(() => expect(stops()).toHaveLength(2));
    await change([]);
    await act(() => client.resetQueries());
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
  });

  it("says of a stop that is only on record that nobody was told yet, also where the platform has ended it", async () => {
    const one = onAir("bc-1", true);
    const cancelled = { ...broadcastOf({ id: "bc-1", state: "cancelled" }), stop: "on_record" };
    fakePlatform({
      "GET /v1/me": me("zhang.min"),
      "GET /v1/broadcasts": list(one),
      "GET /v1/broadcasts/bc-1": one,
      "POST /v1/broadcasts/bc-1/cancel": cancelled,
    });
    renderWithQueries(<OnAirStrip />);
    await userEvent.click(await screen.findByRole("button", { name: "立即停播：山洪 bc-1" }));
    expect(await screen.findByText(/停播指令尚未发出.*山洪 bc-1/)).toBeTruthy();
    expect(screen.queryByText("已停播：山洪 bc-1")).toBeNull();
  });

  it("takes no room while nothing sounds", async () => {
    const platform = fakePlatform({ "GET /v1/me": me("zhang.min"), "GET /v1/broadcasts": list() });
    renderWithQueries(<OnAirStrip />);
    await waitFor(() => expect(platform.asked.some(({ path }) => path === "/v1/broadcasts")).toBe(true));
    expect(screen.queryByRole("complementary")).toBeNull();
  });
});

describe("the banner of an open review", () => {
  const released = (approvedBy: string) =>
    broadcastOf({ state: "playing", review: "open", approvedBy, releasedAt: "2026-06-20T18:16:00Z" });
  it.each([
    ["its releaser", "li.qiang", "去看"],
    ["who can review it", "wang.fang", "去复核"],
  ])("is on every page for %s", async (_name, id, link) => {
    fakePlatform({ "GET /v1/me": me(id), "GET /v1/broadcasts": list(released("li.qiang")) });
    renderWithQueries(<ReviewBanner />);
    expect(await screen.findByRole("link", { name: link })).toBeTruthy();
  });
});
