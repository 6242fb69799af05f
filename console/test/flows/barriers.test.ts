import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findBarriers } from "../browser/axe.ts";
import { type Stop, walkByTab } from "../browser/keyboard.ts";
import { findFaintTexts } from "../browser/svg-contrast.ts";
import { flow, flows } from "../flow.ts";
import { LOOKS, openPage, PAGES, SOME_PAGES, setLook } from "../pages.ts";

const ROUTES = new URL("../../src/app/routes.tsx", import.meta.url);

describe("the list of pages", () => {
  it("has every route of the console", () => {
    const routes = [...readFileSync(ROUTES, "utf8").matchAll(/\bpath: "([^"]+)"/g)].map(([, path]) => path!);
    expect(routes.length).toBeGreaterThan(1);
    const listed = new Set(PAGES.map(({ route }) => route));
    expect(routes.filter((path) => !listed.has(path))).toEqual([]);
  });
});

flows("a page for everybody", () => {
  flow.for(PAGES)(
    "checks 20, 21 and 22: $name has no barrier, in both languages and both themes, no faint text, and headings in order",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who, { reducedMotion: "reduce" });
      await openPage(page, listed, run.scenery);
      for (const look of LOOKS) {
        await setLook(page, look);
        expect({ look, found: await findBarriers(page) }).toEqual({ look, found: [] });
        if (look.language !== "zh") continue;
        expect({ look, faint: await findFaintTexts(page, 4.5) }).toEqual({ look, faint: [] });
      }
      const levels = await page.evaluate(() =>
        [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((node) => Number(node.tagName[1])),
      );
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels[0]).toBe(1);
      expect(levels.filter((level, i) => i > 0 && level > levels[i - 1]! + 1)).toEqual([]);
    },
  );

  flow("check 20: the sign-in page has no barrier, also when the password is wrong", async ({ visit }) => {
    const { page, expectNote } = await visit({ reducedMotion: "reduce" });
    expectNote(/status of 401/);
    await page.goto("/console/");
    await page.getByLabel("账号").waitFor();
    for (const look of LOOKS) {
      await page.reload();
      await page.locator("input[name=username]").waitFor();
      expect({ look, found: await findBarriers(page) }).toEqual({ look, found: [] });
      await page.locator("input[name=username]").fill("nobody");
      await page.locator("input[name=password]").fill("wrong password");
      await page.keyboard.press("Enter");
      await page.getByText("sign_in_failed").waitFor();
      expect({ look, found: await findBarriers(page) }).toEqual({ look, found: [] });
    }
  });

  flow("check 20: menu and help have no barrier while they are open", async ({ signIn }) => {
    const { page } = await signIn("dispatcher", { reducedMotion: "reduce" });
    await page.goto("/console/me");
    await page.getByRole("heading", { level: 1 }).waitFor();
    for (const look of LOOKS) {
      await setLook(page, look);
      await page.getByRole("button", { name: "张敏" }).click();
      await page.getByRole("menu").waitFor();
      expect({ look, found: await findBarriers(page) }).toEqual({ look, found: [] });
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      expect({ look, found: await findBarriers(page) }).toEqual({ look, found: [] });
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
  });
});

/** Below the one before, or right of it in the same line. Columns are read one after the other, so right is enough. */
const isReadAfter = (before: Stop, next: Stop) =>
  next.top + next.height > before.top - 4 || next.left >= before.left + before.width;

flows("a page without a mouse", () => {
  flow.for(SOME_PAGES)(
    "check 22: $name is walked through by Tab, in the order in which it is read",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who);
      await openPage(page, listed, run.scenery);
      const stops = await walkByTab(page);
      expect(stops.length).toBeGreaterThan(5);
      expect(stops.filter(({ isMarked }) => !isMarked)).toEqual([]);
      expect(stops.filter(({ isOnScreen }) => !isOnScreen)).toEqual([]);
      // A name of nothing is read as "button".
      expect(stops.filter(({ name, tag }) => name === "" && tag !== "input")).toEqual([]);
      const jumps = stops.flatMap((next, i) =>
        // A long list moves under the focus, so its rows stand where the ones before them stood.
        i > 0 && !(next.isInList && stops[i - 1]!.isInList) && !isReadAfter(stops[i - 1]!, next)
          ? [`${stops[i - 1]!.name} → ${next.name}`]
          : [],
      );
      expect(jumps).toEqual([]);
      // No trap: the way back is as long, but for what has come or gone meanwhile.
      const back = await walkByTab(page, "Shift+Tab");
      const isLong = [stops, back].some((walk) => walk.at(-1)!.isInList);
      if (!isLong) expect(Math.abs(back.length - stops.length)).toBeLessThanOrEqual(2);
    },
  );

  flow("check 22: the focus returns to what opened a menu or a dialog", async ({ signIn }) => {
    const { page } = await signIn("dispatcher");
    await page.goto("/console/me");
    await page.getByRole("heading", { level: 1 }).waitFor();
    const account = page.getByRole("button", { name: "张敏" });
    await account.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => account.evaluate((node) => node === document.activeElement)).toBe(true);
    const link = page.getByRole("link", { name: "广播" });
    await link.focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    // Inside, Tab goes round.
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press("Tab");
      // At its end a guard hands the focus on to its beginning.
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.closest("[role=dialog]") !== null))
        .toBe(true);
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => link.evaluate((node) => node === document.activeElement)).toBe(true);
  });
});
