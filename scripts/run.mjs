// `node scripts/run.mjs NAME [arguments]` runs a command of the platform, e.g. `accounts/cli`: its source through tsx
// where there is tsx, as after `npm ci`; what `npm run build` made of it elsewhere, as on a machine that runs the
// platform. In this very process, so that signals, standard input, the terminal and the exit code are the command's own.
// Plain JavaScript, and nothing but Node: it also runs in the image, where it lies beside what was compiled.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "", ...args] = process.argv.slice(2);

/** The address of tsx; undefined where it is not installed, as after `npm prune --omit=dev`. */
function findTsx() {
  try {
    return pathToFileURL(createRequire(join(root, "package.json")).resolve("tsx")).href;
  } catch {
    return undefined;
  }
}

const source = join(root, `${name}.ts`);
const built = [join(root, "dist", `${name}.js`), join(root, `${name}.js`)].find((file) => existsSync(file));
const tsx = existsSync(source) ? findTsx() : undefined;

function fail(message) {
  console.error(message);
  process.exit(2);
}

if (name === "") fail("Expected the name of a command: node scripts/run.mjs NAME [arguments]");
if (!existsSync(source) && !built) fail(`There is no command '${name}' in ${root}`);
if (!tsx && !built) {
  fail(
    `'${name}' is not built, and tsx, which runs it from source, is not installed: run \`npm ci\`, and for production \`npm run build && npm prune --omit=dev\` after it`,
  );
}

const file = tsx ? source : built;
process.argv.splice(1, process.argv.length, file, ...args);
if (tsx) {
  // Whoever starts a process of its own, as the demo does, hands these flags on.
  process.execArgv.push("--import", tsx);
  await import(tsx);
} else process.setSourceMapsEnabled(true);
await import(pathToFileURL(file).href);
