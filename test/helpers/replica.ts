import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../../bench/peer/local-program.ts";

const BIN = "/usr/lib/postgresql/17/bin";

/** A server with TimescaleDB and a streaming replica of it, on free ports of 127.0.0.1; it leaves nothing behind. */
export interface ReplicatedServer {
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  /** A statement at the replica, on a connection of its own. */
  askReplica(text: string): Promise<Record<string, unknown>[]>;
  /** SIGKILL, as when a machine loses its power. */
  killReplica(): Promise<void>;
  startReplicaAgain(): Promise<void>;
  /** SIGSTOP and SIGCONT: to the server and every process of it. */
  freezeReplica(): void;
  thawReplica(): void;
  end(): Promise<void>;
}

/**
 * The file system in which `scripts/ci/timescaledb-server.sh` runs its server.
 * @returns undefined where there is none, or where it may not be entered
 */
export function findTimescale(): string | undefined {
  const cache = process.env.SBI_CI_CACHE ?? join(homedir(), ".cache/smart-broadcast-iot");
  const root = join(cache, "debian13");
  const isUsable = process.getuid?.() === 0 && existsSync(join(root, ".finished"));
  return isUsable && existsSync(join(root, BIN, "pg_basebackup")) ? root : undefined;
}

const asPostgres = (root: string, command: readonly string[]) => [
  "chroot",
  ...[root, "setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"],
  ...command,
];

/** @throws Error with what the program wrote */
function run(root: string, program: string, ...args: string[]): void {
  const [command, ...rest] = asPostgres(root, [join(BIN, program), ...args]);
  const { status, stderr, error } = spawnSync(command!, rest, { encoding: "utf8", cwd: "/" });
  if (status !== 0) throw error ?? new Error(`${program} ended with ${status}: ${stderr}`);
}

/** A program's settings as the pipeline's server has them: safe to lose, no telemetry, no shared memory in /dev. */
const SETTINGS = [
  ...["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_preload_libraries=timescaledb"],
  ...["timescaledb.telemetry_level=off", "dynamic_shared_memory_type=mmap", "fsync=off"],
  ...["shared_buffers=32MB", "hot_standby_feedback=off", "max_standby_streaming_delay=0"],
];

/** @param settings for both servers, such as `synchronous_commit=remote_apply` */
export async function startReplicated(
  root: string,
  settings: readonly string[] = [],
): Promise<ReplicatedServer> {
  const folder = await mkdtemp(join(root, "tmp", "sbi-replica-"));
  const inside = folder.slice(root.length);
  spawnSync("chroot", [root, "chown", "postgres:postgres", inside]);
  const [primaryPort, replicaPort] = [await freePort(), await freePort()];
  const all = [...SETTINGS, ...settings];
  const primary = new Server(root, join(inside, "primary"), primaryPort, all);
  const replica = new Server(root, join(inside, "replica"), replicaPort, all);
  const end = async () => {
    await Promise.all([primary.kill(), replica.kill()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    run(
      root,
      "initdb",
      ...["-D", primary.data, "-U", "postgres", "--auth=trust"],
      "--locale=C.UTF-8",
      "--no-sync",
    );
    await primary.start();
    const from = ["-h", "127.0.0.1", "-p", String(primaryPort), "-U", "postgres"];
    run(root, "pg_basebackup", ...from, "-D", replica.data, "-R", "-X", "stream", "-c", "fast", "--no-sync");
    await replica.start();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    primaryUrl: primary.url,
    replicaUrl: replica.url,
    async askReplica(text) {
      const client = new pg.Client({ connectionString: replica.url });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
    killReplica: () => replica.kill(),
    startReplicaAgain: () => replica.start(),
    freezeReplica: () => replica.signal("SIGSTOP"),
    thawReplica: () => replica.signal("SIGCONT"),
    end,
  };
}

class Server {
  readonly data: string;
  readonly url: string;
  private readonly root: string;
  private readonly command: readonly string[];
  private child: ChildProcess | undefined;
  private readonly lines: string[] = [];

  constructor(root: string, data: string, port: number, settings: readonly string[]) {
    this.root = root;
    this.data = data;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const given = settings.flatMap((setting) => ["-c", setting]);
    this.command = [join(BIN, "postgres"), "-D", data, "-p", String(port), ...given];
  }

  /** After a kill its helpers may take a moment to notice, and keep the next one from starting until then. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (await this.comesUp()) return;
      if (attempt === 20) throw new Error(`PostgreSQL did not start:\n${this.lines.slice(-20).join("")}`);
      await delay(250);
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    process.off("exit", this.killNow);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    this.signal("SIGCONT");
    child.kill("SIGKILL");
    await ended;
  }

  /** To the server, and to its helpers and sessions, which are its children. */
  signal(signal: NodeJS.Signals): void {
    const parent = this.child!.pid!;
    const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], { encoding: "utf8" });
    for (const pid of [parent, ...stdout.trim().split(/\s+/).filter(Boolean).map(Number)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  private async comesUp(): Promise<boolean> {
    const [command, ...args] = asPostgres(this.root, this.command);
    // A chroot, then setpriv, become the server itself: its process has this number.
    const child = spawn(command!, args, { cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
    this.child = child;
    process.once("exit", this.killNow);
    child.stderr!.setEncoding("utf8").on("data", (text: string) => this.lines.push(text));
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) return false;
      const client = new pg.Client({ connectionString: this.url });
      client.on("error", () => {});
      try {
        await client.connect();
        await client.end();
        return true;
      } catch {
        await delay(50);
      }
    }
  }

  private readonly killNow = (): void => void this.child?.kill("SIGKILL");
}
