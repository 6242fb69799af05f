import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

const BUILD = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));

/** What children of this process have to be given by hand; see vitest.config.ts. Not there when bench/ uses this file. */
export const OWN_FLAGS = process.execArgv.filter((flag) => flag === "--liftoff-only");

let upToDate = false;

/** Has dist/ made where it is missing or was made from other sources, as `scripts/run.mjs` does. */
function ensureBuilt(): void {
  if (upToDate) return;
  // What the compiler says goes to standard error.
  const { status } = spawnSync(process.execPath, [BUILD, "--if-stale"], { stdio: ["ignore", 2, "inherit"] });
  if (status !== 0) throw new Error("the platform could not be built: see above");
  upToDate = true;
}

/** The file that was built of a source, which is named without its ending, e.g. `app/cli/access`. */
export function builtFile(name: string): string {
  ensureBuilt();
  return fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
}

/**
 * Node's arguments that run a command of the platform as people run it: what was built of it. Through tsx each process
 * would take 0.7 s of a core more.
 */
export function builtCommand(name: string): string[] {
  return [...OWN_FLAGS, "--enable-source-maps", builtFile(name)];
}

/** What a module of the platform exports, as it was built: its child processes then are, too. */
export async function importBuilt<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(builtFile(name)).href)) as T;
}
