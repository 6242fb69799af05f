import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { expect, it, onTestFinished, vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { makeQueryClient } from "../../../src/api/query-client.ts";
import { meQuery } from "../../../src/api/session.ts";
import { FrameProvider } from "../../../src/app/frame.tsx";
import { Shell } from "../../../src/app/shell.tsx";
import { broadcastOf, fakePlatform, meOf, Refusal, step } from "../broadcast/fake-platform.tsx";

const sounding = broadcastOf({ state: "playing", steps: [step("cancel", true)] });
const ALL = { regions: "all", kinds: "all", tenants: "all", devices: "all" };
const never = () => new Promise<never>(() => {});

/** Opens an address that is no page. `list` is what the platform says to who asks for broadcasts. */
function open(list: (reviews: boolean) => unknown) {
  // No clock goes on by itself: what is shown is shown for another reason.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  fakePlatform({
    "GET /v1/broadcasts?review=open&limit=200": () => list(true),
    "GET /v1/broadcasts": () => list(false),
    "GET /v1/broadcasts/bc-1": sounding,
  });
  const client = makeQueryClient();
  const actions = ["broadcasts:read", "broadcasts:cancel"].map((action) => ({ action, areas: [ALL] }));
  client.setQueryData(meQuery.queryKey, { ...meOf("zhang.min"), actions } as never);
  onTestFinished(() => {
    cleanup();
    client.clear();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const { hook } = memoryLocation({ path: "/nowhere" });
  render(
    <QueryClientProvider client={client}>
      <Router hook={hook}>
        <FrameProvider>
          <Shell />
        </FrameProvider>
      </Router>
    </QueryClientProvider>,
  );
}

/** The page, once it is shown. */
const page = () => {
  const heading = screen.queryByRole("heading", { level: 1 });
  return heading?.closest("[aria-busy=true]") ? null : heading;
};
/** Lets come what comes by itself, in much less than a second of the clock. */
async function until(look: () => HTMLElement | null): Promise<void> {
  for (let i = 0; i < 300 && look() === null; i++) {
    await act(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(1);
    });
  }
  expect(look()).not.toBeNull();
}

it("shows a page when it is known what stands above it", async () => {
  open(() => ({ items: [], nextCursor: null }));
  expect(page()).toBeNull();
  await until(page);
});

it("keeps a page from nobody for longer than a second, though nothing is answered", async () => {
  open(never);
  await act(() => vi.advanceTimersByTimeAsync(999));
  expect(page()).toBeNull();
  await act(() => vi.advanceTimersByTimeAsync(1));
  expect(page()).not.toBeNull();
});

it("shows a page at the first failure, though the platform is asked again", async () => {
  open(() => new Refusal(503, "database_unavailable"));
  await until(page);
});

it("shows stop buttons while the page waits for something else", async () => {
  open((reviews) => (reviews ? never() : { items: [sounding], nextCursor: null }));
  await until(() => screen.queryByRole("button", { name: /立即停播/ }));
  expect(page()).toBeNull();
});

it("prepares a page before it is shown, and gives its heading the focus only then", async () => {
  let answer = (_: unknown) => {};
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  open((reviews) => (reviews ? held : { items: [], nextCursor: null }));
  const heading = () => screen.queryByRole("heading", { level: 1 });
  await until(heading);
  expect(page()).toBeNull();
  expect(document.activeElement).toBe(document.body);
  answer({ items: [], nextCursor: null });
  await until(page);
  expect(document.activeElement).toBe(heading());
});
