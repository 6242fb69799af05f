import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import Search from "../../../src/app/search.tsx";

const ANSWERS: Readonly<Record<string, object[]>> = {
  "/v1/regions": [
    { code: "520326003202", name: "龙潭村村民委员会" },
    { code: "520326003", name: "龙潭街道" },
  ],
  "/v1/devices": [{ id: "gm-12", name: "龙潭村 12 号燃气表", kind: "meter" }],
  "/v1/broadcasts": [{ id: "bc-1", headline: "龙潭山洪预警" }],
};
let asked: URL[] = [];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    asked.push(url);
    return Response.json({ items: ANSWERS[url.pathname] ?? [], nextCursor: null });
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(actions = ["regions:read", "devices:read", "broadcasts:read"]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(["me"], { id: "wang.fang", actions: actions.map((action) => ({ action, areas: [] })) });
  const { hook, history } = memoryLocation({ path: "/", record: true });
  render(
    <QueryClientProvider client={client}>
      <Router hook={hook}>
        <Search />
      </Router>
    </QueryClientProvider>,
  );
  return { box: screen.getByRole("combobox"), history, user: userEvent.setup() };
}

/** At once: a busy machine would rest between two signs. */
async function typeIn(user: ReturnType<typeof userEvent.setup>, box: HTMLElement) {
  await user.click(box);
  await user.paste("龙潭");
}

const activeName = (box: HTMLElement) =>
  document.getElementById(box.getAttribute("aria-activedescendant") ?? "")?.textContent;

describe("the search in the top line", () => {
  it("asks the platform once the typing rests, for at most five of each", async () => {
    const { box } = show();
    fireEvent.change(box, { target: { value: "龙" } });
    fireEvent.change(box, { target: { value: "龙潭" } });
    expect(await screen.findAllByRole("option")).toHaveLength(4);
    expect(asked.map(({ pathname }) => pathname).sort()).toEqual([
      "/v1/broadcasts",
      "/v1/devices",
      "/v1/regions",
    ]);
    for (const { searchParams } of asked) {
      expect(searchParams.get("q")).toBe("龙潭");
      expect(searchParams.get("limit")).toBe("5");
    }
  });

  it("asks nothing while somebody types on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { box } = show();
      for (const value of ["龙", "龙潭", "龙潭村"]) {
        fireEvent.change(box, { target: { value } });
        await act(() => vi.advanceTimersByTimeAsync(150));
      }
      expect(asked).toEqual([]);
      await act(() => vi.advanceTimersByTimeAsync(100));
      expect(asked.map(({ searchParams }) => searchParams.get("q"))).toEqual(["龙潭村", "龙潭村", "龙潭村"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("goes through what was found by the arrow keys, round the ends, and opens one by Enter", async () => {
    const { box, user, history } = show();
    await typeIn(user, box);
    await screen.findAllByRole("option");
    expect(box.getAttribute("aria-expanded")).toBe("true");
    expect(activeName(box)).toContain("龙潭村");
    await user.keyboard("{ArrowUp}");
    expect(activeName(box)).toContain("龙潭山洪预警");
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
    expect(activeName(box)).toContain("12 号燃气表");
    expect(screen.getByRole("option", { selected: true }).textContent).toContain("12 号燃气表");
    await user.keyboard("{Enter}");
    expect(history?.at(-1)).toBe("/devices/gm-12");
    expect(box).toHaveProperty("value", "");
    expect(screen.queryByRole("option")).toBeNull();
  });

  it("leads from a village to its devices, and from what is larger to its overview", async () => {
    const { box, user, history } = show();
    await typeIn(user, box);
    await user.click((await screen.findAllByRole("option"))[0]!);
    expect(history?.at(-1)).toBe("/devices?region=520326003202");
    await typeIn(user, box);
    await user.click((await screen.findAllByRole("option"))[1]!);
    expect(history?.at(-1)).toBe("/?region=520326003");
  });

  it("closes by Escape and keeps the text", async () => {
    const { box, user } = show();
    await typeIn(user, box);
    await screen.findAllByRole("option");
    await user.keyboard("{Escape}");
    expect(box.getAttribute("aria-expanded")).toBe("false");
    expect(box).toHaveProperty("value", "龙潭");
    expect(box.getAttribute("aria-activedescendant")).toBeNull();
  });

  it("asks for nothing that the caller may not see", async () => {
    const { box, user } = show(["devices:read"]);
    await typeIn(user, box);
    const list = within(screen.getByRole("listbox"));
    expect(await list.findAllByRole("option")).toHaveLength(1);
    expect(asked.map(({ pathname }) => pathname)).toEqual(["/v1/devices"]);
  });
});
