import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
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

/** What a production machine has of a folder: no tsx, and no development dependency at all. */
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
  it("is what was built where tsx is not installed, with its arguments, standard input and exit code", async () => {
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

  it("says what to do where there is neither tsx nor a build, and what there is not", async () => {
    await put("accounts/some.ts");
    const unbuilt = await run(["accounts/some"]).ended;
    expect(unbuilt).toMatchObject({ code: 2, stdout: "" });
    expect(unbuilt.stderr).toMatch(
      /^'accounts\/some' is not built, and tsx.* is not installed: run `npm ci`/,
    );
    const unknown = await run(["accounts/none"]).ended;
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(/^There is no command 'accounts\/none' in /);
  });

  it("runs from source where tsx is installed", async () => {
    const { ended } = run(["store/audit-cli", "--help"], ROOT);
    expect(await ended).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringContaining("Checks that"),
    });
  });
});

describe("package.json", () => {
  it("needs tsx for no command that a document gives to whoever runs the platform", async () => {
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
      "demo",
      "seed",
      "simulate",
      "start",
    ]);
    for (const name of commands) expect(scripts[name], name).toMatch(/^node scripts\/run\.mjs [a-z/-]+$/);
  });
});
