import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 5000;

/** The path of a program that serves; its folder is often not on an ordinary user's path. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A free port; another program could take it, but nothing else here looks for one. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

export interface RunningProgram {
  readonly pid: number;
  end(): Promise<void>;
}

/**
 * Starts a program that listens on a port of this machine, and waits until it does. It ends with this process at the latest.
 * @throws Error with what it wrote when it does not
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  port: number,
): Promise<RunningProgram> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const endNow = () => void child.kill("SIGTERM");
  process.once("exit", endNow);
  const end = async () => {
    process.off("exit", endNow);
    child.kill("SIGTERM");
    await ended;
  };
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; ) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return { pid: child.pid!, end };
    await sleep(20);
  }
  await end();
  throw new Error(`${program} did not start on port ${port}: ${stderr}`);
}
