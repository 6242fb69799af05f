import type { Browser, BrowserContext } from "playwright-core";
import type { WorldPerson } from "../world/start-world.ts";
import { recordVisit, type Visit } from "./visit.ts";

/** How somebody's browser is set, and what they have chosen in the console. */
export interface BrowserSettings {
  readonly language?: "zh" | "en";
  readonly theme?: "light" | "dark";
  /** Whatever it is, the console shows Beijing's time. */
  readonly timezoneId?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: "reduce" | "no-preference";
  /** True: a phone's, with a finger in place of a pointer. */
  readonly touch?: boolean;
  /** True: a session of its own, where a test ends it. */
  readonly fresh?: boolean;
  /** Where the console is opened, where that is not the world's own address. */
  readonly origin?: string;
}

export const DESK = { width: 1280, height: 720 } as const;

/** A browser of somebody who is not signed in. */
export async function openBrowser(
  browser: Browser,
  origin: string,
  settings: BrowserSettings = {},
): Promise<Visit> {
  const { language = "zh", theme = "light", viewport = DESK } = settings;
  const context = await browser.newContext({
    baseURL: origin,
    viewport,
    locale: language === "zh" ? "zh-CN" : "en-US",
    timezoneId: settings.timezoneId ?? "Asia/Shanghai",
    colorScheme: theme,
    reducedMotion: settings.reducedMotion ?? "no-preference",
    hasTouch: settings.touch ?? false,
    // The page policy holds for what a test does as well.
    bypassCSP: false,
  });
  // A busy machine stands still for longer than a page.
  context.setDefaultTimeout(60_000);
  return recordVisit(context, origin);
}

/** Ends a browser. What a page has asked for a moment ago is answered to nobody, and that is no error of the test. */
export async function closeBrowser(context: BrowserContext): Promise<void> {
  // Playwright throws into whatever answers a request while its browser ends; nobody would catch it.
  for (const routes of [context, ...context.pages()]) await routes.unrouteAll({ behavior: "ignoreErrors" });
  await context.close();
}

/** The cookies of those who have signed in before: a password is checked slowly. */
const kept = new Map<string, Awaited<ReturnType<BrowserContext["cookies"]>>>();

/**
 * Gives a browser a session, as the sign-in page would. Browsers of one person share it.
 * @param fresh a session of its own, for a test that ends it
 */
export async function giveSession(
  context: BrowserContext,
  origin: string,
  person: WorldPerson,
  fresh = false,
): Promise<void> {
  const key = `${person.id} at ${origin}`;
  const known = kept.get(key);
  if (known && !fresh) return context.addCookies(known);
  const answer = await context.request.post(`${origin}/v1/sessions`, {
    headers: { origin },
    data: { username: person.id, password: person.password },
  });
  if (answer.status() !== 201) throw new Error(`no session for ${person.id}: ${await answer.text()}`);
  if (!fresh) kept.set(key, await context.cookies());
}
