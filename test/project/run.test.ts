import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { NODE_FLAGS } from "../../app/node-flags.ts";
import { ROOT } from "./source-files.ts";

/** A command that tells what reached it, and ends as it is told to. */
const COMMAND = `
process.on("SIGTERM", () => process.exit(7));
console.log(JSON.stringify({ argv: process.argv.slice(1), file: import.meta.filename ?? new URL(import.meta.url).pathname }));
process.stdin.setEncoding("utf8").on("data", (text) => {
  console.log("read " + text.trim());
  process.exit(Number(text));
});
`;

/** What a production machine has of a folder: no development dependency, and so no compiler. */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sbi-run-"));
  await mkdir(join(folder, "scripts"));
  await cp(`${ROOT}scripts/run.mjs`, join(folder, "scripts/run.mjs"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return () => rm(folder, { recursive: true, force: true });
});

async function put(path: string, text = COMMAND): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
  return file;
}

function run(args: readonly string[], cwd = folder) {
  const child: ChildProcess = spawn(process.execPath, ["scripts/run.mjs", ...args], { cwd });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, ...output })),
  );
  const firstLine = new Promise<string>((resolve) => child.stdout!.once("data", resolve));
  return { child, ended, firstLine };
}

describe("a command that npm runs", () => {
  it("is what was built where no compiler is installed, with its arguments, standard input and exit code", async () => {
    await put("accounts/some.ts", "syntax error");
    const built = await put("dist/accounts/some.js");
    const { child, ended } = run(["accounts/some", "--name", "two words"]);
    child.stdin!.end("5\n");
    const { code, stdout, stderr } = await ended;
    expect(stderr).toBe("");
    const [told, read] = stdout.trim().split("\n");
    expect(JSON.parse(told!)).toEqual({ argv: [built, "--name", "two words"], file: built });
    expect(read).toBe("read 5");
    expect(code).toBe(5);
  });

  it("is ended by the signal that it gets, in its own way", async () => {
    await put("dist/some.js");
    const { child, ended, firstLine } = run(["some"]);
    await firstLine;
    child.kill("SIGTERM");
    expect((await ended).code).toBe(7);
  });

  it("is found in the image, which has only what was built", async () => {
    const file = await put("accounts/some.js");
    const { child, ended } = run(["accounts/some"]);
    child.stdin!.end("0\n");
    const { code, stdout } = await ended;
    expect(JSON.parse(stdout.split("\n")[0]!)).toEqual({ argv: [file], file });
    expect(code).toBe(0);
  });

  it("says what to do where there is neither a compiler nor a build, and what there is not", async () => {
    await put("accounts/some.ts");
    const unbuilt = await run(["accounts/some"]).ended;
    expect(unbuilt).toMatchObject({ code: 2, stdout: "" });
    expect(unbuilt.stderr).toMatch(
      /^'accounts\/some' is not built, and TypeScript.* is not installed: run `npm ci`/,
    );
    const unknown = await run(["accounts/none"]).ended;
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/^There is no command 'accounts\/none' in /);
  });
});

describe("a command where the sources and a compiler are", () => {
  const say = (text: string) =>
    `import { told } from "./told.ts";\nexport const some: string = told("${text}");\n`;
  const TOLD = "export const told = (text: string): string => (console.log(text), text);\n";

  beforeEach(async () => {
    await cp(`${ROOT}scripts/build.mjs`, join(folder, "scripts/build.mjs"));
    for (const file of ["tsconfig.json", "tsconfig.build.json"]) await cp(ROOT + file, join(folder, file));
    await mkdir(join(folder, "node_modules"));
    await symlink(`${ROOT}node_modules/typescript`, join(folder, "node_modules/typescript"));
    await put("store/migrations/0001_some.sql", "select 1;");
    await put("seeds/data/some.json", "{}");
    await put("told.ts", TOLD);
    await put("some.ts", say("first"));
  });

  const output = async () => (await run(["some"]).ended).stdout;
  const built = () => readFile(join(folder, "dist/some.js"), "utf8");

  it("is built when it is missing, and only then", async () => {
    expect(await run(["some"]).ended).toEqual({ code: 0, stdout: "first\n", stderr: "" });
    // What lies there now is not made anew: it says what nobody has written in the source.
    await put("dist/some.js", (await built()).replace("first", "as it was built"));
    expect(await output()).toBe("as it was built\n");
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^\.dist-/));
  });

  it("is built again when a source has changed, also to one with an older date", async () => {
    await output();
    const file = await put("some.ts", say("second"));
    await utimes(file, 0, 0);
    expect(await output()).toBe("second\n");
    // A program of the same sources is the same one.
    await put("dist/some.js", (await built()).replace("second", "as it was built"));
    await utimes(file, new Date(), new Date());
    expect(await output()).toBe("as it was built\n");
  });

  it("is built again when a file has changed that it is built with", async () => {
    await output();
    await put("dist/some.js", "console.log('out of date')");
    await put("store/migrations/0002_more.sql", "select 2;");
    expect(await output()).toBe("first\n");
    expect(await readdir(join(folder, "dist/store/migrations"))).toContain("0002_more.sql");
  });

  it("leaves nothing of a source that has gone", async () => {
    await put("gone.ts", say("gone"));
    await output();
    await rm(join(folder, "gone.ts"));
    await output();
    expect(await readdir(join(folder, "dist"))).not.toContain("gone.js");
  });

  it("says what cannot be compiled, and runs nothing older", async () => {
    await output();
    await put("some.ts", "export const some = ;\n");
    const { code, stdout, stderr } = await run(["some"]).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/some\.ts.*error TS1109[\s\S]*'some' cannot be built: the compiler found errors/);
  });

  it("is built whole by every command that starts at once", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, output));
    expect(all).toEqual(Array.from({ length: 4 }, () => "first\n"));
  });
});

describe("how Node is told to start the platform", () => {
  it("is the same by npm, in the image, and for the demo and the bench", async () => {
    const { scripts } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8"));
    expect(scripts.start).toBe(`node ${NODE_FLAGS.join(" ")} scripts/run.mjs app/main`);
    const dockerfile = await readFile(`${ROOT}Dockerfile`, "utf8");
    const command = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)![1]!);
    expect(command).toEqual(["node", ...NODE_FLAGS, "--enable-source-maps", "app/main.js"]);
    for (const file of ["app/demo.ts", "test/helpers/platform-process.ts"])
      expect(await readFile(ROOT + file, "utf8")).toMatch(/\.\.\.NODE_FLAGS|: NODE_FLAGS|\? NODE_FLAGS/);
    for (const file of ["README.md", "README.zh-CN.md"])
      expect(await readFile(ROOT + file, "utf8")).toContain(`node ${NODE_FLAGS.join(" ")} dist/app/main.js`);
  });
});

describe("package.json", () => {
  it("needs no compiler for a command that a document gives to whoever runs the platform", async () => {
    const { scripts } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8")) as {
      scripts: Record<string, string>;
    };
    const documents = ["README.md", "docs/security.md", "docs/access.md", "docs/api.md", "docs/broadcast.md"];
    const texts = await Promise.all(documents.map((file) => readFile(ROOT + file, "utf8")));
    const named = new Set(
      texts.flatMap((text) => [...text.matchAll(/\bnpm (?:run )?([a-z][a-z:]*)/g)].map((match) => match[1]!)),
    );
    /** What a developer runs, or what makes the build. */
    const development = ["build", "test", "bench", "env:example"];
    const commands = [...named].filter((name) => name in scripts && !development.includes(name)).sort();
    expect(commands).toEqual([
      "access",
      "audit:verify",
      "broadcast:keys",
      "decode",
      "demo",
      "seed",
      "simulate",
      "start",
    ]);
    for (const name of commands)
      expect(scripts[name], name).toMatch(/^node (--[a-z-]+=\d+ )?scripts\/run\.mjs [a-z/-]+$/);
  });
});
