import { afterAll, beforeAll, expect, it } from "vitest";
import { withTransaction } from "../../../store/database/database.ts";
import { foldLedger } from "../../../store/ledger/fold-ledger.ts";
import { foldFormer } from "../../../store/ledger/former-ledger.ts";
import { countItems } from "../../../store/ledger/ledger.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice, type TestDevice } from "../../helpers/ingest.ts";
import { ledgersOf } from "../../helpers/places.ts";

const onServer = Boolean(process.env.DATABASE_URL);

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const move = (id: string, region: string) =>
  db.pool.query("update devices set region_code = $2 where id = $1", [id, region]);

const of = ({ deviceNo }: TestDevice, n: number) =>
  Array.from({ length: n }, () => ({ deviceNo, observedAt: Date.UTC(2026, 0) }));

it.runIf(onServer)(
  "is written by two with the same devices in opposite orders, and neither waits",
  async () => {
    const [a, b] = [await addDevice(db.pool, "opposite-a"), await addDevice(db.pool, "opposite-b")];
    for (const { id } of [a, b]) await move(id, "520326001");
    await withTransaction(db.pool, async (one) => {
      await countItems(one, of(a, 1), "stored");
      await withTransaction(db.pool, async (other) => {
        await other.query("set local lock_timeout = '10s'");
        await countItems(other, of(b, 10), "duplicate");
        await countItems(other, of(a, 20), "rejected");
      });
      await countItems(one, of(b, 2), "stored");
    });
    expect([await ledgersOf(db.pool, a), await ledgersOf(db.pool, b)]).toEqual([
      [
        [21, 1, 0, 20],
        [0, 0, 0, 0],
      ],
      [
        [12, 2, 10, 0],
        [0, 0, 0, 0],
      ],
    ]);
  },
);

it("is the same before it is folded, while it is, behind that and at a further move", async () => {
  const device = await addDevice(db.pool, "folded");
  while ((await foldFormer(db.pool)) > 0);
  await move(device.id, "520326001");
  for (const as of ["stored", "duplicate", "rejected", "stored"] as const)
    await countItems(db.pool, of(device, 10), as);
  const expectSums = async () =>
    expect(await ledgersOf(db.pool, device)).toEqual([
      [40, 20, 10, 10],
      [0, 0, 0, 0],
    ]);
  await expectSums();
  await foldLedger(db.pool);
  await expectSums();
  for (const folded of [3, 1, 0]) {
    expect(await foldFormer(db.pool, 3)).toBe(folded);
    await expectSums();
  }
  await countItems(db.pool, of(device, 100), "stored");
  await countItems(db.pool, [{ deviceNo: device.deviceNo, observedAt: Date.now() }], "stored");
  await move(device.id, "520326");
  expect(await ledgersOf(db.pool, device)).toEqual([
    [140, 120, 10, 10],
    [1, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
});

it.runIf(onServer)("is left to whoever holds a place, until it is free", async () => {
  while ((await foldFormer(db.pool)) > 0);
  const device = await addDevice(db.pool, "held");
  await move(device.id, "520326001");
  await countItems(db.pool, [{ deviceNo: device.deviceNo, observedAt: Date.UTC(2026, 0) }], "stored");
  await withTransaction(db.pool, async (tx) => {
    await tx.query("select from former_places where device_no = $1 for update", [device.deviceNo]);
    expect(await foldFormer(db.pool)).toBe(0);
  });
  expect(await foldFormer(db.pool)).toBe(1);
  expect(await ledgersOf(db.pool, device)).toEqual([
    [1, 1, 0, 0],
    [0, 0, 0, 0],
  ]);
});
