import { expect } from "vitest";
import { holdStill } from "../browser/still.ts";
import { foreignWords, momentsOn } from "../browser/words.ts";
import { flow, flows } from "../flow.ts";
import { openPage, SOME_PAGES, setLook, settled } from "../pages.ts";

flows("the words of a page", () => {
  flow.for(SOME_PAGES)(
    "check 29: $name shows the same times in New York and in Shanghai",
    async (listed, { signIn, run }) => {
      const [here, there] = await Promise.all([
        signIn(listed.who, { timezoneId: "Asia/Shanghai" }),
        signIn(listed.who, { timezoneId: "America/New_York" }),
      ]);
      const pages = [here.page, there.page] as const;
      await holdStill(pages);
      await Promise.all(pages.map((page) => openPage(page, listed, run.scenery)));
      // A chart is drawn after its numbers are there.
      await expect
        .poll(async () => {
          const [first, second] = await Promise.all(pages.map(momentsOn));
          return JSON.stringify(first) === JSON.stringify(second);
        })
        .toBe(true);
    },
  );

  flow.for(SOME_PAGES)(
    "check 30: $name is in Chinese, but for units and names, and has the same parts in English",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who, { language: "zh" });
      await openPage(page, listed, run.scenery);
      expect(await foreignWords(page)).toEqual([]);
      const shape = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("main :is(h1, h2, h3, button, input, select, th)")].map(
            (node) => node.tagName,
          ),
        );
      // News may come between the two looks.
      await expect
        .poll(async () => {
          await setLook(page, { language: "zh", theme: "light" });
          const chinese = await shape();
          await setLook(page, { language: "en", theme: "light" });
          return (await shape()).join() === chinese.join();
        })
        .toBe(true);
      expect(await page.locator("main").innerText()).not.toMatch(/undefined|NaN|\[object/);
    },
  );

  flow("check 30: the language changes without a reload, in every tab, and stays", async ({ signIn }) => {
    const { page, sent, newTab } = await signIn("dispatcher");
    await page.goto("/console/me");
    await settled(page);
    const other = await newTab();
    await other.goto("/console/");
    await settled(other);
    const documents = () => sent.filter(({ type }) => type === "document").length;
    const before = documents();
    await page.evaluate(() => Object.assign(window, { isTheSame: true }));
    await page.getByRole("button", { name: "张敏" }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.getByRole("link", { name: "Overview" }).waitFor();
    await other.getByRole("link", { name: "Overview" }).waitFor();
    expect(await page.evaluate(() => "isTheSame" in window)).toBe(true);
    expect(documents()).toBe(before);
    await page.reload();
    await page.getByRole("link", { name: "Overview" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.getByRole("button", { name: "张敏" }).click();
    await page.getByRole("menuitem", { name: "中文" }).click();
    await page.getByRole("link", { name: "总览" }).waitFor();
  });
});
