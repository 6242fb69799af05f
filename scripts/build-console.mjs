// `node scripts/build-console.mjs`, a part of `npm run build`: makes the operators' console in dist/console/, with a
// compressed file beside each one that is worth it. `ensureConsole` does so only where that was made from other sources,
// in some seconds: so `npm start` and the demo always show the console that belongs to them.
// Its stamp is a hash of its sources, of which the platform tells pages too, so that an old one notices.
// Plain JavaScript, and nothing but Node and vite, as it runs before anything is compiled.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { hashFiles, readStamp, STAMP } from "./build.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Below this a file fits into one packet as it is. */
const WORTH_COMPRESSING = 1024;
/** Pictures and fonts are compressed in themselves. */
const COMPRESSED = /\.(png|jpg|webp|woff2|mp3)$/;

/** A console that cannot be made; the message is for the person who asked for it. */
export class ConsoleFailed extends Error {}

/** True when the console's sources and vite are here. Vite is not there after `npm prune --omit=dev`. */
export const canBuildConsole = (root = ROOT) =>
  existsSync(join(root, "console/vite.config.ts")) &&
  existsSync(join(root, "node_modules/vite/package.json"));

/**
 * Makes dist/console/ where it is missing or was made from other sources, and says so before, as it takes some seconds.
 * @throws ConsoleFailed when it cannot be built; the file system's error where dist/ cannot be written
 */
export function ensureConsole(root = ROOT) {
  if (!canBuildConsole(root)) return;
  const stamp = hashSources(root);
  if (readStamp(join(root, "dist/console")) === stamp) return;
  console.error("Building the console, which takes some seconds ...");
  buildConsole(root, stamp);
}

/** Builds beside dist/console/ and exchanges the two, so that nothing of an earlier build stays, nor half of one. */
function buildConsole(root, stamp) {
  const made = join(root, `.dist-console-${process.pid}`);
  try {
    rmSync(made, { recursive: true, force: true });
    bundle(root, made, stamp);
    compressFiles(made);
    writeFileSync(join(made, STAMP), `${stamp}\n`);
    exchange(root, made);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function bundle(root, outDir, stamp) {
  const vitePackage = join(root, "node_modules/vite/package.json");
  const vite = join(dirname(vitePackage), JSON.parse(readFileSync(vitePackage, "utf8")).bin.vite);
  const flags = ["--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"];
  const built = spawnSync(process.execPath, [vite, "build", join(root, "console"), ...flags], {
    cwd: root,
    // What a developer has set for other work would go into the files.
    // The stamp stands in the files as well: so a page knows which console it is.
    env: { ...process.env, NODE_ENV: "production", VITE_BUILD: stamp },
    // Standard output is the command's own when the console is built before it runs.
    stdio: ["ignore", 2, "inherit"],
  });
  if (built.error) throw new ConsoleFailed(`vite did not start: ${built.error.message}`);
  if (built.status !== 0) throw new ConsoleFailed(`vite found errors (exit ${built.status ?? built.signal})`);
}

function compressFiles(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || COMPRESSED.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    if (content.length < WORTH_COMPRESSING) continue;
    const forms = {
      br: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
      gz: gzipSync(content, { level: 9 }),
    };
    for (const [ending, form] of Object.entries(forms))
      if (form.length < content.length) writeFileSync(`${file}.${ending}`, form);
  }
}

function exchange(root, made) {
  const place = join(root, "dist/console");
  const former = `${made}-former`;
  mkdirSync(dirname(place), { recursive: true });
  try {
    if (existsSync(place)) renameSync(place, former);
    renameSync(made, place);
  } catch (error) {
    // Another process was quicker.
    if (readStamp(join(root, "dist/console")) === undefined) throw error;
  } finally {
    rmSync(former, { recursive: true, force: true });
  }
}

/** What is in console/ and in none of its files: packages, tests, documents, and the generator of its types. */
const NO_SOURCE = /(^|\/)node_modules\/|^console\/(test|codegen)\/|\.(test\.tsx?|md)$/;

/** All sources of the console: what it imports from the platform, and the packages and this script that make it. */
function hashSources(root) {
  const files = ["tsconfig.json", "package-lock.json", "api/contract.ts", "scripts/build-console.mjs"];
  for (const entry of readdirSync(join(root, "console"), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !NO_SOURCE.test(file)) files.push(file);
  }
  return hashFiles(root, files);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    if (!canBuildConsole()) throw new ConsoleFailed("vite is not installed; run `npm ci` first");
    buildConsole(ROOT, hashSources(ROOT));
    console.log("Built dist/console/, which the platform serves at /console/");
  } catch (error) {
    console.error(`build: ${error instanceof ConsoleFailed ? error.message : error.stack}`);
    process.exit(1);
  }
}
