import { accessSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { dropServerDatabases } from "./server-databases.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of this run's databases, and the name that tells them from another run's. */
    testRun: { readonly folder: string; readonly id: string };
  }
}

/** On Linux a folder in memory. Containers often have one of 64 MB only, which will not do. */
const IN_MEMORY = "/dev/shm";
/** Two templates, a few databases at once, and what a test puts into one: 300 MB were seen. */
const NEEDED_BYTES = 1_500_000_000;

/**
 * The folder where databases are fastest: copying one takes 30 ms in memory, and up to 700 ms of a core on a disk that
 * is being written to. Nothing here has to outlive the run.
 */
function folderForDatabases(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= NEEDED_BYTES ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

const NAME = /^sbi-test-(\d+)-/;
/** A run takes minutes, and touches its folder for every database. */
const STALE_MS = 3_600_000;

/** Removes the folders of killed runs: files in memory would stay until the machine restarts. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(parent, name);
    const touched = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - touched < STALE_MS) continue;
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It belongs to another user, who will remove it.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Gives the run a folder of its own and removes everything that the run has left. The first test that asks for a
 * database makes the template, so that runs without one start at once.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const parent = folderForDatabases();
  removeStale(parent);
  const folder = mkdtempSync(join(parent, `sbi-test-${process.pid}-`));
  const id = `${Date.now().toString(36)}${process.pid.toString(36)}`;
  project.provide("testRun", { folder, id });
  return async () => {
    // A database whose test process has died may still be closing its files.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    if (process.env.DATABASE_URL) await dropServerDatabases(process.env.DATABASE_URL, id);
  };
}
