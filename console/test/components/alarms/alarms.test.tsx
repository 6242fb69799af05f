import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import Alarms from "../../../src/pages/alarms/alarms.tsx";

const alarm = (id: number, more: object = {}) => ({
  id,
  deviceId: `gm-${id}`,
  deviceName: `龙潭村 ${id} 号燃气表`,
  kind: "meter",
  regionCode: "520326003202",
  regionPath: { zh: ["贵州省", "遵义市", "务川仡佬族苗族自治县", "大坪街道", "龙潭村村民委员会"], en: [] },
  rule: "leak",
  severity: "critical",
  text: { zh: "上报燃气泄漏", en: "Gas leak reported" },
  state: "active",
  raisedAt: "2026-06-20T18:11:00Z",
  lastRaisedAt: "2026-06-20T18:11:00Z",
  times: 1,
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  clearedAt: null,
  ...more,
});
const KIND = {
  kind: "meter",
  title: { zh: "燃气表", en: "Gas meter" },
  alarms: [{ rule: "leak", zh: "上报燃气泄漏", about: "Gas leak reported", latched: true }],
};

let items: object[] = [];
let posted: { path: string; body: unknown }[] = [];
let refused: readonly number[] = [];
beforeEach(() => {
  posted = [];
  refused = [];
  items = [
    alarm(12),
    alarm(13, { severity: "minor", rule: "battery", text: { zh: "电池待换", en: "Battery low" } }),
  ];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      posted.push({ path: pathname, body: await request.json() });
      const id = Number(pathname.split("/")[3]);
      if (refused.includes(id)) {
        return Response.json({ code: "alarm_not_found", title: "Gone", status: 404 }, { status: 404 });
      }
      return Response.json(alarm(id));
    }
    if (pathname === "/v1/kinds") return Response.json({ items: [KIND], nextCursor: null });
    if (pathname === "/v1/alarms") return Response.json({ items, nextCursor: null });
    if (pathname === "/v1/broadcasts") {
      return Response.json({ items: [{ id: "bc-7", proposedByAlarm: 12 }], nextCursor: null });
    }
    return Response.json({ items: [], nextCursor: null });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(actions: readonly string[], path = "/alarms") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(["me"], { id: "li.qiang", actions: actions.map((action) => ({ action, areas: [] })) });
  const [base = "/", search = ""] = path.split("?");
  const { hook, searchHook } = memoryLocation({ path: base, searchPath: search });
  render(
    <QueryClientProvider client={client}>
      <Router hook={hook} searchHook={searchHook}>
        <Alarms />
      </Router>
    </QueryClientProvider>,
  );
  return userEvent.setup();
}
const DUTY = ["alarms:read", "alarms:acknowledge", "broadcasts:draft", "broadcasts:read"];
const lineOf = async (name: RegExp) => within((await screen.findByText(name)).closest("li")!);

describe("the queue of alarms", () => {
  it("says what, where and how grave, in words", async () => {
    show(DUTY);
    const line = await lineOf(/12 号燃气表/);
    expect(line.getByText("紧急")).toBeTruthy();
    expect(line.getByText("上报燃气泄漏")).toBeTruthy();
    expect(line.getByText("贵州省 遵义市 务川县 大坪街道 龙潭村")).toBeTruthy();
    expect(line.getByText("未确认")).toBeTruthy();
    expect(line.getByRole("link", { name: /12 号燃气表/ }).getAttribute("href")).toBe("/devices/gm-12");
  });

  it("never gives a level of broadcasts to an alarm", async () => {
    show(DUTY);
    await lineOf(/12 号燃气表/);
    const words = screen.getByRole("list").textContent ?? "";
    for (const level of ["特别重大", "重大", "较大", "一般", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"]) {
      expect(words).not.toContain(level);
    }
  });

  it("leads to the draft that an alarm proposed, and to a new one about another", async () => {
    show(DUTY);
    const proposal = await (await lineOf(/12 号燃气表/)).findByRole("link", { name: "看提议" });
    expect(proposal.getAttribute("href")).toBe("/broadcasts/bc-7");
    const other = (await lineOf(/13 号燃气表/)).getByRole("link", { name: "提议播发" });
    expect(other.getAttribute("href")).toMatch(/^\/broadcasts\/new\?alarm=13&region=520326\d*$/);
  });

  it("takes several at once with one note, and warns of those that this clears", async () => {
    const user = show(DUTY);
    await user.click(await screen.findByRole("checkbox", { name: "全选本页" }));
    await user.click(screen.getByRole("button", { name: "确认收到 2 条…" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(await dialog.findByText(/确认即消除：上报燃气泄漏。/)).toBeTruthy();
    await user.click(dialog.getByLabelText("备注"));
    await user.paste("已派抢修");
    await user.click(dialog.getByRole("button", { name: "确认收到" }));
    await expect
      .poll(() => posted)
      .toEqual([
        { path: "/v1/alarms/12/acknowledge", body: { note: "已派抢修" } },
        { path: "/v1/alarms/13/acknowledge", body: { note: "已派抢修" } },
      ]);
    await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
  });

  it("says how many were refused and why, and keeps the question open", async () => {
    refused = [13];
    const user = show(DUTY);
    await user.click(await screen.findByRole("checkbox", { name: "全选本页" }));
    await user.click(screen.getByRole("button", { name: "确认收到 2 条…" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "确认收到" }));
    expect(await dialog.findByText("1 条没有确认成功，其余已确认。")).toBeTruthy();
    expect(dialog.getByText("没有这条告警")).toBeTruthy();
  });

  it("gives no button to who may not acknowledge or draft, and says who may", async () => {
    show(["alarms:read"]);
    await lineOf(/12 号燃气表/);
    expect(screen.queryByRole("button", { name: "确认收到" })).toBeNull();
    expect(screen.queryByRole("checkbox")).toBeNull();
    expect(screen.queryByRole("link", { name: "提议播发" })).toBeNull();
    expect(screen.getByText("你可以查看告警。确认收到由运维员或值班长做。")).toBeTruthy();
  });

  it("offers no acknowledgement of what somebody has acknowledged, and says who", async () => {
    items = [alarm(12, { acknowledgedAt: "2026-06-20T18:12:00Z", acknowledgedBy: "陈杰", note: "已派人" })];
    show(DUTY, "/alarms?state=active");
    const line = await lineOf(/12 号燃气表/);
    expect(line.queryByRole("button", { name: "确认收到" })).toBeNull();
    expect(line.getByText("陈杰 已确认")).toBeTruthy();
    expect(line.getByText(/备注：已派人/)).toBeTruthy();
  });

  it("says since when it is quiet", async () => {
    items = [];
    show(DUTY);
    expect(await screen.findByText("没有未确认的告警")).toBeTruthy();
    expect(await screen.findByText(/这里还没有过告警/)).toBeTruthy();
  });
});
