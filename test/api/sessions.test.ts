import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { UNLIMITED } from "../../access/limits.ts";
import { createPasswordHasher } from "../../accounts/password-hash.ts";
import { CHEAP } from "../helpers/cheap-hash.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { HOUR, signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";

const PASSWORD = "a quite good password";

let db: TestDatabase;
let app: TestPeople;
/** Another address for each test, so that they do not use up each other's attempts. */
let host = 0;
const newAddress = () => `198.51.100.${++host}`;

beforeAll(async () => {
  db = await createTestDatabase();
  app = await startPeople(db);
  await app.addPerson("li.na", { password: PASSWORD });
  await app.addPerson("wang.fang", { password: PASSWORD });
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const signIn = (payload: object, headers: Record<string, string> = {}, address = newAddress()) =>
  app.send({ method: "POST", url: "/v1/sessions", payload, headers, address });
const me = (headers: Record<string, string>) => app.send({ url: "/v1/me", headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const statusOf = async (headers: Record<string, string>) => (await me(headers)).status;

describe("signing in with a password", () => {
  it("gives a browser a cookie that no script can read, and the token that proves the page", async () => {
    const { status, headers, json, cookies } = await signIn({ username: "li.na", password: PASSWORD });
    expect(status).toBe(201);
    expect(headers["cache-control"]).toBe("no-store");
    expect(String(headers["set-cookie"])).toMatch(
      /^sbi_session=sbis_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(json).toMatchObject({
      session: { type: "cookie", current: true },
      person: { id: "li.na", name: "Name of li.na", tenantId: "county" },
      token: null,
    });
    expect(json.csrfToken).toMatch(/^[\w-]{43}$/);
    const found = await me({ cookie: `${cookies[0]!.name}=${cookies[0]!.value}` });
    expect(found.json).toMatchObject({ type: "person", id: "li.na" });
  });

  it("gives everything else a bearer token, and no cookie", async () => {
    const { headers, json } = await signIn({ username: "li.na", password: PASSWORD, type: "bearer" });
    expect(headers["set-cookie"]).toBeUndefined();
    expect(json.csrfToken).toBeNull();
    expect(await statusOf(bearer(json.token))).toBe(200);
  });

  it("gives another session each time", async () => {
    const one = await signIn({ username: "li.na", password: PASSWORD, type: "bearer" });
    const two = await signIn(
      { username: "li.na", password: PASSWORD, type: "bearer" },
      bearer(one.json.token),
    );
    expect(two.json.token).not.toBe(one.json.token);
  });

  it.each([
    ["a wrong password", "li.na", "not the password"],
    ["nobody's name", "nobody", PASSWORD],
    ["an empty-looking name", " ", PASSWORD],
    ["a name in other letters", "LI.NA", PASSWORD],
  ])("refuses %s with the same words", async (_what, username, password) => {
    const { status, json, headers } = await signIn({ username, password });
    expect([status, json.code, json.detail]).toEqual([
      401,
      "sign_in_failed",
      "The name, the password or the code is not right",
    ]);
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("refuses applications and people without a password with the same words", async () => {
    await app.addApplication("app-1");
    await app.addPerson("no.password");
    for (const username of ["app-1", "no.password"]) {
      expect((await signIn({ username, password: PASSWORD })).json.code).toBe("sign_in_failed");
    }
  });

  it.each([
    [{}, "/username"],
    [{ username: "li.na" }, "/password"],
    [{ username: "li.na", password: 12 }, "/password"],
    [{ username: "li\u0000na", password: "x" }, "/username"],
    [{ username: "li.na", password: "x".repeat(513) }, "/password"],
    [{ username: "li.na", password: "x", code: "12345" }, "/code"],
    [{ username: "li.na", password: "x", type: "basic" }, "/type"],
  ])("says what is wrong with %j", async (payload, path) => {
    const { status, json } = await signIn(payload);
    expect([status, json.code]).toEqual([400, "invalid_request"]);
    expect(json.faults.map((fault: { path: string }) => fault.path)).toContain(path);
    expect(JSON.stringify(json)).not.toContain("x".repeat(100));
  });

  it("is audited with the address, and leaves neither password nor token in audit or log", async () => {
    const { json } = await signIn(
      { username: "li.na", password: PASSWORD, type: "bearer" },
      {},
      "203.0.113.5",
    );
    const { rows } = await db.pool.query(
      "select actor_id, object_id, address, after::text from audit where action = 'session.open' and address = '203.0.113.5'",
    );
    expect(rows).toMatchObject([{ actor_id: "li.na", object_id: String(json.session.no) }]);
    expect(rows[0].after).not.toContain("sbis_");
    expect(app.lines.join("\n")).not.toContain(PASSWORD);
  });

  it("is counted by result", async () => {
    const count = async (result: string) =>
      (await app.registry.getSingleMetric("sbi_logins_total")!.get()).values.find(
        ({ labels }) => labels.result === result && labels.via === "password",
      )?.value ?? 0;
    const before = [await count("ok"), await count("failed")];
    await signIn({ username: "li.na", password: PASSWORD });
    await signIn({ username: "li.na", password: "not the password" });
    expect([await count("ok"), await count("failed")]).toEqual([before[0]! + 1, before[1]! + 1]);
  });

  it("takes up a dearer hash when the cost has been raised", async () => {
    await app.addPerson("old.hash", { password: PASSWORD });
    const cheaper = await createPasswordHasher({ cost: { ...CHEAP, ln: 5 } }).hash(PASSWORD);
    await db.pool.query("update passwords set password_hash = $1 where principal_id = 'old.hash'", [cheaper]);
    await signInForToken(app, "old.hash", PASSWORD, { address: newAddress() });
    const { rows } = await db.pool.query(
      "select password_hash from passwords where principal_id = 'old.hash'",
    );
    expect(rows[0].password_hash).toMatch(/^\$scrypt\$ln=7,/);
    await signInForToken(app, "old.hash", PASSWORD, { address: newAddress() });
  });
});

describe("guessing", () => {
  it("is refused after ten attempts from one address, with the time to wait, whatever the name", async () => {
    const address = newAddress();
    for (let n = 0; n < 10; n++) {
      expect((await signIn({ username: `guess-${n}`, password: "wrong" }, {}, address)).status).toBe(401);
    }
    const { status, json, headers } = await signIn({ username: "li.na", password: PASSWORD }, {}, address);
    expect([status, json.code]).toEqual([429, "too_many_attempts"]);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    app.pass(Number(headers["retry-after"]) * 1000);
    expect((await signIn({ username: "li.na", password: PASSWORD }, {}, address)).status).toBe(201);
  });

  it("by strangers does not lock out somebody where they have signed in before, also after a restart", async () => {
    await app.addPerson("victim", { password: PASSWORD });
    const home = newAddress();
    await signInForToken(app, "victim", PASSWORD, { address: home });
    const again = await startPeople(db);
    await again.people.tidy();
    for (const running of [app, again]) {
      for (let n = 0; n < 30; n++) {
        await running.send({
          method: "POST",
          url: "/v1/sessions",
          payload: { username: "victim", password: "wrong" },
          address: `203.0.113.${n}`,
        });
      }
      const elsewhere = running.people.gate.check(newAddress(), "victim");
      expect(elsewhere.allowed).toBe(false);
      await signInForToken(running, "victim", PASSWORD, { address: home });
    }
    await again.stop();
  });
});

describe("a session", () => {
  it("ends twelve hours after the sign-in, however much it is used", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    for (let n = 0; n < 23; n++) {
      app.pass(HOUR / 2);
      expect(await statusOf(bearer(token))).toBe(200);
    }
    app.pass(HOUR / 2);
    expect(await statusOf(bearer(token))).toBe(401);
  });

  it("ends an hour after it was last used", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    app.pass(HOUR - 1000);
    expect(await statusOf(bearer(token))).toBe(200);
    app.pass(HOUR - 1000);
    expect(await statusOf(bearer(token))).toBe(200);
    app.pass(HOUR);
    expect(await statusOf(bearer(token))).toBe(401);
  });

  it("ends an hour after somebody last used it, however often a page asks by itself", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const byItself = { ...bearer(token), "x-unattended": "1" };
    for (let minute = 10; minute < 60; minute += 10) {
      app.pass(HOUR / 6);
      expect(await statusOf(byItself)).toBe(200);
    }
    app.pass(HOUR / 6);
    expect(await statusOf(byItself)).toBe(401);
  });

  it("by cookie is no bearer token, and the other way round", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    expect(await statusOf({ cookie: `sbi_session=${token}` })).toBe(401);
    expect(await statusOf(bearer(browser.cookie.split("=")[1]!))).toBe(401);
    expect(await statusOf(browser)).toBe(200);
  });

  it("is not looked at where there is an Authorization header", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    expect(await statusOf({ ...browser, authorization: "Bearer wrong" })).toBe(401);
  });

  it("is shown in my list with where it came from, and not in anybody else's", async () => {
    await app.addPerson("lister", { password: PASSWORD });
    const address = newAddress();
    const one = await signInForToken(app, "lister", PASSWORD, { address });
    const two = await signInForToken(app, "lister", PASSWORD, { address });
    const { json } = await app.send({ url: "/v1/sessions", headers: bearer(two) });
    expect(json.items).toMatchObject([
      { type: "bearer", address, current: true },
      { type: "bearer", address, current: false },
    ]);
    const page = await app.send({ url: "/v1/sessions?limit=1", headers: bearer(one) });
    expect(page.json.items).toHaveLength(1);
    const next = await app.send({ url: `/v1/sessions?cursor=${page.json.nextCursor}`, headers: bearer(one) });
    expect(next.json).toMatchObject({ items: [{ no: json.items[1].no, current: true }], nextCursor: null });
    const other = await signInForToken(app, "wang.fang", PASSWORD, { address: newAddress() });
    const others = await app.send({ url: "/v1/sessions", headers: bearer(other) });
    const mine = json.items.map((item: { no: number }) => item.no);
    for (const item of others.json.items) expect(mine).not.toContain(item.no);
  });

  it("can be ended by its owner and by nobody else, at once", async () => {
    const one = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const two = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const other = await signInForToken(app, "wang.fang", PASSWORD, { address: newAddress() });
    const { no } = (await app.send({ url: "/v1/sessions/current", headers: bearer(one) })).json.session;
    const del = (token: string) =>
      app.send({ method: "DELETE", url: `/v1/sessions/${no}`, headers: bearer(token) });
    expect((await del(other)).json.code).toBe("session_not_found");
    expect(await statusOf(bearer(one))).toBe(200);
    const before = app.ended.length;
    expect((await del(two)).status).toBe(204);
    expect(await statusOf(bearer(one))).toBe(401);
    expect(app.ended.slice(before)).toEqual(["li.na"]);
    expect((await del(two)).json.code).toBe("session_not_found");
  });

  it("ends with signing out, and its cookie is taken away", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    const { status, headers } = await app.send({
      method: "DELETE",
      url: "/v1/sessions/current",
      headers: browser,
    });
    expect(status).toBe(204);
    expect(String(headers["set-cookie"])).toMatch(/^sbi_session=; Max-Age=0; Path=\/; HttpOnly/);
    expect(await statusOf(browser)).toBe(401);
  });

  it("ends when another person signs in at the same browser, and is audited as the former one's", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    const { no } = (await app.send({ url: "/v1/sessions/current", headers: browser })).json.session;
    const before = app.ended.length;
    const elsewhere = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    // Another program on this computer, which only sends the cookie along, gets no cookie in its place.
    await signIn({ username: "wang.fang", password: PASSWORD, type: "bearer" }, browser);
    expect(await statusOf(browser)).toBe(200);
    const { cookies } = await signIn({ username: "wang.fang", password: PASSWORD }, browser);
    expect(await statusOf(browser)).toBe(401);
    expect(app.ended.slice(before)).toEqual(["li.na"]);
    expect((await me({ cookie: `${cookies[0]!.name}=${cookies[0]!.value}` })).json.id).toBe("wang.fang");
    expect(await statusOf(bearer(elsewhere))).toBe(200);
    const { rows } = await db.pool.query(
      "select actor_id, after from audit where action = 'session.end' and object_id = $1",
      [String(no)],
    );
    expect(rows).toEqual([{ actor_id: "li.na", after: { by: "wang.fang" } }]);
  });

  it("stays when a sign-in at its browser fails, or is the same person's", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    expect((await signIn({ username: "wang.fang", password: "wrong" }, browser)).status).toBe(401);
    expect((await signIn({ username: "li.na", password: PASSWORD }, browser)).status).toBe(201);
    expect(await statusOf(browser)).toBe(200);
  });

  it("ended by another process ends here within five seconds", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    expect(await statusOf(bearer(token))).toBe(200);
    await db.pool.query("update sessions set ended_at = now() where ended_at is null");
    app.pass(5000);
    expect(await statusOf(bearer(token))).toBe(401);
  });

  it("of a disabled person is void at once, and stays so when they are enabled again", async () => {
    await app.addPerson("leaver", { password: PASSWORD });
    const token = await signInForToken(app, "leaver", PASSWORD, { address: newAddress() });
    const set = (disabled: boolean) =>
      app.call({ method: "PATCH", url: "/v1/people/leaver", payload: { disabled } });
    expect((await set(true)).status).toBe(200);
    expect(await statusOf(bearer(token))).toBe(401);
    const refused = await signIn({ username: "leaver", password: PASSWORD });
    expect(refused.json.code).toBe("sign_in_failed");
    await set(false);
    app.pass(5000);
    expect(await statusOf(bearer(token))).toBe(401);
    await signInForToken(app, "leaver", PASSWORD, { address: newAddress() });
  });

  it("of a disabled tenant is void at once, and stays so", async () => {
    await app.addPerson("tenant.member", { password: PASSWORD, tenantId: "closing" });
    const token = await signInForToken(app, "tenant.member", PASSWORD, { address: newAddress() });
    const set = (disabled: boolean) =>
      app.call({ method: "PATCH", url: "/v1/tenants/closing", payload: { disabled } });
    expect((await set(true)).status).toBe(200);
    expect(await statusOf(bearer(token))).toBe(401);
    await set(false);
    app.pass(5000);
    expect(await statusOf(bearer(token))).toBe(401);
  });

  it("is remembered as used, at most once a minute", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const { no } = (await app.send({ url: "/v1/sessions/current", headers: bearer(token) })).json.session;
    const seen = async () =>
      (await db.pool.query("select last_seen_at from sessions where session_no = $1", [no])).rows[0]
        .last_seen_at;
    const begun = await seen();
    app.pass(59_000);
    await me(bearer(token));
    expect(await seen()).toEqual(begun);
    app.pass(1000);
    await me(bearer(token));
    // It is written behind the answer.
    await expect.poll(seen).toSatisfy((at: Date) => at.getTime() >= begun.getTime() + 60_000);
  });

  it("is removed from the database a month after it has ended", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    const { no } = (await app.send({ url: "/v1/sessions/current", headers: bearer(token) })).json.session;
    const exists = async () =>
      (await db.pool.query("select from sessions where session_no = $1", [no])).rowCount === 1;
    await app.people.tidy();
    expect(await exists()).toBe(true);
    app.pass(31 * 24 * HOUR);
    await app.people.tidy();
    expect(await exists()).toBe(false);
  });
});

describe("an API key", () => {
  it("is no session, and has no list to read from others", async () => {
    const key = await app.addApplication("app-sessions");
    const list = await app.send({ url: "/v1/sessions", headers: bearer(key) });
    expect(list.json).toEqual({ items: [], nextCursor: null });
    for (const method of ["GET", "DELETE"] as const) {
      const { json } = await app.send({ method, url: "/v1/sessions/current", headers: bearer(key) });
      expect(json.code).toBe("session_not_found");
    }
  });

  it("that is right is never slowed, and one that is wrong waits longer and longer", async () => {
    const slow = await startPeople(db, { slow: true });
    const key = await slow.addApplication("app-speed");
    const address = newAddress();
    const statusOf = async (token: string) =>
      (await slow.send({ url: "/v1/me", headers: bearer(token), address })).status;
    const delayFor = vi.spyOn(slow.gate, "delayFor");
    for (let n = 0; n < 12; n++) expect(await statusOf("wrong")).toBe(401);
    const begun = performance.now();
    expect(await statusOf("wrong")).toBe(401);
    expect(performance.now() - begun).toBeGreaterThan(300);
    const delays = delayFor.mock.results.map(({ value }) => value as number);
    expect(delays).toHaveLength(13);
    expect(delays[0]).toBe(0);
    expect(delays.at(-1)).toBeGreaterThan(300);
    // Nobody asks how long a right one has to wait.
    expect(await statusOf(key)).toBe(200);
    expect(delayFor).toHaveBeenCalledTimes(13);
    await slow.stop();
  });
});

describe("limits of a person", () => {
  it("hold in a session: a viewer sees and changes nothing more", async () => {
    await app.addPerson("viewer", {
      password: PASSWORD,
      grants: [{ role: "viewer", area: { ...UNLIMITED[0]!, regions: ["520102"] } }],
    });
    const token = await signInForToken(app, "viewer", PASSWORD, { address: newAddress() });
    expect((await app.send({ url: "/v1/devices", headers: bearer(token) })).status).toBe(200);
    expect((await app.send({ url: "/v1/tenants", headers: bearer(token) })).json.code).toBe("forbidden");
  });
});
