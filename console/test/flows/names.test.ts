import type { Route } from "playwright-core";
import { expect } from "vitest";
import { flow, flows } from "../flow.ts";
import { openPage, SOME_PAGES } from "../pages.ts";

/** What somebody might name a device, a person or a broadcast, to make a page do something. */
const HOSTILE = '<img src=x onerror="window.isHacked=1">{{7*7}}=1+1';
const NAMED = /"(name|deviceName|headline|title|townshipName)":"(?:[^"\\]|\\.)*"/g;

/** Hands on what the platform says, but with a name that is none. */
async function rename(route: Route): Promise<void> {
  const answer = await route.fetch();
  if (!answer.headers()["content-type"]?.includes("json")) return route.fulfill({ response: answer });
  const body = (await answer.text()).replace(NAMED, (_all, field) => `"${field}":${JSON.stringify(HOSTILE)}`);
  await route.fulfill({ response: answer, body });
}

flows("a name", () => {
  flow.for(SOME_PAGES)(
    "check 33: is text on $name, whatever it is made of",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who);
      await page.route((url) => url.pathname.startsWith("/v1/") && url.pathname !== "/v1/stream", rename);
      await openPage(page, listed, run.scenery);
      const text = await page.locator("body").innerText();
      // The person's own name is on every page.
      expect(text).toContain(HOSTILE);
      expect(text).not.toContain("49}");
      expect(await page.locator("img[src=x]").count()).toBe(0);
      expect(await page.evaluate(() => "isHacked" in window)).toBe(false);
      expect(await page.title()).not.toBe("");
      await page.unrouteAll({ behavior: "ignoreErrors" });
    },
  );
});
