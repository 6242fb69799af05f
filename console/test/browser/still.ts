import type { Page, Route } from "playwright-core";

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/**
 * Lets several browsers look at one moment: what any of them has asked the platform once is answered the same to all,
 * their clocks stand, and no news comes. What a page makes of it can be compared then, on a county where devices report
 * and flows go on.
 */
export async function holdStill(pages: readonly Page[]): Promise<void> {
  const at = new Date();
  const answers = new Map<string, Promise<Answer>>();
  const ask = async (route: Route): Promise<Answer> => {
    const answer = await route.fetch();
    const { "content-encoding": _, "content-length": __, ...headers } = answer.headers();
    // The console takes the server's clock from the date, which has to stand, too.
    return {
      status: answer.status(),
      headers: { ...headers, date: at.toUTCString() },
      body: await answer.body(),
    };
  };
  const answer = async (route: Route) => {
    const { pathname, search } = new URL(route.request().url());
    if (route.request().method() !== "GET") return route.continue();
    // The stream opens and says nothing.
    if (pathname === "/v1/stream") return;
    const key = pathname + search;
    const given = answers.get(key) ?? ask(route);
    answers.set(key, given);
    return route.fulfill(await given);
  };
  for (const page of pages) {
    await page.clock.setFixedTime(at);
    // A worker's requests are not seen here; without one, the page has the stream itself.
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, "SharedWorker"));
    // A test may end while a page goes on asking. What fails before leaves the page without an answer, which shows.
    await page.route("**/v1/**", (route) => answer(route).catch(() => undefined));
  }
}
