import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../../src/app/app.tsx";
import { setPreferences } from "../../../src/app/preferences.ts";
import { noteStopped } from "../../../src/app/stopped.ts";
import { DISPATCHER, refusal, stubPlatform } from "../new-broadcast/world.tsx";

const ZHANG = { ...DISPATCHER, id: "zhang.min", name: "张敏" };
const LI = { ...DISPATCHER, id: "li.qiang", name: "李强" };
const WRITTEN = "上游水库泄洪，请立即撤离。";
const keyOf = (person: string) => `new-broadcast:actual:${person}`;

beforeEach(() => {
  sessionStorage.clear();
  vi.stubGlobal("isSecureContext", true);
  setPreferences({ language: "zh" });
});
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
  localStorage.clear();
});

/** Zhang Min has begun an actual broadcast and stopped another one; `who` is whoever is signed in, in whatever tab. */
async function openAsZhang(who: () => object, stream: () => Response | Promise<Response>) {
  const asked = stubPlatform({
    "GET /v1/console": () => ({ name: "平台", signedIn: true, build: null, demo: null, oidc: null }),
    "GET /v1/sessions/current": () => ({ session: { no: 1 }, csrfToken: "token" }),
    "POST /v1/sessions": () => ({ session: { no: 2 }, csrfToken: "token" }),
    "GET /v1/me": who,
    "GET /v1/stream": stream,
  });
  const text = { language: "zh-CN", headline: "泄洪", description: WRITTEN };
  sessionStorage.setItem(keyOf(ZHANG.id), JSON.stringify({ eventCode: "11A51", level: 2, texts: [text] }));
  noteStopped({ id: "bc-9", headline: "水库泄洪的广播", isPending: false });
  history.replaceState(null, "", "/console/broadcasts/new/actual");
  render(<App />);
  // The parts of the console come one by one.
  await waitFor(() => expect(screen.getByDisplayValue(WRITTEN)).toBeTruthy());
  expect(screen.getByText(/水库泄洪的广播/)).toBeTruthy();
  return asked;
}

async function expectOnlyLi() {
  await waitFor(() => expect(screen.getAllByText("李强").length).toBeGreaterThan(0));
  expect(screen.queryByDisplayValue(WRITTEN)).toBeNull();
  expect(screen.queryByText(/水库泄洪的广播/)).toBeNull();
  expect(sessionStorage.getItem(keyOf(LI.id)) ?? "").not.toContain(WRITTEN);
  // It waits for its author.
  expect(sessionStorage.getItem(keyOf(ZHANG.id))).toContain(WRITTEN);
}

describe("another person at the same browser finds nothing of the one before", () => {
  it("who signs in in the dialog over the page", async () => {
    let who = ZHANG;
    // The session ends once the page is there: a page that is still loading has nothing to hide.
    let end: (answer: Response) => void = () => {};
    const over = () =>
      new Promise<Response>((resolve) => {
        end = resolve;
      });
    await openAsZhang(() => who, over);
    end(refusal(401, "unauthorized"));
    const password = await waitFor(() => screen.getByLabelText("密码"));
    who = LI;
    await userEvent.type(password, "a password");
    await userEvent.click(screen.getByRole("button", { name: "登录" }));
    await expectOnlyLi();
  });

  it("who has signed in in another tab, and whose session proves their own changes", async () => {
    let who = ZHANG;
    const asked = await openAsZhang(
      () => who,
      () => new Response(new ReadableStream()),
    );
    const sessionsAsked = () => asked.filter(({ what }) => what === "GET /v1/sessions/current").length;
    expect(sessionsAsked()).toBe(1);
    who = LI;
    // The tab comes back into view, and everything in it is read again.
    document.dispatchEvent(new Event("visibilitychange"));
    await expectOnlyLi();
    await waitFor(() => expect(sessionsAsked()).toBe(2));
  });
});
