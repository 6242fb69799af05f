import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { singleHelp } from "../base/command-help.ts";
import { asksForHelp, readLine } from "../base/command-line.ts";
import { numberOption } from "../base/command-options.ts";
import { UsageError, usageText } from "../base/usage-error.ts";
import { createServerDatabase, withAdmin } from "../test/helpers/server-databases.ts";

/** The stage of a story: a data directory of its own and, with DATABASE_URL, a database of its own. */
export interface Stage {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly where: string;
}

/** A long test as a command. */
export interface StoryCommand<Shape extends z.ZodRawShape> {
  /** The npm script, e.g. `npm run test:crash`. */
  readonly name: string;
  readonly about: string;
  readonly input: Shape;
  /** The sentence about where it runs. */
  readonly more: string;
}

/** An option of a story: a whole number from 0. */
export const storyNumber = (fallback: number, about: string, shown = String(fallback)) =>
  numberOption({ min: 0, whole: true })
    .default(fallback)
    .meta({ value: "N", description: `${about} (default ${shown})` });

/** Another number at each start. */
export const storySeed = (about: string) => storyNumber(Date.now() % 100_000, about, "by the clock");

/**
 * Runs a long test as a command: reads its options, gives it a stage, removes everything afterwards.
 * Exit codes: 0 passed, 1 failed, 2 the options are not valid.
 */
export async function runStory<Shape extends z.ZodRawShape>(
  command: StoryCommand<Shape>,
  play: (stage: Stage, values: z.output<z.ZodObject<Shape>>) => Promise<boolean>,
): Promise<void> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return print(singleHelp({ ...command, call: command.name }));
  let values: z.output<z.ZodObject<Shape>>;
  try {
    values = readLine(command, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${usageText(error, `${command.name} --`)}\n`);
    process.exitCode = 2;
    return;
  }
  const server = process.env.DATABASE_URL;
  const dataDir = await mkdtemp(join(tmpdir(), "sbi-story-"));
  const database = server ? await createServerDatabase(server, randomBytes(4).toString("hex")) : undefined;
  try {
    const where = server ? await describe(server) : "the embedded database";
    print(`On ${where}.`);
    const passed = await play({ dataDir, databaseUrl: database?.url, where }, values);
    print(passed ? "Passed." : "FAILED.");
    process.exitCode = passed ? 0 : 1;
  } finally {
    await database?.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function describe(server: string): Promise<string> {
  return withAdmin(server, async (admin) => {
    const { rows } = await admin.query<{ version: string; ts: string }>(
      `select current_setting('server_version') as version,
              (select default_version from pg_available_extensions where name = 'timescaledb') as ts`,
    );
    return `PostgreSQL ${rows[0]!.version} with TimescaleDB ${rows[0]!.ts}`;
  });
}
