import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlatformProcess, type PlatformProcessOptions } from "../test/helpers/platform-process.ts";
import type { BenchDatabase, DatabaseOptions } from "./bench-database.ts";
import type { Table } from "./figures.ts";
import type { Flags, FlagValues, NumberFlag } from "./flags.ts";

/** The result of a story. */
export interface StoryOutcome {
  readonly tables: readonly Table[];
  /** Sentences that a reader of the figures needs. */
  readonly notes: readonly string[];
  readonly database?: BenchDatabase["facts"] | undefined;
  /** An SVG, where the story draws one. */
  readonly picture?: string | undefined;
}

export interface Story<F extends Flags = Flags> {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  readonly flags: F;
  run(bench: Bench, values: FlagValues<F>): Promise<StoryOutcome>;
}

/** Lets the compiler derive the values that `run` gets from the story's own flags. */
export const defineStory = <const F extends Flags>(story: Story<F>): Story<F> => story;

/** A story cannot run here; the text says why, and what would help. */
export class CannotRun extends Error {}

/** Three counted runs is the least that has a median. */
export const runsFlag = (about = "counted runs of each case"): NumberFlag => ({
  type: "number",
  fallback: 3,
  min: 1,
  max: 50,
  about,
});

export const numberFlag = (fallback: number, min: number, max: number, about: string): NumberFlag => ({
  type: "number",
  fallback,
  min,
  max,
  about,
});

/** The bench of a story. Everything that a story starts is ended in reverse order, however the story ends. */
export interface Bench {
  progress(text: string): void;
  /** Calls `undo` at the end. */
  defer(undo: () => unknown): void;
  /** A folder of the story's own, removed at the end. */
  folder(): Promise<string>;
  /** A fresh database with all tables, dropped at the end. */
  createDatabase(options?: DatabaseOptions): Promise<BenchDatabase>;
  /** The platform as a process of its own, ended at the end. */
  startPlatform(
    database: Pick<BenchDatabase, "platform">,
    env?: Record<string, string>,
    more?: Pick<PlatformProcessOptions, "dist">,
  ): Promise<PlatformProcess>;
}

export interface BenchOptions {
  readonly progress: (text: string) => void;
  readonly createDatabase: (bench: Bench, options: DatabaseOptions) => Promise<BenchDatabase>;
}

/** @returns the bench, and a function that ends everything that was started with it */
export function createBench(options: BenchOptions): { bench: Bench; close(): Promise<void> } {
  const undos: (() => unknown)[] = [];
  const bench: Bench = {
    progress: options.progress,
    defer: (undo) => void undos.push(undo),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), "sbi-bench-"));
      // A process that was just ended may still be closing its files.
      undos.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
      return folder;
    },
    createDatabase: (databaseOptions = {}) => options.createDatabase(bench, databaseOptions),
    async startPlatform(database, env = {}, more = {}) {
      const platform = await PlatformProcess.start({
        ...database.platform,
        ...more,
        // One caller makes all requests here, as fast as it can.
        env: { LOG_LEVEL: "warn", HTTP_RATE_LIMIT: "0", HTTP_RATE_LIMIT_ANONYMOUS: "0", ...env },
      });
      undos.push(() => platform.end("SIGTERM"));
      return platform;
    },
  };
  return {
    bench,
    async close() {
      for (let undo = undos.pop(); undo; undo = undos.pop()) {
        try {
          await undo();
        } catch (error) {
          options.progress(`something did not end cleanly: ${(error as Error).message}`);
        }
      }
    },
  };
}
