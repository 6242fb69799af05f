import { describe, expect, it } from "vitest";
import { camera } from "../../devices/kinds/camera/kind.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { createDevice, eventItems } from "../../simulators/device.ts";
import { momentsOfPast, sendHistory } from "../../simulators/history.ts";
import type { Item } from "../../simulators/pack.ts";
import type { Uplink } from "../../simulators/uplink.ts";

/** An uplink that remembers, and can be told to take nothing. */
function fakeUplink() {
  const sent: Item[][] = [];
  const waiting: (() => void)[] = [];
  let open = true;
  const uplink: Uplink = {
    ready: () => open,
    send: (items) => void sent.push([...items]),
    deliver: async (items) => void sent.push([...items]),
    whenReady: (callback) => void waiting.push(callback),
    onRoom: () => undefined,
    flush: () => undefined,
  };
  return {
    uplink,
    sent,
    close() {
      open = false;
    },
    open() {
      open = true;
      for (const callback of waiting.splice(0)) callback();
    },
    readings: () => sent.flat().map(({ json }) => JSON.parse(json)),
  };
}

const START = new Date("2025-06-10T00:00:00Z").getTime();
const hour = (index: number) => new Date(START + index * 3_600_000);

function meter(poorCoverage = false) {
  const telemetry = fakeUplink();
  const events = fakeUplink();
  const device = createDevice({
    id: "m-1",
    kind: gasMeter,
    seed: 1234,
    telemetry: telemetry.uplink,
    events: events.uplink,
    poorCoverage,
  });
  return { device, telemetry, events };
}

describe("a simulated device", () => {
  it("sends each reading with its own time", () => {
    const { device, telemetry } = meter();
    for (let index = 0; index < 3; index++) device.report(hour(index));
    expect(telemetry.readings().map(({ observedAt }) => observedAt)).toEqual([
      "2025-06-10T00:00:00.000Z",
      "2025-06-10T01:00:00.000Z",
      "2025-06-10T02:00:00.000Z",
    ]);
    expect(device.kept).toBe(0);
  });

  it("never reports two moments as one, even when it is asked twice in a millisecond", () => {
    const { device, telemetry } = meter();
    for (let index = 0; index < 3; index++) device.report(hour(0));
    expect(new Set(telemetry.readings().map(({ observedAt }) => observedAt)).size).toBe(3);
  });

  it("keeps what it cannot send and hands it over, oldest first, once the way is free", () => {
    const { device, telemetry } = meter();
    telemetry.close();
    for (let index = 0; index < 5; index++) device.report(hour(index));
    expect(telemetry.sent).toEqual([]);
    expect(device.kept).toBe(5);
    telemetry.open();
    expect(telemetry.sent).toHaveLength(1);
    const times = telemetry.readings().map(({ observedAt }) => observedAt);
    expect(times).toHaveLength(5);
    expect(times).toEqual([...times].sort());
    expect(device.kept).toBe(0);
  });

  it("overwrites the oldest when its memory is full, and counts them", () => {
    const { device, telemetry } = meter();
    telemetry.close();
    for (let index = 0; index < 1010; index++) device.report(hour(index));
    expect(device.kept).toBe(1000);
    expect(device.overwritten).toBe(10);
    telemetry.open();
    expect(telemetry.readings()[0].observedAt).toBe(hour(10).toISOString());
  });

  it("delivers late, several at once, and nothing twice, when its coverage is poor", () => {
    const { device, telemetry } = meter(true);
    for (let index = 0; index < 300; index++) device.report(hour(index));
    const sizes = telemetry.sent.map((items) => items.length);
    expect(Math.max(...sizes)).toBeGreaterThan(3);
    expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(100);
    const times = telemetry.readings().map(({ observedAt }) => observedAt);
    expect(new Set(times).size).toBe(times.length);
    expect(times.length + device.kept).toBe(300);
    expect(device.overwritten).toBe(0);
  });

  it("says nothing while it plays silence", () => {
    const { device, telemetry } = meter();
    for (let index = 0; index < 5; index++) device.report(hour(index), "silence");
    expect(telemetry.sent).toEqual([]);
    expect(device.kept).toBe(0);
  });

  it("gives an event an id and a time, once", () => {
    const { device, events } = meter();
    device.report(hour(0), "leak");
    device.report(hour(1), "leak");
    expect(events.readings()).toEqual([
      {
        type: "leak",
        flow: 0.35,
        observedAt: hour(0).toISOString(),
        eventId: expect.stringMatching(/^leak-/),
      },
    ]);
  });

  it("leaves an event that brings its own id as it is", () => {
    const event = { type: "new", before: null, after: { id: "9.5-x", frame_time: 9.5, label: "person" } };
    const [item] = eventItems("c-1", camera, hour(0), { metrics: {}, events: [event] });
    expect(JSON.parse(item!.json)).toEqual(event);
  });
});

describe("a device's past", () => {
  const from = new Date("2025-06-01T00:00:00Z");
  const to = new Date("2025-06-03T00:00:00Z");

  it("lies on the same moments whenever it is asked for", () => {
    const one = momentsOfPast(gasMeter, 77, from, to);
    const later = momentsOfPast(
      gasMeter,
      77,
      new Date(from.getTime() + 12_345_678),
      new Date(to.getTime() + 12_345_678),
    );
    expect(one.count).toBe(48);
    expect((later.firstMs - one.firstMs) % one.stepMs).toBe(0);
    expect(one.firstMs).toBeGreaterThanOrEqual(from.getTime());
    expect(one.firstMs + (one.count - 1) * one.stepMs).toBeLessThan(to.getTime());
  });

  it("is thinner than the present for kinds that report every minute", () => {
    expect(momentsOfPast(camera, 77, from, to)).toMatchObject({ stepMs: 900_000, count: 192 });
  });

  const send = async (seed: number, stopAfter = Number.POSITIVE_INFINITY) => {
    const telemetry = fakeUplink();
    let readings = 0;
    await sendHistory({
      id: "m-1",
      kind: gasMeter,
      seed,
      past: momentsOfPast(gasMeter, seed, from, new Date("2025-07-03T00:00:00Z")),
      telemetry: telemetry.uplink,
      events: fakeUplink().uplink,
      onReadings: (count) => {
        readings += count;
      },
      stopped: () => readings >= stopAfter,
    });
    return { telemetry, readings };
  };

  it("is sent whole, and the same on every run", async () => {
    const one = await send(5);
    expect(one.readings).toBe(32 * 24);
    expect(one.telemetry.readings()).toHaveLength(32 * 24);
    expect(one.telemetry.sent).toEqual((await send(5)).telemetry.sent);
  });

  it("meets the present: the next live reading is not below the last of the past", async () => {
    const { telemetry } = await send(5);
    const last = telemetry.readings().at(-1);
    const live = fakeUplink();
    const device = createDevice({
      id: "m-1",
      kind: gasMeter,
      seed: 5,
      telemetry: live.uplink,
      events: fakeUplink().uplink,
      poorCoverage: false,
    });
    device.report(new Date(new Date(last.observedAt).getTime() + 60_000));
    const [now] = live.readings();
    expect(now.volume).toBeGreaterThanOrEqual(last.volume);
    expect(now.volume).toBeLessThan(last.volume + 1);
  });

  it("stops when it is told to", async () => {
    const { readings } = await send(5, 300);
    expect(readings).toBeGreaterThanOrEqual(300);
    expect(readings).toBeLessThan(32 * 24);
  });
});
