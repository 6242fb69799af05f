import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** In the folder of a built console: the hash of its sources, by which `scripts/build-console.mjs` knows it again. */
const STAMP = "built-from";

/**
 * The folder with the console's built files: beside the compiled platform, or in dist/ where the source runs, whose own
 * neighbour `console/` holds the console's sources.
 */
export function findConsoleFolder(): string {
  const [beside, inDist] = ["../console/", "../dist/console/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return existsSync(beside! + STAMP) ? beside! : inDist!;
}
