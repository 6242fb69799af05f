import { expect } from "vitest";
import { giveSession } from "../browser/sign-in.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";

flows("two tabs of one browser", () => {
  flow("become another person together, because they share the cookie", async ({ signIn, run }) => {
    const { page, context, newTab } = await signIn("dispatcher", { fresh: true });
    await page.goto("/console/me");
    await settled(page);
    await page.getByText("张敏", { exact: false }).first().waitFor();
    await giveSession(context, run.world.origin, run.world.people.auditor, true);
    const other = await newTab();
    await other.goto("/console/me");
    await settled(other);
    await other.getByText("杨兰", { exact: false }).first().waitFor();
    // The first one has not been touched.
    await page.getByText("杨兰", { exact: false }).first().waitFor();
    await expect.poll(() => page.getByText("张敏", { exact: false }).count()).toBe(0);
    await page.getByRole("link", { name: "审计" }).waitFor();
  });

  flow(
    "keep what is being written when the same person signs in again in one of them",
    async ({ signIn, run }) => {
      const { page, context, newTab } = await signIn("dispatcher", { fresh: true });
      await page.goto("/console/me");
      await settled(page);
      await page.getByLabel("新密码", { exact: true }).fill("half of a password");
      await giveSession(context, run.world.origin, run.world.people.dispatcher, true);
      const other = await newTab();
      await other.goto("/console/me");
      await settled(other);
      // The sessions' table has a new row once the first tab has taken up the session.
      await expect.poll(() => page.getByText("这里", { exact: true }).count()).toBe(1);
      expect(await page.getByLabel("新密码", { exact: true }).inputValue()).toBe("half of a password");
    },
  );
});
