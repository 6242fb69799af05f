import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../../src/app/app.tsx";
import { setPreferences } from "../../../src/app/preferences.ts";
import { toast } from "../../../src/ui/toast.tsx";
import { DISPATCHER, refusal, stubPlatform } from "../new-broadcast/world.tsx";

const WRITTEN = "上游水库泄洪，请立即撤离。";
const FORM = "new-broadcast:actual:zhang.min";
const RECENT = "new-broadcast:recent-regions";

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  vi.stubGlobal("isSecureContext", true);
  setPreferences({ language: "zh" });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  sessionStorage.clear();
  localStorage.clear();
  history.replaceState(null, "", "/");
});

/** Zhang Min is signed in and has begun an actual broadcast. `platform` is what a test changes of it. */
async function open() {
  const platform: { signedIn: boolean; out: () => unknown; refused: number } = {
    signedIn: true,
    refused: 0,
    out: () => {
      platform.signedIn = false;
      return new Response(null, { status: 204 });
    },
  };
  const asked = stubPlatform({
    "GET /v1/console": () => ({
      name: "平台",
      signedIn: platform.signedIn,
      build: null,
      demo: null,
      oidc: null,
    }),
    "GET /v1/sessions/current": () => ({ session: { no: 1 }, csrfToken: "token" }),
    "DELETE /v1/sessions/current": () => platform.out(),
    "GET /v1/me": () => {
      if (platform.signedIn) return DISPATCHER;
      platform.refused++;
      return refusal(401, "unauthorized");
    },
    "GET /v1/stream": () => new Response(new ReadableStream()),
  });
  const text = { language: "zh-CN", headline: "泄洪", description: WRITTEN };
  sessionStorage.setItem(FORM, JSON.stringify({ eventCode: "11A51", level: 2, texts: [text] }));
  localStorage.setItem(RECENT, JSON.stringify([{ code: "520326002", name: "都濡街道" }]));
  history.replaceState(null, "", "/console/broadcasts/new/actual");
  render(<App />);
  await waitFor(() => expect(screen.getByDisplayValue(WRITTEN)).toBeTruthy());
  return { asked, platform };
}

async function pressSignOut() {
  await userEvent.click(screen.getByRole("button", { name: /张敏/ }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "退出登录" }));
}

async function expectNothingLeft() {
  await screen.findByLabelText("密码");
  expect(screen.queryByDisplayValue(WRITTEN)).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(sessionStorage.getItem(FORM)).toBeNull();
  expect(JSON.stringify(sessionStorage)).not.toContain(WRITTEN);
}

/** Another tab tells by what all tabs of a browser share. */
function signedOutInAnotherTab(mark = "another tab's") {
  localStorage.setItem("console-signed-out", mark);
  dispatchEvent(new StorageEvent("storage", { key: "console-signed-out", newValue: mark }));
}

describe("a sign-out", () => {
  it("leaves nothing of the person in the tab and the browser, and the browser's own settings alone", async () => {
    await open();
    toast("已退回给李强");
    await pressSignOut();
    await expectNothingLeft();
    expect(screen.queryByText("已退回给李强")).toBeNull();
    expect(localStorage.getItem(RECENT)).toBeNull();
    expect(localStorage.getItem("console-preferences")).toContain("zh");
    // The other tabs hear of it.
    expect(localStorage.getItem("console-signed-out")).not.toBeNull();
  });

  it("in another tab empties this one, without a dialog over what is readable behind it", async () => {
    const { platform } = await open();
    platform.signedIn = false;
    signedOutInAnotherTab();
    expect(sessionStorage.getItem(FORM)).toBeNull();
    await expectNothingLeft();
    // There is no session to be asked for.
    expect(platform.refused).toBe(0);
  });

  it("empties a tab that the browser had put away meanwhile, as soon as it comes back", async () => {
    const { platform } = await open();
    platform.signedIn = false;
    localStorage.setItem("console-signed-out", "meanwhile");
    dispatchEvent(new Event("pageshow"));
    await expectNothingLeft();
  });

  it("empties what a tab had kept that was closed or unloaded meanwhile", async () => {
    localStorage.setItem("console-signed-out", "meanwhile");
    sessionStorage.setItem(FORM, JSON.stringify({ eventCode: "11A51", level: 2, texts: [] }));
    stubPlatform({
      "GET /v1/console": () => ({ name: "平台", signedIn: false, build: null, demo: null, oidc: null }),
    });
    render(<App />);
    await expectNothingLeft();
  });

  it("that does not reach the platform says so and is offered again, with everything as it was", async () => {
    const { platform, asked } = await open();
    const succeed = platform.out;
    platform.out = () => {
      throw new TypeError("Failed to fetch");
    };
    await pressSignOut();
    const dialog = await screen.findByRole("dialog", { name: "还没有退出" });
    expect(dialog.textContent).toMatch(/会话在平台上仍然有效/);
    expect(sessionStorage.getItem(FORM)).toContain(WRITTEN);
    expect(localStorage.getItem("console-signed-out")).toBeNull();
    platform.out = () => refusal(503, "database_unavailable");
    await userEvent.click(screen.getByRole("button", { name: "再退一次" }));
    await waitFor(() => expect(dialog.textContent).toContain("database_unavailable"));
    platform.out = succeed;
    await userEvent.click(screen.getByRole("button", { name: "再退一次" }));
    await expectNothingLeft();
    expect(asked.filter(({ what }) => what === "DELETE /v1/sessions/current")).toHaveLength(3);
  });

  it("of a session that is over already is one", async () => {
    const { platform } = await open();
    platform.out = () => {
      platform.signedIn = false;
      return refusal(401, "unauthorized");
    };
    await pressSignOut();
    await expectNothingLeft();
  });
});

describe("an address with broken escapes", () => {
  it.each(["/console/admin/people/%E0%A4%A", "/console/devices/%", "/console/%zz"])(
    "%s is not found",
    async (path) => {
      stubPlatform({
        "GET /v1/console": () => ({ name: "平台", signedIn: true, build: null, demo: null, oidc: null }),
        "GET /v1/sessions/current": () => ({ session: { no: 1 }, csrfToken: "token" }),
        "GET /v1/me": () => ({
          ...DISPATCHER,
          actions: [...DISPATCHER.actions, { action: "access:read", areas: DISPATCHER.actions[0]!.areas }],
        }),
        "GET /v1/stream": () => new Response(new ReadableStream()),
      });
      history.replaceState(null, "", path);
      render(<App />);
      expect(await screen.findByRole("heading", { level: 1, name: "没有这一页" })).toBeTruthy();
    },
  );
});
