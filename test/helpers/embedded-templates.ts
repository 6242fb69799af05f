import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { takeLock } from "../../store/embedded/lock.ts";
import { openHosted } from "./embedded-host.ts";
import { addRegions, addTables } from "./fill-database.ts";

/**
 * Closed embedded databases that tests copy. `empty` has TimescaleDB's extension and nothing else, `tables` is
 * migrated and has the tables of every kind, `regions` has those of Guizhou in them.
 */
export type Template = "empty" | "tables" | "regions";

interface Recipe {
  readonly from?: Template;
  readonly fill?: (url: string) => Promise<void>;
}

const RECIPES: Record<Template, Recipe> = {
  empty: {},
  tables: { from: "empty", fill: addTables },
  regions: { from: "tables", fill: addRegions },
};

/** Making all of them takes about 7 s of a core; the other test process waits for the one that does. */
const WAIT_MS = 100_000;

/** The folder of a template: made once per run, by the first test that asks for it. */
async function ensureTemplate(name: Template): Promise<string> {
  const run = inject("testRun").folder;
  const folder = join(run, `template-${name}`);
  if (existsSync(folder)) return folder;
  const lock = await takeLock(join(run, `making-${name}`), run, WAIT_MS);
  try {
    if (existsSync(folder)) return folder;
    const { from, fill } = RECIPES[name];
    const draft = `${folder}-draft`;
    rmSync(draft, { recursive: true, force: true });
    if (from) copyFolder(await ensureTemplate(from), draft);
    else mkdirSync(draft);
    const database = await openHosted(draft);
    try {
      await fill?.(database.url);
    } finally {
      await database.close();
    }
    renameSync(draft, folder);
    return folder;
  } finally {
    lock.release();
  }
}

/** Puts a copy of a template into the folder where `startEmbedded` and `openHosted` look for a database. */
export async function copyTemplate(name: Template, to: string): Promise<void> {
  copyFolder(await ensureTemplate(name), to);
}

/**
 * A DATA_DIR for the platform as a process of its own. Where tests run on the embedded database it has one in it,
 * with tables and regions, so that its first start takes no longer than the next ones.
 */
export async function makeDataDir(): Promise<string> {
  const folder = mkdtempSync(join(inject("testRun").folder, "data-"));
  if (!process.env.DATABASE_URL) await copyTemplate("regions", join(folder, "database"));
  return folder;
}

/** Copies files and folders. The `cp` of node:fs takes four times as long for a thousand small files. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyFolder(source, target);
    else copyFileSync(source, target);
  }
}
