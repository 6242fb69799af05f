import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveReading } from "../../ingest/batch.ts";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { takeIn } from "../helpers/ingest.ts";
import { areaOf } from "../helpers/limits.ts";
import { lastNewsNo } from "../helpers/told.ts";
import { personWith } from "./callers.ts";
import { type Caller, DAY, HOUR, iso, type Owners, startOwners } from "./owners-world.ts";

/** What one owner of a device is told of the time of another: nothing, by alarms, news, lists and counts. */

let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

const NORTHERN = { tenants: ["north"] };
const SOUTHERN = { tenants: ["south"] };

const alarmsOf = async (id: string, who: Caller) =>
  (await world.get(`/alarms?device=${id}&state=all`, who)).items.map(
    (alarm: { rule: string; message: string; value: number; state: string; raisedAt: string }) => [
      alarm.rule,
      alarm.state,
      alarm.message,
      alarm.value,
      alarm.raisedAt,
    ],
  );

describe("an alarm about what was observed before the device was one's own", () => {
  it("tells in list and stream that something is wrong, not what was measured, nor when", async () => {
    await world.device("late-alarm", [{ tenantId: "north" }]);
    const test = await world.ingest();
    const seenAt = Date.now() - 2 * HOUR;
    await test.publish("late-alarm", "telemetry", { observedAt: seenAt - HOUR, volume: 5, pressure: 2 });
    const moved = await world.move("late-alarm", { tenantId: "south" });
    const high = [0, 1, 2].map((n) => ({
      observedAt: seenAt + n * 700_000,
      volume: 6.125,
      pressure: 9.25,
    }));
    await test.publish("late-alarm", "telemetry", high);
    const alarms = await alarmsOf("late-alarm", world.SOUTH);
    expect(alarms).toEqual([
      ["pressure_high", "active", expect.not.stringMatching(/9\.25|\(/), null, iso(moved)],
    ]);
    const raised = await world.streamOf(test, SOUTHERN);
    expect(raised).toContain("pressure_high");
    expect(raised).toContain(iso(moved));
    expect(raised).not.toMatch(/9\.25/);
    for (const { observedAt } of high) expect(raised).not.toContain(iso(observedAt));
    expect(await world.streamOf(test, NORTHERN)).not.toContain("pressure_high");
    // It is over, by what was observed in the other's time as well.
    const before = await lastNewsNo(world.db.pool);
    const low = [3, 4, 5].map((n) => ({
      observedAt: seenAt + n * 700_000,
      volume: 6.125,
      pressure: 2.25,
    }));
    await test.publish("late-alarm", "telemetry", low);
    expect((await alarmsOf("late-alarm", world.SOUTH))[0][1]).toBe("cleared");
    const cleared = await world.streamOf(test, SOUTHERN, before);
    expect(cleared).toContain('"change":"cleared"');
    expect(cleared).not.toMatch(/2\.25/);
    for (const { observedAt } of low) expect(cleared).not.toContain(iso(observedAt));
  });

  it("of one's own time is told whole, and the former keeps what was theirs", async () => {
    await world.device("own-alarm", [{ tenantId: "north" }]);
    const test = await world.ingest();
    const from = Date.now() - HOUR;
    const say = (minute: number, pressure: number) =>
      test.publish("own-alarm", "telemetry", { observedAt: from + minute * 60_000, volume: 1, pressure });
    for (const minute of [0, 12, 24]) await say(minute, 9.25);
    const [raised] = await alarmsOf("own-alarm", world.NORTH);
    expect(raised).toMatchObject([
      "pressure_high",
      "active",
      expect.stringContaining("9.25"),
      9.25,
      expect.any(String),
    ]);
    const moved = await world.move("own-alarm", { tenantId: "south" });
    const ended = [raised[0], "cleared", ...raised.slice(2)];
    expect(await alarmsOf("own-alarm", world.NORTH)).toEqual([ended]);
    expect(await alarmsOf("own-alarm", world.SOUTH)).toMatchObject([
      ["pressure_high", "active", expect.not.stringContaining("9.25"), null, iso(moved)],
    ]);
    const before = await lastNewsNo(world.db.pool);
    // As if a day had passed: what is the latter's is of after the move.
    await world.db.pool.query("update devices set placed_since = $1 where id = 'own-alarm'", [
      iso(from + 30 * 60_000),
    ]);
    await world.db.pool.query("update former_places set until_at = $1 where id = 'own-alarm'", [
      iso(from + 30 * 60_000),
    ]);
    // The latter's alarm is of the moment of the move.
    await world.db.pool.query(
      "update alarms set raised_at = $1 from devices d where d.device_no = alarms.device_no and d.id = 'own-alarm' and cleared_at is null",
      [iso(from + 30 * 60_000)],
    );
    await test.ingest.directory.refresh("own-alarm");
    for (const minute of [36, 48, 59]) await say(minute, 2.25);
    expect(await world.streamOf(test, SOUTHERN, before)).toMatch(/"change":"cleared".*pressure 2\.25/);
    expect(await world.streamOf(test, NORTHERN, before)).not.toContain("cleared");
    expect(await alarmsOf("own-alarm", world.NORTH)).toEqual([ended]);
  });
});

describe("news of a device that has moved", () => {
  it("go to whose it was when they were observed: events, readings and alarms", async () => {
    await world.device("told", [{ tenantId: "north" }]);
    const live: LiveReading[] = [];
    const test = await world.ingest({
      wantsLive: () => true,
      onCommitted: (batch, readings) => {
        test.committed.push(batch);
        live.push(...readings);
      },
    });
    const moved = await world.move("told", { tenantId: "south" });
    const event = (eventId: string, observedAt: number) => ({ eventId, type: "magnet", observedAt });
    await test.publish("told", "events", [event("formers", moved - 1), event("latters", moved)]);
    await test.publish("told", "telemetry", [
      { observedAt: moved - 1, volume: 1 },
      { observedAt: moved, volume: 2 },
    ]);
    const told = (area: object) => world.streamOf(test, area, test.newsFrom, live);
    expect(await told(NORTHERN)).toContain("formers");
    expect(await told(NORTHERN)).toContain('"volume":1');
    expect(await told(NORTHERN)).not.toMatch(/latters|"volume":2|event: alarm/);
    expect(await told(SOUTHERN)).toContain("latters");
    expect(await told(SOUTHERN)).toContain('"volume":2');
    expect(await told(SOUTHERN)).toContain("event: alarm");
    expect(await told(SOUTHERN)).not.toMatch(/formers|"volume":1/);
  });

  it("that are on their way are counted by whose it is now, and not by the former", async () => {
    await world.device("pending", [{ tenantId: "north", until: Date.now() - HOUR }, { tenantId: "south" }]);
    world.pending.items = 7;
    const pendingFor = async (who: Caller) => (await world.get("/devices/pending/ledger", who)).pending;
    expect([await pendingFor(world.NORTH), await pendingFor(world.SOUTH)]).toEqual([0, 7]);
    expect(await pendingFor(world.PLATFORM)).toBe(7);
    world.pending.items = 0;
  });
});

describe("silence", () => {
  it("since before the device was one's own says since when it has been, and no more", async () => {
    const deviceNo = await world.device("silent", [{ tenantId: "north" }]);
    const heard = Date.now() - 20 * DAY;
    await world.db.pool.query("insert into device_last_seen values ($1, $2)", [deviceNo, iso(heard)]);
    await world.db.pool.query(
      "insert into device_presence (device_no, connected, changed_at, instance) values ($1, false, $2, '1')",
      [deviceNo, iso(heard)],
    );
    const own = await world.get("/devices/silent", world.NORTH);
    expect(own).toMatchObject({
      lastSeenAt: iso(heard),
      status: "silent",
      presence: { changedAt: iso(heard) },
    });
    const moved = await world.move("silent", { tenantId: "south" });
    const test = await world.ingest();
    await test.ingest.checkSilence();
    const [alarm] = await alarmsOf("silent", world.SOUTH);
    expect(alarm[2]).toMatch(new RegExp(`; not heard since it was moved here at ${iso(moved)}$`));
    expect(await world.get("/devices/silent", world.SOUTH)).toMatchObject({
      lastSeenAt: null,
      status: "never",
      presence: null,
    });
    // A third one is not told when the second got it.
    await world.move("silent", { tenantId: "west" });
    const { rows } = await world.db.pool.query(
      "select message from alarms where device_no = $1 and cleared_at is null",
      [deviceNo],
    );
    expect(rows).toEqual([{ message: expect.not.stringContaining(";") }]);
  });

  it("is counted, filtered and sorted by what one may know; who sees all of its time knows all", async () => {
    const old = Date.now() - 3 * DAY;
    for (const [id, tenant] of [
      ["kept-1", "south"],
      ["sold-1", "north"],
    ] as const) {
      const deviceNo = await world.device(id, [{ tenantId: tenant }], "camera");
      await world.db.pool.query("insert into device_last_seen values ($1, $2)", [deviceNo, iso(old)]);
      await world.db.pool.query(
        "insert into device_presence (device_no, connected, changed_at, instance) values ($1, true, $2, '1')",
        [deviceNo, iso(old)],
      );
    }
    const moved = await world.move("sold-1", { tenantId: "south" });
    const list = async (query: string, who: Caller) =>
      (await world.get(`/devices?kind=camera&${query}`, who)).items.map(
        (device: { id: string; lastSeenAt: string | null; presence: { changedAt: string } | null }) => [
          device.id,
          device.lastSeenAt,
          device.presence?.changedAt,
        ],
      );
    const kept = ["kept-1", iso(old), iso(old)];
    const sold = ["sold-1", null, iso(moved)];
    expect(await list("sort=lastSeenAt", world.SOUTH)).toEqual([sold, kept]);
    expect(await list("status=never", world.SOUTH)).toEqual([sold]);
    expect(await list("status=silent", world.SOUTH)).toEqual([kept]);
    const counts = async (who: Caller) =>
      (await world.get("/device-counts?kind=camera", who)).items.map(
        ({ value, devices }: { value: string; devices: number }) => [value, devices],
      );
    expect(await counts(world.SOUTH)).toEqual([
      ["never", 1],
      ["silent", 1],
    ]);
    expect(await counts(world.PLATFORM)).toEqual([["silent", 2]]);
    expect(await list("status=silent", world.PLATFORM)).toEqual([kept, ["sold-1", iso(old), iso(old)]]);
    const grant = { role: "administrator", area: areaOf(SOUTHERN) } as const;
    const administrator = world.callers.as(personWith("south-admin", [grant], "south"));
    const renamed = await world.call("PATCH", "/devices/sold-1", administrator, { name: "x" });
    expect(renamed.json).toMatchObject({ lastSeenAt: null, status: "never" });
  });
});

describe("messages on a foreign topic within an hour in which the device moved", () => {
  it("are each owner's own, in the list and in the ledger", async () => {
    await world.device("strayed", [{ tenantId: "north" }]);
    const { ingest } = await world.ingest();
    const foreign = (receivedAt: number) =>
      new Promise<void>((resolve) => {
        const device = ingest.directory.find("strayed");
        const message = { device, channel: undefined, context: "a/b", raw: Buffer.from("x") };
        takeIn(ingest, { ...message, receivedAt }, resolve);
      });
    // Of one hour by the clock, whenever this test runs: the moves are dated by the first message.
    const hour = Math.floor(Date.now() / HOUR) * HOUR - HOUR;
    await foreign(hour + 1000);
    await foreign(hour + 2000);
    const places = async (until: number) => {
      await world.db.pool.query(
        `with d as (update devices set placed_since = $1 where id = 'strayed' returning device_no)
         update former_places f set until_at = $1 from d
         where f.device_no = d.device_no and until_at = (select max(until_at) from former_places o where o.device_no = d.device_no)`,
        [iso(until)],
      );
    };
    await world.move("strayed", { tenantId: "south" });
    await places(hour + 3000);
    for (const second of [4, 5, 6]) await foreign(hour + second * 1000);
    while ((await foldLedger(world.db.pool)) > 0);
    const seen = async (who: Caller) => {
      const { items } = await world.get("/rejections?device=strayed", who);
      const { received, rejected } = await world.get("/devices/strayed/ledger", who);
      const messages = items.map((one: { messages: number; items: number }) => [one.messages, one.items]);
      return { messages, ledger: [received, rejected] };
    };
    expect(await seen(world.NORTH)).toEqual({ messages: [[2, 2]], ledger: [2, 2] });
    expect(await seen(world.SOUTH)).toEqual({ messages: [[3, 3]], ledger: [3, 3] });
    expect(await seen(world.PLATFORM)).toEqual({
      messages: [
        [3, 3],
        [2, 2],
      ],
      ledger: [5, 5],
    });
  });
});

describe("the first owner of a device", () => {
  const first = async (id: string, regionCode = "520103") => {
    const gatewayNo = await world.device(`${id}-gateway`, [{ regionCode }], "lora-gateway");
    const deviceNo = await world.device(id, [{ regionCode }]);
    await world.db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gatewayNo,
      deviceNo,
    ]);
    const test = await world.ingest();
    const at = Date.now() - HOUR;
    await test.publish(id, "telemetry", [
      { observedAt: at, volume: 1 },
      { volume: "x", observedAt: at },
    ]);
    await test.publish(id, "events", { eventId: "e", type: "leak", observedAt: at });
    return { deviceNo, at, test };
  };
  const everythingOf = async (id: string, who: Caller) => {
    const count = async (url: string) => (await world.get(url, who)).items?.length ?? null;
    const { received, stored, rejected } = await world.get(`/devices/${id}/ledger`, who);
    return {
      readings: await count(`/devices/${id}/readings`),
      events: await count(`/events?device=${id}`),
      alarms:
        (await world.get(`/alarms?device=${id}&state=all`, who)).items?.map(
          (alarm: { state: string }) => alarm.state,
        ) ?? null,
      rejections: await count(`/rejections?device=${id}`),
      ledger: [received, stored, rejected],
    };
  };
  const ALL = { readings: 1, events: 1, alarms: ["active"], rejections: 1, ledger: [3, 2, 1] };
  const NOTHING = {
    readings: null,
    events: null,
    alarms: null,
    rejections: null,
    ledger: [undefined, undefined, undefined],
  };

  it("has what it measured before, since nobody else had: whoever provisions in two steps loses nothing", async () => {
    await first("two-steps");
    expect(await everythingOf("two-steps", world.NORTH)).toEqual(NOTHING);
    await world.move("two-steps", { tenantId: "north" });
    expect(await everythingOf("two-steps", world.NORTH)).toEqual(ALL);
    expect(await everythingOf("two-steps", world.PLATFORM)).toEqual(ALL);
    expect(await everythingOf("two-steps", world.SOUTH)).toEqual(NOTHING);
    // It stays behind the platform's gateway, which speaks for it.
    expect((await world.get("/devices/two-steps", world.NORTH)).gatewayId).toBe("two-steps-gateway");
    // Behind the next owner it is as with any other.
    await world.move("two-steps", { tenantId: "south" });
    const empty = { readings: 0, events: 0, alarms: ["active"], rejections: 0, ledger: [0, 0, 0] };
    expect(await everythingOf("two-steps", world.SOUTH)).toEqual(empty);
    expect(await everythingOf("two-steps", world.NORTH)).toEqual({ ...ALL, alarms: ["cleared"] });
    expect((await world.get("/devices/two-steps", world.SOUTH)).gatewayId).toBeNull();
    // The platform has it back, and gives it to somebody: that one is not the first.
    await world.move("two-steps", { tenantId: null });
    await world.move("two-steps", { tenantId: "west" });
    const { rows } = await world.db.pool.query(
      "select tenant_id from former_places where id = 'two-steps' order by until_at",
    );
    expect(rows.map(({ tenant_id }) => tenant_id)).toEqual(["north", "south", null]);
  });

  it("has it also of regions where it was before, and the regions keep theirs", async () => {
    await first("two-regions", "520102001");
    const moved = await world.move("two-regions", { regionCode: "520103" });
    expect(await everythingOf("two-regions", world.COUNTY)).toMatchObject({ readings: 1, events: 1 });
    await world.move("two-regions", { tenantId: "north" });
    expect(await everythingOf("two-regions", world.NORTH)).toMatchObject({
      readings: 1,
      events: 1,
      ledger: [3, 2, 1],
    });
    expect(await everythingOf("two-regions", world.COUNTY)).toMatchObject({ readings: 1, events: 1 });
    const { rows } = await world.db.pool.query(
      `select tenant_id, region_code, until_at from former_places where id = 'two-regions'`,
    );
    expect(rows).toEqual([{ tenant_id: "north", region_code: "520102001", until_at: new Date(moved) }]);
    // And where one statement does both.
    await first("at-once", "520102001");
    await world.move("at-once", { tenantId: "north", regionCode: "520103" });
    expect(await everythingOf("at-once", world.NORTH)).toMatchObject({
      readings: 1,
      events: 1,
      ledger: [3, 2, 1],
    });
    expect(await everythingOf("at-once", world.COUNTY)).toMatchObject({ readings: 1, events: 1 });
    expect(await everythingOf("at-once", world.SOUTH)).toEqual(NOTHING);
  });
});
