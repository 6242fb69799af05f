import type { Page } from "playwright-core";
import { expect } from "vitest";
import { differenceOf, mostColour, takeColoursOut } from "../browser/colours.ts";
import { type Picture, readPng } from "../browser/png.ts";
import { flow, flows } from "../flow.ts";
import { openPage, PAGES } from "../pages.ts";

/** Where levels and severities are told, and what each of them says. The classes are as vite names those of a module. */
const MARKS = [
  { marks: '[class*="_level_"]', says: /[ⅠⅡⅢⅣ]\s*(特别重大|重大|较大|一般)/, on: ["the broadcasts"] },
  { marks: '[class*="_severity_"]', says: /紧急|重要|次要|提示/, on: ["the alarms", "a meter"] },
] as const;

const listedAs = (name: string) => PAGES.find((listed) => listed.name === name)!;

/** Runs in the page: leaves of tiles what tells their state. */
function takeNamesOut(): void {
  for (const name of document.querySelectorAll<HTMLElement>("li [title] b, li [title] small"))
    name.style.visibility = "hidden";
}

/** One tile of each state that is shown, without the name of its village. */
async function tilesByState(page: Page): Promise<Map<string, Picture>> {
  await page.evaluate(takeNamesOut);
  const tiles = page.locator("main fieldset li [title]");
  const titles = await tiles.evaluateAll((all) => all.map((tile) => tile.getAttribute("title")!));
  const states = titles.map((title) => title.replace(/^\S+ (\d+\/\d+ )?/, ""));
  const pictures = new Map<string, Picture>();
  for (const state of new Set(states))
    pictures.set(state, readPng(await tiles.nth(states.indexOf(state)).screenshot()));
  return pictures;
}

const SEVERITY = /紧急|重要|次要|提示/;

flows("a page without colours", () => {
  flow.for(MARKS)(
    "check 24: $marks say in words what they are",
    async ({ marks, says, on }, { signIn, run }) => {
      for (const name of on) {
        const listed = listedAs(name);
        const { page } = await signIn(listed.who);
        await openPage(page, listed, run.scenery);
        const texts = await page.locator(`main ${marks}`).allInnerTexts();
        expect(texts.length, name).toBeGreaterThan(0);
        expect(texts.filter((text) => !says.test(text))).toEqual([]);
      }
    },
  );

  flow.for([
    { name: "the overview", least: 2 },
    { name: "a broadcast on the air", least: 2 },
    { name: "a broadcast that is over", least: 3 },
  ])(
    "check 24: in greyscale $name shows villages of different states differently, and says each",
    async ({ name, least }, { signIn, run }) => {
      const listed = listedAs(name);
      const { page } = await signIn(listed.who, { reducedMotion: "reduce" });
      await takeColoursOut(page);
      await openPage(page, listed, run.scenery);
      await page.locator("main fieldset li [title]").first().waitFor();
      expect(mostColour(readPng(await page.screenshot()))).toBeLessThanOrEqual(3);
      const pictures = [...(await tilesByState(page))];
      expect(pictures.length).toBeGreaterThanOrEqual(least);
      expect(pictures.filter(([state]) => state === "")).toEqual([]);
      // A severity is a mark of its own upon the tile, which says it in words as well.
      const bare = pictures.filter(([state]) => !SEVERITY.test(state));
      const alike = bare.flatMap(([state, picture], i) =>
        bare
          .slice(i + 1)
          .filter(([, other]) => differenceOf(picture, other) < 0.02)
          .map(([other]) => `${state} and ${other}`),
      );
      expect(alike).toEqual([]);
    },
  );
});
