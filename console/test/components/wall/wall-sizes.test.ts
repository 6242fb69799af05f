import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FOLDER = `${import.meta.dirname}/../../../src/pages/wall/`;
/** The page with the code is read by somebody who stands before it. */
const sheets = readdirSync(FOLDER).filter((name) => name.endsWith(".css") && name !== "pairing.module.css");
const styleOf = (name: string) => readFileSync(FOLDER + name, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

/** Sizes of type in rem, which is 16 pixels at 1920×1080. */
const sizesOf = (css: string) =>
  [...css.matchAll(/font(?:-size)?:[^;]*?([\d.]+)(rem|px|em|pt)/g)].map(([, size, unit]) => ({
    size: Number(size),
    unit,
  }));

describe("what is read from six metres", () => {
  it("has at least 24 pixels at 1920×1080 everywhere", () => {
    const sizes = sheets.flatMap((name) => sizesOf(styleOf(name)));
    expect(sizes.length).toBeGreaterThan(20);
    expect(sizes.filter(({ size, unit }) => unit !== "rem" || size < 1.5)).toEqual([]);
  });

  it("is measured in rem alone, so that 4K is twice as large and not twice as much", () => {
    for (const name of sheets) {
      const lengths = [...styleOf(name).matchAll(/[\s(:](-?[\d.]+)(px|pt|vh|vw)\b/g)];
      // What only a screen reader finds has no size on the screen.
      expect(
        lengths.filter(([, size]) => size !== "1").map(([text]) => text),
        name,
      ).toEqual([]);
    }
    const ground = readFileSync(`${FOLDER}../../ui/ground.css`, "utf8");
    expect(ground).toContain("font-size: min(calc(100vw / 120), calc(100vh / 67.5));");
  });

  it("has numbers of at least 56 pixels, and the proven count of at least 160", () => {
    const side = styleOf("side.module.css");
    const sizeIn = (selector: string, css: string) => {
      const rule = css.slice(css.indexOf(`${selector} {`));
      return sizesOf(rule.slice(0, rule.indexOf("}")))[0]!.size * 16;
    };
    expect(sizeIn(".hero > b", side)).toBeGreaterThanOrEqual(160);
    expect(sizeIn(".figures dd", side)).toBeGreaterThanOrEqual(56);
    expect(sizeIn(".fact dd", styleOf("foot.module.css"))).toBeGreaterThanOrEqual(56);
  });

  it("has no animation: nothing flashes", () => {
    for (const name of sheets) expect(styleOf(name)).not.toMatch(/animation|transition|@keyframes/);
  });

  it("shows no pointer", () => {
    expect(styleOf("wall.module.css")).toContain("cursor: none;");
  });
});
