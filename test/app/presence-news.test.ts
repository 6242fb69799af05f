import { describe, expect, it } from "vitest";
import { hearPresence } from "../../app/presence-news.ts";
import type { DoorPresence } from "../../exchange/door.ts";
import type { PresenceNews } from "../../store/devices/presence.ts";

const device = { id: "st-1", deviceNo: 1, gateway: false };
const NOW = Date.parse("2026-01-01T12:00:00Z");

/** A process named "here", at which the device is where `presence` says so. */
function hear(news: Partial<PresenceNews>, presence?: Partial<DoorPresence>, now = NOW) {
  const told: unknown[] = [];
  hearPresence(
    {
      instance: "here",
      exchange: {
        endTakenOver: (id, connection, at) => void told.push([id, connection, at]),
        presenceOf: (id) =>
          presence && id === device.id
            ? { door: "hj212", device, connected: true, at: new Date(0), address: "10.0.0.1", ...presence }
            : undefined,
      },
      find: (deviceNo) => (deviceNo === 1 ? device : undefined),
      notePresence: (change) => void told.push(change),
      now: () => now,
    },
    { deviceNo: 1, connected: false, at: new Date(NOW - 1000).toISOString(), instance: "there", ...news },
  );
  return told;
}

describe("news that a device left another process", () => {
  it("are set right where the device is still here", () => {
    expect(hear({}, { connection: "hj212" })).toEqual([
      {
        deviceNo: 1,
        connected: true,
        changedAt: new Date(NOW),
        address: "10.0.0.1",
        connection: "hj212",
      },
    ]);
    // Told without the name of a process: it has started anew, or was not heard for long.
    expect(hear({ instance: undefined as never }, {})).toMatchObject([{ connected: true }]);
  });

  it("are set right by a moment that is not older, also where this clock is behind", () => {
    expect(hear({}, {}, NOW - 60_000)).toMatchObject([{ changedAt: new Date(NOW - 999) }]);
  });

  it("are right where the device is not here, is another one of its id, or is not known", () => {
    expect(hear({})).toEqual([]);
    expect(hear({}, { device: { ...device, deviceNo: 2 } })).toEqual([]);
    expect(hear({ deviceNo: 3 }, {})).toEqual([]);
  });

  it("say nothing new where they are this process's own", () => {
    expect(hear({ instance: "here" }, {})).toEqual([]);
  });
});

describe("news that a device came to another process", () => {
  it("end the connection of that name here, and no other", () => {
    const came = { connected: true, connection: "hj212" };
    expect(hear(came, {})).toEqual([["st-1", "hj212", NOW - 1000]]);
    expect(hear({ ...came, instance: "here" }, {})).toEqual([]);
    expect(hear({ connected: true }, {})).toEqual([]);
  });
});
