import { setTimeout as sleep } from "node:timers/promises";
import type { PlatformProcess } from "../../test/helpers/platform-process.ts";
import { questionLines } from "../../test/helpers/rabbitmq-limits.ts";
import { findRabbitmq, startRabbitmqNode } from "../../test/helpers/rabbitmq-node.ts";
import type { BenchDatabase } from "../bench-database.ts";
import { freePort } from "../peer/local-program.ts";
import { findMosquitto, startMosquitto } from "../peer/mosquitto.ts";
import { groupsMs, processMs, serverMs } from "../processor-time.ts";
import type { Bench } from "../story.ts";

/** How messages come to the processes. */
export const WAYS = ["doors", "rabbitmq", "mosquitto"] as const;
export type ClusterWay = (typeof WAYS)[number];

export const WAY_NAMES: Record<ClusterWay, string> = {
  doors: "the processes' own doors",
  rabbitmq: "RabbitMQ 4, one node, 12 partitions",
  mosquitto: "Mosquitto, a shared subscription",
};

/** Processor time so far, in milliseconds. */
export interface Spent {
  readonly platform: number;
  readonly database: number;
  readonly broker: number;
}

/** Some processes of one platform, with or without a broker in front of them. */
export interface Lineup {
  readonly platforms: readonly PlatformProcess[];
  /** The doors to which devices connect. */
  readonly ports: readonly number[];
  spent(): Spent;
  /** Ends the processes and what was started for them alone. */
  end(): Promise<void>;
}

/** Nobody asks anything here, and four processes with the usual pools may take more than a server's 100 connections. */
export const FEW_CONNECTIONS = { DATABASE_POOL_SIZE: "4", DATABASE_URGENT_POOL_SIZE: "2" } as const;

const LISTENS_MS = 60_000;
const LOOK_MS = 50;

/** A broker that stands for as long as the story needs it. */
interface Broker {
  readonly port: number;
  readonly ms: () => number;
  /** What the process of this number is started with; processes begin with 0. */
  readonly env: (index: number) => Record<string, string>;
  readonly listens: (platform: PlatformProcess) => Promise<boolean>;
  readonly end: () => Promise<unknown>;
}

/** The ways for which a program is missing here. */
export function missingWays(ways: readonly string[]): { way: ClusterWay; why: string }[] {
  const missing: { way: ClusterWay; why: string }[] = [];
  if (ways.includes("rabbitmq") && !findRabbitmq())
    missing.push({ way: "rabbitmq", why: "RabbitMQ 4 is not installed here (scripts/ci/rabbitmq.sh)" });
  if (ways.includes("mosquitto") && !findMosquitto())
    missing.push({ way: "mosquitto", why: "Mosquitto is not installed here" });
  return missing;
}

/** RabbitMQ as docs/cluster.md has it: it asks the platform who logs in. */
async function startRabbitmq(bench: Bench): Promise<Broker> {
  const httpPort = await freePort();
  const node = await startRabbitmqNode(findRabbitmq()!, {
    config: questionLines(`127.0.0.1:${httpPort}`),
  });
  bench.defer(() => node.end());
  return {
    port: node.mqttPort,
    ms: () => groupsMs(node.groups),
    env: (index) => ({
      SOURCE_AMQP_URL: node.amqpUrl,
      SOURCE_AMQP_MANAGEMENT_URL: node.managementUrl,
      SOURCE_AMQP_AUTH_FROM: "127.0.0.1",
      ...(index === 0 ? { HTTP_PORT: String(httpPort) } : {}),
    }),
    listens: async (platform) => (await checkOf(platform, "amqp"))?.ok ?? false,
    end: async () => {},
  };
}

async function startShared(bench: Bench): Promise<Broker> {
  const { port, pid, end } = await startMosquitto(bench);
  return {
    port,
    ms: () => processMs(pid),
    env: (index) => ({
      // It says in its log that it has subscribed; before, Mosquitto would drop what devices send.
      LOG_LEVEL: "info",
      SOURCE_MQTT_URL: `mqtt://127.0.0.1:${port}`,
      SOURCE_MQTT_TOPICS: "$share/ingest/v1/#",
      SOURCE_MQTT_CLIENT_ID: `sbi-bench-${index}`,
    }),
    listens: async (platform) => platform.log.includes("subscribed at the source broker"),
    end,
  };
}

/** @throws Error when it takes too long, with what the process says about itself */
async function untilListens(broker: Broker, platform: PlatformProcess): Promise<void> {
  for (const deadline = performance.now() + LISTENS_MS; performance.now() < deadline; ) {
    if (await broker.listens(platform)) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`a process has not taken messages from the broker in time:\n${platform.log}`);
}

async function checkOf(platform: PlatformProcess, name: string) {
  const answer = await fetch(`http://127.0.0.1:${platform.httpPort}/readyz`);
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
  return checks.find((check) => check.name === name);
}

/** Starts stages one after the other on one database. */
export class Lineups {
  private readonly bench: Bench;
  private readonly database: BenchDatabase;
  private readonly server: number | undefined;
  /** One for the whole story: it takes seconds to start, and hands its partitions to whoever comes. */
  private rabbitmq: Promise<Broker> | undefined;
  /** One for the whole story: the database knows which keys are in it. */
  private keys: Promise<string> | undefined;

  constructor(bench: Bench, database: BenchDatabase, server: number | undefined) {
    this.bench = bench;
    this.database = database;
    this.server = server;
  }

  async open(way: ClusterWay, processes: number): Promise<Lineup> {
    const broker = await this.brokerOf(way);
    this.keys ??= this.bench.folder();
    const keys = await this.keys;
    const start = (index: number) =>
      this.bench.startPlatform(this.database, {
        INSTANCE_ID: `bench-${index}`,
        ...FEW_CONNECTIONS,
        BROADCAST_KEYS_DIR: keys,
        ...broker?.env(index),
      });
    // The first makes the keys that all sign with.
    const first = await start(0);
    const rest = Array.from({ length: processes - 1 }, (_, index) => start(index + 1));
    const platforms = [first, ...(await Promise.all(rest))];
    if (broker) await Promise.all(platforms.map((platform) => untilListens(broker, platform)));
    return {
      platforms,
      ports: broker ? [broker.port] : platforms.map(({ mqttPort }) => mqttPort),
      spent: () => ({
        platform: platforms.reduce((total, { child }) => total + processMs(child.pid!), 0),
        database: serverMs(this.server),
        broker: broker?.ms() ?? Number.NaN,
      }),
      end: async () => {
        await Promise.all(platforms.map((platform) => platform.end("SIGTERM")));
        await broker?.end();
      },
    };
  }

  private async brokerOf(way: ClusterWay): Promise<Broker | undefined> {
    if (way === "doors") return undefined;
    if (way === "mosquitto") return startShared(this.bench);
    this.rabbitmq ??= startRabbitmq(this.bench);
    return this.rabbitmq;
  }
}
