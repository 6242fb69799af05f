import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { insertRegions } from "./fixtures.ts";

const PASSWORD = "a quite good password";

let db: TestDatabase;
/** As with the embedded database, which no other process uses. */
let app: TestPeople;
/** False: whatever is asked of the database waits, as behind a statement that takes minutes. */
let answers = true;
/** The statements that wait. */
const waiting: unknown[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  const pool = new Proxy(db.pool, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "query" && name !== "connect") return value;
      return (...args: unknown[]) => {
        if (answers) return value.apply(target, args);
        waiting.push(args[0]);
        return new Promise(() => {});
      };
    },
  });
  app = await startPeople({ ...db, pool }, { sessionFreshMs: Number.POSITIVE_INFINITY });
  await insertRegions(db.pool);
  await app.addPerson("an.ming", { password: PASSWORD });
  await app.addPerson("li.na", { password: PASSWORD, grants: [] });
  await app.addPerson("wang.wei", {
    password: PASSWORD,
    grants: [{ role: "administrator", area: areaOf({ regions: ["5201"] }) }],
  });
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const as = (token: string) => ({ authorization: `Bearer ${token}` });

/** What this caller is told while the database answers, and while it does not. */
async function toldTwice(token: string, url = "/v1/me") {
  const before = await app.send({ url, headers: as(token) });
  answers = false;
  waiting.length = 0;
  const during = await app.send({ url, headers: as(token) }).finally(() => {
    answers = true;
  });
  expect([before.status, during.status]).toEqual([200, 200]);
  return { before: before.json, during: during.json };
}

describe("what people are told of themselves while the database does not answer", () => {
  it("is all that there is to tell: tenant, grants, applications, what waits and what is to be decided", async () => {
    const admin = await signInForToken(app, "an.ming", PASSWORD);
    const send = (method: "PUT" | "POST", url: string, payload: object) =>
      app.send({ method, url, payload, headers: as(admin) });
    const grants = [{ role: "approver", area: areaOf({}) }];
    expect((await send("PUT", "/v1/people/li.na/grants", { grants })).status).toBe(200);
    for (const id of ["b-feed", "a-feed"])
      expect(
        (
          await send("POST", "/v1/applications", {
            id,
            name: id,
            tenantId: "county",
            grants: [],
            ownerId: "li.na",
          })
        ).status,
      ).toBe(201);

    const own = await toldTwice(await signInForToken(app, "li.na", PASSWORD));
    expect(own.during).toEqual(own.before);
    expect(own.during).toMatchObject({
      id: "li.na",
      tenant: { id: "county", name: "county", use: "government", disabledAt: null },
      grants: [{ role: "approver" }],
      applications: ["a-feed", "b-feed"],
      waiting: [{ kind: "grants", state: "waiting", person: { id: "li.na" }, askedBy: { id: "an.ming" } }],
      toDecide: 0,
    });
    expect(waiting).toEqual([]);
    expect((await toldTwice(admin)).during).toMatchObject({ waiting: [], toDecide: 1 });
  });

  it("agrees with the list of what waits, within the caller's areas and by the clock", async () => {
    const admin = await signInForToken(app, "an.ming", PASSWORD);
    const other = await signInForToken(app, "wang.wei", PASSWORD);
    const listed = async (token: string) =>
      (await app.send({ url: "/v1/access/changes", headers: as(token) })).json.items.length;
    const counted = async (token: string) => (await toldTwice(token)).during.toDecide;
    // The approver reaches beyond the second one's city.
    expect([await listed(admin), await counted(admin)]).toEqual([1, 1]);
    expect([await listed(other), await counted(other)]).toEqual([0, 0]);
    const inside = [{ role: "duty-officer", area: areaOf({ regions: ["520102"] }) }];
    const given = await app.send({
      method: "PUT",
      url: "/v1/people/wang.wei/grants",
      payload: { grants: [...inside, { role: "administrator", area: areaOf({ regions: ["5201"] }) }] },
      headers: as(admin),
    });
    expect(given.status).toBe(200);
    expect([await listed(admin), await counted(admin)]).toEqual([2, 2]);
    expect([await listed(other), await counted(other)]).toEqual([1, 1]);
    // A change to somebody whose steps make no speaker sound is none that anybody decides.
    await app.send({
      method: "PUT",
      url: "/v1/people/li.na/grants",
      payload: { grants: [{ role: "viewer", area: areaOf({}) }] },
      headers: as(admin),
    });
    expect([await listed(admin), await counted(admin)]).toEqual([1, 1]);
  });

  it("leaves out what waits for a person of a tenant beyond the caller's, and what waits no longer", async () => {
    const admin = await signInForToken(app, "an.ming", PASSWORD);
    await app.addPerson("sun.li", {
      password: PASSWORD,
      tenantId: "other",
      grants: [{ role: "administrator", area: areaOf({ tenants: ["other"] }) }],
    });
    const stranger = await signInForToken(app, "sun.li", PASSWORD);
    const own = await signInForToken(app, "wang.wei", PASSWORD);
    const counted = async (token: string) => (await toldTwice(token)).during.toDecide;
    const waits = async () => (await toldTwice(own)).during.waiting.length;
    expect([await counted(admin), await counted(stranger), await waits()]).toEqual([1, 0, 1]);
    // A person without any grant is out of reach by the tenant alone.
    await db.pool.query("delete from grants where principal_id = 'wang.wei' and role = 'administrator'");
    await db.pool.query(
      "update grants set tenants = '{other}' where principal_id = 'wang.wei' and role = 'duty-officer'",
    );
    await app.directory.refresh();
    expect([await counted(admin), await counted(stranger)]).toEqual([1, 0]);
    app.pass(25 * 3_600_000);
    const later = await signInForToken(app, "an.ming", PASSWORD);
    expect(await counted(later)).toBe(0);
  });

  it("is told in a session that was not looked at for long, and holds the moment when it was last used", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD);
    await app.send({ url: "/v1/me", headers: as(token) });
    app.pass(10 * 60_000);
    const { during } = await toldTwice(token, "/v1/sessions/current");
    expect(during).toMatchObject({ session: { type: "bearer", current: true }, csrfToken: null });
    expect(Math.abs(Date.parse(during.session.lastSeenAt) - app.now())).toBeLessThan(60_000);
    app.pass(3 * 60_000);
    answers = false;
    const later = await app.send({ url: "/v1/me", headers: as(token) }).finally(() => {
      answers = true;
    });
    expect([later.status, later.json.id]).toEqual([200, "li.na"]);
    // The moment is written behind the answer.
    expect(JSON.stringify(waiting)).toMatch(/update sessions/);
  });

  it("is nothing once the session has been ended", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD);
    const headers = as(token);
    expect((await app.send({ url: "/v1/me", headers })).status).toBe(200);
    expect((await app.send({ method: "DELETE", url: "/v1/sessions/current", headers })).status).toBe(204);
    expect((await app.send({ url: "/v1/me", headers })).status).toBe(401);
  });

  it("is nothing in a session from before the tenant was shut out, also once it is let in again", async () => {
    await app.addPerson("zhao.lei", { password: PASSWORD, tenantId: "closing" });
    const headers = as(await signInForToken(app, "zhao.lei", PASSWORD));
    expect((await app.send({ url: "/v1/me", headers })).json.tenant.id).toBe("closing");
    for (const disabled of [true, false]) {
      const url = "/v1/tenants/closing";
      expect((await app.call({ method: "PATCH", url, payload: { disabled } })).status).toBe(200);
      expect((await app.send({ url: "/v1/me", headers })).status).toBe(401);
    }
  });
});
