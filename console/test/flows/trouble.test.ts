import type { Page, Route } from "playwright-core";
import { expect } from "vitest";
import { flow, flows } from "../flow.ts";
import { type ListedPage, openPage, PAGES, settled } from "../pages.ts";

/** Answers of the API that no page asks for, each with a request id. */
const problem = (status: number, code: string, more: Record<string, string> = {}) => ({
  status,
  contentType: "application/problem+json",
  headers: { "x-request-id": `req-${code}`, ...more },
  body: JSON.stringify({
    type: "about:blank",
    title: code,
    status,
    code,
    detail: "In English.",
    requestId: `req-${code}`,
  }),
});

const TROUBLES = [
  { code: "forbidden", status: 403, says: "你没有做这一步的权限", next: "请管理员授权" },
  { code: "not_found", status: 404, says: "没有找到", next: "不在你的管辖范围" },
  { code: "broadcast_state", status: 409, says: "这次广播的状态已变", next: undefined },
  { code: "rate_limited", status: 429, says: "请求太多", next: "等一会儿再试" },
  { code: "database_unavailable", status: 503, says: "数据库暂时不可用", next: "恢复后会自动重试" },
] as const;

/** What the shell itself lives on, which goes on as it was. */
const OF_THE_SHELL = /\/v1\/(console|sessions|me|stream)(\/|\?|$)/;
const isOfPage = (url: URL) => url.pathname.startsWith("/v1/") && !OF_THE_SHELL.test(url.pathname);

/** Lets everything that a page asks for fail, until the function that comes back is called. */
async function trouble(page: Page, answer: (route: Route) => Promise<void>): Promise<() => Promise<void>> {
  await page.route(isOfPage, answer);
  return () => page.unroute(isOfPage, answer);
}

/** Pages that ask the platform for more than the shell does. */
/** The pages ask by the same parts: a few are looked at, and each with `WIDE=1`. */
const EVERY = process.env.WIDE ? 1 : 6;
const ASKING = PAGES.filter(({ route }) => route !== "*" && route !== "/me").filter(
  (_, place) => place % EVERY === 0,
);
const audit = PAGES.find(({ route }) => route === "/audit") as ListedPage;

flows("what goes wrong", () => {
  flow.for(TROUBLES)(
    "check 31: $code is said in its own words, with the request id and the way on",
    async ({ code, status, says, next }, { signIn, run }) => {
      const { page, expectNote } = await signIn(audit.who);
      expectNote(/Failed to load resource/);
      // Retries that wait for what passes by itself are not waited for.
      await page.clock.install();
      const mend = await trouble(page, (route) => route.fulfill(problem(status, code)));
      await openPage(page, audit, run.scenery).catch(() => {});
      for (let i = 0; i < 4; i++) await page.clock.fastForward(20_000);
      const alert = page.getByRole("alert").first();
      await alert.getByText(says).waitFor();
      if (next) await alert.getByText(next).waitFor();
      expect(await alert.innerText()).toContain(code);
      expect(await alert.innerText()).toContain(`req-${code}`);
      await mend();
      await alert.getByRole("button", { name: "再试一次" }).click();
      await alert.waitFor({ state: "detached" });
      await settled(page);
    },
  );

  flow(
    "check 31: a network that is gone is said so, and the page comes back by itself",
    async ({ signIn, run }) => {
      const { page, expectNote } = await signIn(audit.who);
      expectNote(/Failed to load resource|ERR_/);
      const mend = await trouble(page, (route) => route.abort("internetdisconnected"));
      await page.clock.install();
      await openPage(page, audit, run.scenery).catch(() => {});
      for (let i = 0; i < 4; i++) await page.clock.fastForward(20_000);
      const alert = page.getByRole("alert").first();
      await alert.getByText("连不上平台").waitFor();
      await alert.getByText("检查网络").waitFor();
      await mend();
      await alert.getByRole("button", { name: "再试一次" }).click();
      await alert.waitFor({ state: "detached" });
    },
  );

  flow.for(ASKING)(
    "check 31: $name survives a database that is away, and says so",
    async (listed, { signIn, run }) => {
      const { page, expectNote } = await signIn(listed.who);
      expectNote(/Failed to load resource/);
      await page.clock.install();
      const mend = await trouble(page, (route) => route.fulfill(problem(503, "database_unavailable")));
      await page.goto(`/console${listed.at ? listed.at(run.scenery) : listed.route}`);
      await page.locator("h1").first().waitFor();
      for (let i = 0; i < 4; i++) await page.clock.fastForward(20_000);
      await page.getByText("数据库暂时不可用").first().waitFor();
      await page.getByText("req-database_unavailable").first().waitFor();
      // The rail is still there.
      await page.getByRole("link", { name: "总览" }).waitFor();
      await mend();
      const again = page.getByRole("button", { name: "再试一次" });
      while ((await again.count()) > 0) {
        await again.first().click();
        await page.clock.fastForward(2_000);
      }
      await settled(page);
      expect(await page.getByText("database_unavailable").count()).toBe(0);
    },
  );

  flow("check 31: a file that breaks off is said so, and can be asked for again", async ({ signIn, run }) => {
    const { page, expectNote } = await signIn(audit.who);
    expectNote(/Failed to load resource|ERR_/);
    await openPage(page, audit, run.scenery);
    const isCsv = (url: URL) => isOfPage(url);
    const cut = (route: Route) =>
      route.request().headers().accept?.includes("text/csv")
        ? route.abort("connectionreset")
        : route.continue();
    await page.route(isCsv, cut);
    const button = page
      .getByRole("button", { name: /CSV/ })
      .or(page.getByRole("link", { name: /CSV/ }))
      .first();
    await button.click();
    await page.getByText("连不上平台").first().waitFor();
    await page.unroute(isCsv, cut);
    const saved = page.waitForEvent("download");
    await button.click();
    expect((await saved).suggestedFilename()).toMatch(/\.csv$/);
  });
});

flows("an old tab after an upgrade", () => {
  flow(
    "check 35: a part that is gone is looked for by one reload, and never in a loop",
    async ({ signIn }) => {
      const { page, sent, expectNote } = await signIn("dispatcher");
      expectNote(/Failed to load|dynamically imported module|Failed to fetch|ERR_|status of 404/);
      await page.goto("/console/me");
      await settled(page);
      const documents = () => sent.filter(({ type }) => type === "document").length;
      const before = documents();
      await page.route(/\/assets\/overview-[\w-]+\.js$/, (route) => route.fulfill({ status: 404, body: "" }));
      await page.getByRole("link", { name: "总览" }).click();
      // It is tried again, and then says what is wrong.
      await page.getByRole("alert").waitFor();
      expect(documents()).toBe(before + 1);
      await page.unroute(/\/assets\/overview-[\w-]+\.js$/);
      await page.reload();
      await settled(page);
      expect(await page.getByRole("alert").count()).toBe(0);
    },
  );

  flow(
    "check 35: says that there is a new version, and goes there when it is told to",
    async ({ signIn }) => {
      const { page, sent } = await signIn("dispatcher");
      await page.goto("/console/me");
      await settled(page);
      expect(await page.getByText("平台已升级").count()).toBe(0);
      await page.route("**/v1/console", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ json: { ...(await answer.json()), build: "another" } });
      });
      // A tab that comes back into view looks.
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await page.getByText("平台已升级").waitFor();
      await page.unroute("**/v1/console");
      const before = sent.filter(({ type }) => type === "document").length;
      await page.getByRole("button", { name: "换到新版" }).click();
      await expect.poll(() => sent.filter(({ type }) => type === "document").length).toBe(before + 1);
      await settled(page);
      expect(await page.getByText("平台已升级").count()).toBe(0);
    },
  );
});
