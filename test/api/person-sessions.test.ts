import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../access/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";

const PASSWORD = "a quite good password";
const WITHIN = (region: string) => ({ ...UNLIMITED[0]!, regions: [region] });

let db: TestDatabase;
let app: TestPeople;
/** Sessions of an administrator of the whole, of one of a county, and of an auditor. */
let whole: string;
let county: string;
let auditor: string;

beforeAll(async () => {
  db = await createTestDatabase();
  app = await startPeople(db);
  const add = async (id: string, role: "administrator" | "auditor", region?: string) => {
    const grants = [{ role, area: region === undefined ? UNLIMITED[0]! : WITHIN(region) }];
    await app.addPerson(id, { password: PASSWORD, grants });
    return signInForToken(app, id, PASSWORD);
  };
  whole = await add("whole.admin", "administrator");
  county = await add("county.admin", "administrator", "520102");
  auditor = await add("the.auditor", "auditor");
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const call = (method: "GET" | "DELETE", id: string, token: string, query = "") =>
  app.send({ method, url: `/v1/people/${id}/sessions${query}`, headers: bearer(token) });
const works = async (headers: Record<string, string>) =>
  (await app.send({ url: "/v1/me", headers })).status === 200;
const operator = (region: string) => [{ role: "operator" as const, area: WITHIN(region) }];

describe("the sessions of a person", () => {
  it("are seen and ended by an administrator over them, who leaves the password as it is", async () => {
    await app.addPerson("lost.phone", { password: PASSWORD, grants: operator("520102") });
    const token = await signInForToken(app, "lost.phone", PASSWORD);
    const browser = await signInForCookie(app, "lost.phone", PASSWORD);
    const listed = await call("GET", "lost.phone", county);
    expect(listed.json.items).toMatchObject([
      { type: "cookie", current: false },
      { type: "bearer", current: false },
    ]);
    expect(JSON.stringify(listed.json)).not.toContain("sbis_");
    const first = await call("GET", "lost.phone", county, "?limit=1");
    const rest = await call("GET", "lost.phone", county, `?cursor=${first.json.nextCursor}`);
    expect([...first.json.items, ...rest.json.items]).toEqual(listed.json.items);

    const told = app.ended.length;
    expect(await call("DELETE", "lost.phone", county)).toMatchObject({
      status: 200,
      json: { sessionsEnded: 2 },
    });
    expect([await works(bearer(token)), await works(browser)]).toEqual([false, false]);
    // Their live streams are cut.
    expect(app.ended.slice(told)).toEqual(["lost.phone"]);
    expect((await call("GET", "lost.phone", county)).json.items).toEqual([]);
    expect((await call("DELETE", "lost.phone", county)).json).toEqual({ sessionsEnded: 0 });
    expect(await works(bearer(await signInForToken(app, "lost.phone", PASSWORD)))).toBe(true);
    expect(await works(bearer(county))).toBe(true);
    const { rows } = await db.pool.query(
      "select action, actor_id, after from audit where object_type = 'person' and object_id = 'lost.phone' order by audit_no",
    );
    expect(rows).toEqual([
      { action: "session.end-all", actor_id: "county.admin", after: { sessionsEnded: 2 } },
      { action: "session.end-all", actor_id: "county.admin", after: { sessionsEnded: 0 } },
    ]);
  });

  it.each([
    ["reach beyond the administrator's area", "beyond", "5201"],
    ["are in another place", "elsewhere", "520103"],
  ])("of somebody whose rights %s are nobody's to the administrator", async (_what, id, region) => {
    await app.addPerson(id, { password: PASSWORD, grants: operator(region) });
    const token = await signInForToken(app, id, PASSWORD);
    for (const method of ["GET", "DELETE"] as const) {
      const { status, json } = await call(method, id, county);
      expect([status, json.code]).toEqual([404, "person_not_found"]);
    }
    expect(await works(bearer(token))).toBe(true);
    expect((await call("GET", id, whole)).json.items).toHaveLength(1);
  });

  it("are seen by an auditor, who ends none, and by nobody else", async () => {
    await app.addPerson("watched", { password: PASSWORD, grants: operator("520102") });
    const token = await signInForToken(app, "watched", PASSWORD);
    expect((await call("GET", "watched", auditor)).json.items).toHaveLength(1);
    for (const [method, who] of [
      ["DELETE", auditor],
      ["GET", token],
      ["DELETE", token],
    ] as const) {
      const { status, json } = await call(method, "watched", who);
      expect([status, json.code]).toEqual([403, "forbidden"]);
    }
    expect(await works(bearer(token))).toBe(true);
  });

  it("are marked where one of them asks, and end with the others", async () => {
    expect((await call("GET", "whole.admin", whole)).json.items).toMatchObject([{ current: true }]);
    const again = await signInForToken(app, "whole.admin", PASSWORD);
    expect((await call("DELETE", "whole.admin", again)).json).toEqual({ sessionsEnded: 2 });
    expect([await works(bearer(again)), await works(bearer(whole))]).toEqual([false, false]);
  });
});
