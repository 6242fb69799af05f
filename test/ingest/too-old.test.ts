import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";
import { midnight } from "../store/rollups/kept-readings.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const DAY = 86_400_000;
const kept = { readingsDays: 30, eventsDays: 20 };
const iso = (at: number) => new Date(at).toISOString();

async function rejectionsOf(id: string) {
  const { rows } = await db.pool.query(
    `select reason, detail, partial, convert_from(payload, 'UTF8') as payload
     from rejected_messages join devices using (device_no) where id = $1 order by rejection_no`,
    [id],
  );
  return rows;
}

/** Whatever is acknowledged can be read for as long as things of its class are kept; the rest is said. */
describe("what lies further back than it is kept", () => {
  it("is refused and on record, to the millisecond of the limit, and its neighbours are stored", async () => {
    await addDevice(db.pool, "old-1");
    const { publish, ledger } = await startTestIngest(db.pool, { kept });
    const receivedAt = Date.now();
    const limit = receivedAt - 30 * DAY;
    const items = [limit - 1, limit, receivedAt].map((at, volume) => ({ observedAt: iso(at), volume }));
    await publish("old-1", "telemetry", items, { receivedAt });
    expect((await gasMeterRows(db.pool, "old-1")).map(({ volume }) => volume)).toEqual([1, 2]);
    expect(await rejectionsOf("old-1")).toEqual([
      {
        reason: "too_old",
        detail: `observedAt: ${iso(limit - 1)} is before ${iso(limit)}, from where on the platform keeps what it gets`,
        partial: false,
        payload: JSON.stringify(items[0]),
      },
    ]);
    expect(await ledger("old-1")).toEqual({ received: 3, stored: 2, duplicate: 0, rejected: 1 });
  });

  it("is taken where all is kept for ever", async () => {
    await addDevice(db.pool, "old-2");
    const { publish } = await startTestIngest(db.pool, { kept: { readingsDays: 0, eventsDays: 0 } });
    await publish("old-2", "telemetry", { observedAt: "2015-01-01T00:00:00Z", volume: 1 });
    expect(await gasMeterRows(db.pool, "old-2")).toHaveLength(1);
  });

  it("is refused of a reply, while an event is kept under the time of its arrival", async () => {
    await addDevice(db.pool, "old-3", { kind: "camera" });
    const { publish, ledger } = await startTestIngest(db.pool, { kept });
    const receivedAt = Date.now();
    const observedAt = iso(receivedAt - 20 * DAY - 1);
    const [event] = (await import("../../devices/kinds/camera/kind.ts")).camera.events;
    await publish("old-3", "events", { eventId: "e1", type: event!.type, observedAt }, { receivedAt });
    await publish("old-3", "replies", { commandId: "c1", outcome: "done", observedAt }, { receivedAt });
    const { rows } = await db.pool.query(
      "select observed_at, event_id from events join devices using (device_no) where id = 'old-3'",
    );
    expect(rows).toEqual([{ observed_at: new Date(receivedAt), event_id: "e1" }]);
    expect((await rejectionsOf("old-3")).map(({ reason, partial }) => [reason, partial])).toEqual([
      ["too_old", true],
      ["too_old", false],
    ]);
    expect(await ledger("old-3")).toEqual({ received: 2, stored: 1, duplicate: 0, rejected: 1 });
  });

  it("is also what lies before readings that were dropped, by a shorter limit that held before", async () => {
    await addDevice(db.pool, "old-4");
    // The day that the drop runs through has lost readings; the next one, in Beijing, is whole.
    const since = midnight(Date.now()) - 10 * DAY;
    await db.pool.query("update rollup_state set readings_since = $1 where kind = 'gas-meter'", [
      iso(since - DAY / 2),
    ]);
    const { publish } = await startTestIngest(db.pool, { kept });
    await publish("old-4", "telemetry", [
      { observedAt: iso(since - 1), volume: 1 },
      { observedAt: iso(since), volume: 2 },
    ]);
    expect((await gasMeterRows(db.pool, "old-4")).map(({ volume }) => volume)).toEqual([2]);
    expect(await rejectionsOf("old-4")).toMatchObject([
      { reason: "too_old", detail: expect.stringContaining(`is before ${iso(since)}`) },
    ]);
  });

  it("is known while it runs once readings were dropped, by whatever process", async () => {
    await addDevice(db.pool, "old-5");
    await db.pool.query("update rollup_state set readings_since = default where kind = 'gas-meter'");
    const { publish } = await startTestIngest(db.pool, { kept, every: { dropped: 5 } });
    let volume = 0;
    const send = () =>
      publish("old-5", "telemetry", { observedAt: iso(Date.now() - 15 * DAY), volume: ++volume });
    await send();
    expect(await gasMeterRows(db.pool, "old-5")).toHaveLength(1);
    await db.pool.query("update rollup_state set readings_since = $1 where kind = 'gas-meter'", [
      iso(Date.now() - 10 * DAY),
    ]);
    await expect
      .poll(async () => {
        await send();
        return (await rejectionsOf("old-5")).length;
      })
      .toBeGreaterThan(0);
  });
});
