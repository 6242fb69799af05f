import type { Page } from "playwright-core";
import { contrastOf, readPng } from "./png.ts";

/** A text in a drawing that is hard to read on what lies behind it. */
export interface FaintText {
  readonly text: string;
  readonly contrast: number;
  readonly colour: string;
  readonly behind: string;
}

interface DrawnText {
  readonly text: string;
  readonly colour: string;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** Runs in the page: lists the texts of its drawings, and hides them, so that what is behind them can be seen. */
function takeTextsOut(): DrawnText[] {
  const texts: DrawnText[] = [];
  for (const node of document.querySelectorAll<SVGTextElement>("svg text")) {
    const style = getComputedStyle(node);
    const { x, y, width, height } = node.getBoundingClientRect();
    const text = node.textContent?.trim() ?? "";
    const isShown = width > 0 && height > 0 && style.visibility === "visible" && style.opacity !== "0";
    if (text === "" || !isShown) continue;
    texts.push({ text, colour: style.fill, box: { x, y, width, height } });
  }
  for (const node of document.querySelectorAll<SVGTextElement>("svg text")) node.style.visibility = "hidden";
  return texts;
}

/** Runs in the page. */
function putTextsBack(): void {
  for (const node of document.querySelectorAll<SVGTextElement>("svg text")) node.style.visibility = "";
}

const partsOf = (colour: string) =>
  (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number) as unknown as readonly [number, number, number];

/**
 * The texts in drawings whose contrast with any pixel behind them is below `least`, the worst pixel of each. axe does not
 * look at texts in SVG.
 */
export async function findFaintTexts(page: Page, least: number): Promise<FaintText[]> {
  const texts = await page.evaluate(takeTextsOut);
  const picture = readPng(await page.screenshot());
  await page.evaluate(putTextsBack);
  const faint: FaintText[] = [];
  for (const { text, colour, box } of texts) {
    const ink = partsOf(colour);
    let worst = { contrast: 21, behind: "" };
    for (let y = Math.max(0, Math.ceil(box.y)); y < Math.min(picture.height, box.y + box.height); y++) {
      for (let x = Math.max(0, Math.ceil(box.x)); x < Math.min(picture.width, box.x + box.width); x++) {
        const pixel = picture.at(x, y);
        const contrast = contrastOf(ink, pixel);
        if (contrast < worst.contrast) worst = { contrast, behind: pixel.join(",") };
      }
    }
    if (worst.contrast < least) faint.push({ text, colour, ...worst });
  }
  return faint;
}
