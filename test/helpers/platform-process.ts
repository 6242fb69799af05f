import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS } from "../../app/node-flags.ts";
import { builtCommand } from "./built.ts";
import { assertNoSecretIn, keepSecretForAll, keepSecretsOf } from "./secrets.ts";

export const ADMIN_KEY = keepSecretForAll("test-administrator-key-of-many-letters");

export interface PlatformProcessOptions {
  readonly dataDir: string;
  /** Unset: the embedded database in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly env?: Record<string, string>;
  /** Another checkout of the project, which is run from its source. Unset: what was built of this one. */
  readonly checkout?: string | undefined;
  /** What was built of another checkout, which is run from there. */
  readonly dist?: string | undefined;
}

function commandOf({ checkout, dist }: PlatformProcessOptions): string[] {
  if (checkout) return ["--import", "tsx", "app/main.ts"];
  return dist ? ["--enable-source-maps", join(dist, "app/main.js")] : builtCommand("app/main");
}

/** The platform as a process of its own, as people run it: to be killed, stalled and started again. */
export class PlatformProcess {
  readonly child: ChildProcess;
  readonly mqttPort: number;
  readonly httpPort: number;
  private readonly options: PlatformProcessOptions;
  private readonly output: string[];

  private constructor(
    child: ChildProcess,
    ports: { mqttPort: number; httpPort: number },
    options: PlatformProcessOptions,
    output: string[],
  ) {
    this.child = child;
    this.mqttPort = ports.mqttPort;
    this.httpPort = ports.httpPort;
    this.options = options;
    this.output = output;
  }

  static async start(options: PlatformProcessOptions): Promise<PlatformProcess> {
    const { DATABASE_URL: _ignored, ...inherited } = process.env;
    const command = commandOf(options);
    const child = spawn(process.execPath, [...NODE_FLAGS, ...command], {
      ...(options.checkout ? { cwd: options.checkout } : {}),
      env: {
        ...inherited,
        DATA_DIR: options.dataDir,
        HOST: "127.0.0.1",
        MQTT_PORT: "0",
        MQTT_WS_PORT: "0",
        HTTP_PORT: "0",
        ADMIN_API_KEY: ADMIN_KEY,
        // An officer who is made in a test acts at once.
        PRIVILEGED_GRANT_DELAY_HOURS: "0",
        SEED: "none",
        LOG_LEVEL: "info",
        ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
        ...options.env,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const output: string[] = [];
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output.push(text);
        if (output.length > 500) output.shift();
      });
    }
    const ports = await new Promise<{ mqttPort: number; httpPort: number }>((resolve, reject) => {
      child.once("message", (message) => resolve(message as { mqttPort: number; httpPort: number }));
      child.once("exit", (code, signal) =>
        reject(new Error(`the platform ended during its start (${signal ?? code}):\n${output.join("")}`)),
      );
    });
    return new PlatformProcess(child, ports, options, output);
  }

  get log(): string {
    return this.output.join("");
  }

  /** The process of the embedded database, by its lock file. */
  get databasePid(): number {
    const lock = readFileSync(join(this.options.dataDir, "database", "lock.json"), "utf8");
    return (JSON.parse(lock) as { pid: number }).pid;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal that does not end it: SIGSTOP pauses it and SIGCONT has it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. @returns the exit code, or null when the signal ended it */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.running) return this.child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.child.once("exit", (code) => resolve(code)));
    this.child.kill(signal);
    const code = await ended;
    assertNoSecretIn(this.output);
    return code;
  }

  /** Sends a request to the API. @throws when the answer is not one of success */
  async api<T>(path: string, init: { method?: string; body?: unknown } = {}): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}${path}`, {
      method: init.method ?? "GET",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(init.body ? { "content-type": "application/json" } : {}),
      },
      ...(init.body ? { body: JSON.stringify(init.body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${response.status} ${text}`);
    const answer = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
    keepSecretsOf(init.body);
    keepSecretsOf(answer);
    return answer as T;
  }

  /** Registers a device through the API. */
  async register(id: string, kind = "gas-meter", gatewayId?: string): Promise<{ id: string; token: string }> {
    const { credentials } = await this.api<{ credentials: { password: string } }>("/v1/devices", {
      method: "POST",
      body: { id, kind, regionCode: "520326", ...(gatewayId ? { gatewayId } : {}) },
    });
    return { id, token: credentials.password };
  }

  /** The sum of a metric's samples whose labels contain `labels`. */
  async metric(name: string, labels = ""): Promise<number> {
    const text = await this.api<string>("/metrics");
    return text
      .split("\n")
      .filter((line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }
}
