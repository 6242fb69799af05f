import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { emptyTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { makeDataDir } from "../helpers/embedded-templates.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { StreamClient } from "../helpers/stream-client.ts";

type Name = "a" | "b";

/** Two processes of one platform: whichever of them has taken a message, the listeners of both hear of it. */
describe.runIf(process.env.DATABASE_URL)("news of two processes", () => {
  let db: TestDatabase;
  const folders = new Map<Name, string>();
  const running = new Map<Name, PlatformProcess>();
  const processOf = (name: Name) => running.get(name)!;
  const start = async (name: Name) => {
    const env = { INSTANCE_ID: name, BROADCAST_KEYS_DIR: folders.get("a")! };
    const dataDir = folders.get(name)!;
    running.set(name, await PlatformProcess.start({ dataDir, databaseUrl: db.url, env }));
  };
  const open = async (name: Name, client = new StreamClient("?topics=event,alarm,device")) => {
    await client.open(processOf(name).httpPort);
    return client;
  };

  beforeAll(async () => {
    db = await emptyTestDatabase();
    for (const name of ["a", "b"] as const) {
      folders.set(name, await makeDataDir());
      await start(name);
    }
    await db.pool.query(
      `insert into regions (code, parent_code, name, level)
       values ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3)`,
    );
  }, 180_000);
  afterAll(async () => {
    await Promise.all([...running.values()].map((each) => each.end("SIGTERM")));
    await db.drop();
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  });

  /** Registers a device through one process and connects it to another. @returns the function that sends an event */
  async function device(id: string, at: Name, through: Name = at) {
    const { token } = await processOf(through).register(id);
    const client = await connectDevice(processOf(at).mqttPort, id, token);
    return (eventId: string, type = "magnet") =>
      client.publishAsync(`v1/devices/${id}/events`, JSON.stringify({ eventId, type }), { qos: 1 });
  }
  /** What a stream said of a device, in its order. */
  const heardOf = ({ messages }: StreamClient, id: string) =>
    messages
      .filter(({ data }) => data.deviceId === id)
      .map(({ event, data }) => `${event} ${data.eventId ?? data.change}`);
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `e-${String(from + i).padStart(3, "0")}`);
  const idsOf = ({ messages }: StreamClient) => messages.map(({ id }) => id);

  it("are heard by the streams of both, each piece once and in the same order, under the same ids", async () => {
    const streams = [await open("a"), await open("b")];
    // Each is registered through the other: a listener hears of devices that its process has not met.
    const sendA = await device("both-a", "a", "b");
    const sendB = await device("both-b", "b", "a");
    const events = numbered(0, 40);
    await Promise.all([
      (async () => {
        for (const eventId of events) await sendA(eventId, "leak");
      })(),
      (async () => {
        for (const eventId of events) await sendB(eventId, "low_battery");
      })(),
    ]);
    const patch = { method: "PATCH", body: { name: "一号" } };
    await processOf("b").api("/v1/devices/both-a", patch);
    const alarms = await processOf("b").api<{ items: { id: number; deviceId: string }[] }>(
      "/v1/alarms?device=both-a",
    );
    await processOf("b").api(`/v1/alarms/${alarms.items[0]!.id}/acknowledge`, { method: "POST" });
    const told = events.map((id) => `event ${id}`);
    for (const stream of streams) {
      await vi.waitFor(() => expect(heardOf(stream, "both-a")).toContain("alarm cleared"), {
        timeout: 20_000,
      });
      await vi.waitFor(() => expect(heardOf(stream, "both-b")).toHaveLength(41), { timeout: 20_000 });
      expect(heardOf(stream, "both-b")).toEqual(["device created", ...told]);
      const both = heardOf(stream, "both-a");
      expect(both.filter((each) => each.startsWith("event"))).toEqual(told);
      expect(both.filter((each) => !each.startsWith("event"))).toEqual([
        "device created",
        "alarm raised",
        "device updated",
        "alarm acknowledged",
        "alarm cleared",
      ]);
    }
    expect(idsOf(streams[0]!)).toEqual(idsOf(streams[1]!));
    expect(new Set(idsOf(streams[0]!)).size).toBe(streams[0]!.messages.length);
  }, 120_000);

  it("reach a client that goes to another process, and one that comes back after a restart: none lost, none twice", async () => {
    const [mover, stayer] = [await open("a"), await open("b")];
    const send = await device("kill-a", "a");
    for (const eventId of numbered(0, 20)) await send(eventId);
    await vi.waitFor(() => expect(heardOf(mover, "kill-a")).toHaveLength(22), { timeout: 20_000 });
    await mover.close();
    // Acknowledged, and perhaps told by nobody yet.
    for (const eventId of numbered(20, 40)) await send(eventId);
    await processOf("a").end("SIGKILL");
    await open("b", mover);
    const all = ["device created", ...numbered(0, 40).map((id) => `event ${id}`)];
    const expectAll = (stream: StreamClient) =>
      vi.waitFor(
        () => expect(heardOf(stream, "kill-a").filter((each) => !each.startsWith("alarm"))).toEqual(all),
        { timeout: 20_000 },
      );
    await expectAll(mover);
    await expectAll(stayer);
    expect(mover.of("reset")).toEqual([]);

    // What happens while it is away is in the database, for a process that was not there.
    await mover.close();
    await processOf("b").register("while-away");
    await start("a");
    await open("a", mover);
    await vi.waitFor(() => expect(heardOf(mover, "while-away")).toEqual(["device created"]), {
      timeout: 20_000,
    });
    expect(mover.of("reset")).toEqual([]);
    expect(new Set(idsOf(mover)).size).toBe(mover.messages.length);
    await vi.waitFor(() => expect(idsOf(stayer).at(-1)).toBe(idsOf(mover).at(-1)), { timeout: 20_000 });
  }, 180_000);

  it("end the older connection of a client that has connected to the other process, and never the newer one", async () => {
    const { token } = await processOf("a").register("moves");
    const connect = async (name: Name, clientId = "one") => {
      const client = await connectDevice(processOf(name).mqttPort, "moves", token, {
        clientId,
        reconnectPeriod: 0,
      });
      return Object.assign(client, {
        ended: new Promise<void>((resolve) => client.once("close", () => resolve())),
      });
    };
    const other = await connect("a", "two");
    const first = await connect("a");
    const second = await connect("b");
    await first.ended;
    // To and fro, faster than they hear of each other.
    const all = [second];
    for (let i = 0; i < 9; i++) all.push(await connect(i % 2 === 0 ? "a" : "b"));
    const last = all.pop()!;
    await Promise.all(all.map(({ ended }) => ended));
    for (const client of [other, last]) {
      const reading = { observedAt: Date.now(), volume: 1 };
      await client.publishAsync("v1/devices/moves/telemetry", JSON.stringify(reading), { qos: 1 });
      expect(client.connected).toBe(true);
      await client.endAsync();
    }
  }, 60_000);

  it("say of an id that was never told that the client has to start anew", async () => {
    const client = new StreamClient("?topics=reading,alarm");
    client.lastId = "999999999.0";
    await open("b", client);
    await vi.waitFor(() =>
      expect(client.of("reset").map(({ data }) => data)).toEqual([{ reason: "restarted" }]),
    );
    expect(client.of("readings").map(({ data }) => data)).toEqual([{ instance: "b" }]);
  });

  it("end an alarm at whichever process hears of its end, also where another has raised it", async () => {
    const stream = await open("a");
    const { token } = await processOf("a").register("walks");
    const from = Date.now() - 3_600_000;
    const report = async (name: Name, minutes: number, battery: number) => {
      const client = await connectDevice(processOf(name).mqttPort, "walks", token);
      const reading = { observedAt: from + minutes * 60_000, volume: 1, battery };
      await client.publishAsync("v1/devices/walks/telemetry", JSON.stringify(reading), { qos: 1 });
      await client.endAsync();
    };
    const heard = () => stream.of("alarm").map(({ data }) => `${data.rule} ${data.change}`);
    const expectHeard = (...expected: string[]) =>
      vi.waitFor(() => expect(heard()).toEqual(expected), { timeout: 20_000 });
    const other = await open("b");
    const bothKnow = () => vi.waitFor(() => expect(other.of("alarm")).toHaveLength(heard().length));
    await report("a", 0, 2.5);
    await expectHeard("battery_low raised");
    await bothKnow();
    await report("b", 10, 3.5);
    await expectHeard("battery_low raised", "battery_low cleared");
    await bothKnow();
    // The first one has no memory of it: it raises it again.
    await report("a", 20, 2.5);
    await expectHeard("battery_low raised", "battery_low cleared", "battery_low raised");
  }, 60_000);
});
