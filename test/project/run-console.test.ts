import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";

/** In vite's place: copies the page, counts how often it was asked, and fails where the page is broken. */
const VITE = `
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const [command, root, ...flags] = process.argv.slice(2);
const out = flags[flags.indexOf("--outDir") + 1];
appendFileSync("asked", command + " " + process.env.NODE_ENV + "\\n");
console.log("said by vite");
const page = readFileSync(root + "/index.html", "utf8");
if (page.includes("broken")) process.exit(1);
mkdirSync(out + "/assets", { recursive: true });
writeFileSync(out + "/index.html", page);
writeFileSync(out + "/assets/long.js", page.repeat(500));
writeFileSync(out + "/assets/long.png", page.repeat(500));
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sbi-console-build-"));
  await mkdir(join(folder, "scripts"));
  for (const name of ["run.mjs", "build.mjs", "build-console.mjs"])
    await cp(`${ROOT}scripts/${name}`, join(folder, "scripts", name));
  for (const name of ["tsconfig.json", "tsconfig.build.json"]) await cp(ROOT + name, join(folder, name));
  await put("package.json", JSON.stringify({ type: "module" }));
  await put("node_modules/vite/package.json", JSON.stringify({ bin: { vite: "vite.mjs" } }));
  await put("node_modules/vite/vite.mjs", VITE);
  await symlink(`${ROOT}node_modules/typescript`, join(folder, "node_modules/typescript"));
  await put("store/migrations/0001_some.sql", "select 1;");
  await put("seeds/data/some.json", "{}");
  await put("app/main.ts", "console.log('started');\n");
  await put("app/other.ts", "console.log('other');\n");
  await put("api/contract.ts", "export type Some = string;\n");
  await put("console/vite.config.ts", "export default {};\n");
  await put("console/index.html", "first page");
  return () => rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), text);
}

function run(name = "app/main") {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/run.mjs", name], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}
const page = () => readFile(join(folder, "dist/console/index.html"), "utf8");
/** How often vite was asked. */
const builds = async () =>
  existsSync(join(folder, "asked"))
    ? (await readFile(join(folder, "asked"), "utf8")).trim().split("\n").length
    : 0;

describe("the console that a command serves", () => {
  it("is built when it is missing, with a line that says so, and only then", async () => {
    expect(run()).toEqual({
      status: 0,
      stdout: "started\n",
      stderr: "Building the console, which takes some seconds ...\nsaid by vite\n",
    });
    expect(await page()).toBe("first page");
    expect(await readFile(join(folder, "asked"), "utf8")).toBe("build production\n");
    expect(run()).toEqual({ status: 0, stdout: "started\n", stderr: "" });
    expect(await builds()).toBe(1);
    expect((await readdir(folder)).filter((name) => name.startsWith(".dist-"))).toEqual([]);
  });

  it("has compressed forms beside the files that are worth it", async () => {
    run();
    const names = await readdir(join(folder, "dist/console"), { recursive: true });
    expect(names.toSorted()).toEqual([
      "assets",
      "assets/long.js",
      "assets/long.js.br",
      "assets/long.js.gz",
      "assets/long.png",
      "built-from",
      "index.html",
    ]);
    const read = (name: string) => readFile(join(folder, "dist/console/assets", name));
    const plain = await read("long.js");
    expect(brotliDecompressSync(await read("long.js.br"))).toEqual(plain);
    expect(gunzipSync(await read("long.js.gz"))).toEqual(plain);
  });

  it.each(["console/index.html", "api/contract.ts", "package-lock.json", "console/src/new.tsx"])(
    "is built again when %s has changed, whatever its date",
    async (path) => {
      run();
      await put(path, "// second page");
      await utimes(join(folder, path), 0, 0);
      expect(run().status).toBe(0);
      expect(await builds()).toBe(2);
    },
  );

  it("is not built for a test or a document of it, nor for a command that does not serve it", async () => {
    expect(run("app/other")).toEqual({ status: 0, stdout: "other\n", stderr: "" });
    expect(await builds()).toBe(0);
    run();
    await put("console/src/some.test.tsx", "a test");
    await put("console/test/flow.ts", "a test");
    await put("console/README.md", "a document");
    run();
    expect(await builds()).toBe(1);
  });

  it("stays when the platform is built again", async () => {
    run();
    await put("app/main.ts", "console.log('started anew');\n");
    expect(run()).toEqual({ status: 0, stdout: "started anew\n", stderr: "" });
    expect(await page()).toBe("first page");
    expect(await builds()).toBe(1);
  });

  it("leaves the platform running with the former one when it cannot be built", async () => {
    run();
    await put("console/index.html", "broken");
    const { status, stdout, stderr } = run();
    expect([status, stdout]).toEqual([0, "started\n"]);
    expect(stderr).toContain("The console cannot be built, and stays as it was: vite found errors (exit 1)");
    expect(await page()).toBe("first page");
    expect((await readdir(folder)).filter((name) => name.startsWith(".dist-"))).toEqual([]);
  });

  it("is what is there, or none, where vite is not installed", async () => {
    await rm(join(folder, "node_modules/vite"), { recursive: true });
    expect(run()).toEqual({ status: 0, stdout: "started\n", stderr: "" });
    expect(existsSync(join(folder, "dist/console"))).toBe(false);
    await put("dist/console/index.html", "of another machine");
    expect(run()).toEqual({ status: 0, stdout: "started\n", stderr: "" });
    expect(await page()).toBe("of another machine");
  });

  it("is whole, by whichever of the commands that start at once it was built", async () => {
    const all = Array.from({ length: 3 }, () => {
      const child = spawn(process.execPath, ["scripts/run.mjs", "app/main"], { cwd: folder });
      return new Promise<number | null>((resolve) => child.once("close", resolve));
    });
    expect(await Promise.all(all)).toEqual([0, 0, 0]);
    run();
    expect(await page()).toBe("first page");
    expect(await readdir(join(folder, "dist/console/assets"))).toHaveLength(4);
    expect((await readdir(folder)).filter((name) => name.startsWith(".dist-"))).toEqual([]);
  });
});
