import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeSocketDir } from "../../store/embedded/socket-dir.ts";
import type { HostAnswer, HostRequest } from "./embedded-host-process.ts";

/**
 * Embedded databases for tests, all of this process in one child process. The platform gives each database a
 * process of its own; here that would be a hundred of them, and each would load and compile 9 MB of WebAssembly
 * again: 1.5 to 3 s of a core, against 0.5 s for another database in a process that has done it.
 */
export interface HostedDatabase {
  /** A connection string for `pg`. */
  readonly url: string;
  close(): Promise<void>;
}

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

class Host {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, { done(): void; failed(error: Error): void }>();
  #requests = 0;
  ended = false;

  constructor() {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    this.#child = fork(fileURLToPath(new URL("embedded-host-process.ts", import.meta.url)), {
      execArgv: ["--expose-gc", "--import", tsx],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", ({ id, error }: HostAnswer) => {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error === undefined) asked?.done();
      else asked?.failed(new Error(error));
    });
    this.#child.once("exit", (code, signal) => {
      this.ended = true;
      const error = new Error(`the process of the embedded databases has ended (${signal ?? code})`);
      for (const { failed } of this.#asked.values()) failed(error);
      this.#asked.clear();
    });
    // It ends with this process, and does not keep it.
    this.#child.unref();
    this.#child.channel?.unref();
  }

  async ask(request: Without<HostRequest, "id">): Promise<void> {
    const id = ++this.#requests;
    this.#child.channel?.ref();
    try {
      await new Promise<void>((done, failed) => {
        this.#asked.set(id, { done, failed });
        this.#child.send({ id, ...request }, (error) => {
          if (error) failed(error);
        });
      });
    } finally {
      if (this.#asked.size === 0) this.#child.channel?.unref();
    }
  }
}

let host: Host | undefined;

/** Opens the database in a folder, and makes one where there is none. */
export async function openHosted(folder: string): Promise<HostedDatabase> {
  if (!host || host.ended) host = new Host();
  const owner = host;
  const socketDir = makeSocketDir();
  try {
    await owner.ask({ open: folder, socketDir });
  } catch (error) {
    await rm(socketDir, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `postgres://postgres@${encodeURIComponent(socketDir)}/template1`,
    async close() {
      if (!owner.ended) await owner.ask({ close: folder });
      await rm(socketDir, { recursive: true, force: true });
    },
  };
}
