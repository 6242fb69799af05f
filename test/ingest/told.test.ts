import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest } from "../helpers/ingest.ts";
import { noteStatements } from "../helpers/noted-statements.ts";
import { lastNewsNo, newsAfter } from "../helpers/told.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const noted = () => noteStatements(db.pool);

it("a batch of plain readings is one statement and tells nothing; events and alarms are told by those that commit them", async () => {
  await addDevice(db.pool, "plain");
  const { pool, statements } = noted();
  const never = 3_600_000;
  const every = { silence: never, fold: never, follow: never, dropped: never, presence: never, seen: never };
  const { publish } = await startTestIngest(pool, { every, processNo: 3 });
  const from = await lastNewsNo(db.pool);
  const at = Date.now() - 60_000;
  await publish("plain", "telemetry", { observedAt: at, volume: 1 });
  statements.length = 0;
  await publish("plain", "telemetry", { observedAt: at + 1, volume: 2 });
  expect(statements).toHaveLength(1);
  expect(await newsAfter(db.pool, from)).toEqual([]);

  statements.length = 0;
  await publish(
    "plain",
    "events",
    [1, 2].map((n) => ({ eventId: `${n}`, type: "leak", observedAt: at + n })),
  );
  expect(statements.map((text) => /into (events|alarms)/.exec(text)?.[1])).toEqual(["events", "alarms"]);
  const news = await newsAfter(db.pool, from);
  expect(
    news.map(({ topic, processNo, payload }) => [topic, processNo, (payload as unknown[]).length]),
  ).toEqual([
    ["event", null, 2],
    ["alarm", 3, 1],
  ]);
});

it("a condition that has to last costs statements at the readings that begin and end it, and none at those between", async () => {
  await addDevice(db.pool, "lossy", { kind: "camera" });
  const { pool, statements } = noted();
  const never = 3_600_000;
  const every = { silence: never, fold: never, follow: never, dropped: never, presence: never, seen: never };
  const from = await lastNewsNo(db.pool);
  const at = Date.now() - 60_000;
  const { publish } = await startTestIngest(pool, { every, processNo: 3, now: () => at - 1 });
  const costs = async (second: number, packet_loss: number) => {
    statements.length = 0;
    await publish("lossy", "telemetry", { observedAt: at + second * 1000, packet_loss });
    return statements.map((text) => /into (readings_\w+|alarm_conditions)/.exec(text)?.[1] ?? "asks");
  };
  expect(await costs(0, 1)).toEqual(["readings_camera"]);
  expect(await costs(1, 9)).toEqual(["readings_camera", "alarm_conditions"]);
  expect(await costs(2, 9)).toEqual(["readings_camera"]);
  expect(await costs(3, 1)).toEqual(["readings_camera", "alarm_conditions"]);
  expect(await costs(4, 1)).toEqual(["readings_camera"]);
  // A process that is alone tells nobody.
  expect(await newsAfter(db.pool, from)).toEqual([]);
});
