import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Router } from "wouter";
import { App } from "../../../src/app/app.tsx";
import { setPreferences } from "../../../src/app/preferences.ts";
import Pairing from "../../../src/pages/wall/pairing.tsx";

afterEach(() => {
  vi.restoreAllMocks();
  history.replaceState(null, "", "/");
});

const show = (isEnded: boolean, onDone = vi.fn()) => {
  render(
    <Router base="/console">
      <Pairing isEnded={isEnded} onDone={onDone} />
    </Router>,
  );
  return onDone;
};

describe("the page that makes a screen a display", () => {
  it("sends the code and goes on once the platform has taken it", async () => {
    const sent: unknown[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { method, url } = input as Request;
      sent.push([method, new URL(url).pathname, await (input as Request).json()]);
      return Response.json({ display: {}, session: {} }, { status: 201 });
    });
    const onDone = show(false);
    await userEvent.type(screen.getByLabelText("配对码"), " 7kq2-m9xd ");
    await userEvent.click(screen.getByRole("button", { name: "开始显示" }));
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
    expect(sent).toEqual([["POST", "/v1/displays/redeem", { code: "7kq2-m9xd" }]]);
  });

  it("says what a refusal means, and asks again", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
      Response.json({ code: "pairing_failed", requestId: "r-1" }, { status: 401 }),
    );
    const onDone = show(false);
    await userEvent.type(screen.getByLabelText("配对码"), "0000-0000");
    await userEvent.click(screen.getByRole("button", { name: "开始显示" }));
    expect((await screen.findByRole("alert")).textContent).toContain("配对码不对，或已失效");
    expect(onDone).not.toHaveBeenCalled();
    expect(screen.getByRole("button", { name: "开始显示" }).getAttribute("aria-disabled")).toBeNull();
  });

  it("says on a screen that was one that it is over, and offers the code again, but no sign-in", () => {
    show(true);
    expect(screen.getByRole("alert").textContent).toContain("已被收回，或已到期");
    expect(screen.getByLabelText("配对码")).toBeTruthy();
    expect(screen.queryByRole("link")).toBeNull();
  });
});

describe("the door", () => {
  it("leads a display that opens any page to the wall, and says there that it is over once it is", async () => {
    history.replaceState(null, "", "/console/alarms");
    let isOver = false;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { pathname } = new URL(typeof input === "string" ? input : (input as Request).url, location.href);
      if (isOver) return Response.json({ code: "unauthorized" }, { status: 401 });
      if (pathname === "/v1/console") return Response.json({ name: "智慧广电", build: null, signedIn: true });
      if (pathname === "/v1/sessions/current")
        return Response.json({ session: { no: 1 }, type: "display", csrfToken: null });
      if (pathname === "/v1/me")
        return Response.json({ type: "display", id: "d", name: "左一", grants: [], actions: [] });
      if (pathname === "/v1/stream") return new Response(new ReadableStream());
      return Response.json({ items: [], nextCursor: null });
    });
    setPreferences({ language: "zh" });
    const { unmount } = render(<App />);
    await vi.waitFor(() => expect(location.pathname).toBe("/console/wall"));
    await screen.findByText("没有播出");
    expect(screen.queryByRole("navigation")).toBeNull();
    isOver = true;
    const { api } = await import("../../../src/api/client.ts");
    await act(async () => void (await api.GET("/v1/kinds")));
    expect((await screen.findByRole("alert")).textContent).toContain("已被收回，或已到期");
    expect(document.documentElement.dataset.theme).not.toBe("wall");
    // The stream ends with the page, and not after what it is answered by.
    unmount();
  });
});
