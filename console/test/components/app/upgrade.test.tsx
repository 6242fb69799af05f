import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isUpgraded, platformQuery } from "../../../src/api/platform.ts";
import { setLive } from "../../../src/api/stream/live.ts";
import { Boundary } from "../../../src/app/boundary.tsx";
import { NewVersion } from "../../../src/app/new-version.tsx";

const OWN = `${"0123456789abcdef".repeat(4)}`;
const served = (build: string | null) => ({ build }) as never;

beforeEach(() => vi.stubEnv("VITE_BUILD", OWN));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  sessionStorage.clear();
});

describe("check 35: an old page after an upgrade", () => {
  it.each([
    ["0123456789abcdef", false],
    ["fedcba9876543210", true],
    [null, false],
    [undefined, false],
  ])("knows by the build that is served (%s) whether it is old: %s", (build, isOld) => {
    expect(isUpgraded(build)).toBe(isOld);
  });

  it("is never old where it is served from its sources", () => {
    vi.stubEnv("VITE_BUILD", undefined);
    expect(isUpgraded("fedcba9876543210")).toBe(false);
  });

  it("says so once another build is served, and loads itself anew only when asked to", async () => {
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    client.setQueryData(platformQuery.queryKey, served("0123456789abcdef"));
    render(<NewVersion />, {
      wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
    });
    expect(screen.queryByRole("status")).toBeNull();
    act(() => void client.setQueryData(platformQuery.queryKey, served("fedcba9876543210")));
    expect(await screen.findByText("平台已升级。")).toBeTruthy();
    expect(reload).not.toHaveBeenCalled();
    act(() => screen.getByRole("button", { name: "换到新版" }).click());
    expect(reload).toHaveBeenCalledOnce();
  });

  it("asks again every five minutes, and when the stream comes back, but not when it comes first", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
    const asked = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => Response.json({ build: null }));
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    client.setQueryData(platformQuery.queryKey, served("0123456789abcdef"));
    act(() => setLive({ state: "connecting", since: 0 }));
    render(<NewVersion />, {
      wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
    });
    act(() => setLive({ state: "live", since: 0 }));
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(asked).toHaveBeenCalledTimes(0);
    await act(() => vi.advanceTimersByTimeAsync(5 * 60_000));
    expect(asked).toHaveBeenCalledTimes(1);
    act(() => setLive({ state: "connecting", since: 0 }));
    act(() => setLive({ state: "live", since: 0 }));
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe("check 35: a part that is missing after an upgrade", () => {
  const Missing = () => {
    throw new TypeError("Failed to fetch dynamically imported module: /console/assets/alarms-1.js");
  };
  const Broken = () => {
    throw new TypeError("undefined is not a function");
  };
  const show = (Page: () => never) => {
    const { unmount } = render(
      <Boundary where="/alarms">
        <Page />
      </Boundary>,
    );
    // The page that is loaded anew begins from nothing.
    unmount();
  };

  it("has the page loaded anew once, and not again within a minute", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.spyOn(console, "error").mockImplementation(() => {});
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    show(Missing);
    expect(reload).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + 59_000);
    for (let i = 0; i < 5; i++) show(Missing);
    expect(reload).toHaveBeenCalledTimes(1);
    vi.setSystemTime(Date.now() + 2_000);
    show(Missing);
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it("is told from a page that breaks, which says so in its place", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    render(
      <Boundary where="/alarms">
        <Broken />
      </Boundary>,
    );
    expect(screen.getByRole("alert").textContent).toContain("这一页出错了");
    expect(reload).not.toHaveBeenCalled();
  });

  it("does not load the page anew where the browser keeps nothing: it could not tell the first time", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const reload = vi.spyOn(location, "reload").mockImplementation(() => {});
    // A spy on the storage itself would stay in it, for the files that share this process.
    vi.stubGlobal("sessionStorage", {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("no room", "QuotaExceededError");
      },
    });
    show(Missing);
    expect(reload).not.toHaveBeenCalled();
  });
});
