import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { createEmbeddedDatabase, createServerDatabase } from "./database.ts";
import { renderText } from "./figures.ts";
import { describeFlags, parseFlags } from "./flags.ts";
import { fillReport } from "./report.ts";
import { readMachine, writeResult } from "./results.ts";
import { stories } from "./stories.ts";
import { CannotRun, createBench, type Story } from "./story.ts";

const HELP = `Measures the platform, and what people build by hand beside it. See bench/README.md.

Usage: npm run bench -- <story> [options]
       npm run bench -- report     puts the newest result of each story into bench/README.md

Stories
${stories.map(({ name, about, flags }) => `  ${name.padEnd(12)} ${about}\n${describeFlags(flags)}`).join("\n")}

For every story
      --embedded       the embedded database, also where DATABASE_URL is set
  -h, --help           this text

Databases named sbi_bench_… are made on the server at DATABASE_URL and dropped at the end; unset, the embedded
database is used. Results go to bench/results/.

Exit codes: 0 measured, 1 failed, 2 an option is wrong or the story cannot run here, 130 interrupted.
`;

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

const BUILD = fileURLToPath(new URL("../scripts/build.mjs", import.meta.url));

/** Builds dist/ where it is missing or out of date, so that the bench measures the code that people run. */
function build(): void {
  const { status } = spawnSync(process.execPath, [BUILD, "--if-stale"], { stdio: "inherit" });
  if (status !== 0) throw new CannotRun("the platform could not be built");
}

async function runStory(story: Story, args: readonly string[]): Promise<number> {
  const { values, help, embedded } = parseFlags(story.flags, args, story.name);
  if (help) {
    out(`${story.name}: ${story.about}\n${describeFlags(story.flags)}\n`);
    return 0;
  }
  const serverUrl = embedded ? undefined : loadConfig().DATABASE_URL;
  build();
  const started = performance.now();
  const { bench, close } = createBench({
    progress: (text) => err(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}\n`),
    createDatabase: (own, options) =>
      serverUrl ? createServerDatabase(own, serverUrl) : createEmbeddedDatabase(own, options),
  });
  const machine = readMachine();
  const interrupted = new Promise<undefined>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
  const measuring = story.run(bench, values);
  measuring.catch(() => {});
  try {
    const outcome = await Promise.race([measuring, interrupted]);
    if (!outcome) return 130;
    for (const table of outcome.tables) out(`\n${renderText(table)}\n`);
    for (const note of outcome.notes) out(`- ${note}\n`);
    const seconds = (performance.now() - started) / 1000;
    out(`\n${await writeResult(story.name, values, outcome, { machine, seconds })}\n`);
    return 0;
  } finally {
    await close();
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === "--help" || command === "-h") {
    out(HELP);
    return command === undefined ? 2 : 0;
  }
  if (command === "report") {
    const filled = await fillReport(stories.map(({ name }) => name));
    out(`bench/README.md has the figures of: ${filled.join(", ") || "no story yet"}\n`);
    return 0;
  }
  const story = stories.find(({ name }) => name === command);
  if (story) return runStory(story, rest);
  throw new UsageError(
    `There is no story '${command}', expected ${stories.map(({ name }) => name).join(", ")} or report`,
  );
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const told =
      error instanceof UsageError ||
      error instanceof CannotRun ||
      (error instanceof PlatformError && error.class === "config");
    const text =
      error instanceof UsageError ? usageText(error, "npm run bench --") : (error as Error).message;
    err(`${told ? text : (error as Error).stack}\n`);
    process.exit(told ? 2 : 1);
  },
);
