import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import {
  ledgerQuery,
  rejectedMessageQuery,
  rejectionPages,
  repliesQuery,
} from "../../../src/api/device-records.ts";
import type { DeviceJson } from "../../../src/api/devices.ts";
import type { KindJson } from "../../../src/api/kinds.ts";
import { type MeJson, meQuery } from "../../../src/api/session.ts";
import { CommandsPanel } from "../../../src/pages/device/commands-panel.tsx";
import { RejectionsPanel } from "../../../src/pages/device/happened.tsx";
import { LedgerPanel } from "../../../src/pages/device/ledger-panel.tsx";
import { LanguageContext } from "../../../src/ui/texts.ts";

/** Answers that are there before they are asked for. */
function show(page: ReactNode, fill: (client: QueryClient) => void) {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, refetchInterval: false } },
  });
  fill(client);
  return render(
    <QueryClientProvider client={client}>
      <LanguageContext value="zh">{page}</LanguageContext>
    </QueryClientProvider>,
  );
}

describe("the ledger on a device's page", () => {
  const ledger = { received: 8764, stored: 8741, duplicate: 19, rejected: 3, pending: 1 };

  it("is an equation, whose refused part leads to what was refused", () => {
    const { container } = show(<LedgerPanel device="gm-1" rejections="#refused" />, (client) =>
      client.setQueryData(ledgerQuery("gm-1").queryKey, ledger),
    );
    expect(container.textContent).toContain("8,764收到8,741入库19重复3拒绝1待定");
    expect(container.textContent).toContain("两边相等");
    expect(screen.getByRole("link", { name: "拒绝" }).getAttribute("href")).toBe("#refused");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says by how much the sides differ, and never that they are equal", () => {
    const { container } = show(<LedgerPanel device="gm-1" rejections={undefined} />, (client) =>
      client.setQueryData(ledgerQuery("gm-1").queryKey, { ...ledger, stored: 8740 }),
    );
    expect(screen.getByRole("alert").textContent).toContain("两边不相等，差 1");
    expect(container.textContent).not.toContain("两边相等");
  });
});

describe("what was refused of a device", () => {
  it("is shown with its reason in words and its payload as text", async () => {
    const rejection = {
      id: 7,
      receivedAt: "2026-06-19T08:02:00+08:00",
      deviceId: "gm-1",
      publisher: "gm-1",
      door: "mqtt",
      topic: "v1/devices/gm-1/telemetry",
      reason: "off_scale",
      detail: "pressure: 3276.7, expected -1 to 10 kPa",
      messages: 1,
      items: 1,
      partial: true,
      payloadBytes: 40,
      replayedAt: null,
      replayOutcome: null,
    };
    const data = '{"pressure":"<img src=x onerror=alert(1)>"}';
    const { container } = show(<RejectionsPanel device="gm-1" id="refused" />, (client) => {
      client.setQueryData(rejectionPages("gm-1").queryKey, {
        pages: [{ items: [rejection], nextCursor: null }],
        pageParams: [""],
      });
      client.setQueryData(rejectedMessageQuery(7).queryKey, {
        ...rejection,
        payload: { encoding: "utf8", data },
      });
    });
    expect(container.textContent).toContain("超出量程 其余数值已入库");
    expect(container.querySelector("pre")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "看原文" }));
    expect(container.querySelector("pre")?.textContent).toBe(data);
    expect(container.querySelector("img")).toBeNull();
    expect(container.textContent).toContain("3276.7, expected -1 to 10");
  });
});

describe("the commands on a device's page", () => {
  const device = { id: "gm-1", name: "龙潭村 12 号燃气表", kind: "gas-meter" } as DeviceJson;
  const close = {
    name: "close-valve",
    title: { zh: "关阀", en: "Close the valve" },
    about: "Shuts the gas off",
    aboutZh: "切断燃气",
    dangerous: true,
    parameters: [
      {
        name: "reason",
        type: "text",
        about: "Reason",
        zh: "原因",
        required: false,
        unit: null,
        min: null,
        max: null,
        maxLength: 200,
        values: null,
        zhValues: null,
      },
    ],
  };
  const kind = {
    kind: "gas-meter",
    commands: [
      { ...close, name: "read", title: { zh: "读表", en: "Read" }, dangerous: false, parameters: [] },
      close,
    ],
  } as unknown as KindJson;
  const me = (...actions: string[]) =>
    ({ actions: actions.map((action) => ({ action, areas: [] })) }) as unknown as MeJson;
  const replies = [
    {
      commandId: "c-0",
      outcome: "closed",
      observedAt: "2026-06-21T02:00:00+08:00",
      receivedAt: "2026-06-21T02:00:00+08:00",
      data: {},
    },
    {
      commandId: "c-1",
      outcome: "refused",
      observedAt: "2026-06-21T01:00:00+08:00",
      receivedAt: "2026-06-21T01:00:00+08:00",
      data: { reason: "valve_stuck" },
    },
  ];
  const showFor = (who: MeJson) =>
    show(<CommandsPanel device={device} kind={kind} />, (client) => {
      client.setQueryData(meQuery.queryKey, who);
      client.setQueryData(repliesQuery("gm-1").queryKey, replies);
    });

  it("are not there for who may not send them, who is told who does", () => {
    const { container } = showFor(me("events:read"));
    expect(screen.queryByRole("button")).toBeNull();
    expect(container.textContent).toContain("命令由有下发权限的运维员来发。");
  });

  it("send nothing dangerous without a reason and the device's name", async () => {
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async (input) =>
        (input as Request).method === "POST"
          ? Response.json({ commandId: "c-2" }, { status: 202 })
          : Response.json({ items: replies, nextCursor: null }),
      );
    try {
      showFor(me("commands:send", "events:read"));
      expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["读表…", "关阀…"]);
      await userEvent.click(screen.getByRole("button", { name: "关阀…" }));
      const send = screen.getByRole("button", { name: "发送：关阀" });
      await userEvent.click(send);
      expect(screen.getByText("必填")).toBeDefined();
      expect(screen.getByText("与设备名称不一致")).toBeDefined();
      await userEvent.type(screen.getByLabelText("原因"), "漏气");
      await userEvent.type(screen.getByLabelText(/以核对/), "龙潭村 13 号燃气表");
      await userEvent.click(send);
      expect(fetched).not.toHaveBeenCalled();
      await userEvent.clear(screen.getByLabelText(/以核对/));
      await userEvent.type(screen.getByLabelText(/以核对/), "龙潭村 12 号燃气表");
      await userEvent.click(send);
      await vi.waitFor(() =>
        expect(screen.getByRole("status").textContent).toContain("关阀: 已发出，等设备回复"),
      );
      const request = fetched.mock.calls
        .map(([input]) => input as Request)
        .find(({ method }) => method === "POST")!;
      expect(new URL(request.url).pathname).toBe("/v1/devices/gm-1/commands");
      expect(await request.json()).toEqual({ name: "close-valve", parameters: { reason: "漏气" } });
    } finally {
      fetched.mockRestore();
    }
  });

  it("are followed by what the device answered: in words where they are usual, with what it added", () => {
    const { container } = showFor(me("commands:send", "events:read"));
    const texts = [...container.querySelectorAll("li")].map(({ textContent }) => textContent);
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain("closed c-0");
    expect(texts[1]).toMatch(/^拒绝执行 c-1 .*原因 valve_stuck$/);
  });
});
