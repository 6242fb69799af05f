import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** How long a person takes for a key, in milliseconds. */
const KEY_MS = 150;
/** As many stops as no page has. */
const MOST_TABS = 120;

/** Somebody who has a keyboard and nothing else. */
export class Hand {
  readonly #page: Page;
  /** How many keys were pressed since the last `begin`. */
  #keys = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  begin(): void {
    this.#keys = 0;
  }

  /** The seconds that a person takes for the keys that were pressed. */
  get seconds(): number {
    return (this.#keys * KEY_MS) / 1000;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.#keys++;
      await this.#page.keyboard.press(key, { delay: KEY_MS });
    }
  }

  async type(text: string): Promise<void> {
    this.#keys += text.length;
    await this.#page.keyboard.type(text, { delay: KEY_MS });
  }

  /** Presses Tab until the focus is there. @throws Error when it never is */
  async tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    await target.waitFor();
    for (let i = 0; i < MOST_TABS; i++) {
      if (await target.evaluate((node) => node === document.activeElement)) return;
      await this.press(key);
    }
    throw new Error(`the focus never comes to ${target}`);
  }

  /** Presses Enter on it, as soon as it can be. */
  async enter(target: Locator): Promise<void> {
    await this.tabTo(target);
    await expect.poll(() => target.isEnabled()).toBe(true);
    await this.press("Enter");
  }
}
