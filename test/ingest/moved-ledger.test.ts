import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, type RejectedRow, replayOf, startTestIngest, takeIn } from "../helpers/ingest.ts";
import { ledgersOf } from "../helpers/places.ts";

/** The ledger of each place of a device that moves while something of it is under way, ahead of time or on record. */

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;
const HOUR = 3_600_000;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** @returns when it moved, in milliseconds since 1970 */
async function move(id: string, regionCode: string): Promise<number> {
  const { rows } = await db.pool.query(
    "update devices set region_code = $2 where id = $1 returning extract(epoch from placed_since)::float8 * 1000 as at",
    [id, regionCode],
  );
  return rows[0].at;
}

/** Has the device's last move be of another moment: clocks cannot be waited for. */
async function dateLastMove(deviceNo: number, at: number): Promise<void> {
  const then = new Date(at).toISOString();
  await db.pool.query(
    `with d as (update devices set placed_since = $2 from devices old
       where devices.device_no = $1 and old.device_no = $1 returning old.placed_since as was)
     update former_places set until_at = $2 from d where device_no = $1 and until_at = d.was`,
    [deviceNo, then],
  );
}

it("is the former's for what came before the move, says no time and is refused behind it", async () => {
  const gateway = await addDevice(db.pool, "gateway", { kind: "lora-gateway" });
  const { ingest, publish } = await startTestIngest(db.pool);
  const moved = await move("gateway", "520326001");
  const meter = await addDevice(db.pool, "meter", { regionCode: "520326001" });
  await ingest.directory.refresh("gateway");
  const receivedAt = moved - 1000;
  const late = { meter: { observedAt: new Date(receivedAt - 1000).toISOString(), flow: 1 } };
  await publish("gateway", "gateway-telemetry", late, { receivedAt });
  await publish("gateway", "gateway-telemetry", late, { receivedAt: moved + 1000 });
  expect(await ledgersOf(db.pool, gateway)).toEqual([
    [1, 0, 0, 1],
    [1, 0, 0, 1],
  ]);
  await db.pool.query("update devices set gateway_no = $1 where id = 'meter'", [gateway.deviceNo]);
  await ingest.directory.refresh("meter");
  const { rows } = await db.pool.query("select * from rejected_messages where device_no = $1 order by 1", [
    gateway.deviceNo,
  ]);
  for (const [row, left] of [
    [rows.find((one) => one.received_at.getTime() === receivedAt), [0, 1]],
    [rows.find((one) => one.received_at.getTime() !== receivedAt), [0, 0]],
  ]) {
    await ingest.replay(replayOf(row), ACTOR, NO_LIMITS);
    const refused = (await ledgersOf(db.pool, gateway)).map(([received, , , rejected]) => {
      expect(received).toBe(rejected);
      return received;
    });
    expect(refused).toEqual(left);
  }
  expect(await ledgersOf(db.pool, meter)).toEqual([[2, 1, 1, 0]]);
});

it("counts a message on a foreign topic where its row is", async () => {
  const device = await addDevice(db.pool, "foreign");
  const { ingest, publish } = await startTestIngest(db.pool);
  await publish("foreign", "telemetry", { observedAt: Date.UTC(2026, 0), flow: 1 });
  const moved = await move("foreign", "520326001");
  await ingest.directory.refresh("foreign");
  const accept = (receivedAt: number) =>
    new Promise<void>((done) =>
      takeIn(
        ingest,
        {
          device: ingest.directory.find("foreign"),
          channel: undefined,
          context: "v1/elsewhere",
          raw: Buffer.from("{}"),
          receivedAt,
        },
        done,
      ),
    );
  await accept(moved - 1);
  await accept(moved);
  expect(await ledgersOf(db.pool, device)).toEqual([
    [2, 1, 0, 1],
    [1, 0, 0, 1],
  ]);
});

it("stays as it is where several values of one item are tried again, after a move", async () => {
  const device = await addDevice(db.pool, "partial");
  const { ingest, publish } = await startTestIngest(db.pool);
  const [receivedAt, ahead] = [Date.now(), Date.now() + HOUR];
  await publish(
    "partial",
    "telemetry",
    { observedAt: ahead, flow: 1, pressure: "2.0", battery: 999 },
    { receivedAt },
  );
  const { rows } = await db.pool.query("select * from rejected_messages where device_no = $1", [
    device.deviceNo,
  ]);
  expect(rows.map(({ reason, partial }) => [reason, partial]).toSorted()).toEqual([
    ["bad_type", true],
    ["off_scale", true],
  ]);
  await move("partial", "520326001");
  await ingest.directory.refresh("partial");
  const replayWith = async (row: RejectedRow, values: object) => {
    const payload = Buffer.from(JSON.stringify(values));
    const replay = { ...replayOf(row), payload, payloadBytes: payload.length };
    expect(await ingest.replay(replay, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
  };
  for (const [i, row] of rows.entries()) {
    await replayWith(row, { observedAt: new Date(ahead).toISOString(), [["pressure", "battery"][i]!]: 2 });
    expect(await ledgersOf(db.pool, device)).toEqual([
      [1, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
  }
  const late = { observedAt: new Date(receivedAt - HOUR).toISOString() };
  await publish("partial", "telemetry", { ...late, flow: 1, pressure: "2.0" });
  for (const isTried of [false, true]) {
    expect([isTried, await ledgersOf(db.pool, device)]).toEqual([
      isTried,
      [
        [2, 2, 0, 0],
        [0, 0, 0, 0],
      ],
    ]);
    if (isTried) continue;
    const again = await db.pool.query(
      "select * from rejected_messages where device_no = $1 order by rejection_no desc limit 1",
      [device.deviceNo],
    );
    await replayWith(again.rows[0], { ...late, pressure: 2 });
  }
});

it("has what is refused of a clock that runs ahead where it is listed, however often the device moves", async () => {
  const device = await addDevice(db.pool, "ahead");
  const { ingest, publish } = await startTestIngest(db.pool);
  const now = Date.now();
  await move("ahead", "520326001");
  await dateLastMove(device.deviceNo, now - HOUR);
  await ingest.directory.refresh("ahead");
  const ahead = { observedAt: new Date(now + HOUR).toISOString() };
  await publish("ahead", "telemetry", { ...ahead, flow: "much" }, { receivedAt: now });
  await publish("ahead", "telemetry", { ...ahead, flow: 1 }, { receivedAt: now });
  await publish("ahead", "telemetry", { observedAt: now - 1, flow: "much" }, { receivedAt: now });
  await move("ahead", "520326");
  await ingest.directory.refresh("ahead");
  expect(await ledgersOf(db.pool, device)).toEqual([
    [0, 0, 0, 0],
    [2, 1, 0, 1],
    [1, 0, 0, 1],
  ]);
  const { rows } = await db.pool.query(
    "select * from rejected_messages where device_no = $1 and observed_at > now()",
    [device.deviceNo],
  );
  const payload = Buffer.from(JSON.stringify({ ...ahead, pressure: 2 }));
  const replay = { ...replayOf(rows[0]), payload, payloadBytes: payload.length };
  expect(await ingest.replay(replay, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
  expect(await ledgersOf(db.pool, device)).toEqual([
    [0, 0, 0, 0],
    [2, 1, 0, 1],
    [1, 1, 0, 0],
  ]);
  await move("ahead", "520326001");
  expect(await ledgersOf(db.pool, device)).toEqual([
    [0, 0, 0, 0],
    [2, 1, 0, 1],
    [1, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
});

it("falls below nothing where a message was refused while its device moved", async () => {
  const device = await addDevice(db.pool, "meanwhile");
  const { ingest, publish } = await startTestIngest(db.pool);
  const moved = await move("meanwhile", "520326001");
  await ingest.directory.refresh("meanwhile");
  await publish("meanwhile", "telemetry", [{ flow: "much", observedAt: new Date(moved + 1).toISOString() }]);
  // As if its statement had not seen the move yet.
  await db.pool.query("update rejected_messages set observed_at = $2 where device_no = $1", [
    device.deviceNo,
    new Date(moved - 1).toISOString(),
  ]);
  const { rows } = await db.pool.query("select * from rejected_messages where device_no = $1", [
    device.deviceNo,
  ]);
  const payload = Buffer.from(JSON.stringify({ observedAt: new Date(moved - 1).toISOString(), flow: 1 }));
  const replay = { ...replayOf(rows[0]), payload, payloadBytes: payload.length };
  expect(await ingest.replay(replay, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
  expect(await ledgersOf(db.pool, device)).toEqual([
    [1, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
});
