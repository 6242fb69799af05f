import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { getDevice } from "../../../store/devices/devices.ts";
import { disconnectAll, recordPresence } from "../../../store/devices/presence.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

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
  await recordPresence(
    db.pool,
    [
      { deviceNo, connected: true, changedAt: later, address: "10.0.0.1" },
      { deviceNo: otherNo, connected: false, changedAt: noon },
    ],
    "1",
  );
  await recordPresence(db.pool, [{ deviceNo, connected: false, changedAt: noon }], "1");
  expect(await presence("a")).toEqual({ connected: true, changedAt: later });
  expect(await presence("b")).toEqual({ connected: false, changedAt: noon });
  await recordPresence(db.pool, [], "1");
});

it("a start marks as gone whoever was connected, and leaves the others as they were", async () => {
  const start = new Date("2026-01-02T00:00:00Z");
  expect(await disconnectAll(db.pool, start, "1")).toBe(1);
  expect(await presence("a")).toEqual({ connected: false, changedAt: start });
  expect(await presence("b")).toEqual({ connected: false, changedAt: noon });
});

it("a start leaves those alone who are connected to another process, also after they went there", async () => {
  const [morning, evening] = [new Date("2026-01-03T08:00:00Z"), new Date("2026-01-03T20:00:00Z")];
  const there = (no: number, changedAt: Date) => [{ deviceNo: no, connected: true, changedAt }];
  await recordPresence(db.pool, there(deviceNo, morning), "1");
  await recordPresence(db.pool, there(otherNo, morning), "2");
  expect(await disconnectAll(db.pool, evening, "1")).toBe(1);
  expect(await presence("b")).toEqual({ connected: true, changedAt: morning });
  // A device that connects elsewhere is that process's from then on.
  await recordPresence(db.pool, there(otherNo, evening), "1");
  expect(await disconnectAll(db.pool, evening, "2")).toBe(0);
  expect(await disconnectAll(db.pool, evening, "1")).toBe(1);
  expect(await presence("b")).toEqual({ connected: false, changedAt: evening });
});
