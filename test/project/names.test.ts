import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mask } from "./imports.ts";
import { exportsOf } from "./names.ts";
import { GENERATED, projectFiles, ROOT } from "./source-files.ts";

describe("exported names", () => {
  const sources = projectFiles().filter((file) => /\.tsx?$/.test(file) && file !== GENERATED);
  const files = sources.filter((file) => !/^(console\/)?test\//.test(file));
  /** The console is a program of its own, with words of its own. */
  const programOf = (file: string) => (file.startsWith("console/") ? "console" : "platform");

  it("mean one thing each, wherever they are met", () => {
    const declaredIn = new Map<string, string[]>();
    for (const file of files)
      for (const name of exportsOf(readFileSync(ROOT + file, "utf8")))
        declaredIn.set(`${name} of the ${programOf(file)}`, [
          ...(declaredIn.get(`${name} of the ${programOf(file)}`) ?? []),
          file,
        ]);
    expect(declaredIn.size).toBeGreaterThan(1500);
    const shared = [...declaredIn].filter(([, places]) => places.length > 1);
    expect(shared.map(([name, places]) => `${name}: ${places.join(", ")}`)).toEqual([]);
  });

  // Types are not looked at: one that stands in the signature of an exported function may be written down by a caller.
  it("of functions and values are used in another file, be it a test", () => {
    const usedIn = new Map<string, Set<string>>();
    for (const file of sources) {
      // Only what is imported is used; that a door hands it on, or that something else has its name, is no use.
      const { code } = mask(readFileSync(ROOT + file, "utf8"));
      const imported = /^import\b[^;()]*? from\b|\{[^{}]*\}\s*=\s*await import\b|\bimport\([^)]*\)\.\w+/gm;
      for (const [list] of code.matchAll(imported))
        for (const [word] of list.matchAll(/[\w$]+/g))
          usedIn.set(word, (usedIn.get(word) ?? new Set()).add(file));
    }
    const unused = files.flatMap((file) =>
      exportsOf(readFileSync(ROOT + file, "utf8"), "values")
        .filter((name) => [...(usedIn.get(name) ?? [])].every((place) => place === file))
        .map((name) => `${name} of ${file}`),
    );
    expect(unused).toEqual([]);
  });

  it("are read from declarations of every form, and from nothing else", () => {
    const source = `export interface A {}
export type B<T> = T;
export abstract class C {}
export async function d() {}
export function* e() {}
export const f = 1, g = 2;
export function h(x: string): void;
export function h(x: number): void;
export { i } from "./i.ts";
export type { J };
const k = \`
export const l = 1;\`;
// export const m = 1;
  export const n = 1;`;
    expect(exportsOf(source)).toEqual(["A", "B", "C", "d", "e", "f", "h"]);
    expect(exportsOf(source, "values")).toEqual(["C", "d", "e", "f", "h"]);
  });
});
