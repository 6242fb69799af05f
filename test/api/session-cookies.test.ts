import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe("signing in", () => {
  it("from a page of another site is refused before the password is looked at", async () => {
    for (const headers of [
      { origin: "https://evil.example", host: "localhost" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "null" },
    ]) {
      const { status, json } = await signIn({ username: "li.na", password: PASSWORD }, headers);
      expect([status, json.code]).toEqual([403, "csrf_refused"]);
    }
    const own = { origin: "http://localhost", host: "localhost", "sec-fetch-site": "same-origin" };
    expect((await signIn({ username: "li.na", password: PASSWORD }, own)).status).toBe(201);
  });
});

describe("a request by cookie that changes something", () => {
  const change = (headers: Record<string, string>) =>
    app.send({ method: "POST", url: "/v1/tenants", headers, payload: { id: "x" } });

  it("needs the CSRF token of this very session, from a page of our own", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    const other = await signInForCookie(app, "wang.fang", PASSWORD);
    const { cookie, "x-csrf-token": token } = browser;
    // With everything right the body is looked at, which is wrong.
    expect((await change(browser)).status).toBe(400);
    for (const headers of [
      { cookie },
      { cookie, "x-csrf-token": "" },
      { cookie, "x-csrf-token": other["x-csrf-token"] },
      { cookie, "x-csrf-token": `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}` },
      { ...browser, origin: "https://evil.example" },
      { ...browser, origin: "http://localhost:1", host: "localhost" },
      { ...browser, "sec-fetch-site": "same-site" },
    ]) {
      const { status, json } = await change(headers);
      expect([status, json.code]).toEqual([403, "csrf_refused"]);
    }
    const own = { ...browser, host: "iot.example", origin: "http://iot.example" };
    expect((await change({ ...own, "sec-fetch-site": "same-origin" })).status).toBe(400);
  });

  it("finds its token again after the page was loaded anew", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    const { json, headers } = await app.send({
      url: "/v1/sessions/current",
      headers: { cookie: browser.cookie },
    });
    expect(json.csrfToken).toBe(browser["x-csrf-token"]);
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("is told from no session before one is asked for", async () => {
    const browser = await signInForCookie(app, "li.na", PASSWORD);
    const isSignedIn = async (headers: Record<string, string>) =>
      (await app.send({ url: "/v1/console", headers })).json.signedIn;
    expect(await isSignedIn({})).toBe(false);
    expect(await isSignedIn({ cookie: browser.cookie })).toBe(true);
    expect(await isSignedIn({ cookie: `${browser.cookie}x` })).toBe(false);
    await app.send({ method: "DELETE", url: "/v1/sessions/current", headers: browser });
    expect(await isSignedIn({ cookie: browser.cookie })).toBe(false);
  });

  it("is not kept from ending idle by pages that ask whether it is there", async () => {
    const open = await startPeople(db);
    const { cookie } = await signInForCookie(open, "li.na", PASSWORD);
    const isSignedIn = async () =>
      (await open.send({ url: "/v1/console", headers: { cookie } })).json.signedIn;
    open.pass(HOUR / 2);
    expect(await isSignedIn()).toBe(true);
    open.pass(HOUR / 2);
    expect(await isSignedIn()).toBe(false);
    await open.stop();
  });

  it("needs none with a bearer token, which no browser sends by itself", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: newAddress() });
    expect((await change({ ...bearer(token), origin: "https://elsewhere.example" })).status).toBe(400);
  });
});

describe("behind a proxy that is trusted", () => {
  it("the cookie is Secure and bound to the host when the browser came by https", async () => {
    const proxied = await startPeople(db, { trustProxy: ["127.0.0.1"] });
    const forwarded = {
      "x-forwarded-proto": "https",
      "x-forwarded-host": "iot.example",
      "x-forwarded-for": "203.0.113.99",
    };
    const { headers, cookies, json } = await proxied.send({
      method: "POST",
      url: "/v1/sessions",
      payload: { username: "li.na", password: PASSWORD },
      headers: { ...forwarded, origin: "https://iot.example" },
      address: "127.0.0.1",
    });
    expect(String(headers["set-cookie"])).toMatch(
      /^__Host-sbi_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(json.session.address).toBe("203.0.113.99");
    const cookie = `${cookies[0]!.name}=${cookies[0]!.value}`;
    const as = (more: Record<string, string>, address: string) =>
      proxied.send({ url: "/v1/me", headers: { cookie, ...more }, address });
    expect((await as(forwarded, "127.0.0.1")).status).toBe(200);
    // A plain cookie of that name may have been planted by a neighbour.
    expect((await as({ ...forwarded, cookie: `sbi_session=${cookies[0]!.value}` }, "127.0.0.1")).status).toBe(
      401,
    );
    await proxied.stop();
  });

  it("nobody else's headers are believed", async () => {
    const { headers, json } = await signIn(
      { username: "li.na", password: PASSWORD },
      { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.98" },
      "198.51.100.250",
    );
    expect(String(headers["set-cookie"])).not.toContain("Secure");
    expect(json.session.address).toBe("198.51.100.250");
  });
});
