import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PresenceWriter } from "../../ingest/presence.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { MAX_MOVE_MS } from "../../store/events/write-events.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import {
  addDevice,
  gasMeterRows,
  startTestIngest,
  type TestDevice,
  takeIn,
  withConstraint,
} from "../helpers/ingest.ts";

/** What a database refuses, or has no room for, however often it is asked: it must hold up nobody, and nothing vanishes. */
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const NOW = Date.UTC(2026, 4, 1, 12);
const iso = (at: number) => new Date(at).toISOString();

const rejectionsOf = async (id: string) =>
  (
    await db.pool.query<{ reason: string; items: number; partial: boolean; payload: string; detail: string }>(
      `select reason, items, partial, convert_from(payload, 'utf8') as payload, detail
       from rejected_messages where publisher = $1 order by rejection_no`,
      [id],
    )
  ).rows;
const eventsOf = async (id: string) =>
  (
    await db.pool.query<{ at: Date; n: number }>(
      "select observed_at as at, (data->>'n')::int as n from events join devices using (device_no) where id = $1 order by 1",
      [id],
    )
  ).rows;

/** Has the database refuse rows of a table in a test. */
const refuse = (table: string, condition: string, work: () => Promise<void>) =>
  withConstraint(db.pool, table, `not (${condition})`, work, "no_such");

describe("events that differ and have one id, phase and moment", () => {
  it("are stored as far as there is room behind it, the others are on record, and a repetition is one", async () => {
    await addDevice(db.pool, "crowd");
    const { publish, ledger } = await startTestIngest(db.pool);
    const event = (n: number) => ({ eventId: "e", type: "low_battery", observedAt: NOW, n });
    const all = Array.from({ length: MAX_MOVE_MS + 50 }, (_, n) => event(n));
    const receivedAt = NOW + 1000;
    await publish("crowd", "events", all.slice(0, 120), { receivedAt });
    await publish("crowd", "events", all, { receivedAt });
    const room = MAX_MOVE_MS + 1;
    expect(await eventsOf("crowd")).toEqual(
      all.slice(0, room).map(({ n }) => ({ at: new Date(NOW + n), n })),
    );
    const rejected = await rejectionsOf("crowd");
    expect(rejected.map(({ reason, items, partial }) => [reason, items, partial])).toEqual([
      ["conflict", 120 - room, false],
      ["conflict", all.length - room, false],
    ]);
    expect((JSON.parse(rejected[1]!.payload) as { n: number }[]).map(({ n }) => n)).toEqual(
      all.slice(room).map(({ n }) => n),
    );
    expect(await ledger("crowd")).toEqual({
      received: 120 + all.length,
      stored: room,
      duplicate: room,
      rejected: 120 + all.length - 2 * room,
    });
  });

  it("are replayed to be refused again, and replies are treated alike", async () => {
    const { deviceNo } = await addDevice(db.pool, "crowd-2");
    const { publish, ingest } = await startTestIngest(db.pool);
    const reply = (n: number) => ({ commandId: "c", outcome: "done", observedAt: NOW, n });
    await publish(
      "crowd-2",
      "replies",
      Array.from({ length: MAX_MOVE_MS + 3 }, (_, n) => reply(n)),
      {
        receivedAt: NOW,
      },
    );
    const { rows } = await db.pool.query(
      `select rejection_no as "rejectionNo", publisher, door, topic, reason, payload, payload_bytes as "payloadBytes",
              received_at as "receivedAt", items_channel as "itemsChannel" from rejected_messages where device_no = $1`,
      [deviceNo],
    );
    expect(rows).toHaveLength(1);
    const actor = { type: "platform", id: null, name: "test", address: null, requestId: null } as never;
    expect(await ingest.replay(rows[0], actor, NO_LIMITS)).toMatchObject({
      outcome: "rejected",
      detail: expect.stringContaining("conflict: commandId and outcome"),
    });
  });

  it("and whole milliseconds apart, are looked at once each when they come again", async () => {
    await addDevice(db.pool, "row");
    let rowsRead = 0;
    const { publish, ledger } = await startTestIngest(countingPool(db.pool, (rows) => (rowsRead += rows)));
    const all = Array.from({ length: 1500 }, (_, n) => ({
      eventId: "e",
      type: "low_battery",
      observedAt: NOW + n,
    }));
    await publish("row", "events", all, { receivedAt: NOW });
    rowsRead = 0;
    await publish("row", "events", all, { receivedAt: NOW });
    expect(rowsRead).toBeLessThan(2 * all.length);
    expect(await ledger("row")).toEqual({ received: 3000, stored: 1500, duplicate: 1500, rejected: 0 });
  });
});

describe("readings", () => {
  it("whose time is ours, and for which no millisecond of the next minute is free, are on record", async () => {
    const { deviceNo } = await addDevice(db.pool, "full");
    await db.pool.query(
      `insert into readings_gas_meter (device_no, observed_at, received_at, volume)
       select $1, $2::timestamptz + n * interval '1 millisecond', $2, 1 from generate_series(0, 60_001) n`,
      [deviceNo, iso(NOW)],
    );
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("full", "telemetry", { volume: 7.5, note: "a" }, { receivedAt: NOW });
    expect(await rejectionsOf("full")).toMatchObject([{ reason: "conflict", items: 1, partial: false }]);
    const { payload } = (await rejectionsOf("full"))[0]!;
    expect(JSON.parse(payload)).toEqual({ observedAt: iso(NOW), volume: 7.5, note: "a" });
    expect(await ledger("full")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });
  });

  it("of one moment by the thousand are soon held against a long value that stands there", async () => {
    await addDevice(db.pool, "long");
    const { publish, ledger } = await startTestIngest(db.pool);
    const a = Array.from({ length: 30_000 }, (_, n) => n % 10);
    const rest = Array.from({ length: 4_000 }, () => ({ observedAt: NOW, volume: 1, a: 0 }));
    await publish("long", "telemetry", [{ observedAt: NOW, volume: 1, a }, ...rest], { receivedAt: NOW });
    // Each has the volume again, and nothing that is new.
    expect(await ledger("long")).toEqual({ received: 4001, stored: 1, duplicate: 0, rejected: 4000 });
  }, 20_000);

  it("with a key twice have the last of both stored, and the first on record beside the ledger's sum", async () => {
    await addDevice(db.pool, "twice");
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish("twice", "telemetry", `{"observedAt":${NOW},"volume":1,"flow":0.5,"volume":2}`, {
      receivedAt: NOW,
    });
    expect(await gasMeterRows(db.pool, "twice")).toMatchObject([{ volume: 2, flow: 0.5 }]);
    expect(await rejectionsOf("twice")).toMatchObject([
      { reason: "conflict", items: 1, partial: true, payload: `{"observedAt":${NOW},"volume":1}` },
    ]);
    expect(await ledger("twice")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("a number that PostgreSQL's numeric does not hold", () => {
  const digits = "1.000000000000000";
  const tooLong = [
    ["at all", `${digits}e-16369`],
    ["written out", `0.${"0".repeat(16_383)}1`],
    ["that are zeros", `${digits}1e-400000`],
  ];
  const kept = [
    `${digits}e-16368`,
    `-0.${"0".repeat(16_382)}1`,
    `${digits}1e308`,
    `-${"7".repeat(308)}`,
    `0.${"0".repeat(17_000)}1e+1000`,
  ];

  it.each(tooLong)(
    "has its key left out, with too many digits behind its point %s, and the call for help is kept",
    async (what, number) => {
      const id = `numeric-${what.replaceAll(/\W/g, "-")}`;
      await addDevice(db.pool, id);
      const { publish, ledger } = await startTestIngest(db.pool);
      await publish(
        id,
        "events",
        `[{"type":"leak","observedAt":${NOW},"x":[{"y":${number}}]},{"type":"leak","observedAt":${NOW + 1},"depth":2}]`,
        { receivedAt: NOW },
      );
      await publish(id, "telemetry", `{"observedAt":${NOW},"volume":1,"x":${number},"note":"a"}`, {
        receivedAt: NOW,
      });
      const { rows } = await db.pool.query(
        "select data from events join devices using (device_no) where id = $1 order by observed_at",
        [id],
      );
      expect(rows).toEqual([{ data: {} }, { data: { depth: 2 } }]);
      expect(await gasMeterRows(db.pool, id)).toMatchObject([{ volume: 1, extra: { note: "a" } }]);
      expect(await rejectionsOf(id)).toMatchObject([
        { reason: "bad_type", partial: true, items: 1 },
        { reason: "bad_type", partial: true, items: 1 },
      ]);
      expect(await ledger(id)).toMatchObject({ stored: 3, rejected: 0 });
    },
  );

  it("is one digit longer than one that is kept as it came", async () => {
    await addDevice(db.pool, "numeric-kept");
    const { publish, ledger } = await startTestIngest(db.pool);
    const events = kept.map((number, n) => `{"type":"leak","observedAt":${NOW + n},"x":${number}}`);
    for (const event of events) await publish("numeric-kept", "events", event, { receivedAt: NOW });
    const { rows } = await db.pool.query(
      `select (data -> 'x')::numeric = $1::numeric as same
       from events join devices using (device_no) where id = 'numeric-kept' and observed_at = $2`,
      [kept[0], iso(NOW)],
    );
    expect(rows).toEqual([{ same: true }]);
    expect(await rejectionsOf("numeric-kept")).toEqual([]);
    expect(await ledger("numeric-kept")).toMatchObject({ stored: kept.length, rejected: 0 });
  });
});

describe("a gateway that names a device as no device is called", () => {
  it("is answered, and others' devices are looked up as before", async () => {
    const [evil, good] = await Promise.all(
      ["evil-gw", "good-gw"].map((id) => addDevice(db.pool, id, { kind: "lora-gateway" })),
    );
    await addDevice(db.pool, "evil-child", { gatewayNo: evil!.deviceNo });
    const { publish } = await startTestIngest(db.pool);
    // Registered by another process meanwhile.
    await addDevice(db.pool, "good-child", { gatewayNo: good!.deviceNo });
    const reading = { observedAt: NOW, volume: 1 };
    await Promise.all([
      publish(
        "evil-gw",
        "gateway-telemetry",
        { "evil-child": reading, "a\0b": reading },
        { receivedAt: NOW },
      ),
      publish("good-gw", "gateway-telemetry", { "good-child": reading }, { receivedAt: NOW }),
    ]);
    for (const id of ["evil-child", "good-child"])
      expect(await gasMeterRows(db.pool, id), id).toMatchObject([{ volume: 1 }]);
    expect(await rejectionsOf("evil-gw")).toMatchObject([
      { reason: "unknown_device", items: 1, payload: JSON.stringify({ "a\0b": reading }) },
    ]);
  });
});

describe("a row that the database refuses for good", () => {
  it("of a rejection or a foreign message is put on record without its payload", async () => {
    await addDevice(db.pool, "poor");
    const { publish, ingest, ledger } = await startTestIngest(db.pool);
    await refuse("rejected_messages", "position('poor'::bytea in payload) > 0", async () => {
      const foreign = new Promise<void>((resolve) =>
        takeIn(
          ingest,
          {
            device: ingest.directory.find("poor"),
            channel: undefined,
            context: "a/b",
            raw: Buffer.from("poor"),
            receivedAt: NOW,
          },
          resolve,
        ),
      );
      await Promise.all([
        publish("poor", "telemetry", "poor"),
        publish("poor", "telemetry", "no JSON either"),
        foreign,
      ]);
    });
    const found = await rejectionsOf("poor");
    expect(found.map(({ reason, payload }) => [reason, payload]).sort()).toEqual([
      ["foreign_topic", ""],
      ["not_json", ""],
      ["not_json", "no JSON either"],
    ]);
    expect(found.filter(({ detail }) => detail.includes("could not be put on record"))).toHaveLength(2);
    expect(await ledger("poor")).toEqual({ received: 3, stored: 0, duplicate: 0, rejected: 3 });
  });

  it("of an alarm is left out and told, and the others of its batch are applied", async () => {
    for (const id of ["loud-1", "loud-2", "loud-3"]) await addDevice(db.pool, id);
    const { publish, logged } = await startTestIngest(db.pool);
    await refuse("alarms", "value = 9.25", async () => {
      const at = Date.now() - 3_600_000;
      const high = (pressure: number) =>
        [0, 700_000, 1_400_000].map((later) => ({ observedAt: at + later, volume: 1, pressure }));
      await Promise.all([
        publish("loud-1", "telemetry", high(9.5)),
        publish("loud-2", "telemetry", high(9.25)),
        publish("loud-3", "telemetry", high(9.75)),
      ]);
    });
    const { rows } = await db.pool.query(
      "select id, value from alarms join devices using (device_no) where id like 'loud-%' order by id",
    );
    expect(rows).toEqual([
      { id: "loud-1", value: 9.5 },
      { id: "loud-3", value: 9.75 },
    ]);
    const told = logged.filter(({ msg }) => msg.includes("refuses a transition of an alarm"));
    expect(told).toMatchObject([{ level: "error", transition: { action: "raise", value: 9.25 } }]);
    expect(await gasMeterRows(db.pool, "loud-2")).toHaveLength(3);
  });

  it("of presence is left out, and the others are written", async () => {
    const devices: TestDevice[] = [];
    for (const id of ["here-1", "here-2", "here-3"]) devices.push(await addDevice(db.pool, id));
    const writer = new PresenceWriter(db.pool, "1");
    const note = () => {
      for (const { deviceNo } of devices)
        writer.note({ deviceNo, connected: true, changedAt: new Date(NOW) });
    };
    const here = async () =>
      (
        await db.pool.query("select id from device_presence join devices using (device_no) order by id")
      ).rows.map(({ id }) => id);
    await refuse("device_presence", `device_no = ${devices[1]!.deviceNo}`, async () => {
      note();
      await expect(writer.write()).rejects.toThrow("no_such");
      expect(await here()).toEqual(["here-1", "here-3"]);
      // It is not tried for ever.
      await writer.write();
    });
    note();
    await writer.write();
    expect(await here()).toEqual(["here-1", "here-2", "here-3"]);
  });

  it("of when a device was heard is left out, and the others are written", async () => {
    const devices: TestDevice[] = [];
    for (const id of ["heard-1", "heard-2", "heard-3"]) devices.push(await addDevice(db.pool, id));
    const { publish, ingest } = await startTestIngest(db.pool);
    await refuse("device_last_seen", `device_no = ${devices[1]!.deviceNo}`, async () => {
      await Promise.all(devices.map(({ id }) => publish(id, "telemetry", { volume: 1 })));
      await ingest.stop(5000);
    });
    const { rows } = await db.pool.query(
      "select id from device_last_seen join devices using (device_no) where id like 'heard-%' order by id",
    );
    expect(rows).toEqual([{ id: "heard-1" }, { id: "heard-3" }]);
  });
});

/** A pool that says how many rows came back. */
function countingPool(pool: typeof db.pool, count: (rows: number) => void): typeof db.pool {
  const counted = async (answer: Promise<{ rows?: unknown[] }>) => {
    const found = await answer;
    count(found.rows?.length ?? 0);
    return found;
  };
  const counting = Object.create(pool) as typeof pool;
  counting.query = ((...args: never[]) => counted(pool.query(...(args as [never])) as never)) as never;
  counting.connect = (async () => {
    const client = await pool.connect();
    return Object.assign(Object.create(client), {
      on: () => {},
      off: () => {},
      release: () => client.release(),
      query: (...args: never[]) => counted(client.query(...(args as [never])) as never),
    });
  }) as never;
  return counting;
}
