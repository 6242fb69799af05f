import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import mqtt from "mqtt-packet";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { readiness } from "../../../app/readiness.ts";
import { createLogger } from "../../../base/log.ts";
import { type MqttSource, openMqttSource } from "../../../protocols/mqtt-source/door.ts";
import { isAway } from "../../../store/database/index.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice, lastRejectionIn, startTestIngest, type TestIngest } from "../../helpers/ingest.ts";
import { type OtherBroker, SESSION, startOtherBroker } from "./other-broker.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** How a source asks of devices and hands on what comes, as the platform wires it. */
const wiredTo = (ingest: Pick<TestIngest["ingest"], "accept" | "reject" | "directory">) => ({
  find: (id: string) => ingest.directory.find(id),
  lookUp: (id: string) => ingest.directory.lookUp(id),
  isAway,
  onMessage: ingest.accept,
  onRefused: ingest.reject,
});

async function subscribe(source: OtherBroker, { ingest }: TestIngest): Promise<MqttSource> {
  const lines: string[] = [];
  const subscription = openMqttSource({
    url: `mqtt://127.0.0.1:${source.port}`,
    topics: ["v1/#"],
    clientId: SESSION,
    ...wiredTo(ingest),
    log: createLogger("info", { write: (line) => lines.push(line) }),
    client: { protocolVersion: 4, reconnectPeriod: 50 },
  });
  onTestFinished(() => subscription.close());
  await vi.waitFor(() => expect(lines.join()).toContain("subscribed at the source broker"));
  return subscription;
}

const countOf = async (id: string) =>
  (
    await db.pool.query(
      "select count(*)::int as n from readings_gas_meter join devices using (device_no) where id = $1",
      [id],
    )
  ).rows[0].n;

describe("a source: another broker that we subscribe to", () => {
  it("feeds the same pipeline, gateways and rubbish included, and acknowledges each message", async () => {
    const gateway = await addDevice(db.pool, "source-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "source-1");
    await addDevice(db.pool, "source-2", { gatewayNo: gateway.deviceNo });
    const side = await startTestIngest(db.pool);
    const source = await startOtherBroker();
    await subscribe(source, side);
    await source.publish("v1/devices/source-1/telemetry", { observedAt: "2026-04-01T00:00:00Z", flow: 1 });
    await source.publish("v1/gateways/source-gw/telemetry", {
      "source-2": { observedAt: "2026-04-01T00:00:00Z", flow: 2 },
    });
    const leak = { eventId: "e", type: "leak", observedAt: "2026-04-01T00:00:00Z" };
    const reply = { commandId: "c", outcome: "done", observedAt: "2026-04-01T00:00:00Z" };
    await source.publish("v1/gateways/source-gw/events", { "source-2": leak });
    await source.publish("v1/gateways/source-gw/replies", { "source-2": [reply] });
    await source.publish("v1/gateways/source-1/telemetry", { "source-2": { flow: 3 } });
    await source.publish("v1/gateways/source-1/events", { "source-2": { ...leak, eventId: "forged" } });
    await source.publish("v1/devices/nobody/telemetry", { flow: 4 });
    await source.publish("v1/elsewhere", { flow: 5 });
    await source.publish("v1/devices/source-2/telemetry", { flow: "much" });
    await source.publish("v1/devices/source-2/events", '"no object"');
    await vi.waitFor(() => expect(source.acknowledged).toHaveLength(10));
    expect(await countOf("source-1")).toBe(1);
    expect(await countOf("source-2")).toBe(1);
    expect((await db.pool.query("select event_id from events")).rows).toEqual([{ event_id: "e" }]);
    expect((await db.pool.query("select command_id from replies")).rows).toEqual([{ command_id: "c" }]);
    const { rows } = await db.pool.query("select topic, reason from rejected_messages order by topic");
    expect((await db.pool.query("select distinct door from rejected_messages")).rows).toEqual([
      { door: "mqtt-source" },
    ]);
    // By its topic: two batches that are committed at once may number theirs in either order.
    const rejection = await lastRejectionIn(db.pool, "v1/devices/source-2/events");
    const again = await side.ingest.replay(rejection, ACTOR, NO_LIMITS);
    expect(again).toMatchObject({ outcome: "rejected", detail: expect.stringMatching(/^bad_shape: /) });
    expect(rows).toEqual([
      { topic: "v1/devices/nobody/telemetry", reason: "unknown_device" },
      { topic: "v1/devices/source-2/events", reason: "bad_shape" },
      { topic: "v1/devices/source-2/telemetry", reason: "bad_type" },
      { topic: "v1/elsewhere", reason: "unknown_device" },
      { topic: "v1/gateways/source-1/events", reason: "foreign_topic" },
      { topic: "v1/gateways/source-1/telemetry", reason: "foreign_topic" },
    ]);
  });

  it("asks again who published while the database is away, and rejects what it may never ask", async () => {
    await addDevice(db.pool, "source-5");
    const side = await startTestIngest(db.pool);
    const errors = [
      Object.assign(new Error("the database is away"), { code: "ECONNREFUSED" }),
      Object.assign(new Error("permission denied"), { code: "42501" }),
    ];
    const { directory } = side.ingest;
    const lookUp = vi.spyOn(directory, "lookUp").mockImplementation(async () => {
      const error = errors.shift();
      if (error) throw error;
      return directory.find("source-5");
    });
    vi.spyOn(directory, "find").mockReturnValueOnce(undefined).mockReturnValueOnce(undefined);
    const source = await startOtherBroker();
    await subscribe(source, side);
    await source.publish("v1/devices/source-5/telemetry", { observedAt: "2026-04-01T00:00:00Z", flow: 1 });
    await vi.waitFor(() => expect(source.acknowledged).toHaveLength(1), { timeout: 5_000 });
    expect(lookUp).toHaveBeenCalledTimes(2);
    expect(await countOf("source-5")).toBe(0);
    const { rows } = await db.pool.query(
      "select reason from rejected_messages where topic = 'v1/devices/source-5/telemetry'",
    );
    expect(rows).toEqual([{ reason: "unknown_device" }]);
  });

  it("acknowledges only after the commit, and lets other messages pass meanwhile", async () => {
    await addDevice(db.pool, "source-3");
    const side = await startTestIngest(db.pool, { lingerMs: 60_000 });
    const source = await startOtherBroker();
    await subscribe(source, side);
    for (let i = 0; i < 20; i++) {
      await source.publish("v1/devices/source-3/telemetry", {
        observedAt: Date.UTC(2026, 3, 1, 0, i),
        flow: 1,
      });
    }
    // All twenty are in the open batch at once: none waits for the acknowledgement of the one before.
    await vi.waitFor(() => expect(side.ingest.directory.find("source-3")?.pending).toBe(20), {
      timeout: 10_000,
    });
    expect(source.acknowledged).toEqual([]);
    // Commits what is there.
    await side.ingest.stop(10_000);
    await vi.waitFor(() => expect(source.acknowledged).toHaveLength(20), { timeout: 10_000 });
    expect(await countOf("source-3")).toBe(20);
  });

  it("gets again what it had not acknowledged when the connection broke", async () => {
    await addDevice(db.pool, "source-4");
    const side = await startTestIngest(db.pool, { lingerMs: 200 });
    const source = await startOtherBroker();
    await subscribe(source, side);
    for (let i = 0; i < 10; i++) {
      await source.publish("v1/devices/source-4/telemetry", {
        observedAt: Date.UTC(2026, 3, 1, 0, i),
        flow: 1,
      });
    }
    await vi.waitFor(() => expect(side.ingest.directory.find("source-4")?.pending).toBe(10));
    source.cut();
    await vi.waitFor(() => expect(source.acknowledged.length).toBeGreaterThanOrEqual(10), {
      timeout: 10_000,
    });
    expect(await countOf("source-4")).toBe(10);
    const { received, stored, duplicate } = await side.ledger("source-4");
    expect({ stored, balance: received - stored - duplicate }).toEqual({ stored: 10, balance: 0 });
  });

  it("gets at its next start what has come meanwhile, where no other process shares its topics", async () => {
    await addDevice(db.pool, "source-6");
    const side = await startTestIngest(db.pool);
    const source = await startOtherBroker();
    const ended = await subscribe(source, side);
    await ended.quiesce();
    await source.publish("v1/devices/source-6/telemetry", { observedAt: "2026-04-01T00:00:00Z", flow: 1 });
    await ended.close();
    await source.publish("v1/devices/source-6/telemetry", { observedAt: "2026-04-01T00:01:00Z", flow: 2 });
    expect(source.acknowledged).toEqual([]);
    await subscribe(source, side);
    await vi.waitFor(() => expect(source.acknowledged).toHaveLength(2));
    expect(await countOf("source-6")).toBe(2);
  });
});

/**
 * A broker that speaks MQTT 5 and answers as it is told to. Only its two answers are played: what a broker without
 * shared subscriptions says (RabbitMQ 4 grants `$share/…` as a topic of that very name) can't run in a test.
 */
async function startAnswering(answer: {
  shared: boolean;
  granted: number;
}): Promise<{ port: number; asked(): string[] }> {
  const asked: string[] = [];
  const version = { protocolVersion: 5 };
  const server = createServer((socket) => {
    const parser = mqtt.parser(version);
    parser.on("packet", (packet) => {
      const say = (reply: mqtt.Packet) => socket.write(mqtt.generate(reply, version));
      if (packet.cmd === "connect") {
        const properties = answer.shared ? {} : { sharedSubscriptionAvailable: false };
        say({ cmd: "connack", reasonCode: 0, sessionPresent: false, properties });
      } else if (packet.cmd === "subscribe") {
        asked.push(...packet.subscriptions.map(({ topic }) => topic));
        say({ cmd: "suback", messageId: packet.messageId!, granted: [answer.granted] });
      }
    });
    socket.on("data", (data) => parser.parse(data));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

describe("a source broker that would bring nothing", () => {
  const inside = wiredTo({} as TestIngest["ingest"]);
  const connectTo = (port: number, topics: string[]) => {
    const log = createLogger("info", { write: () => {} });
    const url = `mqtt://127.0.0.1:${port}`;
    const subscription = openMqttSource({
      url,
      topics,
      clientId: SESSION,
      ...inside,
      log,
      quiesceMs: 50,
    });
    onTestFinished(() => subscription.close());
    return subscription;
  };
  const ready = async (source: Pick<MqttSource, "health">) =>
    (
      await readiness({
        pool: db.pool,
        ingest: { blocked: () => undefined, waitingHistory: () => undefined },
        keyTrouble: () => undefined,
        keyRefusal: () => undefined,
        doors: () => [source.health()],
        jobTrouble: () => [],
        backfill: async () => undefined,
        unattended: async () => [],
        isStopping: () => false,
      })
    ).find(({ name }) => name === "source");

  it("is refused where it has no shared subscriptions, also if it would grant them, and the platform is not ready", async () => {
    const broker = await startAnswering({ shared: false, granted: 1 });
    const subscription = connectTo(broker.port, ["$share/ingest/v1/#"]);
    await vi.waitFor(() => expect(subscription.refusal()).toContain("has no shared subscriptions"));
    expect(broker.asked()).toEqual([]);
    expect(await ready(subscription)).toMatchObject({ ok: false, detail: subscription.refusal() });
  });

  it("is told when it refuses the topics, and is well when it takes them", async () => {
    const refusing = await startAnswering({ shared: true, granted: 0x87 });
    const refused = connectTo(refusing.port, ["$share/ingest/v1/#"]);
    await vi.waitFor(() =>
      expect(refused.refusal()).toContain("refused the subscription to $share/ingest/v1/#"),
    );
    expect(await ready(refused)).toMatchObject({ ok: false });

    const granting = await startAnswering({ shared: false, granted: 1 });
    const plain = connectTo(granting.port, ["v1/#"]);
    await vi.waitFor(() => expect(granting.asked()).toEqual(["v1/#"]));
    await vi.waitFor(async () => expect(await ready(plain)).toEqual({ name: "source", ok: true }));
    expect(plain.refusal()).toBeUndefined();
  });

  it("does not make the platform unready while it is away", async () => {
    const listener = createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    const away = connectTo(port, ["$share/ingest/v1/#"]);
    expect(await ready(away)).toMatchObject({ ok: true, detail: expect.stringContaining("no connection") });
  });

  it("does not hold up the end where it never answers that it will send no more", async () => {
    const { port, asked } = await startAnswering({ shared: true, granted: 1 });
    const source = connectTo(port, ["$share/ingest/v1/#"]);
    await vi.waitFor(() => expect(asked()).toHaveLength(1));
    await source.quiesce();
  });

  it("holds no device, and takes no command for one", async () => {
    const source = connectTo((await startAnswering({ shared: false, granted: 1 })).port, ["v1/#"]);
    await vi.waitFor(() => expect(source.connected()).toBe(true));
    source.disconnect("source-1");
    expect([source.name, source.isOnline("source-1"), source.connected()]).toEqual([
      "mqtt-source",
      false,
      true,
    ]);
    expect(await source.deliver({ id: "source-1", deviceNo: 1 }, { payload: "{}" })).toBe("not_listening");
  });
});
