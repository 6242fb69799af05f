import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DeviceConnection, openConnection } from "../../simulators/connection.ts";
import type { Message } from "../../simulators/pack.ts";
import { startBroker, type TestBroker } from "./broker.ts";

const message = (text: string): Message => ({
  topic: "v1/devices/d-1/telemetry",
  payload: text,
  shares: [{ deviceId: "d-1", count: 1 }],
});

describe("a simulated device's connection", () => {
  let broker: TestBroker;
  const opened: DeviceConnection[] = [];
  let sent: { text: string; again: boolean }[];
  let acknowledged: string[];

  const open = (options: { maxInFlight?: number; url?: string; username?: string } = {}) => {
    const connection = openConnection({
      url: options.url ?? broker.url,
      username: options.username ?? "d-1",
      password: "secret",
      maxInFlight: options.maxInFlight ?? 8,
      shortestWaitMs: 5,
      longestWaitMs: 50,
      onSent: ({ payload }, again) => void sent.push({ text: payload, again }),
      onAcknowledged: ({ payload }) => void acknowledged.push(payload),
    });
    opened.push(connection);
    return connection;
  };

  beforeEach(async () => {
    broker = await startBroker();
    sent = [];
    acknowledged = [];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((connection) => connection.close(0)));
    await broker.close();
  });

  it("publishes with QoS 1 under the device's id and resolves with the acknowledgement", async () => {
    const connection = open();
    expect(await connection.publish(message("a"))).toBe("acknowledged");
    expect(broker.received).toEqual([
      { clientId: "d-1", topic: "v1/devices/d-1/telemetry", payload: "a", dup: false, qos: 1 },
    ]);
    expect(acknowledged).toEqual(["a"]);
    expect(connection.inFlight).toBe(0);
  });

  it("never has more messages unacknowledged than it may", async () => {
    broker.hold();
    const connection = open({ maxInFlight: 3 });
    const outcomes = Promise.all(["a", "b", "c", "d", "e"].map((text) => connection.publish(message(text))));
    await broker.until(() => broker.held === 3);
    expect(connection.hasRoom()).toBe(false);
    expect(connection.inFlight).toBe(3);
    expect(sent.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    broker.release();
    expect(new Set(await outcomes)).toEqual(new Set(["acknowledged"]));
    expect(acknowledged.sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(connection.hasRoom()).toBe(true);
  });

  it("sends again, flagged as duplicate, what was not acknowledged before the connection broke", async () => {
    const connection = open();
    expect(await connection.publish(message("kept"))).toBe("acknowledged");
    broker.hold();
    const outcome = connection.publish(message("lost"));
    await broker.until(() => broker.held === 1);
    broker.breakConnections();
    await broker.until(() => broker.held === 1);
    broker.release();
    expect(await outcome).toBe("acknowledged");
    expect(broker.received.map(({ payload, dup }) => [payload, dup])).toEqual([
      ["kept", false],
      ["lost", false],
      ["lost", true],
    ]);
    expect(sent.filter(({ again }) => again)).toEqual([{ text: "lost", again: true }]);
    expect(acknowledged).toEqual(["kept", "lost"]);
    expect(connection.connects).toBe(2);
  });

  it("tells apart what was never acknowledged and what never left", async () => {
    broker.hold();
    const connection = open({ maxInFlight: 1 });
    const outcomes = [connection.publish(message("left")), connection.publish(message("stayed"))];
    await broker.until(() => broker.held === 1);
    await connection.close(0);
    expect(await Promise.all(outcomes)).toEqual(["unacknowledged", "unsent"]);
    expect(await connection.publish(message("late"))).toBe("unsent");
  });

  it("waits at the end for what is on its way, also for what still waits for room", async () => {
    broker.hold();
    const connection = open({ maxInFlight: 1 });
    const outcomes = [connection.publish(message("a")), connection.publish(message("b"))];
    await broker.until(() => broker.held === 1);
    const closed = connection.close(20_000);
    broker.release();
    await closed;
    expect(await Promise.all(outcomes)).toEqual(["acknowledged", "acknowledged"]);
  });

  it("stops waiting when it is told to", async () => {
    broker.hold();
    const connection = open();
    const outcome = connection.publish(message("a"));
    await broker.until(() => broker.held === 1);
    const closed = connection.close(3_600_000);
    connection.abandon();
    await closed;
    expect(await outcome).toBe("unacknowledged");
  });

  it("says why the broker refuses it, and keeps trying", async () => {
    broker.refuse("d-1");
    const connection = open();
    await expect.poll(() => connection.trouble, { interval: 5 }).toContain("Connection refused");
    expect(connection.connected).toBe(false);
  });

  it("says that nobody listens", async () => {
    const other = await startBroker();
    const { url } = other;
    await other.close();
    const connection = open({ url });
    await expect.poll(() => connection.trouble, { interval: 5 }).toContain("ECONNREFUSED");
  });
});
