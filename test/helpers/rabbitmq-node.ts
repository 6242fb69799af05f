import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../bench/peer/local-program.ts";
import { RABBITMQ_LIMITS } from "./rabbitmq-limits.ts";

/**
 * A RabbitMQ node for tests and for a look, from Debian's package: installed here, or in the folder that
 * `scripts/ci/rabbitmq.sh` makes. It listens on 127.0.0.1 alone, on free ports, and leaves nothing behind.
 */
export interface RabbitmqNode {
  readonly amqpPort: number;
  readonly mqttPort: number;
  readonly managementPort: number;
  /** For the platform, as the user that may do everything. */
  readonly amqpUrl: string;
  readonly managementUrl: string;
  /** The process groups in which it runs. */
  readonly groups: readonly number[];
  /** The last lines of its log. */
  log(): string;
  /** Ends the node, all its processes at once, and keeps its files. */
  kill(): Promise<void>;
  /** Starts a node that was killed again, on its files and ports. */
  startAgain(): Promise<void>;
  /** Stops its processes for a while, as a machine that hangs does, and lets them go on. */
  pause(): void;
  goOn(): void;
  /** How much memory its processes take, in bytes. */
  memory(): Promise<number>;
  /** Ends the node and removes its files. */
  end(): Promise<void>;
}

export interface RabbitmqNodeOptions {
  readonly plugins?: readonly string[];
  /** Lines of rabbitmq.conf besides those for the listeners, once it is known where it will listen. */
  readonly config?: readonly string[];
  /** For a node of a cluster: what it has in common with the others. */
  readonly mates?: Mates;
}

/** What the nodes of a cluster on one machine have in common. */
interface Mates {
  readonly name: string;
  /** The name of the one that it joins; undefined for the first. */
  readonly joins: string | undefined;
  /** Of Erlang's name server, which is not a part of any of them. */
  readonly epmdPort: number;
  readonly cookie: string;
  readonly password: string;
}

const PLUGINS = [
  "rabbitmq_mqtt",
  "rabbitmq_consistent_hash_exchange",
  "rabbitmq_event_exchange",
  "rabbitmq_management",
  "rabbitmq_auth_backend_http",
  "rabbitmq_auth_backend_cache",
] as const;

/**
 * Erlang reads into a buffer as large as the kernel's, and keeps it as long as the smallest piece of what came: with
 * Linux's own sizes, 250 connections had 1 GB, which is the memory alarm, and then RabbitMQ lets nobody log in.
 */
const MQTT_BUFFERS = [
  "mqtt.tcp_listen_options.backlog = 1024",
  "mqtt.tcp_listen_options.nodelay = true",
  "mqtt.tcp_listen_options.sndbuf = 16384",
  "mqtt.tcp_listen_options.recbuf = 16384",
];

const SCRIPTS = "/usr/lib/rabbitmq/bin";
const USER = "sbi";

/** MQTT 5, and an acknowledgement that waits for a quorum queue of a cluster, came with it. */
const OLDEST = 4;

/**
 * The root of the file system that has RabbitMQ 4 or newer: this one, or the folder that the script makes.
 * @returns undefined where there is none, or where it may not be entered
 */
export function findRabbitmq(): string | undefined {
  const cache = process.env.SBI_CI_CACHE ?? join(homedir(), ".cache/smart-broadcast-iot");
  const folder = join(cache, "debian13-rabbitmq");
  const candidates =
    process.getuid?.() === 0 && existsSync(join(folder, ".finished")) ? ["/", folder] : ["/"];
  return candidates.find((root) => {
    const lib = join(root, "usr/lib/rabbitmq/lib");
    const found = existsSync(lib) ? readdirSync(lib).join() : "";
    return Number(/rabbitmq_server-(\d+)\./.exec(found)?.[1] ?? 0) >= OLDEST;
  });
}

/** Runs a program of that file system as the user of RabbitMQ, or as the one who asks. */
function inRoot(root: string, command: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return command;
  const asUser = ["setpriv", "--reuid", "rabbitmq", "--regid", "rabbitmq", "--clear-groups", ...command];
  return root === "/" ? asUser : ["chroot", root, ...asUser];
}

/** The ids of RabbitMQ's user there, whose the files have to be. */
function ownerOf(root: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [id, ...rest] = inRoot(root, ["id"]);
  const ask = (flag: string) => Number(spawnSync(id!, [...rest, flag], { encoding: "utf8" }).stdout.trim());
  return { uid: ask("-u"), gid: ask("-g") };
}

/** @throws Error with the end of its log when it does not start */
export async function startRabbitmqNode(
  root: string,
  { plugins = PLUGINS, config = [], mates }: RabbitmqNodeOptions = {},
): Promise<RabbitmqNode> {
  const base = join(root, "tmp");
  await mkdir(base, { recursive: true });
  const folder = await mkdtemp(join(base, "sbi-rabbitmq-"));
  const inside = root === "/" ? folder : folder.slice(root.length);
  const password = mates?.password ?? randomBytes(16).toString("hex");
  const [amqpPort, mqttPort, managementPort, distPort, ownPort] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const epmdPort = mates?.epmdPort ?? ownPort;
  await writeFile(join(folder, "enabled_plugins"), `[${plugins.join(",")}].\n`);
  await writeFile(
    join(folder, "rabbitmq.conf"),
    `${[
      `listeners.tcp.1 = 127.0.0.1:${amqpPort}`,
      ...(plugins.includes("rabbitmq_mqtt")
        ? [`mqtt.listeners.tcp.1 = 127.0.0.1:${mqttPort}`, ...RABBITMQ_LIMITS, ...MQTT_BUFFERS]
        : []),
      ...(plugins.includes("rabbitmq_management")
        ? ["management.tcp.ip = 127.0.0.1", `management.tcp.port = ${managementPort}`]
        : []),
      `default_user = ${USER}`,
      `default_pass = ${password}`,
      "log.console = true",
      "log.console.level = info",
      "log.file = false",
      // There is no /proc in a folder made by debootstrap, from which it would read how much memory it takes.
      "vm_memory_calculation_strategy = erlang",
      "vm_memory_high_watermark.absolute = 1GB",
      "disk_free_limit.absolute = 50MB",
      ...config,
    ].join("\n")}\n`,
  );
  if (mates) await writeFile(join(folder, ".erlang.cookie"), mates.cookie, { mode: 0o400 });
  const owner = ownerOf(root);
  const files = ["enabled_plugins", "rabbitmq.conf", ...(mates ? [".erlang.cookie"] : [])];
  for (const each of ["", "data", ...files]) {
    const path = join(folder, each);
    if (each === "data") await mkdir(path);
    if (owner) await chown(path, owner.uid, owner.gid);
  }
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    HOME: inside,
    RABBITMQ_NODENAME: mates?.name ?? `sbi${epmdPort}@localhost`,
    RABBITMQ_MNESIA_BASE: join(inside, "data"),
    RABBITMQ_LOG_BASE: inside,
    RABBITMQ_CONFIG_FILE: join(inside, "rabbitmq.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(inside, "enabled_plugins"),
    RABBITMQ_CONF_ENV_FILE: join(inside, "none"),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_CRASH_DUMP: "/dev/null",
  };
  const node = new NodeProcesses(root, env, inside, mates === undefined);
  const end = async () => {
    await node.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await node.start();
    if (mates?.joins) {
      node.control("stop_app");
      node.control("join_cluster", mates.joins);
      node.control("start_app");
    }
  } catch (error) {
    await end();
    throw error;
  }
  return {
    amqpPort: amqpPort!,
    mqttPort: mqttPort!,
    managementPort: managementPort!,
    amqpUrl: `amqp://${USER}:${password}@127.0.0.1:${amqpPort}`,
    managementUrl: `http://${USER}:${password}@127.0.0.1:${managementPort}`,
    get groups() {
      return node.groups;
    },
    log: () => node.log(),
    kill: () => node.kill(),
    startAgain: () => node.start(),
    pause: () => node.signal("SIGSTOP"),
    goOn: () => node.signal("SIGCONT"),
    memory: () => node.memory(),
    end,
  };
}

export interface RabbitmqCluster {
  readonly nodes: readonly RabbitmqNode[];
  end(): Promise<void>;
}

/** Starts nodes that are one cluster, one after the other: the first one begins, and the others join it. */
export async function startRabbitmqCluster(
  root: string,
  count: number,
  options: Omit<RabbitmqNodeOptions, "mates"> = {},
): Promise<RabbitmqCluster> {
  if (count === 1) {
    const node = await startRabbitmqNode(root, options);
    return { nodes: [node], end: () => node.end() };
  }
  const epmdPort = await freePort();
  const names = Array.from({ length: count }, (_, n) => `sbi${epmdPort}n${n}@localhost`);
  const [cookie, password] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
  };
  const nameServer = new NodeProcesses(root, env, "/", true);
  nameServer.startNameServer();
  const nodes: RabbitmqNode[] = [];
  const end = async () => {
    await Promise.all(nodes.map((node) => node.end()));
    await nameServer.kill();
  };
  try {
    for (const name of names) {
      const joins = nodes.length === 0 ? undefined : names[0];
      const mates = { name, joins, epmdPort, cookie, password };
      nodes.push(await startRabbitmqNode(root, { ...options, mates }));
    }
  } catch (error) {
    await end();
    throw error;
  }
  return { nodes, end };
}

/** The processes of a node: Erlang's name server, and the broker with its helpers. Each is a group of its own. */
class NodeProcesses {
  private readonly root: string;
  private readonly env: Record<string, string>;
  private readonly folder: string;
  private readonly hasNameServer: boolean;
  private children: ChildProcess[] = [];
  private lines: string[] = [];

  constructor(root: string, env: Record<string, string>, folder: string, hasNameServer: boolean) {
    this.root = root;
    this.env = env;
    this.folder = folder;
    this.hasNameServer = hasNameServer;
  }

  get groups(): readonly number[] {
    return this.children.flatMap(({ pid }) => pid ?? []);
  }

  log(): string {
    return this.lines.join("");
  }

  startNameServer(): void {
    process.once("exit", this.killNow);
    this.run(["/usr/bin/epmd"]);
  }

  async start(): Promise<void> {
    this.lines = [];
    if (this.hasNameServer) this.startNameServer();
    else process.once("exit", this.killNow);
    const server = this.run([join(SCRIPTS, "rabbitmq-server")]);
    await new Promise<void>((resolve, reject) => {
      server.stdout!.on("data", () => {
        if (this.lines.slice(-2).join("").includes("Server startup complete")) resolve();
      });
      server.once("exit", (code, signal) =>
        reject(new Error(`RabbitMQ ended during its start (${signal ?? code}):\n${this.log()}`)),
      );
      server.once("error", reject);
    });
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    for (const { pid } of this.children) if (pid !== undefined) process.kill(-pid, signal);
  }

  /** @throws Error with what its command says when that fails */
  control(...args: readonly string[]): void {
    const [program, ...rest] = inRoot(this.root, [join(SCRIPTS, "rabbitmqctl"), ...args]);
    const { status, stdout, stderr } = spawnSync(program!, rest, { env: this.env, encoding: "utf8" });
    if (status !== 0) throw new Error(`rabbitmqctl ${args.join(" ")}: ${stdout}${stderr}`);
  }

  /** Without waiting for it: whatever measures itself by its devices must not stand still meanwhile. */
  async memory(): Promise<number> {
    const groups = new Set(this.children.map(({ pid }) => pid));
    const { stdout } = await promisify(execFile)("ps", ["-eo", "pgid=,rss="]);
    return stdout
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
      .reduce((sum, [group, kibibytes = 0]) => sum + (groups.has(group) ? kibibytes * 1024 : 0), 0);
  }

  async kill(): Promise<void> {
    const ended = this.children
      .filter((child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      .map((child) => new Promise((resolve) => child.once("exit", resolve)));
    this.killNow();
    await Promise.all(ended);
  }

  /** They are groups of their own, so they would outlive this process. */
  private readonly killNow = (): void => {
    process.off("exit", this.killNow);
    for (const { pid } of this.children) {
      try {
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    this.children = [];
  };

  private run(command: readonly string[]): ChildProcess {
    const [program, ...args] = inRoot(this.root, command);
    const child = spawn(program!, args, {
      cwd: this.root === "/" ? this.folder : "/",
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.lines.push(text);
        if (this.lines.length > 200) this.lines.shift();
      });
    }
    this.children.push(child);
    return child;
  }
}
