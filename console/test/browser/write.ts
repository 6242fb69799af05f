import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { settled } from "../pages.ts";

/** The button from the form to its check. */
export const review = (page: Page): Locator => page.getByRole("button", { name: /^核对并提交/ });

/** Fills in a new broadcast up to its check, by mouse. */
export async function prepare(page: Page, mode: "drill" | "actual", region: string): Promise<void> {
  await page.goto(`/console/broadcasts/new/${mode}`);
  await settled(page);
  await page.getByLabel("查事件：名称或代码").fill("11A51");
  await page.getByRole("radio", { name: /11A51/ }).check();
  await page.locator("fieldset").getByText("较大").click();
  await page.getByRole("combobox", { name: "加区域" }).fill(region);
  await page.locator("[role=option]").first().click();
  await expect.poll(() => review(page).isEnabled()).toBe(true);
}

/** Puts words of one's own in place of the template's. @returns where they stand */
export async function writeWords(page: Page, words: string): Promise<Locator> {
  const field = page.getByRole("textbox", { name: "说什么" }).first();
  await field.fill(words);
  return field;
}
