import { join } from "node:path";
import { openEngine } from "../../store/embedded/engine.ts";
import { serve } from "../../store/embedded/server.ts";
import { SOCKET_NAME } from "../../store/embedded/socket-dir.ts";

/**
 * The process behind `embedded-host.ts`: runs as many embedded databases as asked, one after the other or side by side.
 * It ends with its parent.
 */
export type HostRequest =
  | { readonly id: number; readonly open: string; readonly socketDir: string }
  | { readonly id: number; readonly close: string };

export interface HostAnswer {
  readonly id: number;
  /** The reason of a failure. */
  readonly error?: string;
}

/** By folder. */
const databases = new Map<string, { close(): Promise<void> }>();

async function open(folder: string, socketDir: string): Promise<void> {
  const engine = await openEngine(join(folder, "cluster"), () => {});
  const server = await serve({
    engine,
    socketPath: join(socketDir, SOCKET_NAME),
    idleInTransactionMs: 30_000,
    onCrash(error) {
      console.error("The embedded database of a test has crashed:", error);
      process.exit(70);
    },
    onWarning: (text) => console.error(text),
  });
  databases.set(folder, {
    async close() {
      await server.close();
      await engine.close();
    },
  });
}

async function close(folder: string): Promise<void> {
  const database = databases.get(folder);
  databases.delete(folder);
  await database?.close();
  // A database's memory (about 200 MB) is let go now, rather than when two more have come on top of it.
  setImmediate(() => global.gc?.());
}

async function answer(request: HostRequest): Promise<HostAnswer> {
  try {
    if ("open" in request) await open(request.open, request.socketDir);
    else await close(request.close);
    return { id: request.id };
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** One request at a time: two engines that start at once only wait for each other. */
let last = Promise.resolve();
process.on("message", (request: HostRequest) => {
  last = last.then(async () => {
    const message = await answer(request);
    if (process.connected) process.send?.(message, () => {});
  });
});
process.on("disconnect", () => process.exit(0));
