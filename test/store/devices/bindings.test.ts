import { afterAll, beforeAll, expect, it } from "vitest";
import { hashToken } from "../../../access/tokens.ts";
import { bindDevice } from "../../../store/devices/bindings.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Binds a device as a process does that knows this token. */
const bind = (deviceNo: number, token: string, holder: string, door = "jt808") =>
  bindDevice(db.pool, { deviceNo, door, holder, mark: Buffer.from(token), tokenHash: hashToken(token) });

const changeToken = (deviceNo: number, token: string) =>
  db.pool.query("update devices set token_hash = $2 where device_no = $1", [deviceNo, hashToken(token)]);

it("a device is bound to the first that comes at a door, until its token is another", async () => {
  const [{ deviceNo, token }, other] = [
    await addDevice(db.pool, "bound-1"),
    await addDevice(db.pool, "bound-2"),
  ];
  expect(await bind(deviceNo, token, "first")).toBe("first");
  expect(await bind(deviceNo, token, "first")).toBe("first");
  expect(await bind(deviceNo, token, "second")).toBe("first");
  expect(await bind(deviceNo, token, "second", "another-door")).toBe("second");
  expect(await bind(other.deviceNo, other.token, "second")).toBe("second");
  await changeToken(deviceNo, "next");
  expect(await bind(deviceNo, "next", "second")).toBe("second");
  expect(await bind(deviceNo, "next", "first")).toBe("second");
});

it("is bound by nobody who still goes by its former token, and stays with whoever has it by the present one", async () => {
  const { deviceNo, token } = await addDevice(db.pool, "bound-4");
  expect(await bind(deviceNo, token, "former")).toBe("former");
  await changeToken(deviceNo, "next");
  // Not even as the one that it was bound to: that is void.
  expect(await bind(deviceNo, token, "former")).toBeUndefined();
  expect(await bind(deviceNo, "next", "present")).toBe("present");
  expect(await bind(deviceNo, token, "former")).toBeUndefined();
  expect(await bind(deviceNo, "next", "former")).toBe("present");
});

it("has one of many that come at once", async () => {
  const { deviceNo, token } = await addDevice(db.pool, "bound-3");
  const holders = Array.from({ length: 20 }, (_, no) => `terminal ${no}`);
  const bound = await Promise.all(holders.map((holder) => bind(deviceNo, token, holder)));
  expect(new Set(bound).size).toBe(1);
  expect(holders).toContain(bound[0]);
  expect(await bind(deviceNo, token, "late")).toBe(bound[0]);
});
