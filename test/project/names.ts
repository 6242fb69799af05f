import { mask } from "./imports.ts";

/** Declarations with `export` before them; what an index.ts hands on is no declaration. */
const EXPORTED =
  /^export (?:declare |abstract |async )*(type|interface|class|function\*?|const|let|enum) ([\w$]+)/gm;

/** What a file declares and exports: types, functions and values, each name once. */
export function exportsOf(source: string, what: "all" | "values" = "all"): string[] {
  const found = [...mask(source).code.matchAll(EXPORTED)];
  const wanted = found.filter(([, form]) => what === "all" || !/^(type|interface)$/.test(form!));
  return [...new Set(wanted.map((match) => match[2] as string))];
}
