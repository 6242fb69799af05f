import type { Page } from "playwright-core";
import { luminance, type Picture } from "./png.ts";

/** Shows a page from now on as somebody sees it who sees no colours. */
export async function takeColoursOut(page: Page): Promise<void> {
  // Holds for as long as this session does.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
}

/** How colourful the most colourful point of a picture is, from 0 to 255. */
export function mostColour(picture: Picture): number {
  let most = 0;
  for (let y = 0; y < picture.height; y += 3) {
    for (let x = 0; x < picture.width; x += 3) {
      const parts = picture.at(x, y);
      most = Math.max(most, Math.max(...parts) - Math.min(...parts));
    }
  }
  return most;
}

/** The share of points at which two pictures are clearly of different brightness. */
export function differenceOf(one: Picture, other: Picture): number {
  const [width, height] = [Math.min(one.width, other.width), Math.min(one.height, other.height)];
  let different = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.abs(luminance(one.at(x, y)) - luminance(other.at(x, y))) > 0.1) different++;
    }
  }
  return different / (width * height);
}
