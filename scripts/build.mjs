// `npm run build`, before the console: compiles the platform to dist/ and puts the files beside it that it reads at run
// time. `--if-stale` does so only where dist/ was made from other sources, and does not check types: that takes about a
// second, and is how `run.mjs` and the bench get the program that they run.
// Plain JavaScript, so that it runs before anything is compiled and without tsx.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
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

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Files that code finds by `import.meta.url`, the package.json that says "type": "module", and the files that its scripts
 * run, so that `npm run` works in the image too, which has only the files made here.
 */
const ASSETS = ["store/migrations", "seeds/data", "package.json", "scripts/run.mjs"];

/** In dist/, and made by itself (`build-console.mjs`): the operators' console. */
const CONSOLE = "console";

/** In a built folder: a hash of its sources. Content rather than times, which copies and checkouts change. */
export const STAMP = "built-from";

/** A build that cannot be made; the message is for the person who asked for it. */
export class BuildFailed extends Error {}

/** True when there is a compiler here. There is none after `npm prune --omit=dev`, nor in the image. */
export const canBuild = (root = ROOT) => existsSync(join(root, "node_modules/typescript/package.json"));

/**
 * Makes dist/ where it is missing or was made from other sources, without a look at types.
 * @throws BuildFailed when a source cannot be compiled; the file system's error where dist/ cannot be written
 */
export function ensureBuilt(root = ROOT) {
  const stamp = hashSources(root);
  const isThere = () => readStamp(join(root, "dist")) === stamp;
  if (isThere()) return;
  // Another command that started at the same time may be about to load its own build of the same sources.
  build(root, stamp, ["--noCheck", "--noResolve", "--types", ""], () => !isThere());
}

function buildChecked(root) {
  const stamp = hashSources(root);
  build(root, stamp, [], () => true);
  const dist = join(root, "dist");
  // Every command that npm runs by scripts/run.mjs has to be there on a machine without a compiler.
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const line of Object.values(scripts)) {
    const name = /\bscripts\/run\.mjs (\S+)$/.exec(line)?.[1];
    if (name !== undefined && !existsSync(join(dist, `${name}.js`)))
      throw new BuildFailed(`dist/${name}.js was not made; is ${name}.ts there?`);
  }
  // Relative imports must end in .js by now: Node would not find the .ts files that are not in dist/.
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    const left = /\bfrom\s+"(\.[^"]*\.ts)"/.exec(readFileSync(join(dist, file), "utf8"));
    if (left) throw new BuildFailed(`${join("dist", file)} still imports ${left[1]}`);
  }
}

/** Compiles beside dist/ and exchanges the two, so that nothing of an earlier build stays, nor half of one. */
function build(root, stamp, flags, isWanted) {
  if (!canBuild(root)) throw new BuildFailed("TypeScript is not installed; run `npm ci` first");
  const made = join(root, `.dist-${process.pid}`);
  try {
    rmSync(made, { recursive: true, force: true });
    mkdirSync(made);
    compile(root, made, flags);
    for (const asset of ASSETS) {
      if (!existsSync(join(root, asset))) throw new BuildFailed(`${asset} is missing`);
      cpSync(join(root, asset), join(made, asset), { recursive: true });
    }
    writeFileSync(join(made, STAMP), `${stamp}\n`);
    if (isWanted()) exchange(root, made, stamp);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function compile(root, outDir, flags) {
  const tscPackage = join(root, "node_modules/typescript/package.json");
  const tsc = join(dirname(tscPackage), JSON.parse(readFileSync(tscPackage, "utf8")).bin.tsc);
  // Standard output is the command's own when a command is built before it runs.
  const compiled = spawnSync(
    process.execPath,
    [tsc, "-p", "tsconfig.build.json", "--outDir", outDir, ...flags],
    {
      cwd: root,
      stdio: ["ignore", 2, "inherit"],
    },
  );
  if (compiled.error) throw new BuildFailed(`the compiler did not start: ${compiled.error.message}`);
  if (compiled.status !== 0)
    throw new BuildFailed(`the compiler found errors (exit ${compiled.status ?? compiled.signal})`);
}

function exchange(root, made, stamp) {
  const dist = join(root, "dist");
  const former = `${made}-former`;
  try {
    if (existsSync(dist)) renameSync(dist, former);
    renameSync(made, dist);
    keepConsole(former, dist);
  } catch (error) {
    // Another process was quicker.
    if (readStamp(join(root, "dist")) !== stamp) throw error;
  } finally {
    rmSync(former, { recursive: true, force: true });
  }
}

/** Takes the console along, which is up to date or not for reasons of its own. One that is lost is made again. */
function keepConsole(former, dist) {
  try {
    renameSync(join(former, CONSOLE), join(dist, CONSOLE));
  } catch {
    // There was none, or another process has put one there.
  }
}

/** What a built folder was made from; undefined where there is none. */
export function readStamp(folder) {
  try {
    return readFileSync(join(folder, STAMP), "utf8").trim();
  } catch {
    return undefined;
  }
}

/** All sources of a build, the compiler and this script included. */
function hashSources(root) {
  const { exclude } = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8"));
  const files = [
    "tsconfig.json",
    "tsconfig.build.json",
    "scripts/build.mjs",
    "node_modules/typescript/package.json",
  ];
  const walk = (folder, wanted) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (entry.isDirectory() && !entry.name.startsWith(".") && !exclude.includes(path))
        walk(`${path}/`, wanted);
      else if (entry.isFile() && wanted(path)) files.push(path);
    }
  };
  walk("", (path) => path.endsWith(".ts") && !exclude.includes(path));
  for (const asset of ASSETS) {
    if (asset.includes(".")) files.push(asset);
    else walk(`${asset}/`, () => true);
  }
  return hashFiles(root, files);
}

/** One hash of the names and contents of those of these files that are there. */
export function hashFiles(root, files) {
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    if (existsSync(join(root, file)))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update("\0");
  }
  return hash.digest("hex");
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv.includes("--if-stale")) ensureBuilt();
    else {
      buildChecked(ROOT);
      console.log("Built dist/; start it with `npm start`");
    }
  } catch (error) {
    console.error(`build: ${error instanceof BuildFailed ? error.message : error.stack}`);
    process.exit(1);
  }
}
