import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A load balancer in front of ports of this machine: each connection goes to the next one that is well. */
export interface Balancer {
  readonly port: number;
  /** From now on to these; connections to others are cut, as when their checks of health fail. */
  lead(ports: readonly number[]): void;
  close(): void;
}

export interface ToBalancer {
  readonly lead: readonly number[];
}

export interface FromBalancer {
  readonly port: number;
}

/**
 * Starts one in a process of its own. A Node process takes one connection in a turn of its loop, and a turn with the lines of
 * ten thousand devices in it lasts a second: a balancer beside them let in one question a second, and stood for a cluster
 * that is far slower than it is.
 */
export async function startBalancer(): Promise<Balancer> {
  const child = fork(fileURLToPath(new URL("./balancer-process.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });
  const [{ port }] = (await once(child, "message")) as [FromBalancer];
  return {
    port,
    lead: (ports) => void child.send({ lead: ports } satisfies ToBalancer),
    close: () => void child.kill("SIGKILL"),
  };
}
