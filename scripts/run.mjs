// `node scripts/run.mjs NAME [arguments]` runs a command of the platform, e.g. `app/cli/access`, from its build:
// run through tsx, a message costs the platform a quarter more. Where the sources and a compiler are, as after `npm ci`,
// the build is made when it is missing or out of date, in about a second, and where a command serves the console, that
// as well; a production machine and the image have the build alone. In this very process, so that signals, standard
// input, the terminal and the exit code are the command's own. Plain JavaScript, and nothing but Node: it also runs in
// the image, where it lies beside the compiled files.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "", ...args] = process.argv.slice(2);

function fail(message) {
  console.error(message);
  process.exit(2);
}

/** Lets `build.mjs` bring dist/ up to date where it can: where it exists, with sources and a compiler. */
async function bringUpToDate() {
  const script = join(root, "scripts/build.mjs");
  if (!existsSync(script)) return;
  const { BuildFailed, canBuild, ensureBuilt } = await import(pathToFileURL(script).href);
  if (!canBuild()) return;
  try {
    ensureBuilt();
  } catch (error) {
    if (error instanceof BuildFailed) fail(`'${name}' cannot be built: ${error.message}`);
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
    fail(
      `dist/ is out of date, and this user may not write it: run \`npm run build\` as the owner of ${root}`,
    );
  }
}

/** The commands whose process serves the console, or starts one that does. */
const SERVES_CONSOLE = ["app/main", "app/demo"];

/**
 * Lets `build-console.mjs` bring the console up to date, where it exists, with the sources and vite. The platform does
 * without: devices and orders must not wait because a page cannot be built.
 */
async function bringConsoleUpToDate() {
  const script = join(root, "scripts/build-console.mjs");
  if (!existsSync(script)) return;
  const { ensureConsole } = await import(pathToFileURL(script).href);
  try {
    ensureConsole();
  } catch (error) {
    console.error(`The console cannot be built, and stays as it was: ${error.message}`);
  }
}

const source = join(root, `${name}.ts`);
const findBuilt = () =>
  [join(root, "dist", `${name}.js`), join(root, `${name}.js`)].find((file) => existsSync(file));

if (name === "") fail("Expected the name of a command: node scripts/run.mjs NAME [arguments]");
if (!existsSync(source) && !findBuilt()) fail(`There is no command '${name}' in ${root}`);
if (existsSync(source)) {
  await bringUpToDate();
  if (SERVES_CONSOLE.includes(name)) await bringConsoleUpToDate();
}
const file = findBuilt();
if (!file) {
  fail(
    `'${name}' is not built, and TypeScript, which builds it, is not installed: run \`npm ci\`, and for production \`npm run build && npm prune --omit=dev\` after it`,
  );
}

process.argv.splice(1, process.argv.length, file, ...args);
process.setSourceMapsEnabled(true);
await import(pathToFileURL(file).href);
