import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { startPeople, type TestPeople } from "../helpers/people.ts";

let db: TestDatabase;
let app: TestPeople;
let host = 0;
/** Another address for each test, so that they do not use up each other's attempts. */
const newAddress = () => `198.51.100.${++host}`;

beforeAll(async () => {
  db = await createTestDatabase();
  app = await startPeople(db);
  await app.addPerson("wang.fang", { password: "a quite good password" });
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const signIn = (payload: object, headers: Record<string, string>, address: string) =>
  app.send({ method: "POST", url: "/v1/sessions", payload, headers, address });

describe("a sign-in that fails", () => {
  /** Rows of the audit from one address, by person. They are written beside the answers. */
  const rowsFrom = async (address: string) =>
    (
      await db.pool.query(
        `select action, actor_id, tenant_id, object_type, object_id, after, caller_request_id, address from audit
         where address = $1 and action = 'session.refused' order by object_id, audit_no`,
        [address],
      )
    ).rows;
  const wrong = (username: string, address: string) =>
    signIn({ username, password: "wrong wrong wrong" }, { "x-request-id": "from-outside" }, address);

  it("is in the audit with whom it was tried as, and nothing of a name that nobody has", async () => {
    const address = newAddress();
    await wrong("wang.fang", address);
    await wrong("hunter2-typed-into-the-wrong-field", address);
    const row = {
      ...{ action: "session.refused", actor_id: null, object_type: "person", address },
      ...{ after: { via: "password", code: "sign_in_failed" }, caller_request_id: "from-outside" },
    };
    await vi.waitFor(async () =>
      expect(await rowsFrom(address)).toEqual([
        { ...row, tenant_id: "county", object_id: "wang.fang" },
        { ...row, tenant_id: null, object_id: null },
      ]),
    );
  });

  it("is one row a person and network in five minutes, and the next says how many there were", async () => {
    const address = newAddress();
    for (let i = 0; i < 15; i++) await wrong("wang.fang", address);
    await vi.waitFor(async () => expect(await rowsFrom(address)).toHaveLength(1));
    app.pass(5 * 60_000);
    await wrong("wang.fang", address);
    await vi.waitFor(async () => expect(await rowsFrom(address)).toHaveLength(2));
    expect((await rowsFrom(address))[1].after).toEqual({
      ...{ via: "password", code: "sign_in_failed", unrecordedBefore: 14 },
    });
    // What came after the last row is written by the next turn of housekeeping.
    for (let i = 0; i < 3; i++) await wrong("wang.fang", address);
    await app.people.tidy();
    expect((await rowsFrom(address))[2].after).toMatchObject({ unrecordedBefore: 2 });
    await app.people.tidy();
    expect(await rowsFrom(address)).toHaveLength(3);
  });

  it("leaves some hundred rows of a flood from everywhere, with the count of the others", async () => {
    const { n: before } = (await db.pool.query("select count(*)::int as n from audit")).rows[0];
    await Promise.all(Array.from({ length: 400 }, (_, i) => wrong("nobody", `203.0.${i >> 8}.${i & 255}`)));
    await app.people.tidy();
    const { n } = (await db.pool.query("select count(*)::int as n from audit")).rows[0];
    expect(n - before).toBeGreaterThan(50);
    expect(n - before).toBeLessThan(150);
  });
});
