import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "../../bench/load/publisher.ts";
import { freePort } from "../../bench/peer/local-program.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { questionLines } from "../helpers/rabbitmq-limits.ts";
import { type RabbitmqNode, startRabbitmqNode } from "../helpers/rabbitmq-node.ts";

/**
 * One platform of three processes behind a RabbitMQ node, which asks the platform who may log in. While devices publish,
 * one process is killed and stays away, and another is paused or ends. In the end the API must show every acknowledged
 * reading, each once, and ledgers that add up.
 */
export interface ClusterStoryOptions {
  readonly databaseUrl: string;
  /** The file system that has RabbitMQ. */
  readonly rabbitmq: string;
  readonly messages: number;
  readonly devices: number;
  /** What the second process gets: `SIGTERM` ends it cleanly, `SIGSTOP` pauses it for good. */
  readonly second: "SIGTERM" | "SIGSTOP";
  /** How long to wait for the last message, in milliseconds. */
  readonly patienceMs: number;
  readonly report?: (line: string) => void;
}

export interface ClusterStoryResult {
  readonly acknowledged: number;
  /** Acknowledged readings that the API does not show. Must be 0. */
  readonly lost: number;
  /** Devices whose ledger does not add up to what they sent. Must be 0. */
  readonly wrongLedgers: number;
  /** Messages that came twice and were recognised. */
  readonly duplicates: number;
  readonly seconds: number;
}

interface Ledger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly pending: number;
}

const FROM = Date.now() - 20 * 24 * 3600 * 1000;

export async function runClusterStory(options: ClusterStoryOptions): Promise<ClusterStoryResult> {
  const { report = () => {} } = options;
  const stage = await openClusterStage(options);
  try {
    report("three processes take messages from RabbitMQ");
    return await play(options, stage.processes, stage.node.mqttPort, report);
  } finally {
    await stage.end(options.second === "SIGSTOP" ? "SIGKILL" : "SIGTERM");
  }
}

export interface ClusterStage {
  readonly node: RabbitmqNode;
  readonly processes: readonly PlatformProcess[];
  readonly folder: string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a RabbitMQ node, and three processes that take messages from it.
 * @param env for each of the processes
 * @param seed of the database
 */
export async function openClusterStage({
  databaseUrl,
  rabbitmq,
  env = {},
  seed = "regions",
}: Pick<ClusterStoryOptions, "databaseUrl" | "rabbitmq"> & {
  readonly env?: Record<string, string>;
  readonly seed?: "regions" | "demo";
}): Promise<ClusterStage> {
  // The last of the three is the one that RabbitMQ asks.
  const httpPort = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "sbi-cluster-"));
  const node = await startRabbitmqNode(rabbitmq, {
    config: questionLines(`127.0.0.1:${httpPort}`),
  });
  const start = (name: string, more: Record<string, string> = {}) =>
    PlatformProcess.start({
      dataDir: join(folder, name),
      databaseUrl,
      env: {
        INSTANCE_ID: name,
        BROADCAST_KEYS_DIR: join(folder, "keys"),
        // Three processes have to fit beside others on one server.
        DATABASE_POOL_SIZE: "4",
        SEED: "none",
        SOURCE_AMQP_URL: node.amqpUrl,
        SOURCE_AMQP_MANAGEMENT_URL: node.managementUrl,
        SOURCE_AMQP_AUTH_FROM: "127.0.0.1",
        ...env,
        ...more,
      },
    });
  const processes: PlatformProcess[] = [];
  const end = async (signal: NodeJS.Signals) => {
    await Promise.all(processes.map((each) => each.end(signal)));
    await node.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    processes.push(await start("a", { SEED: seed }));
    processes.push(...(await Promise.all([start("b"), start("c", { HTTP_PORT: String(httpPort) })])));
    await Promise.all(processes.map(takesMessages));
    return { node, processes, folder, end };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
}

/** Not ready in another way is no matter here. */
async function takesMessages(platform: PlatformProcess): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${platform.httpPort}/readyz`);
    const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean }[] };
    if (checks.some(({ name, ok }) => name === "amqp" && ok)) return;
    await sleep(100);
  }
}

async function play(
  { messages, devices, second, patienceMs }: ClusterStoryOptions,
  [first, other, last]: readonly PlatformProcess[],
  mqttPort: number,
  report: (line: string) => void,
): Promise<ClusterStoryResult> {
  const each = Math.ceil(messages / devices);
  const fleet = await Promise.all(
    Array.from({ length: devices }, (_, n) =>
      last!.register(`cluster-${n}`).then((one) => new Sender(one, each)),
    ),
  );
  const began = Date.now();
  for (const device of fleet) await device.connect(mqttPort);
  const acknowledged = () => fleet.reduce((sum, device) => sum + device.acknowledged, 0);
  const until = async (count: number) => {
    while (acknowledged() < count) {
      if (Date.now() - began > patienceMs)
        throw new Error(`only ${acknowledged()} of ${count} were acknowledged`);
      await sleep(20);
    }
  };
  await until(messages / 4);
  await first!.end("SIGKILL");
  report(`one was killed after ${acknowledged()} acknowledgements, and stays away`);
  await until(messages / 2);
  if (second === "SIGSTOP") other!.child.kill("SIGSTOP");
  else await other!.end("SIGTERM");
  report(`another got ${second} after ${acknowledged()} acknowledgements`);
  await until(each * devices);
  report(`all ${acknowledged()} are acknowledged after ${Date.now() - began} ms`);
  let ledgers: Ledger[];
  for (;;) {
    ledgers = await Promise.all(fleet.map(({ id }) => last!.api<Ledger>(`/v1/devices/${id}/ledger`)));
    const stored = ledgers.reduce((sum, ledger) => sum + ledger.stored, 0);
    if (stored >= each * devices || Date.now() - began > patienceMs) break;
    await sleep(200);
  }
  const seconds = (Date.now() - began) / 1000;
  for (const device of fleet) device.disconnect();
  const shown = await Promise.all(fleet.map(({ id }) => countShown(last!, id)));
  const isWrong = ({ received, stored, duplicate, rejected, pending }: Ledger, n: number) =>
    received !== stored + duplicate || rejected + pending !== 0 || stored !== each || shown[n] !== each;
  return {
    acknowledged: acknowledged(),
    lost: shown.reduce((sum, count) => sum + (each - count), 0),
    wrongLedgers: ledgers.filter(isWrong).length,
    duplicates: ledgers.reduce((sum, { duplicate }) => sum + duplicate, 0),
    seconds,
  };
}

/** A device that sends its readings, one a second of its past, with fifty under way. */
class Sender {
  readonly id: string;
  private readonly token: string;
  private readonly count: number;
  private sent = 0;
  acknowledged = 0;
  private publisher: Publisher | undefined;

  constructor({ id, token }: { id: string; token: string }, count: number) {
    this.id = id;
    this.token = token;
    this.count = count;
  }

  async connect(port: number): Promise<void> {
    this.publisher = await Publisher.connect({
      host: "127.0.0.1",
      port,
      username: this.id,
      password: this.token,
      topic: `v1/devices/${this.id}/telemetry`,
      qos: 1,
      window: 50,
      next: () => {
        if (this.sent === this.count) return undefined;
        const n = this.sent++;
        return JSON.stringify({ observedAt: FROM + n * 1000, volume: n / 100 });
      },
      acknowledged: () => {
        this.acknowledged++;
      },
    });
    this.publisher.fill();
  }

  disconnect(): void {
    this.publisher?.destroy();
  }
}

/** How many readings the API shows, each moment once. */
async function countShown(platform: PlatformProcess, id: string): Promise<number> {
  const moments = new Set<string>();
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: { observedAt: string }[]; nextCursor: string | null } = await platform.api(
      `/v1/devices/${id}/readings?metrics=volume&order=asc&limit=1000&from=2015-01-01T00:00:00Z${query}`,
    );
    for (const { observedAt } of page.items) moments.add(observedAt);
    cursor = page.nextCursor;
  } while (cursor);
  return moments.size;
}
