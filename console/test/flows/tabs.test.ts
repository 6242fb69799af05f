import { expect } from "vitest";
import { giveSession } from "../browser/sign-in.ts";
import { prepare, writeWords } from "../browser/write.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import { TOWNSHIPS } from "../world/places.ts";

const WRITTEN = "这是演习。请从晒谷场一侧上山。以上是演习。";

flows("two tabs of one browser", () => {
  flow("become another person together, because they share the cookie", async ({ signIn, run }) => {
    const { page, context, newTab, expectNote } = await signIn("dispatcher", { fresh: true });
    // The former session ends with that, and this tab may ask once more before it has the other cookie.
    expectNote(/status of 401/);
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

  flow(
    "are both emptied by a sign-out in one of them, of what they show and what they keep",
    async ({ signIn }) => {
      const { page, newTab, expectNote } = await signIn("dispatcher", { fresh: true });
      // The platform cuts the streams before the one who signs out has its answer.
      expectNote(/status of 401/);
      await prepare(page, "drill", TOWNSHIPS.writing);
      await writeWords(page, WRITTEN);
      const kept = () => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
      await expect.poll(kept).toContain(WRITTEN);
      const other = await newTab();
      await other.goto("/console/me");
      await settled(other);
      await other.getByRole("button", { name: /张敏/ }).click();
      await other.getByRole("menuitem", { name: "退出登录" }).click();
      await other.getByRole("button", { name: "登录", exact: true }).waitFor();
      // Nobody has touched the first one.
      await page.getByRole("main").getByRole("button", { name: "登录", exact: true }).waitFor();
      expect(await page.getByRole("dialog").count()).toBe(0);
      expect(await page.getByText(WRITTEN).count()).toBe(0);
      expect(await kept()).not.toContain("new-broadcast:");
    },
  );

  flow("say that a sign-out did not reach the platform, and offer it again", async ({ signIn }) => {
    const { page, context, expectNote } = await signIn("auditor", { fresh: true });
    expectNote(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
    await page.goto("/console/me");
    await settled(page);
    await page.getByRole("button", { name: /杨兰/ }).click();
    const item = page.getByRole("menuitem", { name: "退出登录" });
    await item.waitFor();
    await context.setOffline(true);
    await item.click();
    const dialog = page.getByRole("dialog", { name: "还没有退出" });
    await dialog.getByText(/会话在平台上仍然有效/).waitFor();
    await context.setOffline(false);
    await dialog.getByRole("button", { name: "再退一次" }).click();
    await page.getByRole("button", { name: "登录", exact: true }).waitFor();
  });
});

flows("an address with broken escapes", () => {
  flow("is not found, from the server and within the console", async ({ signIn }) => {
    const { page } = await signIn("administrator");
    const notFound = page.getByRole("heading", { level: 1, name: "没有这一页" });
    for (const path of ["admin/people/%E0%A4%A", "devices/%zz"]) {
      await page.goto(`/console/${path}`);
      await notFound.waitFor();
    }
    await page.goto("/console/me");
    await page.getByRole("heading", { level: 1, name: "账号" }).waitFor();
    await page.evaluate(() => history.pushState(null, "", "/console/admin/people/%E0%A4%A"));
    await notFound.waitFor();
  });
});
