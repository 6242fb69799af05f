import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { getDevice } from "../../../store/devices/devices.ts";
import { disconnectAll, disconnectLost, recordPresence } from "../../../store/devices/presence.ts";
import { newsSpan, readNewsAfter } from "../../../store/processes/index.ts";
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

it("the end of a connection at one process leaves a device alone that is connected to another one by now", async () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 4, hour));
  const change = (connected: boolean, hour: number) => [{ deviceNo, connected, changedAt: at(hour) }];
  await recordPresence(db.pool, change(true, 8), "1");
  await recordPresence(db.pool, change(true, 9), "2");
  await recordPresence(db.pool, change(false, 10), "1");
  expect(await presence("a")).toEqual({ connected: true, changedAt: at(9) });
  await recordPresence(db.pool, change(false, 11), "2");
  expect(await presence("a")).toEqual({ connected: false, changedAt: at(11) });
  await recordPresence(db.pool, change(false, 12), "1");
  expect(await presence("a")).toEqual({ connected: false, changedAt: at(12) });
});

it("devices are gone with a process that is not heard, since it was last heard, and no others", async () => {
  await db.pool.query(
    `insert into processes (instance, heard_at)
     values ('lost', '2026-01-05T09:00:00Z'), ('living', clock_timestamp() + interval '1 hour')`,
  );
  const there = (no: number, hour: number) => [
    { deviceNo: no, connected: true, changedAt: new Date(Date.UTC(2026, 0, 5, hour)) },
  ];
  await recordPresence(db.pool, there(deviceNo, 8), "lost");
  await recordPresence(db.pool, there(otherNo, 8), "living");
  expect(await disconnectLost(db.pool, 12_000, 100)).toBe(1);
  expect(await presence("a")).toEqual({ connected: false, changedAt: new Date("2026-01-05T09:00:00Z") });
  expect(await presence("b")).toMatchObject({ connected: true });
  expect(await disconnectLost(db.pool, 12_000, 100)).toBe(0);
  // A device that came there a moment after it was last heard is not gone before it came.
  await recordPresence(db.pool, there(deviceNo, 10), "lost");
  await recordPresence(db.pool, there(otherNo, 10), "lost");
  expect([await disconnectLost(db.pool, 12_000, 1), await disconnectLost(db.pool, 12_000, 1)]).toEqual([
    1, 1,
  ]);
  expect(await presence("a")).toEqual({ connected: false, changedAt: new Date("2026-01-05T10:00:00Z") });
});

it("of one that came, its connection is told where it is named, and the process that has it", async () => {
  const { last } = await newsSpan(db.pool);
  const changedAt = new Date(Date.UTC(2026, 0, 6, 6));
  const came = { connected: true, changedAt };
  await recordPresence(
    db.pool,
    [
      { deviceNo, ...came, connection: "first" },
      { deviceNo: otherNo, ...came },
    ],
    "here",
  );
  const [told] = await readNewsAfter(db.pool, last, 1);
  const named = (told!.payload as { deviceNo: number }[]).toSorted((a, b) => a.deviceNo - b.deviceNo);
  expect(named).toMatchObject([{ deviceNo, connection: "first", instance: "here" }, { deviceNo: otherNo }]);
  expect(Object.keys(named[1]!).sort()).toEqual(["at", "connected", "deviceNo"]);
});

it("what changed is told in the news, and what changed nothing is not", async () => {
  const { last } = await newsSpan(db.pool);
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 6, hour));
  await recordPresence(
    db.pool,
    [
      { deviceNo, connected: true, changedAt: at(8) },
      { deviceNo: otherNo, connected: false, changedAt: noon },
    ],
    "1",
  );
  await recordPresence(db.pool, [{ deviceNo, connected: false, changedAt: at(7) }], "1");
  await disconnectAll(db.pool, at(9), "1");
  await disconnectAll(db.pool, at(10), "1");
  const news = await readNewsAfter(db.pool, last, 100);
  const told = news.map(({ topic, payload }) => [
    topic,
    (payload as { deviceNo: number; connected: boolean; at: string }[]).map((change) => ({
      ...change,
      at: new Date(change.at),
    })),
  ]);
  expect(told).toEqual([
    ["presence", [{ deviceNo, connected: true, at: at(8) }]],
    ["presence", [{ deviceNo, connected: false, at: at(9) }]],
  ]);
});
