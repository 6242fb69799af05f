import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Bench } from "../story.ts";

const STDERR_KEPT = 4000;

/** A TypeScript file of the bench as a process of its own, with typed messages both ways. */
export class Child<Out extends { readonly type: string }> {
  readonly process: ChildProcess;
  private readonly name: string;
  private readonly queue: Out[] = [];
  private readonly waiting = new Set<() => void>();
  private stderr = "";

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.process = child;
    child.on("message", (message) => {
      this.queue.push(message as Out);
      for (const look of this.waiting) look();
    });
    child.once("exit", () => {
      for (const look of this.waiting) look();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_KEPT);
    });
  }

  /** @param file relative to `bench/` */
  static start<Out extends { readonly type: string }>(bench: Bench, file: string, order: object): Child<Out> {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    // Not this process's own flags: a test runner's would follow.
    const process = fork(path, { execArgv: ["--import", "tsx"], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    const child = new Child<Out>(file, process);
    bench.defer(() => child.end("SIGKILL"));
    process.send(order);
    return child;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  tell(message: object): void {
    if (this.process.connected) this.process.send(message, () => {});
  }

  /**
   * The next message of this type; those of other types before it are dropped. @throws Error when the process ends
   * first
   */
  next<T extends Out["type"]>(type: T): Promise<Extract<Out, { readonly type: T }>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        for (let message = this.queue.shift(); message; message = this.queue.shift()) {
          if (message.type !== type) continue;
          this.waiting.delete(look);
          return resolve(message as Extract<Out, { readonly type: T }>);
        }
        if (this.running) return;
        this.waiting.delete(look);
        reject(
          new Error(
            `bench/${this.name} ended (${this.process.signalCode ?? this.process.exitCode}) before it said '${type}':\n${this.stderr}`,
          ),
        );
      };
      this.waiting.add(look);
      look();
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const ended = new Promise<void>((resolve) => this.process.once("exit", () => resolve()));
    this.process.kill(signal);
    await ended;
  }
}
