import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../app/version.ts";
import type { BenchDatabase } from "./bench-database.ts";
import type { Table } from "./figures.ts";
import type { StoryOutcome } from "./story.ts";

export const RESULTS = fileURLToPath(new URL("results/", import.meta.url));

/** The machine on which the figures were taken. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before the story; about 0 on an idle machine. */
  readonly loadBefore: number;
}

export interface Result {
  readonly story: string;
  /** ISO 8601. */
  readonly date: string;
  readonly version: string;
  readonly machine: Machine;
  readonly database: BenchDatabase["facts"] | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seconds: number;
  readonly tables: readonly Table[];
  readonly notes: readonly string[];
  /** The file beside this one that holds the picture. */
  readonly picture: string | null;
}

/** Call it before the story, because the story is a load too. */
export function readMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    loadBefore: Number(loadavg()[0]!.toFixed(1)),
  };
}

/** Writes a story's result to `<story>-<date>.json`. @returns the path */
export async function writeResult(
  story: string,
  options: Readonly<Record<string, unknown>>,
  outcome: StoryOutcome,
  { machine, seconds, folder = RESULTS }: { machine: Machine; seconds: number; folder?: string },
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const date = new Date().toISOString();
  const name = `${story}-${date.replaceAll(/[-:]|\.\d+/g, "")}`;
  const picture = outcome.picture === undefined ? null : `${name}.svg`;
  if (picture) await writeFile(join(folder, picture), outcome.picture!);
  const { tables, notes, database = null } = outcome;
  const result: Result = {
    story,
    date,
    version: VERSION,
    machine,
    database,
    options,
    seconds: Math.round(seconds),
    tables,
    notes,
    picture,
  };
  const path = join(folder, `${name}.json`);
  await writeFile(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

/** The newest result of each story and kind of database, server before embedded: they are different machines. */
export async function readNewest(folder: string = RESULTS): Promise<Result[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const newest = new Map<string, Result>();
  for (const name of names.filter((candidate) => candidate.endsWith(".json"))) {
    const result = JSON.parse(await readFile(join(folder, name), "utf8")) as Result;
    const key = `${result.story} ${result.database?.embedded ? "on the embedded database" : "on a server"}`;
    if (result.date > (newest.get(key)?.date ?? "")) newest.set(key, result);
  }
  const isEmbedded = (result: Result) => Number(result.database?.embedded ?? false);
  return [...newest.values()].sort((a, b) => isEmbedded(a) - isEmbedded(b));
}
