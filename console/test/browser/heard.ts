import type { Page } from "playwright-core";

/** What somebody who listens to a page is told. */
export interface Heard {
  readonly text: string;
  /** `alert` is said at once, `status` when there is a pause. */
  readonly as: string;
  /** By the page's own clock, in milliseconds. */
  readonly at: number;
}

/** Runs in the page, before its own scripts: keeps what its live regions say, each time that it changes. */
function listen(): void {
  const heard: Heard[] = [];
  Object.defineProperty(window, "heard", { value: heard });
  const said = new WeakMap<Element, string>();
  const look = () => {
    for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
      const text = region.textContent!.trim();
      if ((said.get(region) ?? "") === text) continue;
      said.set(region, text);
      if (text) heard.push({ text, as: region.getAttribute("role") ?? "status", at: Date.now() });
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

/** Has to be called before a page is opened. */
export const listenTo = (page: Page): Promise<unknown> => page.addInitScript(listen);

/** What the page has said so far and matches, in order. */
export async function heardFrom(page: Page, pattern: RegExp): Promise<Heard[]> {
  const all = await page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);
  return all.filter(({ text }) => pattern.test(text));
}
