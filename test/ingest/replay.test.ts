import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAudit } from "../../store/audit/audit.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, lastRejection, startTestIngest } from "../helpers/ingest.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Taken once, so that a moment that a test names twice is the same one. */
const BEGIN = Date.now() - 600 * 60_000;
const at = (minute: number) => new Date(BEGIN + minute * 60_000).toISOString();

const rowsOf = (id: string) => gasMeterRows(db.pool, id);

describe("replay", () => {
  it("stores what can be stored by now, and moves it in the ledger from rejected to stored", async () => {
    const { deviceNo } = await addDevice(db.pool, "replay-1");
    const gateway = await addDevice(db.pool, "gw-replay", { kind: "lora-gateway" });
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("gw-replay", "gateway-telemetry", { "replay-1": { observedAt: at(1), flow: 1 } });
    const rejection = await lastRejection(db.pool, "gw-replay");
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({
      outcome: "rejected",
      detail: expect.stringContaining("not_assigned"),
    });
    expect(await ledger("gw-replay")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });

    await db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gateway.deviceNo,
      deviceNo,
    ]);
    await ingest.directory.refresh("replay-1");
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    expect(await rowsOf("replay-1")).toMatchObject([{ flow: 1 }]);
    const { items } = await listAudit(db.pool, { action: "rejection.replay" }, "all", { limit: 10 });
    const object = { type: "rejection", id: String(rejection.rejectionNo) };
    expect(items).toMatchObject([
      { object, actor: ACTOR, after: { outcome: "stored" } },
      { object, actor: ACTOR, after: { outcome: "rejected" } },
    ]);
    expect(await ledger("replay-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    expect(await ledger("gw-replay")).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
    expect(ingest.pendingOf(deviceNo)).toBe(0);
  });

  it("gives no item its arrival's time that was one of several, nor an event that is there already", async () => {
    await addDevice(db.pool, "replay-time");
    const { ingest, publish } = await startTestIngest(db.pool);
    await publish("replay-time", "telemetry", [{ observedAt: at(1), flow: 1 }, { flow: 2 }]);
    const item = await lastRejection(db.pool, "replay-time");
    await publish("replay-time", "events", { eventId: "e", type: "leak", observedAt: "yesterday" });
    const event = await lastRejection(db.pool, "replay-time");
    for (const [rejection, reason] of [
      [item, "time_missing"],
      [event, "bad_time"],
    ] as const) {
      expect(rejection.reason).toBe(reason);
      expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({
        outcome: "rejected",
        detail: expect.stringContaining(reason),
      });
    }
    expect(await rowsOf("replay-time")).toMatchObject([{ flow: 1 }]);
    const { rows } = await db.pool.query(
      "select event_id from events join devices using (device_no) where id = 'replay-time'",
    );
    expect(rows).toEqual([{ event_id: "e" }]);
  });

  it("says so when the reading has come in by another way meanwhile", async () => {
    await addDevice(db.pool, "replay-2");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("replay-2", "telemetry", { observedAt, flow: 1, note: "a\0b" });
    const rejection = await lastRejection(db.pool, "replay-2");
    await publish("replay-2", "telemetry", { observedAt, flow: 1 });
    expect(
      await ingest.replay(
        {
          ...rejection,
          payload: Buffer.from(JSON.stringify({ observedAt, flow: 1 })),
          payloadBytes: JSON.stringify({ observedAt, flow: 1 }).length,
        },
        ACTOR,
        NO_LIMITS,
      ),
    ).toMatchObject({ outcome: "duplicate" });
    expect(await ledger("replay-2")).toEqual({ received: 2, stored: 1, duplicate: 1, rejected: 0 });
  });

  it("does not pretend to replay what was kept only in part", async () => {
    await addDevice(db.pool, "replay-3");
    const { ingest, publish } = await startTestIngest(db.pool);
    await publish("replay-3", "telemetry", Buffer.alloc(400_000, " "));
    expect(await ingest.replay(await lastRejection(db.pool, "replay-3"), ACTOR, NO_LIMITS)).toEqual({
      outcome: "rejected",
      detail: "only 328704 of 400000 bytes were kept",
    });
    await publish("replay-3", "telemetry", Buffer.alloc(300_000, " "));
    expect(await ingest.replay(await lastRejection(db.pool, "replay-3"), ACTOR, NO_LIMITS)).toEqual({
      outcome: "rejected",
      detail: "payload_too_large: 300000 bytes, expected at most 262144",
    });
  });

  it("stores the largest message whole, also where its numbers are longer on record than on the wire", async () => {
    const { deviceNo } = await addDevice(db.pool, "replay-large");
    const gateway = await addDevice(db.pool, "gw-replay-large", { kind: "lora-gateway" });
    const { ingest, publish } = await startTestIngest(db.pool);
    const start = `{"replay-large":[{"observedAt":"${at(1)}","volume":7,"wide":[1e20`;
    // 1e20 comes back from JSON.parse as a number of 21 digits.
    const wire = `${start}${",1e20".repeat(Math.floor((256 * 1024 - start.length - 4) / 5))}]}]}`;
    await publish("gw-replay-large", "gateway-telemetry", wire);
    await db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gateway.deviceNo,
      deviceNo,
    ]);
    await ingest.directory.refresh("replay-large");
    const rejection = await lastRejection(db.pool, "gw-replay-large");
    expect(rejection.payloadBytes).toBe(rejection.payload.length);
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    const [row] = await rowsOf("replay-large");
    expect(row.volume).toBe(7);
    expect(row.extra).toEqual({ wide: JSON.parse(wire)["replay-large"][0].wide });
  });

  it("is accepted once, however many ask for it at the same time", async () => {
    const { deviceNo } = await addDevice(db.pool, "replay-4");
    const gateway = await addDevice(db.pool, "gw-replay-4", { kind: "lora-gateway" });
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("gw-replay-4", "gateway-telemetry", { "replay-4": { observedAt: at(1), flow: 1 } });
    const rejection = await lastRejection(db.pool, "gw-replay-4");
    await db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gateway.deviceNo,
      deviceNo,
    ]);
    await ingest.directory.refresh("replay-4");
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map(() => ingest.replay(rejection, ACTOR, NO_LIMITS)),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "already_replayed" });
    }
    expect(await ledger("replay-4")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    expect(await ledger("gw-replay-4")).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
  });

  it("stores nothing of a message when the database refuses a part of it", async () => {
    await addDevice(db.pool, "replay-5");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("replay-5", "telemetry", { observedAt: at(1), flow: "much" });
    const payload = Buffer.from(JSON.stringify([1, 2, 3].map((n) => ({ observedAt: at(n), snr: n }))));
    const rejection = {
      ...(await lastRejection(db.pool, "replay-5")),
      payload,
      payloadBytes: payload.length,
    };
    await db.pool.query(
      "alter table readings_gas_meter add constraint refuses_2 check (snr is distinct from 200)",
    );
    try {
      expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({
        outcome: "rejected",
        detail: expect.stringContaining("refuses_2"),
      });
    } finally {
      await db.pool.query("alter table readings_gas_meter drop constraint refuses_2");
    }
    expect(await rowsOf("replay-5")).toEqual([]);
    expect(await ledger("replay-5")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });
  });

  it("does not make the alarm rules deaf for what the device says now", async () => {
    await addDevice(db.pool, "replay-6");
    const { ingest, publish } = await startTestIngest(db.pool);
    await publish("replay-6", "telemetry", { observedAt: at(599), flow: "much" });
    const payload = Buffer.from(JSON.stringify({ observedAt: at(599), battery: 3.6 }));
    const rejection = {
      ...(await lastRejection(db.pool, "replay-6")),
      payload,
      payloadBytes: payload.length,
    };
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    expect(ingest.directory.find("replay-6")).toMatchObject({ evaluatedAt: 0 });
  });
});
