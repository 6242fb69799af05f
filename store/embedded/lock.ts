import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isSocketDir } from "./socket-dir.ts";

/**
 * One process at a time may have a data directory open: PostgreSQL in WebAssembly has no lock of its own, and
 * two of them on one folder destroy it. Processes on other machines or in other containers are not seen.
 */
export interface Lock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** Start time in clock ticks since boot where /proc tells it: a pid may belong to another program later. */
  readonly startTicks: string | null;
  /** The folder of the holder's socket, so that the process that takes a dead holder's place can remove it. */
  readonly socketDir: string;
}

export class DirectoryInUse extends Error {
  readonly pid: number;

  constructor(dataDir: string, pid: number, waitedMs: number) {
    super(
      `The data directory ${dataDir} is in use by process ${pid} (waited ${Math.round(waitedMs / 1000)} s for it ` +
        `to end): expected no other platform on it. Stop that process or set another DATA_DIR.`,
    );
    this.pid = pid;
  }
}

const POLL_MS = 50;

/**
 * Takes the lock, waiting up to `waitMs` for a living holder: after its parent was killed, a database still
 * needs a moment to close. A dead holder's lock is taken over. Gives up early when `wanted` says no.
 * @throws DirectoryInUse when the holder is still alive after `waitMs`.
 */
export async function takeLock(
  dataDir: string,
  socketDir: string,
  waitMs: number,
  wanted: () => boolean = () => true,
): Promise<Lock> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, "lock.json");
  const mine: Holder = { pid: process.pid, startTicks: startTicks(process.pid), socketDir };
  const draft = `${path}.${process.pid}`;
  const began = Date.now();
  for (;;) {
    // link() fails when the name exists, and the file under it is never half-written.
    writeFileSync(draft, JSON.stringify(mine));
    try {
      linkSync(draft, path);
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const text = readText(path);
    if (text === undefined) continue;
    const holder = parse(text);
    if (holder && isAlive(holder)) {
      const waited = Date.now() - began;
      if (waited >= waitMs || !wanted()) throw new DirectoryInUse(dataDir, holder.pid, waited);
      await delay(POLL_MS);
      continue;
    }
    takeAway(path, text);
    if (holder && isSocketDir(holder.socketDir)) rmSync(holder.socketDir, { recursive: true, force: true });
  }
}

/** Removes a dead holder's lock, unless another process has replaced it in the meantime. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    if (readText(aside) !== stale) linkSync(aside, path);
  } finally {
    unlinkSync(aside);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, socketDir, startTicks }: Record<keyof Holder, unknown> = JSON.parse(text);
    if (typeof pid !== "number" || typeof socketDir !== "string") return undefined;
    return { pid, socketDir, startTicks: typeof startTicks === "string" ? startTicks : null };
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const ticks = startTicks(holder.pid);
  if (ticks === "dead") return false;
  return holder.startTicks === null || ticks === null || ticks === holder.startTicks;
}

/**
 * Field 22 of /proc/<pid>/stat (proc(5)); the program's name in field 2 may hold spaces and brackets.
 * "dead" for a zombie, which still answers signals; null where there is no /proc.
 */
function startTicks(pid: number): string | null {
  const text = readText(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (!fields) return null;
  return fields[0] === "Z" || fields[0] === "X" ? "dead" : (fields[19] ?? null);
}
