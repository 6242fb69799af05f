import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BroadcastItemJson } from "../../../src/api/broadcasts.ts";
import { setLive } from "../../../src/api/stream/live.ts";
import Wall from "../../../src/pages/wall/wall.tsx";

const COUNTY = "520326";
const AREA = { regions: [COUNTY], kinds: "all", tenants: "all", devices: "all" };
const ACTIONS = ["devices:read", "alarms:read", "broadcasts:read", "stream:read"];
const me = (type: "display" | "person") => ({
  type,
  id: "left",
  name: "指挥中心 左一",
  grants: [],
  actions: ACTIONS.map((action) => ({ action, areas: [AREA] })),
});

const VILLAGES = ["三坑村", "岩湾村", "水坝村", "凉风村", "洪渡社区"].map((name, at) => ({
  code: `52032600100${at}`,
  name: `${name}${name.endsWith("社区") ? "居民委员会" : "村民委员会"}`,
}));
const TOWNSHIP = { code: "520326001", name: "丹砂街道", level: "township", parentCode: COUNTY };
const statuses = (total: number, ok: number) => ({ total, ok, late: 0, silent: total - ok, never: 0 });
const NONE = { active: 0, unacknowledged: 0 };
const QUIET = { critical: NONE, major: NONE, minor: NONE, warning: NONE };
const part = (place: { code: string; name: string }, total: number, ok: number) => ({
  ...place,
  devices: { speaker: statuses(total, ok), "gas-meter": statuses(100, 97) },
  speakers: { ...statuses(total, ok), connected: ok },
  alarms: QUIET,
});

function broadcast(id: string, mode: "actual" | "drill", level: 1 | 2 | 3 | 4): BroadcastItemJson {
  return {
    id,
    state: "playing",
    headline: `山洪 ${id}`,
    releasedAt: "2026-06-20T18:16:24Z",
    regions: [TOWNSHIP.code],
    message: { mode, level, texts: [], repeatCount: 3 },
    counts: {
      targets: 92,
      sounded: 58,
      started: 20,
      handedOver: 0,
      acknowledged: 6,
      waiting: 0,
      failed: 3,
      refused: 1,
      offline: 4,
      cancelled: 0,
    },
  } as unknown as BroadcastItemJson;
}

const region = (at: number, counts: object) => ({
  regionCode: VILLAGES[at]!.code,
  name: VILLAGES[at]!.name,
  targeted: 1,
  sounded: 0,
  refused: 0,
  failed: 0,
  offline: 0,
  cancelled: 0,
  open: 0,
  partlyHeard: 0,
  ...counts,
});
const COVERAGE = {
  level: "village",
  items: [
    region(0, { failed: 1 }),
    region(1, { offline: 1 }),
    region(2, { open: 1 }),
    region(4, { sounded: 1 }),
  ],
  villagesWithoutSpeaker: { count: 1, items: [VILLAGES[3]] },
};

let air: BroadcastItemJson[] = [];
/** Speakers that the command has not reached. */
let unreached: object[] = [];
let type: "display" | "person" = "display";

/** What the platform answers, by the path that is asked for. */
function answer(url: URL): unknown {
  const { pathname, searchParams } = url;
  if (pathname === "/v1/me") return me(type);
  if (pathname === "/v1/console") return { name: "智慧广电", build: null };
  if (pathname === "/v1/kinds")
    return { items: [{ kind: "gas-meter", title: { zh: "燃气表", en: "Gas meter" } }] };
  if (pathname === "/v1/alarms") {
    const text = { zh: "燃气泄漏（3 %LEL）", en: "Gas leak" };
    const alarm = { severity: "critical", text, lastRaisedAt: "2026-06-20T18:11:00Z", deviceId: "gm-1" };
    return {
      items: [1, 2, 3].map((id) => ({ ...alarm, id, deviceName: `${id} 号燃气表` })),
      nextCursor: null,
    };
  }
  if (pathname === "/v1/summary") {
    const items =
      searchParams.get("level") === "village"
        ? VILLAGES.map((village, at) => part(village, at === 3 ? 0 : 1, at === 1 ? 0 : at === 3 ? 0 : 1))
        : [part(TOWNSHIP, 4, 3)];
    return {
      region: { code: COUNTY, name: "务川县", level: "county" },
      ...{ total: part(TOWNSHIP, 221, 215), items },
    };
  }
  if (pathname.endsWith("/coverage")) return COVERAGE;
  if (pathname.endsWith("/targets")) return { items: unreached, nextCursor: null };
  if (pathname === "/v1/broadcasts")
    return { items: (searchParams.get("state") ?? "").includes("playing") ? air : [], nextCursor: null };
  if (pathname === "/v1/regions") return { items: [TOWNSHIP], nextCursor: null };
  if (pathname.startsWith("/v1/regions/")) return { ...TOWNSHIP, name: "务川县", ancestors: [] };
  throw new Error(`nobody expected ${pathname}`);
}

let client: QueryClient;
async function show() {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const shown = render(
    <QueryClientProvider client={client}>
      <Wall />
    </QueryClientProvider>,
  );
  const wall = await screen.findByRole("main");
  return { wall, ...shown };
}

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) =>
    Response.json(answer(new URL((input as Request).url))),
  );
  air = [];
  unreached = [];
  type = "display";
  act(() => setLive({ state: "live", since: Date.now() }));
});
afterEach(() => {
  client.clear();
  vi.restoreAllMocks();
});

describe("a wall with something on air", () => {
  it("says the mode, the level, what has been proven of all, and everything that has not", async () => {
    air = [broadcast("one", "actual", 2)];
    const { wall } = await show();
    expect(await within(wall).findByText("实际播发")).toBeTruthy();
    expect(wall.dataset.mode).toBe("actual");
    expect(within(wall).getByText("重大")).toBeTruthy();
    expect(within(wall).getByText("58")).toBeTruthy();
    expect(within(wall).getByText("/ 92")).toBeTruthy();
    const facts = [...wall.querySelectorAll("dl")][0]!.textContent;
    expect(facts).toBe("播放中20等待6失败、拒绝4离线4");
  });

  it("names the villages that hear nothing, in the order in which somebody has to act", async () => {
    air = [broadcast("one", "actual", 2)];
    const { wall } = await show();
    const box = (await within(wall).findByText("确认无声的村")).closest("section")!;
    expect(within(box).getByText("请立即派人")).toBeTruthy();
    expect(
      within(box)
        .getAllByRole("listitem")
        .map(({ textContent }) => textContent),
    ).toEqual(["三坑村丹砂街道", "岩湾村丹砂街道"]);
    const [without, waiting] = [within(wall).getByText("没有喇叭"), within(wall).getByText("尚未证实")];
    expect(without.nextElementSibling?.textContent).toBe("凉风村");
    expect(waiting.nextElementSibling?.textContent).toContain("水坝村");
    expect(without.compareDocumentPosition(waiting) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it("does not call a village silent for certain whose speaker may come back", async () => {
    air = [broadcast("one", "actual", 2)];
    unreached = [{ deviceId: "sp-2", regionCode: VILLAGES[2]!.code, state: "waiting", reason: null }];
    const { wall } = await show();
    const line = await within(wall).findByText("离线，尚未证实");
    expect(line.nextElementSibling?.textContent).toContain("水坝村");
    expect(within(wall).getByText("确认无声的村").closest("section")!.textContent).not.toContain("水坝村");
  });

  it("shows every village at the right with its state in words, and two alarms at most", async () => {
    air = [broadcast("one", "actual", 2)];
    const { wall } = await show();
    const tiles = await within(wall).findByRole("list", { name: "丹砂街道" });
    expect(
      within(tiles)
        .getAllByRole("listitem")
        .map(({ textContent }) => textContent),
    ).toEqual(["三坑村失败", "岩湾村离线", "水坝村等待", "凉风村无喇叭", "洪渡社区已发声"]);
    const foot = within(wall).getByRole("contentinfo");
    await within(foot).findByText("1 号燃气表");
    expect(within(foot).getAllByRole("listitem")).toHaveLength(2);
    expect(foot.textContent).toContain("喇叭在线215 / 221");
    expect(foot.textContent).toContain("燃气表按时97 / 100");
  });

  it("has another frame for a drill, with the word across it", async () => {
    air = [broadcast("one", "drill", 2)];
    const { wall } = await show();
    await within(wall).findByText("确认无声的村");
    expect(wall.dataset.mode).toBe("drill");
    expect(within(wall).getAllByText(/演练/).length).toBeGreaterThan(1);
    expect(within(wall).queryByText("实际播发")).toBeNull();
  });

  it("shows the real one large, and lists the drill", async () => {
    air = [broadcast("drill", "drill", 1), broadcast("real", "actual", 3)];
    const { wall } = await show();
    expect((await within(wall).findByRole("heading", { name: "山洪 real" })).tagName).toBe("H2");
    expect(wall.dataset.mode).toBe("actual");
    const others = within(wall).getByRole("list", { name: "同时播出" });
    expect(others.textContent).toContain("演练");
    expect(others.textContent).toContain("山洪 drill");
    expect(others.textContent).toContain("58 / 92 已发声");
  });

  it("goes back to rest when it is over", async () => {
    air = [broadcast("one", "actual", 2)];
    const { wall } = await show();
    await within(wall).findByText("实际播发");
    air = [];
    await act(() => client.invalidateQueries({ queryKey: ["broadcasts"] }));
    expect(await within(wall).findByText("没有播出")).toBeTruthy();
    expect(wall.dataset.mode).toBeUndefined();
  });
});

describe("a wall at rest", () => {
  it("says in how many villages a broadcast would be heard, and in which it would not", async () => {
    const { wall } = await show();
    expect(await within(wall).findByText("没有播出")).toBeTruthy();
    expect(await within(wall).findByText("/ 5")).toBeTruthy();
    const box = within(wall).getByText("喇叭离线的村").closest("section")!;
    expect(within(box).getByRole("listitem").textContent).toContain("岩湾村");
    expect(within(wall).getByText("没有喇叭").nextElementSibling?.textContent).toBe("凉风村");
  });
});

describe("a wall that is not live", () => {
  it("turns grey and says as of when, and comes back", async () => {
    air = [broadcast("one", "actual", 2)];
    const { wall } = await show();
    await within(wall).findByText("实时");
    expect(wall.dataset.stale).toBeUndefined();
    const since = Date.now() - 6_000;
    act(() => setLive({ state: "connecting", since }));
    expect((await within(wall).findByText(/^数据截至 \d\d:\d\d:\d\d/)).textContent).toMatch(
      /重连中，已 [67] 秒/,
    );
    expect(wall.dataset.stale).toBe("true");
    act(() => setLive({ state: "live", since: Date.now() }));
    await within(wall).findByText("实时");
    expect(wall.dataset.stale).toBeUndefined();
  });

  it("does so where its numbers could not be had, though the stream lives", async () => {
    const { wall } = await show();
    await within(wall).findByText("实时");
    vi.mocked(globalThis.fetch).mockImplementation(async () =>
      Response.json({ code: "internal" }, { status: 500 }),
    );
    await act(() => client.invalidateQueries({ queryKey: ["summary"] }));
    expect(await within(wall).findByText(/^数据截至/)).toBeTruthy();
  });
});

describe("a wall's theme", () => {
  it("holds while it is shown, and gives way to the person's own afterwards", async () => {
    type = "person";
    const { unmount } = await show();
    expect(document.documentElement.dataset.theme).toBe("wall");
    expect(screen.getByText("预览，按 Esc 返回")).toBeTruthy();
    unmount();
    expect(["light", "dark"]).toContain(document.documentElement.dataset.theme);
  });

  it("offers nothing to click on a display", async () => {
    const { wall } = await show();
    await within(wall).findByText("没有播出");
    expect(within(wall).queryAllByRole("link")).toEqual([]);
    expect(within(wall).queryAllByRole("button")).toEqual([]);
    expect(wall.dataset.unattended).toBe("true");
  });
});
