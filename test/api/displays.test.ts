import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { FRESH_MS } from "../../accounts/sessions.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { HOUR, signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { insertRegions } from "./fixtures.ts";

const PASSWORD = "a quite good password";
const MINUTE = 60_000;
const DAY = 24 * HOUR;
const county = areaOf({ regions: ["520102"] });

let db: TestDatabase;
let app: TestPeople;
/** An administrator of the county, who sets the displays up. */
let keeper: Record<string, string>;
/** Another address for each wall, so that they do not use up each other's attempts. */
let host = 0;
const newAddress = () => `198.51.100.${++host}`;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
});
afterAll(() => db.drop());
beforeEach(async () => {
  app = await startPeople(db);
  const id = `keeper-${++host}`;
  await app.addPerson(id, { password: PASSWORD, grants: [{ role: "administrator", area: county }] });
  keeper = await bearerOf(id);
  return () => app.stop();
});

const bearerOf = async (id: string) => ({
  authorization: `Bearer ${await signInForToken(app, id, PASSWORD, { address: newAddress() })}`,
});
const create = (body: object = {}, headers = keeper) =>
  app.send({
    method: "POST",
    url: "/v1/displays",
    payload: { name: "指挥中心", area: county, ...body },
    headers,
  });
const redeem = (code: string, more: { address?: string; headers?: Record<string, string> } = {}) =>
  app.send({ method: "POST", url: "/v1/displays/redeem", payload: { code }, address: newAddress(), ...more });
const renew = (id: string, headers = keeper) =>
  app.send({ method: "POST", url: `/v1/displays/${id}/code`, headers });
const revoke = (id: string, headers = keeper) =>
  app.send({ method: "DELETE", url: `/v1/displays/${id}`, headers });
const listed = async (id: string) => {
  const { json } = await app.send({ url: "/v1/displays", headers: keeper });
  return json.items.find((item: { id: string }) => item.id === id);
};
const as = (url: string, cookie: string) => app.send({ url, headers: { cookie } });
const statusOf = async (cookie: string) => (await as("/v1/me", cookie)).status;
const outcome = ({ status, json }: { status: number; json?: { code?: string } }) => [status, json?.code];

/** Sets a display up, and types its code at a screen. */
async function pair(body: object = {}) {
  const { display, code } = (await create(body)).json;
  const answer = await redeem(code);
  expect(answer.status).toBe(201);
  return { id: display.id as string, code: code as string, cookie: cookieOf(answer), answer };
}
const cookieOf = ({ cookies }: Awaited<ReturnType<typeof redeem>>) =>
  `${cookies[0]!.name}=${cookies[0]!.value}`;

describe("setting a display up", () => {
  it("shows a code once, and keeps it as a hash", async () => {
    const { status, headers, json } = await create();
    expect([status, headers["cache-control"]]).toEqual([201, "no-store"]);
    expect(json.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(json.display).toMatchObject({
      id: expect.stringMatching(/^display-[a-z0-9]{8}$/),
      tenantId: "county",
      name: "指挥中心",
      area: county,
      state: "waiting",
      pairedAt: null,
      lastSeenAt: null,
      address: null,
      expiresAt: null,
    });
    const left = Date.parse(json.display.codeExpiresAt) - app.now();
    expect(left).toBeGreaterThan(9 * MINUTE);
    expect(left).toBeLessThanOrEqual(10 * MINUTE);
    expect(await listed(json.display.id)).toEqual(json.display);
    const { rows } = await db.pool.query("select d.*::text as text from displays d");
    const { rows: audit } = await db.pool.query(
      "select after::text as text from audit where object_type = 'display'",
    );
    for (const { text } of [...rows, ...audit]) {
      expect(text).not.toContain(json.code);
      expect(text).not.toContain(json.code.replace("-", ""));
    }
  });

  it("is for administrators, who give no more than they may", async () => {
    await app.addPerson("officer", { password: PASSWORD, role: "duty-officer" });
    expect(outcome(await create({}, await bearerOf("officer")))).toEqual([403, "forbidden"]);
    for (const area of [
      { ...county, regions: ["5201"] },
      { ...county, regions: ["520102", "520103"] },
    ])
      expect(outcome(await create({ area }))).toEqual([403, "forbidden"]);
  });

  it.each([
    ["regions that are not named", { area: { ...county, regions: "all" } }, "/area/regions"],
    ["no region", { area: { ...county, regions: [] } }, "/area/regions"],
    ["a list that was forgotten", { area: { regions: ["520102"] } }, "/area/kinds"],
    ["an unknown region", { area: { ...county, regions: ["520102999"] } }, "/area/regions/0"],
    ["an unknown kind", { area: { ...county, kinds: ["dragon"] } }, "/area/kinds/0"],
    ["an unknown tenant of devices", { area: { ...county, tenants: ["x"] } }, "/area/tenants/0"],
    ["a tenant that there is not", { tenantId: "nobody" }, "/tenantId"],
    ["no name", { name: "" }, "/name"],
    ["rights of its own", { grants: [] }, "/"],
  ])("refuses %s", async (_what, body, path) => {
    const { status, json } = await create(body);
    expect([status, json.code]).toEqual([400, "invalid_request"]);
    expect(json.faults.map((fault: { path: string }) => fault.path)).toContain(path);
  });

  it("with the administrator's key needs the tenant by name", async () => {
    const payload = { name: "wall", area: county };
    const refused = await app.call({ method: "POST", url: "/v1/displays", payload });
    expect([refused.status, refused.json.faults[0].path]).toEqual([400, "/tenantId"]);
    const made = await app.call({
      method: "POST",
      url: "/v1/displays",
      payload: { ...payload, tenantId: "county" },
    });
    expect([made.status, made.json.display.createdBy]).toEqual([201, "administrator"]);
  });
});

describe("typing the code", () => {
  it("makes the browser the display, by a cookie that no script can read, for 90 days", async () => {
    const { json: made } = await create();
    const { status, headers, json } = await redeem(made.code.toLowerCase().replace("-", " "), {
      address: "203.0.113.7",
    });
    expect([status, headers["cache-control"]]).toEqual([201, "no-store"]);
    expect(String(headers["set-cookie"])).toMatch(
      /^sbi_session=sbis_[\w-]{43}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(json.display).toEqual({ id: made.display.id, name: "指挥中心", tenantId: "county", area: county });
    expect(json.session).toMatchObject({ type: "cookie", address: "203.0.113.7" });
    expect(await listed(made.display.id)).toMatchObject({
      state: "paired",
      address: "203.0.113.7",
      codeExpiresAt: null,
      expiresAt: json.session.expiresAt,
      pairedAt: expect.any(String),
      lastSeenAt: json.session.createdAt,
    });
  });

  it("is Secure and bound to the host over https", async () => {
    const { code } = (await create()).json;
    const proxied = await startPeople(db, { trustProxy: ["127.0.0.1"] });
    const { headers } = await proxied.send({
      method: "POST",
      url: "/v1/displays/redeem",
      payload: { code },
      headers: { "x-forwarded-proto": "https", "x-forwarded-host": "iot.example" },
      address: "127.0.0.1",
    });
    expect(String(headers["set-cookie"])).toMatch(
      /^__Host-sbi_session=.*; HttpOnly; Secure; SameSite=Strict$/,
    );
    await proxied.stop();
  });

  it("works once, also of two at the same moment", async () => {
    const { code } = (await create()).json;
    const both = await Promise.all([redeem(code), redeem(code)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
    expect(outcome(await redeem(code))).toEqual([401, "pairing_failed"]);
  });

  it("works for ten minutes", async () => {
    const [early, late] = [(await create()).json, (await create()).json];
    app.pass(10 * MINUTE - 10_000);
    expect((await redeem(early.code)).status).toBe(201);
    app.pass(10_000);
    expect((await listed(late.display.id)).state).toBe("expired");
    expect(outcome(await redeem(late.code))).toEqual([401, "pairing_failed"]);
  });

  it("is refused in the same words whatever is wrong with it, and sets no cookie", async () => {
    const { display, code } = (await create()).json;
    await revoke(display.id);
    for (const wrong of ["0000-0000", "abc", "' or 1=1", code]) {
      const { headers, json } = await redeem(wrong);
      expect([json.code, json.detail]).toEqual([
        "pairing_failed",
        "The pairing code is not right, or no longer good",
      ]);
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });

  it("is refused from a page of another site", async () => {
    const { code } = (await create()).json;
    const headers = { origin: "https://evil.example", host: "localhost" };
    expect(outcome(await redeem(code, { headers }))).toEqual([403, "csrf_refused"]);
    expect((await redeem(code)).status).toBe(201);
  });

  it("cannot be guessed: a place has five attempts, then one a minute, and others are not held up by it", async () => {
    const address = newAddress();
    const { code } = (await create()).json;
    for (let n = 0; n < 5; n++)
      expect(outcome(await redeem("0000-0000", { address }))).toEqual([401, "pairing_failed"]);
    const refused = await redeem(code, { address });
    expect(outcome(refused)).toEqual([429, "too_many_attempts"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const others = [newAddress(), newAddress(), newAddress()];
    for (const other of others) {
      for (let n = 0; n < 5; n++) await redeem("0000-0000", { address: other });
      expect((await redeem(code, { address: other })).status).toBe(429);
    }
    expect((await redeem(code)).status).toBe(201);
    app.pass(Number(refused.headers["retry-after"]) * 1000);
    expect((await redeem((await create()).json.code, { address })).status).toBe(201);
    await app.people.tidy();
    const { rows } = await db.pool.query(
      "select after from audit where action = 'session.refused' and address = $1 order by audit_no",
      [address],
    );
    expect(rows[0].after).toMatchObject({ via: "pairing", code: "pairing_failed" });
  });

  it("that is right costs no attempt", async () => {
    const address = newAddress();
    for (let n = 0; n < 8; n++)
      expect((await redeem((await create()).json.code, { address })).status).toBe(201);
  });
});

describe("a display", () => {
  it("is told who it is", async () => {
    const { id, cookie } = await pair();
    expect((await as("/v1/me", cookie)).json).toMatchObject({
      type: "display",
      id,
      name: "指挥中心",
      tenant: { id: "county" },
      grants: [{ area: county }],
      waiting: [],
      toDecide: 0,
      applications: [],
    });
    expect((await as("/v1/sessions/current", cookie)).json).toMatchObject({
      type: "display",
      id,
      name: "指挥中心",
      areas: [county],
      session: { current: true },
    });
    const sessions = (await as("/v1/sessions", cookie)).json.items;
    expect(sessions.map(({ current }: { current: boolean }) => current)).toEqual([true]);
  });

  it("reads what a wall shows, and changes nothing, with the page's token neither", async () => {
    const { cookie } = await pair();
    for (const url of [
      "/v1/kinds",
      "/v1/regions",
      "/v1/devices",
      "/v1/device-counts?by=kind",
      "/v1/latest?kind=gas-meter",
      "/v1/events",
      "/v1/alarms",
      "/v1/broadcasts",
    ])
      expect([url, (await as(url, cookie)).status]).toEqual([url, 200]);
    for (const url of [
      "/v1/audit",
      "/v1/people",
      "/v1/tenants",
      "/v1/applications",
      "/v1/access/changes",
      "/v1/displays",
    ])
      expect([url, outcome(await as(url, cookie))]).toEqual([url, [403, "forbidden"]]);
    const { csrfToken } = (await as("/v1/sessions/current", cookie)).json;
    const headers = { cookie, "x-csrf-token": csrfToken };
    for (const [method, url] of [
      ["DELETE", "/v1/sessions/current"],
      ["PUT", "/v1/me/password"],
      ["POST", "/v1/me/totp"],
      ["POST", "/v1/broadcasts"],
      ["POST", "/v1/displays"],
    ] as const) {
      const answer = await app.send({ method, url, headers, payload: {} });
      expect([url, outcome(answer)]).toEqual([url, [403, "forbidden"]]);
      const forged = await app.send({ method, url, headers: { cookie }, payload: {} });
      expect([url, outcome(forged)]).toEqual([url, [403, "csrf_refused"]]);
    }
  });

  it("has a secret that is no bearer token", async () => {
    const { cookie } = await pair();
    const { status } = await app.send({
      url: "/v1/me",
      headers: { authorization: `Bearer ${cookie.split("=")[1]}` },
    });
    expect(status).toBe(401);
  });

  it("goes on for 90 days without being used, and no longer", async () => {
    const { id, cookie } = await pair();
    app.pass(90 * DAY - MINUTE);
    // Asked before anything counts as use.
    expect(await app.people.sessions.signedIn([id])).toEqual(new Set([id]));
    expect((await app.people.sessions.list(id, { limit: 2 })).items).toHaveLength(1);
    expect(await statusOf(cookie)).toBe(200);
    app.pass(MINUTE);
    expect(await statusOf(cookie)).toBe(401);
    keeper = await bearerOf(await addKeeper());
    expect((await listed(id)).state).toBe("expired");
    const { json } = await renew(id);
    expect(json.display.state).toBe("waiting");
    expect((await redeem(json.code)).status).toBe(201);
  });

  it("is seen as long as its stream is open", async () => {
    const { id, cookie } = await pair();
    const secret = { token: cookie.split("=")[1]!, type: "cookie" } as const;
    app.pass(30 * MINUTE);
    const left = await app.people.sessions.timeLeft(secret.token, secret.type);
    expect(left).toBeGreaterThan(89 * DAY);
    // It is written behind the answer.
    await vi.waitFor(async () => {
      const { lastSeenAt, pairedAt } = await listed(id);
      expect(Date.parse(lastSeenAt) - Date.parse(pairedAt)).toBeGreaterThanOrEqual(30 * MINUTE);
    });
  });

  it("is replaced by a person who signs in at its browser, and the other way round", async () => {
    await app.addPerson("at.the.wall", { password: PASSWORD });
    const person = await signInForCookie(app, "at.the.wall", PASSWORD);
    const { code } = (await create()).json;
    const answer = await redeem(code, { headers: { cookie: person.cookie } });
    expect(cookieOf(answer).split("=")[0]).toBe(person.cookie.split("=")[0]);
  });

  it("ends the session of a person who was signed in at its browser, and of nobody else", async () => {
    const id = `at.the.wall.${++host}`;
    await app.addPerson(id, { password: PASSWORD });
    const here = await signInForCookie(app, id, PASSWORD);
    const elsewhere = await signInForCookie(app, id, PASSWORD);
    const { display, code } = (await create()).json;
    // A code that is not right ends nothing.
    expect((await redeem("0000-0000", { headers: { cookie: here.cookie } })).status).toBe(401);
    expect(await statusOf(here.cookie)).toBe(200);
    app.ended.length = 0;
    expect((await redeem(code, { headers: { cookie: here.cookie } })).status).toBe(201);
    // Their streams are cut, and with them what another tab shows.
    expect(app.ended.toSorted()).toEqual([id, display.id].toSorted());
    expect([await statusOf(here.cookie), await statusOf(elsewhere.cookie)]).toEqual([401, 200]);
    const { rows } = await db.pool.query(
      "select action, object_type, after from audit where actor_id = $1 order by audit_no desc limit 1",
      [id],
    );
    expect(rows).toEqual([{ action: "session.end", object_type: "session", after: { by: display.id } }]);
  });

  it("ends the display that the browser was before", async () => {
    const { id, cookie } = await pair();
    const { code } = (await create()).json;
    expect((await redeem(code, { headers: { cookie } })).status).toBe(201);
    expect(await statusOf(cookie)).toBe(401);
    expect((await listed(id)).state).toBe("expired");
  });
});

const addKeeper = async () => {
  const id = `keeper-${++host}`;
  await app.addPerson(id, { password: PASSWORD, grants: [{ role: "administrator", area: county }] });
  return id;
};

describe("pairing again", () => {
  it("ends the browser so far when the new one has typed its code, and not before", async () => {
    const { id, cookie } = await pair();
    const { status, json } = await renew(id);
    expect([status, json.display.state]).toEqual([201, "paired"]);
    expect(await statusOf(cookie)).toBe(200);
    app.ended.length = 0;
    const answer = await redeem(json.code);
    expect(app.ended).toEqual([id]);
    expect(await statusOf(cookie)).toBe(401);
    expect(await statusOf(cookieOf(answer))).toBe(200);
    expect((await listed(id)).state).toBe("paired");
  });

  it("makes an earlier code worthless", async () => {
    const { display, code } = (await create()).json;
    const { json } = await renew(display.id);
    expect(outcome(await redeem(code))).toEqual([401, "pairing_failed"]);
    expect((await redeem(json.code)).status).toBe(201);
  });
});

describe("revoking", () => {
  it("ends the browser at once, its code and the display itself for good", async () => {
    const { id, cookie } = await pair();
    const { code } = (await renew(id)).json;
    expect((await revoke(id)).status).toBe(204);
    expect(await statusOf(cookie)).toBe(401);
    expect(app.revoked).toContain(id);
    expect(outcome(await redeem(code))).toEqual([401, "pairing_failed"]);
    expect(outcome(await renew(id))).toEqual([409, "display_revoked"]);
    expect((await revoke(id)).status).toBe(204);
    const found = await listed(id);
    expect([found.state, found.revokedAt === null]).toEqual(["revoked", false]);
  });

  it("cuts an open stream, and no other display's", async () => {
    await app.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.app.server.address() as AddressInfo;
    const [one, other] = [await pair(), await pair()];
    const open = (cookie: string) => fetch(`http://127.0.0.1:${port}/v1/stream`, { headers: { cookie } });
    const [cut, lasting] = [await open(one.cookie), await open(other.cookie)];
    expect([cut.status, lasting.status]).toEqual([200, 200]);
    const ended = cut.text();
    await revoke(one.id);
    expect(await ended).toContain("id: 0\n");
    expect(app.hub.size).toBe(1);
    await lasting.body!.cancel();
  });

  it("is in the audit, like every step before it", async () => {
    const { id } = await pair();
    await renew(id);
    await revoke(id);
    await revoke(id);
    const { rows } = await db.pool.query(
      "select action, actor_type, actor_id, tenant_id, address from audit where object_id = $1 order by audit_no",
      [id],
    );
    const [made, paired, ...rest] = rows;
    expect(rows.map(({ action }) => action)).toEqual([
      "display.create",
      "display.pair",
      "display.code",
      "display.revoke",
    ]);
    expect(paired).toMatchObject({ actor_type: "display", actor_id: id, tenant_id: "county" });
    expect(paired.address).toMatch(/^198\.51\.100\./);
    for (const row of [made, ...rest])
      expect([row.actor_type, row.actor_id === id]).toEqual(["person", false]);
  });
});

describe("a display whose maker or tenant is shut out", () => {
  it("goes on without its maker", async () => {
    const { cookie } = await pair();
    const { id } = (await app.send({ url: "/v1/me", headers: keeper })).json;
    await app.call({ method: "PATCH", url: `/v1/people/${id}`, payload: { disabled: true } });
    expect((await app.send({ url: "/v1/me", headers: keeper })).status).toBe(401);
    expect(await statusOf(cookie)).toBe(200);
  });

  it("ends with its tenant, and does not come back with it", async () => {
    await app.addTenant("company");
    const body = { name: "wall", area: county, tenantId: "company" };
    const make = () => app.call({ method: "POST", url: "/v1/displays", payload: body });
    const [paired, waiting] = [(await make()).json, (await make()).json];
    const cookie = cookieOf(await redeem(paired.code));
    expect(await statusOf(cookie)).toBe(200);
    const shut = (disabled: boolean) =>
      app.call({ method: "PATCH", url: "/v1/tenants/company", payload: { disabled } });
    await shut(true);
    expect(app.revoked).toContain(paired.display.id);
    expect(await statusOf(cookie)).toBe(401);
    expect(outcome(await redeem(waiting.code))).toEqual([401, "pairing_failed"]);
    await shut(false);
    // A process asks the database again after so long.
    app.pass(FRESH_MS);
    expect(await statusOf(cookie)).toBe(401);
    const { json } = await app.call("/v1/displays?tenant=company");
    expect(json.items.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      [waiting.display.id, "waiting"],
      [paired.display.id, "expired"],
    ]);
  });
});

describe("the list", () => {
  it("comes in pages, newest first, without displays beyond the caller's areas", async () => {
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift((await create()).json.display.id);
    const { json } = await app.call({
      method: "POST",
      url: "/v1/displays",
      payload: { name: "city", tenantId: "county", area: { ...county, regions: ["5201"] } },
    });
    const page = (query: string, headers = keeper) => app.send({ url: `/v1/displays?${query}`, headers });
    const first = (await page("limit=2")).json;
    const next = (await page(`limit=1&cursor=${first.nextCursor}`)).json;
    expect([...first.items, ...next.items].map(({ id }) => id)).toEqual(ids);
    expect(outcome(await page("cursor=x"))).toEqual([400, "invalid_cursor"]);
    for (const answer of [
      await renew(json.display.id),
      await revoke(json.display.id),
      await revoke("display-nothing1"),
    ])
      expect(outcome(answer)).toEqual([404, "display_not_found"]);
  });
});
