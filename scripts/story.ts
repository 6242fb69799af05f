import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createServerDatabase, withAdmin } from "../test/helpers/server-databases.ts";

/** Where a story runs: a data directory of its own and, with DATABASE_URL, a database of its own. */
export interface Stage {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly where: string;
}

/** A number from the command line. @throws when it is not a whole number of at least `least` */
function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new TypeError(`--${name}: '${text}', expected a whole number of at least ${least}`);
  }
  return value;
}

/**
 * Runs a long test as a command: reads its options, gives it a stage, removes everything afterwards.
 * Exit codes: 0 passed, 1 failed, 2 the options are not valid.
 */
export async function runStory(
  help: string,
  defaults: Record<string, string>,
  play: (stage: Stage, options: Record<string, number>) => Promise<boolean>,
): Promise<void> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  let options: Record<string, number>;
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h" },
        ...Object.fromEntries(
          Object.entries(defaults).map(([name, value]) => [
            name,
            { type: "string" as const, default: value },
          ]),
        ),
      },
    });
    if (values.help) return print(help);
    options = Object.fromEntries(
      Object.keys(defaults).map((name) => [
        name,
        wholeNumber(name, String(values[name as keyof typeof values]), 0),
      ]),
    );
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 2;
    return;
  }
  const server = process.env.DATABASE_URL;
  const dataDir = await mkdtemp(join(tmpdir(), "sbi-story-"));
  const database = server ? await createServerDatabase(server, randomBytes(4).toString("hex")) : undefined;
  try {
    const where = server ? await describe(server) : "the embedded database";
    print(`On ${where}.`);
    const passed = await play({ dataDir, databaseUrl: database?.url, where }, options);
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
