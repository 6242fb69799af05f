import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMosquitto, startMosquitto } from "../../bench/peer/mosquitto.ts";
import { type Balancer, startBalancer } from "../helpers/balancer.ts";
import { findHaproxy, startHaproxy } from "../helpers/haproxy.ts";
import { questionLines } from "../helpers/rabbitmq-limits.ts";
import { findRabbitmq, type RabbitmqNode, startRabbitmqCluster } from "../helpers/rabbitmq-node.ts";

/** What devices connect to, in front of the processes. `doors`: nothing, they connect to the processes themselves. */
export type EngineName = "rabbitmq" | "mosquitto" | "doors";

export interface ChaosEngine {
  /** Its nodes that may be killed and paused. */
  readonly nodes: readonly string[];
  /** What a process needs to know of it. */
  env(instance: string): Record<string, string>;
  /** The ports to which devices may connect now; undefined: those of the processes. */
  ports(): readonly number[] | undefined;
  /** The one address of it for devices that know no more; undefined likewise. */
  readonly port: number | undefined;
  /** Tells where processes answer now, for an engine that asks them. */
  askAt(httpPorts: readonly number[]): void;
  kill(node: string): Promise<void>;
  pause(node: string): void;
  /** Starts a node again, or lets it go on. */
  bringBack(node: string): Promise<void>;
  /** In bytes. */
  memory(): Promise<number>;
  /** The last lines that its nodes wrote. */
  log(): string;
  end(): Promise<void>;
}

const nothing = async () => {};
const WITHOUT_NODES = {
  nodes: [],
  kill: nothing,
  pause: () => {},
  bringBack: nothing,
  askAt: () => {},
  memory: async () => 0,
  log: () => "",
} as const;

const doors: ChaosEngine = {
  ...WITHOUT_NODES,
  env: () => ({}),
  ports: () => undefined,
  port: undefined,
  end: nothing,
};

export interface EngineOptions {
  readonly engine: EngineName;
  readonly nodes: number;
  /** Where the processes will answer. */
  readonly httpPorts?: readonly number[];
}

/** What an engine needs that is not on this machine. */
export function lackOf(engine: EngineName): string | undefined {
  if (engine === "rabbitmq" && findRabbitmq() === undefined) return "RabbitMQ 4";
  return engine === "mosquitto" && findMosquitto() === undefined ? "Mosquitto" : undefined;
}

export async function startEngine({ engine, nodes, httpPorts = [] }: EngineOptions): Promise<ChaosEngine> {
  const lack = lackOf(engine);
  if (lack !== undefined) throw new Error(`There is no ${lack} on this machine`);
  if (engine === "doors") return doors;
  return engine === "mosquitto" ? startShared() : startQueues(findRabbitmq()!, nodes, httpPorts);
}

/** It stays: what it has taken is in its memory alone. */
async function startShared(): Promise<ChaosEngine> {
  const undos: (() => unknown)[] = [];
  const { port } = await startMosquitto({
    defer: (undo) => void undos.unshift(undo),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), "sbi-chaos-mosquitto-"));
      undos.push(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
  });
  return {
    ...WITHOUT_NODES,
    env: (instance) => ({
      SOURCE_MQTT_URL: `mqtt://127.0.0.1:${port}`,
      SOURCE_MQTT_CLIENT_ID: `sbi-${instance}`,
    }),
    ports: () => [port],
    port: undefined,
    async end() {
      for (const undo of undos) await undo();
    },
  };
}

/** Who takes RabbitMQ's questions to the processes. */
async function startAsking(httpPorts: readonly number[]) {
  const haproxy = findHaproxy();
  if (haproxy) return { ...(await startHaproxy(haproxy, httpPorts)), lead: () => {} };
  const balancer = await startBalancer();
  return { ...balancer, end: async () => balancer.close() };
}

async function startQueues(
  rabbitmq: string,
  count: number,
  httpPorts: readonly number[],
): Promise<ChaosEngine> {
  const asked = await startAsking(httpPorts);
  const { nodes, end } = await startRabbitmqCluster(rabbitmq, count, {
    config: ["vm_memory_high_watermark.absolute = 3GB", ...questionLines(`127.0.0.1:${asked.port}`)],
  });
  const [mqtt, amqp, management] = await Promise.all([startBalancer(), startBalancer(), startBalancer()]);
  const byName = new Map(nodes.map((node, n) => [`node ${n + 1}`, node]));
  const well = new Set(byName.keys());
  const paused = new Set<string>();
  const there = () => [...well].map((name) => byName.get(name)!);
  const lead = () => {
    const pick = (balancer: Balancer, port: (node: RabbitmqNode) => number) =>
      balancer.lead(there().map(port));
    pick(mqtt, ({ mqttPort }) => mqttPort);
    pick(amqp, ({ amqpPort }) => amqpPort);
    pick(management, ({ managementPort }) => managementPort);
  };
  lead();
  const { username, password } = new URL(nodes[0]!.amqpUrl);
  return {
    nodes: [...byName.keys()],
    env: () => ({
      SOURCE_AMQP_URL: `amqp://${username}:${password}@127.0.0.1:${amqp.port}`,
      SOURCE_AMQP_MANAGEMENT_URL: `http://${username}:${password}@127.0.0.1:${management.port}`,
      SOURCE_AMQP_AUTH_FROM: "127.0.0.1",
    }),
    ports: () => there().map(({ mqttPort }) => mqttPort),
    port: mqtt.port,
    askAt: (ports) => asked.lead(ports),
    async kill(name) {
      well.delete(name);
      await byName.get(name)!.kill();
      lead();
    },
    pause(name) {
      well.delete(name);
      paused.add(name);
      byName.get(name)!.pause();
      lead();
    },
    async bringBack(name) {
      if (paused.delete(name)) byName.get(name)!.goOn();
      else await byName.get(name)!.startAgain();
      well.add(name);
      lead();
    },
    log: () => nodes.map((node) => node.log()).join("\n"),
    memory: async () =>
      (await Promise.all(nodes.map((node) => node.memory()))).reduce((sum, each) => sum + each, 0),
    async end() {
      for (const name of paused) byName.get(name)!.goOn();
      await end();
      for (const balancer of [mqtt, amqp, management]) balancer.close();
      await asked.end();
    },
  };
}
