import { expect } from "vitest";
import { layoutFaults } from "../browser/layout.ts";
import { flow, flows } from "../flow.ts";
import { openPage, PAGES, setLook } from "../pages.ts";

/** What a finger, a mouse and a magnified page need. */
const SIZES = [
  { name: "a laptop", width: 1280, height: 720, least: 24 },
  { name: "a desk", width: 1920, height: 1080, least: 24 },
  // Twice as large is half as many.
  { name: "a laptop at 200 %", width: 640, height: 360, least: 24 },
  { name: "a phone", width: 390, height: 844, least: 44 },
] as const;

const WELL = { wider: 0, cutOff: [], small: [] };

flows("a window of any size", () => {
  flow.for(PAGES)(
    "check 28: holds $name, with nothing cut off and targets to hit",
    async (listed, { signIn, run }) => {
      const { page } = await signIn(listed.who);
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
