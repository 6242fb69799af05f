import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, replayOf, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Taken once, so that a moment that a test names twice is the same one. */
const BEGIN = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(BEGIN + minute * 60_000).toISOString();

const rowsOf = (id: string) => gasMeterRows(db.pool, id);

async function rejectionsOf(id: string) {
  const { rows } = await db.pool.query(
    `select reason, detail, topic, publisher, payload, payload_bytes from rejected_messages join devices using (device_no)
     where id = $1 order by rejection_no`,
    [id],
  );
  return rows;
}

describe("a time that is not in observedAt", () => {
  it("has each item of an array refused, and none of them lost", async () => {
    const gateway = await addDevice(db.pool, "gw-misnamed", { kind: "lora-gateway" });
    await addDevice(db.pool, "misnamed-1", { gatewayNo: gateway.deviceNo });
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    const items = [10, 11, 12].map((hour) => ({ timestamp: `2026-11-20T${hour}:00:00Z`, volume: hour }));
    await publish("misnamed-1", "telemetry", items);
    await publish("misnamed-1", "telemetry", [
      { volume: 1 },
      { observedAt: at(1), volume: 2 },
      { volume: 3 },
    ]);
    await publish("gw-misnamed", "gateway-telemetry", { "misnamed-1": [{ volume: 4 }, { volume: 5 }] });
    await publish("misnamed-1", "telemetry", { ts: 1_795_500_000_000, volume: 6 });
    expect((await rowsOf("misnamed-1")).map(({ volume }) => volume)).toEqual([2]);
    const rejections = await rejectionsOf("misnamed-1");
    expect(new Set(rejections.map(({ reason }) => reason))).toEqual(new Set(["time_missing"]));
    expect(rejections.map(({ payload }) => JSON.parse(payload.toString()))).toEqual([
      items,
      [{ volume: 1 }, { volume: 3 }],
      { "misnamed-1": [{ volume: 4 }, { volume: 5 }] },
      { ts: 1_795_500_000_000, volume: 6 },
    ]);
    expect(rejections[0].detail).toContain("'timestamp' says \"2026-11-20T10:00:00Z\"");
    expect(rejections[0].detail).toContain("(the first of 3 items)");
    expect(rejections[1].detail).toBe(
      "observedAt: missing, and each item of an array of several needs its own (the first of 2 items)",
    );
    expect(await ledger("misnamed-1")).toEqual({ received: 9, stored: 1, duplicate: 0, rejected: 8 });

    // Alone on record, it still was one of several when it came, and has no time that it could be stored under.
    const { rows } = await db.pool.query(
      `select m.rejection_no, m.publisher, m.door, m.topic, m.reason, m.payload, m.payload_bytes, m.received_at,
              m.items_channel
       from rejected_messages m join devices using (device_no) where id = 'misnamed-1' order by rejection_no`,
    );
    for (const row of rows) {
      const replayed = await ingest.replay(
        replayOf(row),
        { type: "person", id: "li", name: "李", tenantId: null },
        NO_LIMITS,
      );
      expect(replayed).toMatchObject({
        outcome: "rejected",
        detail: expect.stringContaining("time_missing"),
      });
    }
  });

  it("is refused of replies, too, and one that stands alone gets ours", async () => {
    await addDevice(db.pool, "misnamed-2");
    const { publish, ledger, committed } = await startTestIngest(db.pool);
    const receivedAt = Date.now() - 5000;
    await publish(
      "misnamed-2",
      "replies",
      [1, 2].map((n) => ({ commandId: `c-${n}`, outcome: "done" })),
    );
    expect((await rejectionsOf("misnamed-2")).map(({ reason }) => reason)).toEqual(["time_missing"]);
    await Promise.all([
      publish("misnamed-2", "events", { eventId: "e", type: "leak" }, { receivedAt }),
      publish("misnamed-2", "replies", { commandId: "c-3", outcome: "done" }, { receivedAt }),
    ]);
    expect(committed.flatMap(({ events }) => events)).toMatchObject([{ observedAt: receivedAt }]);
    expect(committed.flatMap(({ replies }) => replies)).toMatchObject([{ observedAt: receivedAt + 1 }]);
    expect(await rejectionsOf("misnamed-2")).toHaveLength(1);
    expect(await ledger("misnamed-2")).toEqual({ received: 4, stored: 2, duplicate: 0, rejected: 2 });
  });

  it.each([
    ["under another key", { time: "2026-11-20T10:00:00Z" }, "time_missing"],
    ["that nobody can read", { observedAt: "yesterday" }, "bad_time"],
    ["of a clock that was never set", { observedAt: "2000-01-01T00:00:12Z" }, "clock_unset"],
    ["of a clock far ahead", { observedAt: "2099-01-01T00:00:00Z" }, "clock_ahead"],
  ])("does not silence a call for help: %s", async (about, time, reason) => {
    const id = `sos-${reason}`;
    await addDevice(db.pool, id, { kind: "camera" });
    const { publish, ledger } = await startTestIngest(db.pool);
    const receivedAt = Date.now() - 5000;
    const sos = { eventId: about, type: "sos", button: 2, ...time };
    await publish(id, "events", sos, { receivedAt });
    const { rows } = await db.pool.query(
      `select e.observed_at, e.data ->> 'button' as button, a.rule from events e join devices d using (device_no)
       left join alarms a on a.device_no = e.device_no and a.cleared_at is null where d.id = $1`,
      [id],
    );
    expect(rows).toEqual([{ observed_at: new Date(receivedAt), button: "2", rule: "sos" }]);
    const { rows: rejections } = await db.pool.query(
      `select reason, partial, payload from rejected_messages join devices using (device_no) where id = $1`,
      [id],
    );
    expect(rejections).toMatchObject([{ reason, partial: true }]);
    expect(JSON.parse(rejections[0].payload)).toEqual(sos);
    expect(await ledger(id)).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
  });
});

describe("a reading without one known quantity", () => {
  it.each([
    ["envelope", { ts: 1_795_500_000_000, values: { volume: 10 } }, "'volume' lies below 'values'"],
    ["list", { observedAt: 1_780_000_000_000, d: [{ Volume: 1 }] }, "'Volume' lies below 'd'"],
    ["case", { Volume: 1 }, "'Volume': did you mean 'volume', in m3?"],
    ["slip", { presure: 2 }, "'presure': did you mean 'pressure', in kPa?"],
    ["unit", { volume_l: 1000 }, "'volume_l': did you mean 'volume', in m3?"],
    ["short", { temp: 21 }, "'temp': did you mean 'temperature', in Cel?"],
    ["pair", { name: "volume", value: 1 }, "'volume' stands in 'name': send {\"volume\": …}"],
    [
      "nothing",
      { foo: 1, valve: null },
      "nothing known in 'foo'; a gas-meter measures volume (m3), flow (m3/h)",
    ],
  ])("is refused with a hint, and is never the latest: %s", async (name, reading, hint) => {
    const id = `unknown-${name}`;
    await addDevice(db.pool, id);
    const { publish, ledger } = await startTestIngest(db.pool);
    await publish(id, "telemetry", reading);
    expect(await rowsOf(id)).toEqual([]);
    const [rejection] = await rejectionsOf(id);
    expect(rejection).toMatchObject({ reason: "no_quantity", detail: expect.stringContaining(hint) });
    expect(JSON.parse(rejection.payload.toString())).toEqual(reading);
    expect(await ledger(id)).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });
  });
});
