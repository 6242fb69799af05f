import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { areaOf } from "../helpers/limits.ts";
import { personWith } from "./callers.ts";
import { insertDevice } from "./fixtures.ts";
import { type Caller, DAY, HOUR, iso, type Owners, startOwners } from "./owners-world.ts";

/** Whose ledger counts what comes after a device has moved, of the time before. */

let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

describe("the ledger of what comes late of a former's time", () => {
  const ledger = async (id: string, who: Caller) => {
    const { received, stored, duplicate, rejected } = await world.get(`/devices/${id}/ledger`, who);
    const { items } = await world.get("/ledger?limit=1000", who);
    const listed = items.find(({ deviceId }: { deviceId: string }) => deviceId === id);
    if (listed)
      expect([listed.received, listed.stored, listed.duplicate, listed.rejected]).toEqual([
        received,
        stored,
        duplicate,
        rejected,
      ]);
    return [received, stored, duplicate, rejected];
  };
  const [EVENT, REPLY] = [
    { type: "leak", eventId: "e" },
    { commandId: "c", outcome: "done" },
  ];

  it("is the former's: nobody reads off their own what is stored there", async () => {
    await world.device("probed", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    const at = Math.floor(Date.now() / 1000) * 1000 - 5 * HOUR;
    await publish("probed", "telemetry", { observedAt: at, volume: 10 });
    await publish("probed", "events", { ...EVENT, observedAt: at });
    await publish("probed", "replies", { ...REPLY, observedAt: at });
    const moved = await world.move("probed", { tenantId: "south" });
    expect(await ledger("probed", world.NORTH)).toEqual([3, 3, 0, 0]);
    await publish("probed", "telemetry", { observedAt: moved, volume: 20 });
    const [SOUTHS, NORTHS] = [
      [1, 1, 0, 0],
      [3, 3, 0, 0],
    ];
    const late: [what: string, channel: string, item: object, counts: [number, number, number]][] = [
      ["a guess that is right", "telemetry", { observedAt: at, volume: 10 }, [0, 1, 0]],
      ["one that is wrong", "telemetry", { observedAt: at, volume: 11 }, [0, 0, 1]],
      ["a part beside a wrong one", "telemetry", { observedAt: at, volume: 11, pressure: 2 }, [1, 0, 0]],
      ["a moment that is free", "telemetry", { observedAt: at + 1, volume: 10 }, [1, 0, 0]],
      ["one of long ago", "telemetry", { observedAt: at - 40 * DAY, volume: 5 }, [1, 0, 0]],
      ["what is refused", "telemetry", { observedAt: at + 2, volume: "much" }, [0, 0, 1]],
      ["the event again", "events", { ...EVENT, observedAt: at }, [0, 1, 0]],
      ["another event", "events", { ...EVENT, observedAt: at, by: 1 }, [1, 0, 0]],
      ["an event that is none", "events", { ...EVENT, type: "ghost", observedAt: at }, [0, 0, 1]],
      ["the reply again", "replies", { ...REPLY, observedAt: at }, [0, 1, 0]],
      ["another reply", "replies", { ...REPLY, commandId: "d", observedAt: at }, [1, 0, 0]],
    ];
    for (const [what, channel, item, counts] of late) {
      await publish("probed", channel as "telemetry", item);
      NORTHS[0]!++;
      for (const [i, n] of counts.entries()) NORTHS[i + 1]! += n;
      const seen = [await ledger("probed", world.NORTH), await ledger("probed", world.SOUTH)];
      expect([what, ...seen]).toEqual([what, NORTHS, SOUTHS]);
    }
    // Of several times in one message, once it is folded, and for who comes next.
    await publish("probed", "telemetry", [
      { observedAt: at, volume: 10 },
      { observedAt: moved, volume: 20 },
      { observedAt: moved + 1, volume: 21 },
      { observedAt: at + 3, volume: 10 },
    ]);
    while ((await foldLedger(world.db.pool)) > 0);
    await world.move("probed", { tenantId: "west" });
    await publish("probed", "telemetry", [
      { observedAt: at, volume: 9 },
      { observedAt: moved, volume: 20 },
    ]);
    const [received, stored, duplicate, rejected] = NORTHS as [number, number, number, number];
    expect(await ledger("probed", world.NORTH)).toEqual([
      received + 3,
      stored + 1,
      duplicate + 1,
      rejected + 1,
    ]);
    expect(await ledger("probed", world.SOUTH)).toEqual([4, 2, 2, 0]);
    expect(await ledger("probed", world.PLATFORM)).toEqual([
      received + 7,
      stored + 3,
      duplicate + 3,
      rejected + 1,
    ]);
    const west = world.callers.as(
      personWith("west", [{ role: "operator", area: areaOf({ tenants: ["west"] }) }], "west"),
    );
    expect(await ledger("probed", west)).toEqual([0, 0, 0, 0]);
  });

  it("is where the item's time is also for what is replayed of it", async () => {
    await world.device("mended", [{ tenantId: "north" }]);
    const { publish } = await world.ingest();
    const at = Date.now() - HOUR;
    await publish("mended", "telemetry", { observedAt: at, volume: 1 });
    const moved = await world.move("mended", { tenantId: "south" });
    await publish("mended", "telemetry", [
      { observedAt: at, volume: 2 },
      { observedAt: at, pressure: 2, volume: 3 },
      { observedAt: moved + 1, volume: 3 },
    ]);
    expect(await ledger("mended", world.NORTH)).toEqual([3, 2, 0, 1]);
    expect(await ledger("mended", world.SOUTH)).toEqual([1, 1, 0, 0]);
    const range = { from: iso(at), to: iso(at + 1000), reason: "wrong" };
    const gone = { action: "void", ...range };
    expect((await world.call("POST", "/devices/mended/repairs", world.PLATFORM, gone)).status).toBe(201);
    const { items } = await world.get("/rejections?device=mended", world.PLATFORM);
    expect(items.map(({ partial }: { partial: boolean }) => partial).toSorted()).toEqual([false, true]);
    for (const partial of [false, true]) {
      const { id } = items.find((one: { partial: boolean }) => one.partial === partial);
      const { status } = await world.call("POST", `/rejections/${id}/replay`, world.PLATFORM);
      expect([partial, status]).toEqual([partial, 200]);
    }
    expect(await ledger("mended", world.NORTH)).toEqual([3, 3, 0, 0]);
    expect(await ledger("mended", world.SOUTH)).toEqual([1, 1, 0, 0]);
    expect(await ledger("mended", world.PLATFORM)).toEqual([4, 4, 0, 0]);
  });

  it("is the former's as well where their device is gone and its id is another's", async () => {
    await world.device("reborn", [{ tenantId: "north" }]);
    const before = await world.ingest();
    const at = Date.now() - HOUR;
    await before.publish("reborn", "telemetry", { observedAt: at, volume: 1 });
    expect((await world.call("DELETE", "/devices/reborn", world.PLATFORM)).status).toBe(204);
    await insertDevice(world.db.pool, "reborn", { tenantId: "south" });
    const { publish } = await world.ingest();
    await publish("reborn", "telemetry", { observedAt: at, volume: 1 });
    await publish("reborn", "telemetry", { observedAt: at, volume: 1 });
    await publish("reborn", "telemetry", { observedAt: Date.now(), volume: 2 });
    expect(await ledger("reborn", world.SOUTH)).toEqual([1, 1, 0, 0]);
    expect(await ledger("reborn", world.NORTH)).toEqual([3, 2, 1, 0]);
  });
});
