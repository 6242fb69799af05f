import { screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BroadcastItemJson, BroadcastJson } from "../../../src/api/broadcasts.ts";
import { followUpKindOf } from "../../../src/api/follow-ups.ts";
import { BroadcastPage } from "../../../src/pages/broadcast/broadcast-page.tsx";
import { FactsPanel } from "../../../src/pages/broadcast/record/facts-panel.tsx";
import { BroadcastRows } from "../../../src/pages/broadcasts/rows.tsx";
import { broadcastOf, fakePlatform, renderWithQueries } from "./fake-platform.tsx";

afterEach(() => vi.unstubAllGlobals());

const made = (id: string) => ({ source: "built-in", id, version: null }) as const;
const allClear = { template: made("all_clear"), replaces: ["bc-0"] };
const message = (responseTypes: readonly string[]) =>
  ({ message: { ...broadcastOf().message, responseTypes } }) as Partial<BroadcastJson>;

describe("what a broadcast is to an earlier one", () => {
  it.each<[string, Partial<BroadcastJson>, string | null]>([
    ["that a template made an all-clear", allClear, "all_clear"],
    ["that a template made a correction", { template: made("correction"), replaces: ["bc-0"] }, "correction"],
    ["that a template made an extension", { template: made("extension"), replaces: ["bc-0"] }, "extension"],
    ["of an alert that says all clear", message(["AllClear"]), "all_clear"],
    ["by hand, in the place of another", { replaces: ["bc-0"] }, "replacement"],
    ["of its own", { template: made("11A51") }, null],
    ["by a tenant's template of the same name", { template: { ...made("correction"), source: "own" } }, null],
  ])("is known of one %s", (_, more, kind) => {
    expect(followUpKindOf(broadcastOf(more))).toBe(kind);
  });

  it.each(["draft", "pending_approval", "playing", "completed", "cancelled"] as const)(
    "stands by the headline of one that is %s, with the way to the earlier one",
    async (state) => {
      fakePlatform({ "GET /v1/me": {} });
      renderWithQueries(<BroadcastPage broadcast={broadcastOf({ ...allClear, state })}>here</BroadcastPage>);
      const heading = screen.getByRole("heading", { level: 1 });
      expect(within(heading).getByText("解除")).toBeTruthy();
      expect(screen.getByText(/不是新的预警/)).toBeTruthy();
      expect(screen.getByRole("link", { name: "bc-0" }).getAttribute("href")).toBe("/broadcasts/bc-0");
    },
  );

  it("stands in the list, and not by a warning", () => {
    const items = [broadcastOf(allClear), broadcastOf({ id: "bc-2" })] as unknown as BroadcastItemJson[];
    renderWithQueries(<BroadcastRows label="rows" items={items} />);
    const [first, second] = screen.getAllByRole("listitem");
    expect(within(first!).getByText("解除")).toBeTruthy();
    expect(within(second!).queryByText("解除")).toBeNull();
  });
});

describe("what is to take the place of a broadcast", () => {
  const RELEASED = "2026-06-20T19:00:00Z";
  it.each<[string, Partial<BroadcastJson>, RegExp]>([
    ["is being written", { state: "draft" }, /^有一份更正正在写，还没有代替它/],
    ["was returned", { state: "returned" }, /^有一份更正正在写，还没有代替它/],
    ["waits for approval", { state: "pending_approval" }, /^有一份更正等审批，还没有代替它/],
    ["was rejected", { state: "rejected" }, /^有过一份更正，没有播出，没有代替它/],
    ["was cancelled before it sounded", { state: "cancelled" }, /^有过一份更正，没有播出，没有代替它/],
    ["expired before it sounded", { state: "expired" }, /^有过一份更正，没有播出，没有代替它/],
    ["sounds", { state: "playing", releasedAt: RELEASED }, /^已由更正代替/],
    ["was stopped while it sounded", { state: "cancelled", releasedAt: RELEASED }, /^已由更正代替/],
    ["was a training", { state: "completed" }, /^已由更正代替/],
  ])("is told apart when it %s", async (_, more, said) => {
    const other = broadcastOf({ id: "bc-2", template: made("correction"), replaces: ["bc-1"], ...more });
    fakePlatform({ "GET /v1/broadcasts/bc-2": other });
    renderWithQueries(<FactsPanel broadcast={broadcastOf({ state: "completed", replacedBy: ["bc-2"] })} />);
    const link = await screen.findByRole("link", { name: "bc-2" });
    expect(link.closest("p")!.textContent).toMatch(said);
  });

  it("is named where the caller may not read it", async () => {
    fakePlatform({});
    renderWithQueries(<FactsPanel broadcast={broadcastOf({ replacedBy: ["bc-2"] })} />);
    expect(await screen.findByRole("link", { name: "bc-2" })).toBeTruthy();
    expect(screen.queryByText(/代替/)).toBeNull();
  });
});
