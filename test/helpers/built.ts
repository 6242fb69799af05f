import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

const BUILD = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));

/** Options that children of this process need by hand; see vitest.config.ts. Absent when bench/ uses this file. */
export const OWN_FLAGS = process.execArgv.filter((flag) => flag === "--liftoff-only");

let upToDate = false;

/** Builds dist/ where it is missing or was made from other sources, as `scripts/run.mjs` does. */
function ensureBuilt(): void {
  if (upToDate) return;
  // The compiler's output goes to standard error.
  const { status } = spawnSync(process.execPath, [BUILD, "--if-stale"], { stdio: ["ignore", 2, "inherit"] });
  if (status !== 0) throw new Error("the platform could not be built: see above");
  upToDate = true;
}

/** The built file of a source, which is named without its ending, e.g. `app/cli/access`. */
export function builtFile(name: string): string {
  ensureBuilt();
  return fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
}

/**
 * Node's arguments that run a command of the platform from dist/, as people run it. Through tsx each process would take
 * 0.7 s of a core more.
 */
export function builtCommand(name: string): string[] {
  return [...OWN_FLAGS, "--enable-source-maps", builtFile(name)];
}

/** The exports of a module of the platform from dist/: its child processes then come from there, too. */
export async function importBuilt<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(builtFile(name)).href)) as T;
}
