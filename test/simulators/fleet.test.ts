import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kindByName } from "../../devices/catalog.ts";
import type { DeviceCredential } from "../../simulators/credentials.ts";
import { type Fleet, type FleetOptions, startFleet } from "../../simulators/fleet.ts";
import { MAX_MESSAGE_BYTES } from "../../simulators/pack.ts";
import { judge } from "../devices/judge.ts";
import { startBroker, type TestBroker } from "./broker.ts";

const credential = (id: string, kind: string, gatewayId?: string): DeviceCredential => ({
  id,
  kind,
  regionCode: "520326",
  ...(gatewayId === undefined ? {} : { gatewayId }),
  username: id,
  password: "secret",
});

const COUNTY: readonly DeviceCredential[] = [
  ...Array.from({ length: 30 }, (_, index) => credential(`gm-${index}`, "gas-meter", `gw-${index % 2}`)),
  credential("gm-alone", "gas-meter"),
  credential("sp-1", "speaker"),
  credential("cam-1", "camera"),
  credential("gw-0", "lora-gateway"),
  credential("gw-1", "lora-gateway"),
];
const kindOf = (id: string) => kindByName(COUNTY.find((device) => device.id === id)!.kind)!;

interface Delivered {
  readonly deviceId: string;
  readonly channel: "telemetry" | "events";
  readonly item: { observedAt: string; [key: string]: unknown };
}

/** Everything that reached the broker, item by item, after the rules of the contract's topics. */
function unpack(broker: TestBroker): Delivered[] {
  return broker.received.flatMap(({ clientId, topic, payload }) => {
    const [, scope, id, channel] = topic.split("/");
    expect(clientId).toBe(id);
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    const list = (value: unknown) => (Array.isArray(value) ? value : [value]) as Delivered["item"][];
    const body = JSON.parse(payload);
    const parts = scope === "gateways" ? Object.entries(body) : [[id!, body] as const];
    return parts.flatMap(([deviceId, value]) =>
      list(value).map((item): Delivered => ({ deviceId, channel: channel as Delivered["channel"], item })),
    );
  });
}

describe("a fleet", () => {
  let broker: TestBroker;
  let fleet: Fleet | undefined;
  const start = (options: Partial<FleetOptions> = {}) => {
    fleet = startFleet({
      mqttUrl: broker.url,
      devices: COUNTY,
      seed: 1,
      speedUp: 1,
      historyDays: 0,
      historyShare: 1,
      loss: 0,
      spreadMs: 50,
      reconnect: { shortestWaitMs: 5, longestWaitMs: 50 },
      ...options,
    });
    return fleet;
  };

  beforeEach(async () => {
    broker = await startBroker();
  });
  afterEach(async () => {
    await fleet?.stop(0);
    fleet = undefined;
    await broker.close();
  });

  it("has every device report once at the start, meters through their gateways", async () => {
    const { tally, caughtUp, stop } = start();
    await caughtUp;
    await broker.until(() => unpack(broker).length === COUNTY.length);
    expect(await stop(20_000)).toEqual({ kept: 0, overwritten: 0 });
    const delivered = unpack(broker).filter(({ channel }) => channel === "telemetry");
    expect(delivered.map(({ deviceId }) => deviceId).sort()).toEqual(COUNTY.map(({ id }) => id).sort());
    expect(tally.total).toEqual({ published: COUNTY.length, acknowledged: COUNTY.length, resent: 0 });
    // Thirty meters need no connections of their own.
    expect([...broker.connects].sort()).toEqual(["cam-1", "gm-alone", "gw-0", "gw-1", "sp-1"]);
    const throughGateways = broker.received.filter(({ topic }) => topic.startsWith("v1/gateways/"));
    expect(throughGateways.length).toBeLessThan(30);
    for (const { deviceId, channel, item } of delivered) {
      expect(judge(kindOf(deviceId), channel, item, Date.now())).toEqual({ accepts: 1 });
    }
  });

  it("sends the past of the whole fleet, each moment once, in the order of time", async () => {
    const { tally, caughtUp, state, stop } = start({ historyDays: 3 });
    await caughtUp;
    expect(state().phase).toBe("live");
    const { done, total } = state().history;
    expect(done).toBe(total);
    // 31 meters by the hour; speaker, camera and two gateways by the quarter of an hour; give or take one each.
    expect(Math.abs(total - (31 * 72 + 4 * 288))).toBeLessThanOrEqual(COUNTY.length);
    await stop(20_000);
    const delivered = unpack(broker);
    expect(tally.total.acknowledged).toBe(delivered.length);
    for (const { id } of COUNTY) {
      const times = delivered
        .filter(({ deviceId, channel }) => deviceId === id && channel === "telemetry")
        .map(({ item }) => item.observedAt);
      expect(new Set(times).size, id).toBe(times.length);
      expect(tally.of(id).acknowledged).toBe(delivered.filter(({ deviceId }) => deviceId === id).length);
    }
    for (const { deviceId, channel, item } of delivered) {
      expect(judge(kindOf(deviceId), channel, item, Date.now())).toEqual({ accepts: 1 });
    }
    const volumes = delivered
      .filter(({ deviceId }) => deviceId === "gm-3")
      .sort((a, b) => a.item.observedAt.localeCompare(b.item.observedAt))
      .map(({ item }) => item.volume as number);
    expect(volumes).toEqual([...volumes].sort((a, b) => a - b));
  });

  it("sends the past of a share only", async () => {
    const { caughtUp, state } = start({ historyDays: 1, historyShare: 0.5 });
    await caughtUp;
    expect(state().history.total).toBeGreaterThan(0);
    expect(state().history.total).toBeLessThan(31 * 24 + 4 * 96);
    const late = unpack(broker).filter(
      ({ item }) => new Date(item.observedAt).getTime() < Date.now() - 1_800_000,
    );
    expect(new Set(late.map(({ deviceId }) => deviceId)).size).toBeLessThan(COUNTY.length);
  });

  it("goes on reporting, faster when time is sped up", async () => {
    start({ speedUp: 10_000 });
    await broker.until(() => unpack(broker).filter(({ deviceId }) => deviceId === "sp-1").length >= 5);
    const times = unpack(broker)
      .filter(({ deviceId, channel }) => deviceId === "sp-1" && channel === "telemetry")
      .map(({ item }) => item.observedAt);
    expect(times).toEqual([...new Set(times)].sort());
    expect(new Date(times.at(-1)!).getTime()).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ["through its gateway", "gm-7", "gateways"],
    ["over its own connection", "gm-alone", "devices"],
  ])("lets one device play a scenario and report its event %s", async (_way, deviceId, scope) => {
    start({ scenario: { name: "leak", deviceId } });
    const isEvents = ({ topic }: { topic: string }) => topic.endsWith("/events");
    await broker.until(() => broker.received.some(isEvents));
    const events = unpack(broker).filter(({ channel }) => channel === "events");
    expect(events.map((one) => [one.deviceId, one.item.type])).toEqual([[deviceId, "leak"]]);
    expect(broker.received.filter(isEvents).map(({ topic }) => topic.split("/")[1])).toEqual([scope]);
    expect(broker.connects).not.toContain("gm-7");
  });

  it("loses nothing when every connection breaks, and counts what it sent again", async () => {
    broker.hold();
    const { tally, caughtUp, stop } = start({ historyDays: 2 });
    await broker.until(() => broker.held >= 5);
    broker.breakConnections();
    broker.release();
    await caughtUp;
    await stop(20_000);
    expect(tally.total.acknowledged).toBe(tally.total.published);
    expect(tally.total.resent).toBeGreaterThan(0);
    // Every item arrived. Some of those that were sent again did twice; others had left into a dead socket.
    const delivered = unpack(broker);
    const distinct = new Set(
      delivered.map(({ deviceId, channel, item }) => `${deviceId} ${channel} ${JSON.stringify(item)}`),
    );
    expect(distinct.size).toBe(tally.total.published);
    expect(delivered.length).toBeGreaterThan(tally.total.published);
    expect(delivered.length).toBeLessThanOrEqual(tally.total.published + tally.total.resent);
  });

  it("keeps readings in the devices while there is no broker, and says how many", async () => {
    const { url } = broker;
    await broker.close();
    const { caughtUp, state, stop, tally } = start({ mqttUrl: url });
    await caughtUp;
    await expect.poll(() => state().connections.trouble, { interval: 5 }).toContain("ECONNREFUSED");
    const { kept } = await stop(0);
    expect(kept).toBe(COUNTY.length);
    expect(tally.total).toEqual({ published: 0, acknowledged: 0, resent: 0 });
    broker = await startBroker();
  });

  it("stops in the middle of the past without leaving anything running", async () => {
    broker.hold();
    const { caughtUp, stop, state } = start({ historyDays: 30 });
    await broker.until(() => broker.held >= 3);
    const stopped = stop(0);
    await Promise.all([stopped, caughtUp]);
    expect(state().phase).toBe("stopping");
    expect(state().connections.open).toBe(0);
    expect(state().inFlight).toBe(0);
  });

  it("refuses a device of a kind that nobody knows", () => {
    const devices = [credential("x-1", "toaster")];
    expect(() => start({ devices })).toThrow(
      "The device x-1 is of the kind 'toaster', which is not in the catalog",
    );
  });
});
