import type { Locator } from "playwright-core";
import { expect } from "vitest";
import { fillPages } from "../browser/full.ts";
import { layoutFaults } from "../browser/layout.ts";
import { flow, flows } from "../flow.ts";
import { openPage, PAGES, setLook, settled } from "../pages.ts";
import { writeDraft } from "../world/stage.ts";

/** What a finger, a mouse and a magnified page need. */
const SIZES = [
  { name: "a laptop", width: 1280, height: 720, least: 24 },
  { name: "a desk", width: 1920, height: 1080, least: 24 },
  // Twice as large is half as many.
  { name: "a laptop at 200 %", width: 640, height: 360, least: 24 },
  { name: "a phone", width: 390, height: 844, least: 44 },
] as const;

const [LAPTOP, , , PHONE] = SIZES;

/** Whether all of it can be seen, and hit in its middle. */
const isInSight = (locator: Locator): Promise<boolean> =>
  locator.evaluate((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top >= 0 && bottom <= innerHeight && node.contains(hit);
  });

const WELL = { wider: 0, cutOff: [], small: [] };

flows("a window of any size", () => {
  flow.for(PAGES)(
    "check 28: holds $name, with nothing cut off and targets to hit",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who);
      await fillPages(page);
      await openPage(page, listed, run.scenery);
      const faults = [];
      for (const language of ["zh", "en"] as const) {
        await setLook(page, { language, theme: "light" });
        for (const { name, width, height, least } of SIZES) {
          await page.setViewportSize({ width, height });
          const found = await layoutFaults(page, least);
          const { wider, cutOff, small } = found;
          if (wider > 0 || cutOff.length + small.length > 0) faults.push({ name, language, ...found });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  flow("check 28: has the decision in sight, however long the text", async ({ signIn, ask, run }) => {
    const asked = await ask("dispatcher");
    const { draft } = run.scenery.broadcasts;
    const { message } = await asked<{ message: { target: { regions: string[] } } }>(
      `/v1/broadcasts/${draft}`,
    );
    const long = await writeDraft(asked, message.target.regions[0]!, { sentences: 150 });
    const { page } = await signIn("dispatcher");
    const DECISIONS = [
      { at: `drill?draft=${long.id}`, button: "核对并提交演练", sizes: [PHONE] },
      { at: `drill/check/${long.id}`, button: "提交演练", sizes: [LAPTOP, PHONE] },
    ];
    for (const { at, button, sizes } of DECISIONS) {
      await page.goto(`/console/broadcasts/new/${at}`);
      await settled(page);
      for (const size of sizes) {
        await page.setViewportSize(size);
        for (const top of [0, 100_000]) {
          await page.evaluate((y) => scrollTo({ top: y, behavior: "instant" }), top);
          expect(await isInSight(page.getByRole("button", { name: button, exact: true }))).toBe(true);
        }
      }
    }
    await page.setViewportSize(LAPTOP);
    // The rest is reached by scrolling, and the box says so until its end is seen.
    const text = page.getByRole("region", { name: "会播什么" });
    const more = page.getByText("下面还有，请往下翻");
    await more.waitFor();
    await text.evaluate((node) => node.scrollTo({ top: node.scrollHeight, behavior: "instant" }));
    await more.waitFor({ state: "hidden" });
  });

  flow("check 28: holds the sign-in page", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/console/");
    await page.getByLabel("账号").waitFor();
    for (const { name, width, height, least } of SIZES) {
      await page.setViewportSize({ width, height });
      expect({ name, ...(await layoutFaults(page, least)) }).toEqual({ name, ...WELL });
    }
  });
});
