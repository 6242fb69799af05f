import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { RejectedMessageJson } from "../../../src/api/rejections.ts";
import Quality from "../../../src/pages/quality/quality.tsx";
import RefusedDialog from "../../../src/pages/quality/refused-dialog.tsx";
import { page, show, stubPlatform } from "../platform-stub.tsx";

const HTML = "<img src=x onerror=alert(1)>";
const message = (more: Partial<RejectedMessageJson> = {}): RejectedMessageJson => ({
  id: 7,
  receivedAt: "2026-06-21T02:00:00+08:00",
  deviceId: "gm-1",
  publisher: "gm-1",
  door: "mqtt",
  topic: "v1/devices/gm-1/telemetry",
  reason: "not_json",
  detail: "expected JSON",
  messages: 1,
  items: 1,
  partial: false,
  payloadBytes: HTML.length,
  replayedAt: null,
  replayOutcome: null,
  payload: { encoding: "utf8", data: HTML },
  ...more,
});

function open(mayReplay: boolean, more: Partial<RejectedMessageJson> = {}) {
  const asked = stubPlatform({
    "GET /v1/rejections/7": message(more),
    "POST /v1/rejections/7/replay": { outcome: "rejected", detail: "not_json: expected JSON" },
  });
  show(<RefusedDialog id={7} mayReplay={mayReplay} onClose={() => {}} />);
  return asked;
}
const replayButton = () => screen.queryByRole("button", { name: "重放" });

describe("a refused message", () => {
  it("is text, whatever is in it", async () => {
    open(false);
    expect((await screen.findByText(HTML)).tagName).toBe("PRE");
    expect(document.querySelector("img")).toBeNull();
  });

  it("says what of it was not kept", async () => {
    open(false, { payloadBytes: 400_000 });
    expect(await screen.findByText(/只存了前 28 字节，共 400,000 字节/)).toBeDefined();
  });

  it("is replayed by whoever may, who is told what came of it", async () => {
    const asked = open(true);
    await userEvent.click(await screen.findByRole("button", { name: "重放" }));
    expect((await screen.findByRole("alert")).textContent).toContain("仍被拒绝：不是 JSON");
    expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("says who may replay it to whoever may not", async () => {
    open(false);
    await screen.findByText("重放由运维员或管理员来做。");
    expect(replayButton()).toBeNull();
  });

  it.each(["stored", "duplicate"])("is not replayed again once it is %s", async (replayOutcome) => {
    open(true, { replayOutcome, replayedAt: "2026-06-21T03:00:00+08:00" });
    await screen.findByText("已经入库，不必再放。");
    expect(replayButton()).toBeNull();
  });
});

describe("the page", () => {
  const AREA = { regions: "all", kinds: "all", tenants: "all", devices: "all" };
  const me = (...actions: string[]) => ({
    id: "a",
    name: "甲",
    grants: [],
    actions: actions.map((action) => ({ action, areas: [AREA] })),
  });
  const openAs = (...actions: string[]) => {
    const asked = stubPlatform({
      "GET /v1/me": me(...actions),
      "GET /v1/kinds": page(),
      "GET /v1/ledger": page(),
      "GET /v1/regions": page(),
      "GET /v1/device-counts": { ...page(), by: "gateway", total: 0 },
      "GET /v1/rejection-counts": { ...page(), by: "reason", total: 0 },
      "GET /v1/rejections": page(),
    });
    show(<Quality />);
    return asked;
  };
  const ofRefusals = (asked: ReturnType<typeof openAs>) =>
    asked.filter(({ path }) => path.includes("rejection"));

  it("tells who may read what was refused, and asks for nothing of it", async () => {
    const asked = openAs("ledger:read", "devices:read");
    await screen.findByText("由运维员、安装员、审计员或管理员来看。需要的话，请管理员授权。");
    expect(ofRefusals(asked)).toEqual([]);
  });

  it("has nothing to show where nothing was refused, and says so", async () => {
    history.replaceState(
      null,
      "",
      "/?region=520326&reason=off_scale&device=gm-1&partial=true&from=2026-06-21T00:00",
    );
    const asked = openAs("ledger:read", "devices:read", "rejections:read");
    await waitFor(() => expect(screen.getAllByText("没有被拒绝的")).toHaveLength(2));
    const searchOf = (path: string) =>
      Object.fromEntries(new URLSearchParams(asked.find((one) => one.path === path)!.search));
    const place = { region: "520326", from: "2026-06-21T00:00:00+08:00" };
    expect(searchOf("/v1/rejection-counts")).toEqual({ by: "reason", ...place });
    expect(searchOf("/v1/rejections")).toEqual({
      ...place,
      reason: "off_scale",
      device: "gm-1",
      partial: "true",
      limit: "50",
    });
  });
});
