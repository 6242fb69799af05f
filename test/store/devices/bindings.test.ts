import { afterAll, beforeAll, expect, it } from "vitest";
import { bindDevice } from "../../../store/devices/bindings.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const [MARK, NEXT_MARK] = [Buffer.from("mark"), Buffer.from("next")];

it("a device is bound to the first that comes at a door, until its mark is another", async () => {
  const [{ deviceNo }, other] = [await addDevice(db.pool, "bound-1"), await addDevice(db.pool, "bound-2")];
  const bind = (holder: string, mark = MARK, door = "jt808", no = deviceNo) =>
    bindDevice(db.pool, { deviceNo: no, door, holder, mark });
  expect(await bind("first")).toBe(true);
  expect(await bind("first")).toBe(true);
  expect(await bind("second")).toBe(false);
  expect(await bind("second", MARK, "another-door")).toBe(true);
  expect(await bind("second", MARK, "jt808", other.deviceNo)).toBe(true);
  expect(await bind("second", NEXT_MARK)).toBe(true);
  expect(await bind("first", NEXT_MARK)).toBe(false);
});

it("has one of many that come at once", async () => {
  const { deviceNo } = await addDevice(db.pool, "bound-3");
  const holders = Array.from({ length: 20 }, (_, no) => `terminal ${no}`);
  const bound = await Promise.all(
    holders.map((holder) => bindDevice(db.pool, { deviceNo, door: "jt808", holder, mark: MARK })),
  );
  expect(bound.filter((each) => each).length).toBe(1);
  const [winner] = holders.filter((_, no) => bound[no]);
  expect(await bindDevice(db.pool, { deviceNo, door: "jt808", holder: winner!, mark: MARK })).toBe(true);
});
