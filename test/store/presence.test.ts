import { afterAll, beforeAll, expect, it } from "vitest";
import { getDevice } from "../../store/devices.ts";
import { NO_LIMITS } from "../../store/limits.ts";
import { disconnectAll, recordPresence } from "../../store/presence.ts";
import { insertDevice, insertRegions } from "../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

let db: TestDatabase;
let deviceNo: number;
let otherNo: number;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  deviceNo = await insertDevice(db.pool, "a");
  otherNo = await insertDevice(db.pool, "b");
});
afterAll(() => db.drop());

const presence = async (id: string) => (await getDevice(db.pool, id, NO_LIMITS)).presence;
const noon = new Date("2026-01-01T12:00:00Z");
const later = new Date("2026-01-01T13:00:00Z");

it("presence is the newest change, whatever order changes come in", async () => {
  await recordPresence(db.pool, [
    { deviceNo, connected: true, changedAt: later, address: "10.0.0.1" },
    { deviceNo: otherNo, connected: false, changedAt: noon },
  ]);
  await recordPresence(db.pool, [{ deviceNo, connected: false, changedAt: noon }]);
  expect(await presence("a")).toEqual({ connected: true, changedAt: later });
  expect(await presence("b")).toEqual({ connected: false, changedAt: noon });
  await recordPresence(db.pool, []);
});

it("a start marks as gone whoever was connected, and leaves the others as they were", async () => {
  const start = new Date("2026-01-02T00:00:00Z");
  expect(await disconnectAll(db.pool, start)).toBe(1);
  expect(await presence("a")).toEqual({ connected: false, changedAt: start });
  expect(await presence("b")).toEqual({ connected: false, changedAt: noon });
});
