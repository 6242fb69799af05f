import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentProps } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AlarmJson } from "../../../src/api/alarms.ts";
import { type DeviceJson, latestQuery } from "../../../src/api/devices.ts";
import type { MetricJson } from "../../../src/api/kinds.ts";
import { childRegionsQuery } from "../../../src/api/regions.ts";
import { DeviceList } from "../../../src/pages/devices/device-list.tsx";
import { LanguageContext } from "../../../src/ui/texts.ts";

const device = (no: number, more: Partial<DeviceJson> = {}): DeviceJson => ({
  id: `gm-${no}`,
  kind: "gas-meter",
  regionCode: "520326001001",
  tenantId: "demo-gas",
  name: `${no} 号表`,
  location: null,
  gatewayId: null,
  attributes: {},
  model: null,
  identities: [],
  presence: null,
  lastSeenAt: "2026-06-21T02:00:00+08:00",
  status: "ok",
  createdAt: "2026-06-12T09:00:00+08:00",
  updatedAt: "2026-06-12T09:00:00+08:00",
  ...more,
});
const volume = {
  key: "volume",
  type: "counter",
  unit: "m3",
  about: "Gas metered",
  decimals: 3,
} as MetricJson;

/** What the platform would answer is there before it is asked for. */
function show(devices: readonly DeviceJson[], more: Partial<ComponentProps<typeof DeviceList>> = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const place = (code: string, name: string) =>
    ({
      code,
      name,
      nameEn: null,
      level: "village",
      parentCode: null,
      location: null,
      childCount: 0,
    }) as const;
  client.setQueryData(childRegionsQuery("520326001").queryKey, {
    items: [place("520326001001", "三桥村村民委员会")],
    nextCursor: null,
  });
  client.setQueryData(childRegionsQuery("520326").queryKey, {
    items: [place("520326001", "大坪街道")],
    nextCursor: null,
  });
  for (const { id, kind } of devices)
    client.setQueryData(latestQuery(id).queryKey, {
      deviceId: id,
      kind,
      reading: null,
      metrics: { volume: { value: 1423.5, observedAt: "2026-06-21T02:00:00+08:00" } },
    });
  return render(
    <QueryClientProvider client={client}>
      <LanguageContext value="zh">
        <DeviceList
          devices={devices}
          total={devices.length}
          metrics={[]}
          answers={{ alarms: new Map(), allAlarms: true, gatewayNames: new Map() }}
          filters={{ sort: "lastSeenAt", order: "asc" }}
          onSort={() => {}}
          onEnd={() => {}}
          {...more}
        />
      </LanguageContext>
    </QueryClientProvider>,
  );
}

const cells = (row: HTMLElement) => [...row.children].map((cell) => cell.textContent);

describe("the list of devices", () => {
  it("says of each how it is, who it is, what is wrong, where, and since when", () => {
    const alarm = {
      deviceId: "gm-1",
      severity: "critical",
      text: { zh: "上报燃气泄漏", en: "Gas leak" },
    } as AlarmJson;
    show([device(1, { gatewayId: "gw-1" }), device(2, { status: "never", lastSeenAt: null })], {
      metrics: [volume],
      answers: {
        alarms: new Map([["gm-1", [alarm, alarm, alarm]]]),
        allAlarms: true,
        gatewayNames: new Map([["gw-1", "龙潭村网关"]]),
      },
    });
    const [, first, second] = screen.getAllByRole("row");
    expect(cells(first!).slice(0, 6)).toEqual([
      "按时",
      "1 号表gm-1",
      "紧急 上报燃气泄漏还有 2 条",
      "大坪街道 三桥村",
      "龙潭村网关",
      "1,423.500",
    ]);
    expect(cells(second!)).toEqual([
      "从未上报",
      "2 号表gm-2",
      "—",
      "大坪街道 三桥村",
      "—",
      "1,423.500",
      "从未，登记于 6月12日",
    ]);
  });

  it("says of no device that nothing is wrong before it knows", async () => {
    const fetched = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => Response.json({ items: [], nextCursor: null }));
    try {
      const alarmOf = (container: HTMLElement) => container.querySelectorAll('[role="cell"]')[2]!.textContent;
      const gatewayNames = new Map();
      const asked = show([device(1)], { answers: { alarms: undefined, allAlarms: true, gatewayNames } });
      expect(alarmOf(asked.container)).toBe("…");
      asked.unmount();
      // There are more alarms than come in one answer, and none of those that came is its.
      const cut = show([device(1)], { answers: { alarms: new Map(), allAlarms: false, gatewayNames } });
      expect(alarmOf(cut.container)).toBe("…");
      await vi.waitFor(() => expect(alarmOf(cut.container)).toBe("—"));
      expect(new URL((fetched.mock.calls[0]![0] as Request).url).search).toContain("device=gm-1");
    } finally {
      fetched.mockRestore();
    }
  });

  it.each(["<img src=x onerror=alert(1)>", "=1+1", "{{name}}"])("shows the name %s as text", (name) => {
    const { container } = show([device(1, { name, gatewayId: name })]);
    expect(screen.getByRole("link").textContent).toBe(name);
    expect(container.querySelector("img")).toBeNull();
  });

  it("leads to a device whatever its id is", () => {
    show([device(1, { id: "a.b_c-1", name: null })]);
    const link = screen.getByRole("link");
    expect(link.textContent).toBe("a.b_c-1");
    expect(link.getAttribute("href")).toBe("/devices/a.b_c-1");
  });

  it("sorts by a column, and the other way round when it is pressed again", async () => {
    const onSort = vi.fn();
    show([device(1)], { onSort, filters: { sort: "name", order: "asc" } });
    const [name, seen] = screen.getAllByRole("columnheader").filter((head) => head.querySelector("button"));
    expect(name!.getAttribute("aria-sort")).toBe("ascending");
    expect(seen!.getAttribute("aria-sort")).toBe("none");
    await userEvent.click(name!.querySelector("button")!);
    await userEvent.click(seen!.querySelector("button")!);
    expect(onSort.mock.calls).toEqual([
      ["name", "desc"],
      ["lastSeenAt", "asc"],
    ]);
  });
});

describe("a long list of devices", () => {
  // Nothing has a size in happy-dom: the list is as high as fifteen rows.
  beforeEach(() => {
    vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1200);
  });
  afterEach(() => vi.restoreAllMocks());

  it("holds only rows that can be seen, and says how many there are and which each is", () => {
    const devices = Array.from({ length: 10_000 }, (_, no) => device(no));
    const { container } = show(devices, { total: 10_000 });
    const rows = [...container.querySelectorAll('[role="row"]')];
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.length).toBeLessThan(100);
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
    expect(rows.slice(0, 3).map((row) => row.getAttribute("aria-rowindex"))).toEqual(["1", "2", "3"]);
  });

  it("asks for more when its loaded end is near, and not before", () => {
    const onEnd = vi.fn();
    show(
      Array.from({ length: 250 }, (_, no) => device(no)),
      { total: 10_000, onEnd },
    );
    expect(onEnd).not.toHaveBeenCalled();
    show(
      Array.from({ length: 30 }, (_, no) => device(no)),
      { total: 10_000, onEnd },
    );
    expect(onEnd).toHaveBeenCalled();
  });

  it("is all there up to two hundred, and no longer with one more", () => {
    const devices = Array.from({ length: 60 }, (_, no) => device(no));
    const rowsOf = (total: number) => {
      const { container, unmount } = show(devices, { total });
      const rows = container.querySelectorAll('[role="row"]').length;
      unmount();
      return rows;
    };
    expect(rowsOf(200)).toBe(61);
    expect(rowsOf(201)).toBeLessThan(40);
  });
});
