import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const at = (minute: number) => new Date(Date.now() - (600 - minute) * 60_000).toISOString();

async function rowsOf(id: string) {
  const { rows } = await db.pool.query(
    `select r.* from readings_gas_meter r join devices using (device_no) where id = $1 order by observed_at`,
    [id],
  );
  return rows;
}

describe("replay", () => {
  const lastRejection = async (id: string) => {
    const { rows } = await db.pool.query(
      `select rejection_no, publisher, topic, payload, payload_bytes, received_at from rejected_messages
       join devices using (device_no) where id = $1 order by rejection_no desc limit 1`,
      [id],
    );
    const [row] = rows;
    return {
      rejectionNo: row.rejection_no,
      publisher: row.publisher,
      topic: row.topic,
      payload: row.payload,
      payloadBytes: row.payload_bytes,
      receivedAt: row.received_at,
    };
  };

  it("stores what can be stored by now, and moves it in the ledger from rejected to stored", async () => {
    const { deviceNo } = await addDevice(db.pool, "replay-1");
    const gateway = await addDevice(db.pool, "gw-replay", { kind: "lora-gateway" });
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    await publish("gw-replay", "gateway-telemetry", { "replay-1": { observedAt: at(1), flow: 1 } });
    const rejection = await lastRejection("gw-replay");
    expect(await ingest.replay(rejection)).toMatchObject({
      outcome: "rejected",
      detail: expect.stringContaining("not_assigned"),
    });
    expect(await ledger("gw-replay")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });

    await db.pool.query("update devices set gateway_no = $1 where device_no = $2", [
      gateway.deviceNo,
      deviceNo,
    ]);
    await ingest.directory.refresh("replay-1");
    expect(await ingest.replay(rejection)).toMatchObject({ outcome: "stored" });
    expect(await rowsOf("replay-1")).toMatchObject([{ flow: 1 }]);
    expect(await ledger("replay-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    expect(await ledger("gw-replay")).toEqual({ received: 0, stored: 0, duplicate: 0, rejected: 0 });
    expect(ingest.pendingOf(deviceNo)).toBe(0);
  });

  it("says so when the reading has come in by another way meanwhile", async () => {
    await addDevice(db.pool, "replay-2");
    const { ingest, publish, ledger } = await startTestIngest(db.pool);
    const observedAt = at(1);
    await publish("replay-2", "telemetry", { observedAt, flow: 1, note: "a\0b" });
    const rejection = await lastRejection("replay-2");
    await publish("replay-2", "telemetry", { observedAt, flow: 1 });
    expect(
      await ingest.replay({
        ...rejection,
        payload: Buffer.from(JSON.stringify({ observedAt, flow: 1 })),
        payloadBytes: JSON.stringify({ observedAt, flow: 1 }).length,
      }),
    ).toMatchObject({ outcome: "duplicate" });
    expect(await ledger("replay-2")).toEqual({ received: 2, stored: 1, duplicate: 1, rejected: 0 });
  });

  it("does not pretend to replay what was kept only in part", async () => {
    await addDevice(db.pool, "replay-3");
    const { ingest, publish } = await startTestIngest(db.pool);
    await publish("replay-3", "telemetry", Buffer.alloc(70_000, " "));
    expect(await ingest.replay(await lastRejection("replay-3"))).toEqual({
      outcome: "rejected",
      detail: "only 65536 of 70000 bytes were kept",
    });
  });
});
