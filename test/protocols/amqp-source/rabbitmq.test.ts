import { type AddressInfo, createConnection, createServer } from "node:net";
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from "amqplib";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { DoorPresence } from "../../../exchange/door.ts";
import type { DeviceEntry } from "../../../ingest/directory.ts";
import { BacklogWatch } from "../../../protocols/amqp-source/backlog.ts";
import {
  type AmqpSource,
  type AmqpSourceOptions,
  openAmqpSource,
} from "../../../protocols/amqp-source/door.ts";
import { openManagement } from "../../../protocols/amqp-source/management.ts";
import { Partition } from "../../../protocols/amqp-source/partition.ts";
import {
  bindQueues,
  declareQueues,
  PARKED,
  partitionName,
  queuesToRead,
} from "../../../protocols/amqp-source/topology.ts";
import { isAway } from "../../../store/database/index.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice, startTestIngest, type TestIngest } from "../../helpers/ingest.ts";
import { findRabbitmq, type RabbitmqNode, startRabbitmqNode } from "../../helpers/rabbitmq-node.ts";

const root = findRabbitmq();
const PARTITIONS = 4;
const START = Date.UTC(2026, 3, 1);
const PATIENCE = { timeout: 30_000 };

/** A real node: `scripts/ci/rabbitmq.sh` installs it. */
describe.runIf(root)("a RabbitMQ cluster as a source", () => {
  let db: TestDatabase;
  let node: RabbitmqNode;
  let admin: ChannelModel;

  beforeAll(async () => {
    [db, node] = await Promise.all([createTestDatabase(), startRabbitmqNode(root!)]);
    admin = await connect(node.amqpUrl);
    admin.on("error", () => {});
  }, 120_000);
  afterAll(async () => {
    await admin?.close().catch(() => {});
    await node?.end();
    await db?.drop();
  });

  /**
   * A virtual host for one test, so that no message of another one lies in its queues. Events of presence come in `/`
   * alone.
   */
  async function makeHost(name: string): Promise<string> {
    await ask("PUT", `vhosts/${name}`);
    await ask("PUT", `permissions/${name}/sbi`, { configure: ".*", write: ".*", read: ".*" });
    return `${node.amqpUrl}/${name}`;
  }

  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const { username, password, origin } = new URL(node.managementUrl);
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  interface Opened {
    readonly source: AmqpSource;
    readonly lines: string[];
    readonly presence: Pick<DoorPresence, "connected" | "address">[];
    readonly listening: string[];
  }

  function open(
    { ingest }: Pick<TestIngest, "ingest">,
    url: string,
    more: Partial<AmqpSourceOptions<DeviceEntry>> = {},
  ): Opened {
    const lines: string[] = [];
    const presence: Opened["presence"] = [];
    const listening: string[] = [];
    const source = openAmqpSource<DeviceEntry>({
      url,
      instance: "1",
      partitions: PARTITIONS,
      management: openManagement(node.managementUrl),
      find: (id) => ingest.directory.find(id),
      lookUp: (id) => ingest.directory.lookUp(id),
      isAway,
      onMessage: ingest.accept,
      onRefused: ingest.reject,
      onPresence: ({ connected, address }) => presence.push({ connected, address }),
      onListening: ({ id }) => listening.push(id),
      log: createLogger("debug", { write: (line) => lines.push(line) }),
      retryMs: 100,
      reporterMs: 100,
      ...more,
    });
    onTestFinished(() => source.close());
    return { source, lines, presence, listening };
  }

  async function connectDevice(
    host: string,
    id: string,
    clean = true,
    protocolVersion: 4 | 5 = 4,
  ): Promise<MqttClient> {
    await ask("PUT", `users/${id}`, { password: "token", tags: "" });
    await ask("PUT", `permissions/${encodeURIComponent(host)}/${id}`, {
      configure: ".*",
      write: ".*",
      read: ".*",
    });
    const client = await connectAsync(`mqtt://127.0.0.1:${node.mqttPort}`, {
      username: `${host}:${id}`,
      password: "token",
      clientId: id,
      clean,
      protocolVersion,
      reconnectPeriod: 0,
    });
    client.on("error", () => {});
    onTestFinished(() => client.endAsync(true));
    return client;
  }

  const publish = (client: MqttClient, topic: string, payload: unknown) =>
    client.publishAsync(topic, JSON.stringify(payload), { qos: 1 });

  const waiting = async (channel: Channel) => {
    let count = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      count += (await channel.checkQueue(partitionName(partition))).messageCount;
    }
    return count;
  };

  const rowsOf = async (id: string) => {
    const { rows } = await db.pool.query(
      `select flow, observed_at as at from readings_gas_meter join devices using (device_no) where id = $1 order by 2`,
      [id],
    );
    return rows.length;
  };

  it("feeds the same pipeline, gateways, dots and rubbish included, and keeps nothing that is committed", async () => {
    const url = await makeHost("feeds");
    const gateway = await addDevice(db.pool, "amqp-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "amqp.dots-1");
    await addDevice(db.pool, "amqp-2", { gatewayNo: gateway.deviceNo });
    const side = await startTestIngest(db.pool);
    const { source } = open(side, url);
    await vi.waitFor(() => expect(source.consuming()).toBe(true), PATIENCE);
    const device = await connectDevice("feeds", "publisher");
    const observedAt = "2026-04-01T00:00:00Z";
    await publish(device, "v1/devices/amqp.dots-1/telemetry", { observedAt, flow: 1 });
    await publish(device, "v1/gateways/amqp-gw/telemetry", { "amqp-2": { observedAt, flow: 2 } });
    const leak = { eventId: "amqp-e", type: "leak", observedAt };
    await publish(device, "v1/devices/amqp.dots-1/events", leak);
    await publish(device, "v1/devices/amqp-2/replies", { commandId: "amqp-c", outcome: "done", observedAt });
    await publish(device, "v1/devices/nobody/telemetry", { flow: 4 });
    await publish(device, "v1/gateways/amqp-2/telemetry", { "amqp-2": { flow: 3 } });
    await publish(device, "v1/devices/amqp-2/telemetry", { flow: "much" });
    await vi.waitFor(async () => {
      const { rows } = await db.pool.query(
        "select topic, reason, door from rejected_messages where door = 'amqp-source' order by topic",
      );
      expect(rows).toEqual([
        { topic: "v1/devices/amqp-2/telemetry", reason: "bad_type", door: "amqp-source" },
        { topic: "v1/devices/nobody/telemetry", reason: "unknown_device", door: "amqp-source" },
        { topic: "v1/gateways/amqp-2/telemetry", reason: "foreign_topic", door: "amqp-source" },
      ]);
    }, PATIENCE);
    // Messages of other partitions may be committed later than these.
    await vi.waitFor(async () => {
      expect([await rowsOf("amqp.dots-1"), await rowsOf("amqp-2")]).toEqual([1, 1]);
      const { rows } = await db.pool.query(
        "select event_id as id from events where event_id = 'amqp-e' union all select command_id from replies where command_id = 'amqp-c'",
      );
      expect(rows).toEqual([{ id: "amqp-e" }, { id: "amqp-c" }]);
    }, PATIENCE);
    await source.close();
    const own = await connect(url);
    onTestFinished(() => own.close());
    expect(await waiting(await own.createChannel())).toBe(0);
  });

  it("acknowledges only what is committed: another process gets the rest when it ends", async () => {
    const url = await makeHost("ends");
    await addDevice(db.pool, "amqp-3");
    const first = await startTestIngest(db.pool, { lingerMs: 60_000 });
    const holding = open(first, url, { instance: "holding" });
    await vi.waitFor(() => expect(holding.source.consuming()).toBe(true), PATIENCE);
    const device = await connectDevice("ends", "publisher-3");
    for (let i = 0; i < 40; i++) {
      await publish(device, "v1/devices/amqp-3/telemetry", {
        observedAt: Date.UTC(2026, 3, 1, 0, i),
        flow: 1,
      });
    }
    // All are in the open batch at once: none waits for the acknowledgement of the one before.
    await vi.waitFor(() => expect(first.ingest.directory.find("amqp-3")?.pending).toBe(40), PATIENCE);
    const second = await startTestIngest(db.pool);
    const { source } = open(second, url, { instance: "other" });
    await vi.waitFor(() => expect(source.consuming()).toBe(true), PATIENCE);
    expect(await rowsOf("amqp-3")).toBe(0);
    // Closed without a commit, as when it is killed.
    await holding.source.close();
    await vi.waitFor(async () => expect(await rowsOf("amqp-3")).toBe(40), PATIENCE);
  });

  it("brings messages while RabbitMQ takes its time with the bindings, once they were made", async () => {
    const url = await makeHost("binds");
    await addDevice(db.pool, "amqp-binds");
    const side = await startTestIngest(db.pool);
    const before = open(side, url);
    await vi.waitFor(
      () =>
        expect(before.source.health()).not.toMatchObject({ detail: expect.stringContaining("are bound") }),
      PATIENCE,
    );
    await before.source.close();
    const slow = await holdBindings(node.amqpPort);
    const { port } = slow;
    const { source } = open(side, Object.assign(new URL(url), { port }).href);
    await vi.waitFor(() => expect(source.consuming()).toBe(true), PATIENCE);
    expect(source.health()).toMatchObject({ ok: true, detail: expect.stringContaining("are bound") });
    const device = await connectDevice("binds", "publisher-binds");
    await publish(device, "v1/devices/amqp-binds/telemetry", { observedAt: "2026-04-01T00:00:00Z", flow: 1 });
    await vi.waitFor(async () => expect(await rowsOf("amqp-binds")).toBe(1), PATIENCE);
    slow.goOn();
    await vi.waitFor(() => expect(source.health().detail).not.toContain("are bound"), PATIENCE);
  });

  it("is not ready before its bindings are made for the first time, also where its queues are there", async () => {
    const url = await makeHost("first");
    const own = await connect(url);
    onTestFinished(() => own.close());
    await declareQueues(await own.createChannel(), PARTITIONS);
    const side = await startTestIngest(db.pool);
    const slow = await holdBindings(node.amqpPort);
    const { source } = open(side, Object.assign(new URL(url), { port: slow.port }).href);
    await slow.held;
    expect(source.health().ok).toBe(false);
    slow.goOn();
    await vi.waitFor(() => expect(source.health().ok).toBe(true), PATIENCE);
  });

  it("takes in what has expired at RabbitMQ meanwhile: it was acknowledged", async () => {
    const url = await makeHost("expires");
    await addDevice(db.pool, "amqp-expires");
    const side = await startTestIngest(db.pool);
    const before = open(side, url);
    await vi.waitFor(() => expect(before.source.health().ok).toBe(true), PATIENCE);
    await before.source.close();
    const device = await connectDevice("expires", "publisher-expires", true, 5);
    const reading = JSON.stringify({ observedAt: "2026-04-01T00:00:00Z", flow: 1 });
    await device.publishAsync("v1/devices/amqp-expires/telemetry", reading, {
      qos: 1,
      properties: { messageExpiryInterval: 1 },
    });
    const own = await connect(url);
    onTestFinished(() => own.close());
    const channel = await own.createChannel();
    await vi.waitFor(async () => expect(await waiting(channel)).toBe(0), PATIENCE);
    const { source } = open(side, url);
    await vi.waitFor(async () => expect(await rowsOf("amqp-expires")).toBe(1), PATIENCE);
    expect((await channel.checkQueue(PARKED)).messageCount).toBe(0);
    expect(source.health().detail).not.toContain("lie in");
  });

  it("reads a partition anew whose messages wait and do not come, because its node's replica stands still", async () => {
    const url = await makeHost("stuck");
    await addDevice(db.pool, "amqp-stuck");
    const side = await startTestIngest(db.pool);
    const own = await connect(url);
    onTestFinished(() => own.close());
    const channel = await own.createChannel();
    await declareQueues(channel, PARTITIONS);
    await bindQueues(channel, PARTITIONS);
    const device = await connectDevice("stuck", "publisher-stuck");
    // More than a process gets at once: RabbitMQ says how many wait behind those.
    const readings = Array.from({ length: 2500 }, (_, i) => ({ observedAt: START + i * 1000, flow: 1 }));
    await Promise.all(readings.map((reading) => publish(device, "v1/devices/amqp-stuck/telemetry", reading)));
    const { port } = await keepDeliveries(node.amqpPort, PARTITIONS);
    const { lines } = open(side, Object.assign(new URL(url), { port }).href, { stuckMs: 1000 });
    await vi.waitFor(async () => expect(await rowsOf("amqp-stuck")).toBe(2500), PATIENCE);
    expect(lines.join("")).toContain("messages wait at RabbitMQ and none comes");
  });

  it("knows up to when it has heard everything, and says that messages wait", async () => {
    const own = await connect(await makeHost("backlog"));
    onTestFinished(() => own.close());
    const channel = await own.createConfirmChannel();
    await declareQueues(channel, PARTITIONS);
    const put = async () => {
      channel.sendToQueue(partitionName(1), Buffer.from("{}"));
      await channel.waitForConfirms();
    };
    let now = 1_000_000;
    const watch = new BacklogWatch(queuesToRead(PARTITIONS), 10, () => now);
    onTestFinished(() => watch.leave());
    expect(watch.heardUpTo).toBeUndefined();
    watch.follow(own);
    // Of one whose nodes do not answer RabbitMQ says the same as of an empty one that nobody reads.
    await vi.waitFor(() => expect(watch.heardUpTo).toBe(Number.NEGATIVE_INFINITY), PATIENCE);
    await put();
    await put();
    await vi.waitFor(() => expect(watch.trouble).toContain("messages wait at RabbitMQ, 2 now"), PATIENCE);
    const held: ConsumeMessage[] = [];
    await channel.prefetch(1);
    for (const queue of queuesToRead(PARTITIONS))
      await channel.consume(queue, (message) => void held.push(message!));
    await vi.waitFor(() => expect(held).toHaveLength(1), PATIENCE);
    channel.ack(held.pop()!);
    // Another process may hold some for a while.
    await vi.waitFor(() => expect(watch.heardUpTo).toBe(970_000), PATIENCE);
    expect(watch.trouble).toBeUndefined();
    await put();
    now += 100_000;
    await vi.waitFor(
      () => expect(watch.trouble).toContain("since 1970-01-01T00:16:10.000Z, 1 now"),
      PATIENCE,
    );
    expect(watch.heardUpTo).toBe(970_000);
    await watch.leave();
    now += 31_000;
    expect(watch.heardUpTo).toBeUndefined();
    expect(watch.trouble).toContain("could not be counted since 1970-01-01T00:16:10.000Z");
  });

  it("commits and acknowledges what came before a clean end", async () => {
    const url = await makeHost("clean");
    await addDevice(db.pool, "amqp-4");
    const side = await startTestIngest(db.pool, { lingerMs: 60_000 });
    const { source } = open(side, url);
    await vi.waitFor(() => expect(source.consuming()).toBe(true), PATIENCE);
    const device = await connectDevice("clean", "publisher-4");
    for (let i = 0; i < 20; i++) {
      await publish(device, "v1/devices/amqp-4/telemetry", {
        observedAt: Date.UTC(2026, 3, 1, 0, i),
        flow: 1,
      });
    }
    await vi.waitFor(() => expect(side.ingest.directory.find("amqp-4")?.pending).toBe(20), PATIENCE);
    await source.quiesce();
    await publish(device, "v1/devices/amqp-4/telemetry", { observedAt: Date.UTC(2026, 3, 2), flow: 1 });
    await side.ingest.stop(10_000);
    await source.close();
    expect(await rowsOf("amqp-4")).toBe(20);
    const own = await connect(url);
    onTestFinished(() => own.close());
    // The one that came later waits for the next process.
    expect(await waiting(await own.createChannel())).toBe(1);
  });

  it("gets back what is settled while a partition closes, and the process goes on", async () => {
    const own = await connect(await makeHost("closing"));
    onTestFinished(() => own.close());
    const channel = await own.createConfirmChannel();
    await channel.assertQueue("closing");
    for (let i = 0; i < 50; i++) channel.sendToQueue("closing", Buffer.from("{}"));
    await channel.waitForConfirms();
    const settles: (() => void)[] = [];
    const partition = new Partition({
      url: `${node.amqpUrl}/closing`,
      instance: "1",
      queue: "closing",
      priority: 0,
      window: 100,
      take: (_topic, _payload, settled) => settles.push(settled),
      onEnd: () => {},
      log: createLogger("silent"),
    });
    await partition.start();
    await vi.waitFor(() => expect(settles).toHaveLength(50), PATIENCE);
    const closed = partition.close(0);
    // One in each turn, so that some fall between the wish to close and RabbitMQ's answer.
    for (const settle of settles) {
      await new Promise((resolve) => setImmediate(resolve));
      settle();
    }
    await closed;
    await vi.waitFor(
      async () => expect((await channel.checkQueue("closing")).messageCount).toBeGreaterThan(0),
      PATIENCE,
    );
  });

  it("keeps commands for nobody, and says of each what became of it", async () => {
    const url = node.amqpUrl;
    const { deviceNo } = await addDevice(db.pool, "amqp-5");
    const gateway = await addDevice(db.pool, "amqp-gw-5", { kind: "lora-gateway" });
    const behind = await addDevice(db.pool, "amqp-6", { gatewayNo: gateway.deviceNo });
    const side = await startTestIngest(db.pool);
    for (const id of ["amqp-5", "amqp-gw-5", "amqp-6"]) await side.ingest.directory.lookUp(id);
    const { source, listening, presence } = open(side, url);
    await vi.waitFor(() => expect(source.health()).toEqual({ check: "amqp", ok: true }), PATIENCE);
    const payload = '{"commandId":"c"}';
    const toDevice = () => source.deliver({ id: "amqp-5", deviceNo }, { payload });
    expect(await toDevice()).toBe("not_listening");
    const device = await connectDevice("/", "amqp-5", false);
    await vi.waitFor(() => expect(source.isOnline("amqp-5")).toBe(true), PATIENCE);
    // It is there, and has not subscribed.
    expect(await toDevice()).toBe("not_listening");
    const heard: string[] = [];
    device.on("message", (topic, text) => heard.push(`${topic} ${text}`));
    await device.subscribeAsync("v1/devices/amqp-5/commands", { qos: 1 });
    await vi.waitFor(
      () => expect(listening.filter((id) => id === "amqp-5").length).toBeGreaterThan(1),
      PATIENCE,
    );
    expect(await toDevice()).toBe("taken");
    await vi.waitFor(() => expect(heard).toEqual([`v1/devices/amqp-5/commands ${payload}`]), PATIENCE);
    // Another device that has its id by now is not meant.
    expect(await source.deliver({ id: "amqp-5", deviceNo: deviceNo + 1000 }, { payload })).toBe(
      "not_listening",
    );
    await device.endAsync();
    // One device must not fill the disk by what its sessions keep.
    await vi.waitFor(
      async () =>
        expect(await ask("GET", "queues/%2F/mqtt-subscription-amqp-5qos1")).toMatchObject({
          policy: "sbi-sessions",
          effective_policy_definition: { "max-length-bytes": 1024 * 1024, expires: 600_000 },
        }),
      PATIENCE,
    );
    await vi.waitFor(() => expect(source.isOnline("amqp-5")).toBe(false), PATIENCE);
    // Its session is kept at RabbitMQ, and would get it when it is back.
    expect(await toDevice()).toBe("not_listening");
    await vi.waitFor(
      () => expect(presence.map(({ connected }) => connected)).toEqual([true, false]),
      PATIENCE,
    );

    const carrier = await connectDevice("/", "amqp-gw-5");
    const carried: string[] = [];
    carrier.on("message", (_topic, text) => carried.push(String(text)));
    await carrier.subscribeAsync("v1/gateways/amqp-gw-5/commands", { qos: 1 });
    await vi.waitFor(() => expect(source.isOnline("amqp-gw-5")).toBe(true), PATIENCE);
    const through = "amqp-gw-5";
    const target = { id: "amqp-6", deviceNo: behind.deviceNo };
    expect(await source.deliver(target, { payload, through })).toBe("taken");
    await vi.waitFor(() => expect(carried).toEqual(['{"device":"amqp-6","commandId":"c"}']), PATIENCE);
  });

  it("knows who had connected before it, one process at a time reports, and ends connections", async () => {
    const url = node.amqpUrl;
    await addDevice(db.pool, "amqp-7");
    const side = await startTestIngest(db.pool);
    const device = await connectDevice("/", "amqp-7");
    const first = open(side, url, { instance: "1" });
    await vi.waitFor(
      () => expect(first.presence).toEqual([{ connected: true, address: "127.0.0.1" }]),
      PATIENCE,
    );
    const second = open(side, url, { instance: "2" });
    await vi.waitFor(() => expect(second.source.isOnline("amqp-7")).toBe(true), PATIENCE);
    expect(second.presence).toEqual([]);
    // It takes over, and tells again who is there.
    await first.source.close();
    await vi.waitFor(
      () => expect(second.presence).toEqual([{ connected: true, address: "127.0.0.1" }]),
      PATIENCE,
    );
    const endOf = (client: MqttClient) =>
      new Promise<void>((resolve) => client.once("close", () => resolve()));
    const ended = endOf(device);
    second.source.disconnect("amqp-7");
    await ended;
    // One that is too young for the list of connections.
    const young = endOf(await connectDevice("/", "amqp-9"));
    second.source.disconnect("amqp-9");
    await young;
    await vi.waitFor(() => expect(second.presence.at(-1)).toMatchObject({ connected: false }), PATIENCE);
    expect(second.source.isOnline("amqp-7")).toBe(false);
  });

  it("ends the logins of a device that began before a moment, and no later one", async () => {
    const management = openManagement(node.managementUrl);
    const older = await connectDevice("/", "ends-older");
    const isGone = new Promise<void>((resolve) => void older.once("close", resolve));
    const began = await vi.waitFor(async () => {
      const all = (await ask("GET", "connections")) as { user: string; connected_at?: number }[];
      const at = all.find(({ user }) => user === "ends-older")?.connected_at;
      expect(at).toBeTypeOf("number");
      return at!;
    }, PATIENCE);
    await management.endOlderOf("ends-older", began);
    await management.endOlderOf("nobody", began + 1);
    expect(older.connected).toBe(true);
    await management.endOlderOf("ends-older", began + 1);
    await isGone;
  });

  it("takes no packet that is longer than our own door takes: its publisher is cut", async () => {
    const device = await connectDevice("/", "amqp-long", true, 5);
    const ended = new Promise<void>((resolve) => device.once("close", () => resolve()));
    const userProperties = { k0: "v".repeat(60_000), k1: "v".repeat(60_000), k2: "v".repeat(60_000) };
    const long = {
      ...userProperties,
      k3: "v".repeat(60_000),
      k4: "v".repeat(60_000),
      k5: "v".repeat(60_000),
    };
    const send = (properties: Record<string, string>) =>
      device.publishAsync("v1/devices/amqp-long/telemetry", "{}", {
        qos: 1,
        properties: { userProperties: properties },
      });
    await send(userProperties);
    const answer = await Promise.race([send(long).catch(() => "cut"), ended.then(() => "cut")]);
    expect(answer).toBe("cut");
  });

  it("parks a message that breaks its connection again and again, and nothing else waits for it", async () => {
    const url = await makeHost("parks");
    const { deviceNo } = await addDevice(db.pool, "amqp-8");
    const side = await startTestIngest(db.pool);
    const { source, lines } = open(side, url, { calmMs: 2_000, maxFrameBytes: 150_000 });
    await vi.waitFor(() => expect(source.consuming()).toBe(true), PATIENCE);
    // The lower of the two numbers counts.
    await ask("PUT", "policies/parks/soon", {
      pattern: "^sbi\\.ingest\\.\\d",
      definition: { "delivery-limit": 12 },
      "apply-to": "quorum_queues",
    });
    const device = await connectDevice("parks", "publisher-8");
    const own = await connect(url);
    onTestFinished(() => own.close());
    const poisoner = await connectDevice("parks", "poisoner", true, 5);
    const userProperties = { k0: "v".repeat(60_000), k1: "v".repeat(60_000), k2: "v".repeat(60_000) };
    await poisoner.publishAsync("v1/devices/amqp-8/telemetry", "{}", {
      qos: 1,
      properties: { userProperties },
    });
    const at = (minute: number) => ({ observedAt: Date.UTC(2026, 3, 1, 0, minute), flow: 1 });
    for (let minute = 0; minute < 20; minute++) {
      await publish(device, "v1/devices/amqp-8/telemetry", at(minute));
    }
    // The connection of commands is another one.
    const healths = new Set<string>();
    await vi.waitFor(async () => {
      const { ok, detail } = source.health();
      healths.add(`${ok} ${detail}`);
      expect(await source.deliver({ id: "amqp-8", deviceNo }, { payload: "{}" })).toBe("not_listening");
      expect(source.consuming()).toBe(true);
      expect(detail).toContain("1 messages of devices broke their connection");
    }, PATIENCE);
    expect([...healths].join("\n")).toMatch(/true a message in sbi\.ingest\.\d breaks the connection/);
    expect([...healths].join("\n")).not.toContain("false");
    await vi.waitFor(async () => expect(await rowsOf("amqp-8")).toBe(20), PATIENCE);
    expect(lines.join("")).toContain("lie in sbi.parked");
    // Those that came with it are not parked, and the window is opened again.
    expect((await (await own.createChannel()).checkQueue("sbi.parked")).messageCount).toBe(1);
    await vi.waitFor(async () => {
      const consumers = (await ask("GET", "consumers/parks")) as { prefetch_count: number }[];
      expect(consumers.map(({ prefetch_count }) => prefetch_count)).toEqual(Array(PARTITIONS + 1).fill(2048));
    }, PATIENCE);
    expect(source.health().detail).not.toContain("breaks the connection");
  }, 90_000);

  it("is not ready while it brings nothing, says why once, and goes on by itself", async () => {
    const url = await makeHost("trouble");
    const side = await startTestIngest(db.pool);
    const wrong = new URL(url);
    wrong.password = "wrong";
    const refused = open(side, wrong.href);
    await vi.waitFor(
      () =>
        expect(refused.source.health()).toMatchObject({
          ok: false,
          detail: expect.stringContaining("refused the login"),
        }),
      PATIENCE,
    );
    expect(refused.lines.join("")).not.toContain("wrong@");

    const own = await connect(url);
    onTestFinished(() => own.close());
    await declareQueues(await own.createChannel(), PARTITIONS);
    // None of these can be seen before a database is away for long, or a message comes back for the twentieth time.
    expect(await ask("GET", `queues/trouble/${partitionName(0)}`)).toMatchObject({
      type: "quorum",
      durable: true,
      arguments: {
        "x-single-active-consumer": true,
        "x-delivery-limit": 100,
        "x-dead-letter-exchange": "sbi.parked",
        "x-consumer-timeout": 7 * 24 * 3600 * 1000,
      },
    });
    const other = open(side, url, { partitions: PARTITIONS + 1 });
    await vi.waitFor(
      () =>
        expect(other.source.health()).toMatchObject({
          ok: false,
          detail: expect.stringContaining("number of partitions"),
        }),
      PATIENCE,
    );

    const { source, lines } = open(side, url);
    await vi.waitFor(() => expect(source.health().ok).toBe(true), PATIENCE);
    // A queue that somebody deletes: a deaf consumer is none.
    await (await own.createChannel()).deleteQueue(partitionName(0));
    await vi.waitFor(() => expect(lines.join("")).toContain("its queue was deleted"), PATIENCE);
    await vi.waitFor(() => expect(source.health().ok).toBe(true), PATIENCE);
    expect((await (await own.createChannel()).checkQueue(partitionName(0))).consumerCount).toBe(1);
  });
});

/** The beginning of a method `basic.deliver`: class 60, method 60. */
const DELIVER = Buffer.from([0, 60, 0, 60]);

/** In front of RabbitMQ: the first so many connections that get a delivery get nothing any more from there on. */
async function keepDeliveries(rabbitmq: number, count: number): Promise<{ port: string }> {
  let left = count;
  const server = createServer((client) => {
    const behind = createConnection(rabbitmq, "127.0.0.1");
    client.on("error", () => behind.destroy()).on("close", () => behind.destroy());
    behind.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(behind);
    let isKept = false;
    behind.on("data", (bytes) => {
      if (isKept) return;
      const at = left > 0 ? bytes.indexOf(DELIVER) : -1;
      if (at >= 0) {
        left--;
        isKept = true;
      }
      // Seven bytes of its frame are before it.
      client.write(isKept ? bytes.subarray(0, Math.max(0, at - 7)) : bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: String((server.address() as AddressInfo).port) };
}

/** The beginning of a method `queue.bind`: class 50, method 20. */
const BIND = Buffer.from([0, 50, 0, 20]);
/** The first bytes of a connection: "AMQP" and its version. */
const HELLO_BYTES = 8;

/** In front of RabbitMQ: a channel that binds is held from there on, as by nodes that are busy with a fleet's sessions. */
async function holdBindings(
  rabbitmq: number,
): Promise<{ port: string; held: Promise<void>; goOn: () => void }> {
  const held: (() => void)[] = [];
  let isOpen = false;
  let hold: () => void = () => {};
  const isHeld = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const server = createServer((client) => {
    const behind = createConnection(rabbitmq, "127.0.0.1");
    client.on("error", () => behind.destroy()).on("close", () => behind.destroy());
    behind.on("error", () => client.destroy()).on("close", () => client.destroy());
    behind.pipe(client);
    let rest = Buffer.alloc(0);
    let hello = HELLO_BYTES;
    const slow = new Set<number>();
    client.on("data", (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      if (hello > 0 && rest.length >= hello) {
        behind.write(rest.subarray(0, hello));
        rest = rest.subarray(hello);
        hello = 0;
      }
      // A frame: its type, two bytes of channel, four of its length, that many, and one that ends it.
      while (hello === 0 && rest.length >= 7 && rest.length >= rest.readUInt32BE(3) + 8) {
        const frame = rest.subarray(0, rest.readUInt32BE(3) + 8);
        rest = rest.subarray(frame.length);
        const channel = frame.readUInt16BE(1);
        if (frame.subarray(7, 11).equals(BIND)) slow.add(channel);
        if (isOpen || !slow.has(channel)) behind.write(frame);
        else {
          held.push(() => behind.write(frame));
          hold();
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return {
    port: String((server.address() as AddressInfo).port),
    held: isHeld,
    goOn() {
      isOpen = true;
      for (const release of held) release();
    },
  };
}

describe.runIf(root)("a RabbitMQ node without plugins", () => {
  it("is told from one that is away, and messages need no event exchange", async () => {
    const bare = await startRabbitmqNode(root!, { plugins: ["rabbitmq_mqtt"] });
    onTestFinished(() => bare.end());
    const lines: string[] = [];
    const source = openAmqpSource<DeviceEntry>({
      url: bare.amqpUrl,
      instance: "1",
      partitions: 1,
      management: undefined,
      find: () => undefined,
      lookUp: async () => undefined,
      isAway,
      onMessage: () => 0,
      onRefused: () => {},
      onPresence: () => {},
      onListening: () => {},
      log: createLogger("info", { write: (line) => lines.push(line) }),
      retryMs: 20,
    });
    onTestFinished(() => source.close());
    await vi.waitFor(
      () =>
        expect(source.health()).toMatchObject({
          ok: false,
          detail: expect.stringContaining("consistent_hash"),
        }),
      PATIENCE,
    );
    await bare.kill();
    await vi.waitFor(
      () =>
        expect(source.health()).toMatchObject({
          ok: false,
          detail: expect.stringContaining("no connection"),
        }),
      PATIENCE,
    );
    // Each reason stands in the log once, though it was met many times.
    expect(lines.filter((line) => line.includes("consistent_hash"))).toHaveLength(1);
  }, 120_000);
});
