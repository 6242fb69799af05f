import { expect } from "vitest";
import { flow, flows } from "../flow.ts";
import { addressOf, PAGES, settled } from "../pages.ts";

/** Nothing of them is there for whoever sees gas meters alone. */
const HIDDEN = /^\/(broadcasts|admin|audit|wall|displays)/;

flows("a gas company's viewer", () => {
  flow(
    "check 32: has no broadcast, no administration and no speaker in the rail, nor on the pages there are",
    async ({ signIn }) => {
      const { page } = await signIn("company");
      await page.goto("/console/");
      await settled(page);
      const rail = page.getByRole("navigation", { name: "页面" });
      for (const name of ["广播", "管理", "审计"]) {
        expect([name, await rail.getByRole("link", { name }).count()]).toEqual([name, 0]);
      }
      const links = await rail
        .getByRole("link")
        .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
      for (const link of links) {
        await page.goto(link);
        await settled(page);
        const text = await page.locator("main").innerText();
        expect([link, /sp-520326|大喇叭|喇叭/.exec(text)?.[0]]).toEqual([link, undefined]);
      }
    },
  );

  flow.for(PAGES.filter(({ route }) => HIDDEN.test(route)))(
    "check 32: finds no page at the address of $name, in the words of one that is not there",
    async (listed, { signIn, run }) => {
      const { page } = await signIn("company");
      await page.goto("/console/nowhere");
      await settled(page);
      const nowhere = await page.locator("main").innerText();
      await page.goto(addressOf(listed, run.scenery));
      await settled(page);
      expect(await page.locator("main").innerText()).toBe(nowhere);
    },
  );
});
