import { mask } from "./imports.ts";

/** Declarations with `export` before them; what an index.ts hands on is no declaration. */
const EXPORTED =
  /^export (?:declare |abstract |async )*(?:type|interface|class|function\*?|const|let|enum) ([\w$]+)/gm;

/** What a file declares and exports: types, functions and values, each name once. */
export function exportsOf(source: string): string[] {
  return [...new Set([...mask(source).code.matchAll(EXPORTED)].map((match) => match[1] as string))];
}
