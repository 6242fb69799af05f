import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is not the project's own text: installed, built, generated, or somebody's local files. */
const SKIPPED = new Set(["node_modules", "dist", "coverage", ".git", ".data", "bench/results", "seeds/data"]);

/** The console's types, which a generator writes from the OpenAPI document. */
export const GENERATED = "console/src/api/schema.ts";

/** Where `scripts/build.mjs` builds before it exchanges dist/; gone in a second. */
const BEING_BUILT = /^\.dist-/;

/** The project's files below `root`, as paths with forward slashes, sorted. */
export function projectFiles(root: string = ROOT): string[] {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const path = folder + entry.name;
      if (SKIPPED.has(path) || BEING_BUILT.test(path)) continue;
      if (entry.isDirectory() && entry.name === "node_modules") continue;
      if (entry.isDirectory()) walk(`${path}/`);
      else if (entry.isFile()) files.push(path);
    }
  };
  walk("");
  return files.sort();
}
