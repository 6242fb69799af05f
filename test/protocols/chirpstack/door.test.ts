import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { DeviceEntry } from "../../../ingest/directory.ts";
import {
  type ChirpstackDoor,
  type ChirpstackOptions,
  openChirpstack,
} from "../../../protocols/chirpstack/door.ts";
import { isAway } from "../../../store/database/index.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import {
  addDevice,
  gasMeterRows,
  lastRejectionIn,
  startTestIngest,
  type TestIngest,
} from "../../helpers/ingest.ts";
import { type OtherBroker, SESSION, startOtherBroker } from "../mqtt-source/other-broker.ts";
import { vectorWith } from "./vectors.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

let lastEui = 0;
/** A devEUI that no other test has. */
const newEui = () => `70b3d57ed0${(++lastEui).toString(16).padStart(6, "0")}`;

/** Gives a device a devEUI and a model, as the API does. */
async function describeDevice(
  { ingest }: TestIngest,
  id: string,
  { eui, model, codec }: { eui?: string; model?: string; codec?: object },
): Promise<void> {
  if (eui)
    await db.pool.query(
      "insert into device_identities (scheme, value, device_no) select 'deveui', $2, device_no from devices where id = $1",
      [id, eui],
    );
  await db.pool.query(
    "update devices set model = coalesce($2, model), attributes = attributes || $3::jsonb, updated_at = now() where id = $1",
    [id, model, JSON.stringify(codec ? { codec } : {})],
  );
  await ingest.directory.refresh(id);
}

async function addMeter(side: TestIngest, id: string, model?: string): Promise<string> {
  const eui = newEui();
  await addDevice(db.pool, id);
  await describeDevice(side, id, { eui, ...(model ? { model } : {}) });
  return eui;
}

/** An event of the vectors, of another device. */
function eventOf(eui: string, id: string, changes: Readonly<Record<string, unknown>> = {}) {
  const { topic, raw } = vectorWith(id, changes);
  const event = JSON.parse(raw.toString()) as { deviceInfo: object };
  return {
    topic: topic.replace(/device\/[^/]+/, `device/${eui}`),
    payload: { ...event, deviceInfo: { ...event.deviceInfo, devEui: eui } },
  };
}

const send = (broker: OtherBroker, ...event: Parameters<typeof eventOf>) => {
  const { topic, payload } = eventOf(...event);
  return broker.publish(topic, payload);
};

interface Opened {
  readonly door: ChirpstackDoor;
  readonly logged: { msg: string }[];
}

async function open(
  broker: Pick<OtherBroker, "port">,
  { ingest }: TestIngest,
  options: Partial<ChirpstackOptions<DeviceEntry>> = {},
): Promise<Opened> {
  const logged: Opened["logged"] = [];
  const door = openChirpstack<DeviceEntry>({
    url: `mqtt://127.0.0.1:${broker.port}`,
    topics: ["application/+/device/+/event/+"],
    clientId: SESSION,
    find: ingest.directory.identities.find,
    lookUp: ingest.directory.identities.lookUp,
    isAway,
    onMessage: ingest.accept,
    onRefused: ingest.reject,
    onUnknown: ingest.noteUnknown,
    log: createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) }),
    client: { protocolVersion: 4, reconnectPeriod: 50 },
    ...options,
  });
  onTestFinished(() => door.close());
  await vi.waitFor(() => expect(logged.map(({ msg }) => msg)).toContain("subscribed at the source broker"));
  return { door, logged };
}

const acknowledged = (broker: OtherBroker, count: number) =>
  vi.waitFor(() => expect(broker.acknowledged).toHaveLength(count), { timeout: 10_000 });

const eventsOf = async (id: string) =>
  (
    await db.pool.query<{ event_id: string; type: string; data: object }>(
      "select event_id, type, data from events join devices using (device_no) where id = $1 order by type, event_id",
      [id],
    )
  ).rows;

const rejectionsIn = async (topic: string) =>
  (
    await db.pool.query<{ reason: string; id: string | null; payload: Buffer; door: string }>(
      `select reason, id, payload, door from rejected_messages left join devices using (device_no)
       where topic = $1 order by rejection_no`,
      [topic],
    )
  ).rows;

const ledgerOf = (side: TestIngest, id: string) => side.ledger(id);

describe("the events of a ChirpStack", () => {
  it("become readings and events of the device that has the devEUI, each acknowledged once it is committed", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-1", "smartico-g1.6");
    const broker = await startOtherBroker();
    const { door } = await open(broker, side);
    await send(broker, eui, "cs4-a-up-full", { fPort: 2 });
    await send(broker, eui, "cs4-a-join");
    await send(broker, eui, "cs4-a-status-zero");
    await send(broker, eui, "cs4-a-nack");
    await acknowledged(broker, 4);
    expect(await gasMeterRows(db.pool, "cs-1")).toMatchObject([
      {
        observed_at: new Date("2026-07-31T00:15:07.123Z"),
        volume: 0.854,
        extra: { lorawan: { fCnt: 65537, gateways: [{ rssi: -99, snr: 7.5 }, {}, {}] } },
      },
    ]);
    expect(
      (await eventsOf("cs-1")).map(({ type, data }) => [type, (data as { report?: string }).report]),
    ).toEqual([
      ["magnet", undefined],
      ["network_report", "ack"],
      ["network_report", "join"],
      ["network_report", "status"],
      ["tamper", undefined],
    ]);
    expect(await ledgerOf(side, "cs-1")).toEqual({ received: 6, stored: 6, duplicate: 0, rejected: 0 });
    expect(door.packetCounts()).toEqual({ taken: 4, refused: 0, unknown: 0, unacknowledged: 0 });
  });

  it("are duplicates when they come again, whenever that is and whatever their address is written like", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-2", "smartico-g1.6");
    const broker = await startOtherBroker();
    await open(broker, side);
    for (let time = 0; time < 2; time++) {
      for (const id of ["cs4-a-up-full", "cs4-a-up-mac", "cs4-a-txack", "cs4-a-log-codec", "cs4-a-join"])
        await send(
          broker,
          time === 0 ? eui : eui.toUpperCase(),
          id,
          id === "cs4-a-up-full" ? { fPort: 2 } : {},
        );
    }
    await acknowledged(broker, 10);
    expect(await gasMeterRows(db.pool, "cs-2")).toHaveLength(1);
    expect(await eventsOf("cs-2")).toHaveLength(6);
    expect(await ledgerOf(side, "cs-2")).toEqual({ received: 14, stored: 7, duplicate: 7, rejected: 0 });
  });

  it("that nobody can read are on record with their bytes, and stored whole once the device has a model", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-3");
    const broker = await startOtherBroker();
    const { door } = await open(broker, side);
    const { topic, payload } = eventOf(eui, "cs4-a-up-full", { fPort: 2, object: undefined });
    await broker.publish(topic, payload);
    await broker.publish(topic, "no JSON");
    await acknowledged(broker, 2);
    expect(await rejectionsIn(topic)).toEqual([
      { reason: "bad_frame", id: "cs-3", door: "chirpstack", payload: Buffer.from(JSON.stringify(payload)) },
      { reason: "not_json", id: "cs-3", door: "chirpstack", payload: Buffer.from("no JSON") },
    ]);
    expect(door.packetCounts()).toMatchObject({ refused: 2 });
    await db.pool.query("delete from rejected_messages where reason = 'not_json'");
    const rejection = await lastRejectionIn(db.pool, topic);
    await describeDevice(side, "cs-3", { model: "smartico-g1.6" });
    expect(await side.ingest.replay(rejection, ACTOR, NO_LIMITS)).toEqual({
      outcome: "stored",
      detail: "3 of 3 items were stored, no other was new",
    });
    expect(await gasMeterRows(db.pool, "cs-3")).toMatchObject([{ volume: 0.854 }]);
    expect((await eventsOf("cs-3")).map(({ type }) => type)).toEqual(["magnet", "tamper"]);
  });

  it("of a pulse counter are volumes by what its attributes say", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-4", "fludia-fm432g");
    await describeDevice(side, "cs-4", { codec: { litresPerPulse: 10, channel: 0 } });
    const broker = await startOtherBroker();
    await open(broker, side);
    const data = Buffer.from("6d0f0000271000050000000a", "hex").toString("base64");
    await send(broker, eui, "cs4-a-up-full", { fPort: 129, data, object: undefined });
    await acknowledged(broker, 1);
    const rows = await gasMeterRows(db.pool, "cs-4");
    expect(rows.map(({ volume }) => volume)).toEqual([9.985, 9.99, 9.99, 10]);
    expect(rows.map(({ extra }) => "lorawan" in extra)).toEqual([false, false, false, true]);
  });

  it("of a devEUI that nobody has are on record and listed, and taken in or replayed once somebody has it", async () => {
    const side = await startTestIngest(db.pool, { every: { unknown: 60_000 } });
    const eui = newEui();
    const broker = await startOtherBroker();
    const { door } = await open(broker, side);
    const { topic, payload } = eventOf(eui, "cs4-a-up-full", { fPort: 2 });
    await broker.publish(topic, payload);
    await acknowledged(broker, 1);
    expect(await rejectionsIn(topic)).toMatchObject([{ reason: "unknown_device", id: null }]);
    expect(door.packetCounts()).toMatchObject({ unknown: 1, taken: 0 });
    await side.ingest.recordUnknown();
    const listed = "select door, messages::int from unknown_devices where scheme = 'deveui' and value = $1";
    expect((await db.pool.query(listed, [eui])).rows).toEqual([{ door: "chirpstack", messages: 1 }]);

    const rejection = await lastRejectionIn(db.pool, topic);
    expect((await side.ingest.replay(rejection, ACTOR, NO_LIMITS)).detail).toMatch(/^unknown_device: /);
    await addDevice(db.pool, "cs-5");
    await describeDevice(side, "cs-5", { eui, model: "smartico-g1.6" });
    const { deviceNo } = side.ingest.directory.find("cs-5")!;
    expect(await side.ingest.takeWaiting(deviceNo, ACTOR)).toEqual({ stored: 1, duplicate: 0, rejected: 0 });
    expect(await gasMeterRows(db.pool, "cs-5")).toMatchObject([{ volume: 0.854 }]);
    expect(await side.ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "duplicate" });
  });

  it("are acknowledged when all parts are committed, and not before", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-6", "smartico-g1.6");
    const broker = await startOtherBroker();
    const parts: (() => void)[] = [];
    await open(broker, side, {
      onMessage: (_, settled) => {
        parts.push(settled);
        return 1;
      },
    });
    await send(broker, eui, "cs4-a-up-full", { fPort: 2 });
    await vi.waitFor(() => expect(parts).toHaveLength(2));
    parts[0]!();
    parts[0]!();
    // What comes behind it is acknowledged first: had the other been, too, it would stand before it.
    await send(broker, eui, "cs4-a-join");
    await vi.waitFor(() => expect(parts).toHaveLength(3));
    parts[2]!();
    await acknowledged(broker, 1);
    parts[1]!();
    await acknowledged(broker, 2);
    expect(broker.acknowledged).toEqual([...broker.acknowledged].sort((a, b) => b - a));
  });

  it("wait while the database is away, and are rejected where it may never be asked", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-7", "smartico-g1.6");
    const errors = [
      Object.assign(new Error("the database is away"), { code: "ECONNREFUSED" }),
      Object.assign(new Error("permission denied"), { code: "42501" }),
    ];
    const broker = await startOtherBroker();
    await open(broker, side, {
      find: () => undefined,
      lookUp: async () => {
        throw errors.shift()!;
      },
    });
    await send(broker, eui, "cs4-a-up-full", { fPort: 2 });
    await acknowledged(broker, 1);
    expect(errors).toEqual([]);
    expect(await rejectionsIn(eventOf(eui, "cs4-a-up-full").topic)).toMatchObject([
      { reason: "unknown_device" },
    ]);
  });

  it("with which the platform fails are on record, and do not end it", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-8", "smartico-g1.6");
    const broker = await startOtherBroker();
    const { logged } = await open(broker, side, {
      onMessage: () => {
        throw new Error("a fault of ours");
      },
    });
    await send(broker, eui, "cs4-a-join");
    await acknowledged(broker, 1);
    expect(await rejectionsIn(eventOf(eui, "cs4-a-join").topic)).toMatchObject([
      { reason: "bad_frame", id: "cs-8" },
    ]);
    expect(logged.map(({ msg }) => msg)).toContain(
      "the platform failed with an event, which is put on record",
    );
  });

  it("are on record also where what the platform fails with is not their content", async () => {
    const side = await startTestIngest(db.pool);
    const broker = await startOtherBroker();
    const { logged } = await open(broker, side, {
      onUnknown: () => {
        throw new Error("a fault of ours");
      },
    });
    const eui = "70b3d57ed00000ff";
    await send(broker, eui, "cs4-a-join");
    await acknowledged(broker, 1);
    expect(await rejectionsIn(eventOf(eui, "cs4-a-join").topic)).toMatchObject([{ reason: "bad_frame" }]);
    expect(logged.map(({ msg }) => msg)).toContain(
      "the platform failed with an event, which is put on record",
    );
  });

  it("that come with QoS 0 are taken, and the log says what is wrong with that", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-9", "smartico-g1.6");
    const broker = await startOtherBroker();
    const { door, logged } = await open(broker, side);
    const { topic, payload } = eventOf(eui, "cs4-a-join");
    await broker.publish(topic, payload, 0);
    await vi.waitFor(async () => expect(await eventsOf("cs-9")).toHaveLength(1));
    expect(door.packetCounts()).toMatchObject({ taken: 1, unacknowledged: 1 });
    expect(logged.filter(({ msg }) => msg.includes("qos=1"))).toHaveLength(1);
  });
});

describe("the door of ChirpStack", () => {
  it("takes nothing more in at its end, and gets at the next start what has come meanwhile", async () => {
    const side = await startTestIngest(db.pool);
    const eui = await addMeter(side, "cs-10", "smartico-g1.6");
    const broker = await startOtherBroker();
    const { door } = await open(broker, side);
    await send(broker, eui, "cs4-a-join");
    await acknowledged(broker, 1);
    await door.quiesce();
    await send(broker, eui, "cs4-a-status-zero");
    await door.close();
    await send(broker, eui, "cs4-a-nack");
    expect(broker.acknowledged).toHaveLength(1);
    expect(await eventsOf("cs-10")).toHaveLength(1);
    await open(broker, side);
    await acknowledged(broker, 3);
    expect(await eventsOf("cs-10")).toHaveLength(3);
    expect(await ledgerOf(side, "cs-10")).toEqual({ received: 3, stored: 3, duplicate: 0, rejected: 0 });
  });

  it("holds no device, takes no command for one, and says when it has no connection", async () => {
    const side = await startTestIngest(db.pool);
    const { door } = await open(await startOtherBroker(), side);
    door.disconnect("cs-1");
    expect([door.name, door.isOnline("cs-1"), door.connected()]).toEqual(["chirpstack", false, true]);
    expect(await door.deliver({ id: "cs-1", deviceNo: 1 }, { payload: "{}" })).toBe("not_listening");
    expect(door.health()).toEqual({ check: "chirpstack", ok: true, detail: undefined });
    await door.close();
    expect(door.health()).toMatchObject({
      ok: true,
      detail: expect.stringContaining("SOURCE_CHIRPSTACK_URL"),
    });
  });
});
