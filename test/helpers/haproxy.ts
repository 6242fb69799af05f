import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, freePort, startProgram } from "../../bench/peer/local-program.ts";

/**
 * What docs/cluster.md sets between RabbitMQ and the processes that answer its questions: many short connections in, few
 * that are kept out, and another process where one does not answer.
 */
export const QUESTIONS = `defaults
  mode http
  timeout connect 1s
  timeout client 1m
  timeout server 4s
  timeout queue 3s
  retries 2
  option redispatch 1
  retry-on conn-failure empty-response response-timeout
  http-reuse always
  option httpchk GET /livez
  default-server check inter 1s fall 2 rise 1 maxconn 32`;

export const findHaproxy = (): string | undefined => findProgram("haproxy");

/** A haproxy in front of ports of this machine, on a port of its own. */
export async function startHaproxy(
  program: string,
  ports: readonly number[],
): Promise<{ port: number; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "sbi-haproxy-"));
  const port = await freePort();
  const lines = [
    "global\n  nbthread 1\n  maxconn 4000",
    QUESTIONS,
    `listen questions\n  bind 127.0.0.1:${port} backlog 4096\n  http-request deny unless { path_beg /v1/cluster-logins/ }`,
    ...ports.map((each, n) => `  server platform-${n + 1} 127.0.0.1:${each}`),
  ];
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, `${lines.join("\n")}\n`);
  const running = await startProgram(program, ["-db", "-q", "-f", file], port);
  return {
    port,
    async end() {
      await running.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
