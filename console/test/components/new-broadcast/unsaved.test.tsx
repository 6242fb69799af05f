import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Route, Switch } from "wouter";
import Check from "../../../src/pages/new-broadcast/check.tsx";
import { storedDraft } from "../../../src/pages/new-broadcast/form.ts";
import NewBroadcast from "../../../src/pages/new-broadcast/new-broadcast.tsx";
import { broadcast, preview, refusal, show } from "./world.tsx";

const PAGES = (
  <Switch>
    <Route path="/broadcasts/new/:mode" component={NewBroadcast} />
    <Route path="/broadcasts/new/:mode/check/:id" component={Check} />
  </Switch>
);
const WRITTEN = "请立即从晒谷场一侧上山，不要走河边。";
const keyOf = (mode: string) => `new-broadcast:${mode}:zhang.min`;
const stored = (mode = "actual") => sessionStorage.getItem(keyOf(mode)) ?? "";

/** What somebody has written in this tab, as a reload finds it. */
const write = (mode = "actual", change: object = {}) => {
  const text = { language: "zh-CN", headline: "泄洪", description: WRITTEN };
  const form = { eventCode: "11A51", level: 2, texts: [text], draft: null, isUnsaved: true, ...change };
  sessionStorage.setItem(keyOf(mode), JSON.stringify(form));
};
const open = (at: string, answers: Parameters<typeof show>[2] = {}) =>
  show(PAGES, `/broadcasts/new/${at}`, answers);

const clear = () => {
  sessionStorage.clear();
  localStorage.clear();
};
beforeEach(clear);
afterEach(() => {
  vi.unstubAllGlobals();
  clear();
});

const drill = () => broadcast({}, { mode: "drill" });
const ADDRESSES = [
  ["a draft", "actual", "actual?draft=bc-1", {}],
  ["a copy", "drill", "drill?copy=bc-1", {}],
  ["a region", "actual", "actual?region=520326002", {}],
  ["a drill's draft", "drill", "drill?draft=bc-1", { "GET /v1/broadcasts/bc-1": drill }],
] as const;

describe("what was written and not saved", () => {
  it.each(ADDRESSES)(
    "is not lost to an address with %s, and is gone on with",
    async (_, mode, at, answers) => {
      write(mode);
      const { asked, history } = open(at, answers);
      const goOn = await screen.findByRole("button", { name: "接着写" });
      expect(screen.getByText(new RegExp(WRITTEN))).toBeTruthy();
      expect(asked.filter(({ what }) => what === "GET /v1/broadcasts/bc-1")).toEqual([]);
      await userEvent.click(goOn);
      expect(await screen.findByDisplayValue(WRITTEN)).toBeTruthy();
      expect(history.at(-1)).toBe(`/broadcasts/new/${mode}`);
      expect(stored(mode)).toContain(WRITTEN);
    },
  );

  it.each(ADDRESSES)("gives way to %s when its author says so", async (_, mode, at, answers) => {
    write(mode);
    open(at, answers);
    await userEvent.click(await screen.findByRole("button", { name: /^不要了/ }));
    await waitFor(() => expect(stored(mode)).toContain("520326002"));
    expect(stored(mode)).not.toContain(WRITTEN);
    expect(screen.queryByRole("button", { name: "接着写" })).toBeNull();
  });

  it("is still there where that for which it should give way cannot be read", async () => {
    write();
    open("actual?draft=bc-1", { "GET /v1/broadcasts/bc-1": () => refusal(503, "database_unavailable") });
    await userEvent.click(await screen.findByRole("button", { name: /^不要了/ }));
    await screen.findByRole("alert");
    expect(stored()).toContain(WRITTEN);
  });

  it("is asked about also where a former version of the console has kept it", async () => {
    write("actual", { isUnsaved: undefined });
    open("actual?draft=bc-1");
    expect(await screen.findByRole("button", { name: "接着写" })).toBeTruthy();
  });

  it("is what was changed since the draft was saved, too", async () => {
    const saved = storedDraft({ ...broadcast(), id: "bc-9" }, false);
    write("actual", { draft: saved, isUnsaved: false });
    const { unmount } = open("actual");
    const field = await screen.findByDisplayValue(WRITTEN);
    await userEvent.type(field, "马上！");
    unmount();
    open("actual?draft=bc-1");
    expect(await screen.findByRole("button", { name: "接着写" })).toBeTruthy();
  });

  it("stays while another draft of the same kind is submitted", async () => {
    write();
    open("actual/check/bc-1", {
      "POST /v1/broadcasts/bc-1/submit": () => broadcast({ state: "pending_approval" }),
    });
    await userEvent.type(
      await screen.findByLabelText(/^输入会收到指令的大喇叭只数/),
      String(preview().speakers),
    );
    await userEvent.click(screen.getByRole("button", { name: "提交真实预警" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "提交真实预警" })).toBeNull());
    expect(stored()).toContain(WRITTEN);
  });
});

describe("what the platform has", () => {
  it("gives way to an address without a question", async () => {
    write("actual", { draft: storedDraft({ ...broadcast(), id: "bc-9" }, false), isUnsaved: false });
    open("actual?draft=bc-1");
    await waitFor(() => expect(stored()).toContain('"bc-1"'));
    expect(screen.queryByRole("button", { name: "接着写" })).toBeNull();
  });

  it("is gone on with, when one comes back from its check", async () => {
    write("actual", { regions: [{ code: "520326002", name: "都濡街道" }] });
    open("actual", {
      "POST /v1/broadcasts": (body) => broadcast({}, { texts: (body as { texts: object[] }).texts }),
    });
    const review = await screen.findByRole("button", { name: /^核对并提交/ });
    await waitFor(() => expect(review.hasAttribute("disabled")).toBe(false));
    await userEvent.click(review);
    await userEvent.click(await screen.findByRole("link", { name: "返回修改" }));
    expect(await screen.findByDisplayValue(WRITTEN)).toBeTruthy();
  });

  it("is no longer unsaved once it was saved", async () => {
    write("actual", { regions: [{ code: "520326002", name: "都濡街道" }] });
    const saved = broadcast({ missing: [{ path: "/texts/0/headline", message: "short" }] });
    open("actual", { "POST /v1/broadcasts": () => saved });
    await waitFor(() =>
      expect(screen.getByRole("button", { name: /^核对并提交/ }).hasAttribute("disabled")).toBe(false),
    );
    await userEvent.click(screen.getByRole("button", { name: /^核对并提交/ }));
    await waitFor(() =>
      expect(JSON.parse(stored())).toMatchObject({ draft: { id: "bc-1" }, isUnsaved: false }),
    );
  });
});
