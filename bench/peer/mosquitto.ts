import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bench, CannotRun } from "../story.ts";
import { findProgram, freePort, type RunningProgram, startProgram } from "./local-program.ts";

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

/** The path of the program on Debian and others. */
export const findMosquitto = (): string | undefined => findProgram("mosquitto");

export interface RunningMosquitto extends RunningProgram {
  readonly port: number;
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
  const running = await startProgram(program, ["-c", file], port);
  bench.defer(running.end);
  return { port, ...running };
}
