import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, CannotRun } from "../story.ts";

/**
 * Settings that people who know Mosquitto choose for telemetry. Its own limits of 20 messages in flight and 1,000
 * queued would slow the subscriber down and drop messages that it cannot take at once.
 */
export const SETTINGS = {
  max_inflight_messages: "0",
  max_queued_messages: "0",
  set_tcp_nodelay: "true",
  persistence: "false",
} as const;

const START_MS = 5000;

/** The path of the program on Debian and others; its folder is often not on an ordinary user's path. */
export function findMosquitto(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "mosquitto")).find((path) => existsSync(path));
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

/** Whether anything listens there. */
export const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

export interface RunningMosquitto {
  readonly port: number;
  readonly pid: number;
  end(): Promise<void>;
}

/**
 * Starts Mosquitto on a free port with a configuration of its own; the system's service is left alone.
 * @throws CannotRun when it is not installed
 */
export async function startMosquitto(bench: Pick<Bench, "folder" | "defer">): Promise<RunningMosquitto> {
  const program = findMosquitto();
  if (!program) {
    throw new CannotRun(
      "The story 'peer' compares with Mosquitto, which is not installed here. On Debian: apt-get install mosquitto. " +
        "Or measure the rest: --parts platform,broker,inserts",
    );
  }
  const folder = await bench.folder();
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "log_dest stderr",
    "log_type error",
    ...Object.entries(SETTINGS).map(([name, value]) => `${name} ${value}`),
  ];
  const file = join(folder, "mosquitto.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  // Started as root it would become the user mosquitto, which cannot read our folder.
  const child = spawn(program, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
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
  bench.defer(end);
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; ) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return { port, pid: child.pid!, end };
    await sleep(20);
  }
  throw new Error(`Mosquitto did not start on port ${port}: ${stderr}`);
}
