// `npm run build`: compiles the platform to dist/ and puts beside it what it reads at run time.
// Plain JavaScript, so that it runs before anything is compiled and without tsx.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/**
 * Files that code finds by `import.meta.url`, the package.json that says "type": "module", and what its scripts run,
 * so that `npm run` works in the image too, which has only what is made here.
 */
const ASSETS = ["store/migrations", "seeds/data", "package.json", "scripts/run.mjs"];

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}

// A file whose source was deleted would go on being shipped, so nothing of an earlier build stays.
rmSync(dist, { recursive: true, force: true });

const tscPackage = join(root, "node_modules/typescript/package.json");
if (!existsSync(tscPackage)) fail("TypeScript is not installed; run `npm ci` first");
const tsc = join(dirname(tscPackage), JSON.parse(readFileSync(tscPackage, "utf8")).bin.tsc);
const compiled = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (compiled.error) fail(`the compiler did not start: ${compiled.error.message}`);
if (compiled.status !== 0) {
  // What the compiler wrote despite its errors must not be taken for a build.
  rmSync(dist, { recursive: true, force: true });
  fail(`the compiler found errors (exit ${compiled.status ?? compiled.signal})`);
}

for (const asset of ASSETS) {
  if (!existsSync(join(root, asset))) fail(`${asset} is missing`);
  cpSync(join(root, asset), join(dist, asset), { recursive: true });
}

// Every command that npm runs by scripts/run.mjs has to be there on a machine without tsx.
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const line of Object.values(scripts)) {
  const name = /^node scripts\/run\.mjs (\S+)$/.exec(line)?.[1];
  if (name !== undefined && !existsSync(join(dist, `${name}.js`)))
    fail(`dist/${name}.js was not made; is ${name}.ts there?`);
}

// Relative imports must end in .js by now: Node would not find the .ts files that are not in dist/.
for (const file of readdirSync(dist, { recursive: true })) {
  if (!file.endsWith(".js")) continue;
  const left = /\bfrom\s+"(\.[^"]*\.ts)"/.exec(readFileSync(join(dist, file), "utf8"));
  if (left) fail(`${join("dist", file)} still imports ${left[1]}`);
}
console.log("Built dist/; start it with `node dist/main.js`");
