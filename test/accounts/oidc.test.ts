import { randomBytes } from "node:crypto";
import { exportSPKI, generateKeyPair, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ProviderSettings } from "../../accounts/oidc.ts";
import { parseOidcMapping } from "../../accounts/oidc-mapping.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Claims, startForgingProvider } from "../helpers/forging-provider.ts";
import { startPeople, type TestPeople } from "../helpers/people.ts";
import {
  CLIENT,
  type ProviderClaims,
  signInAtProvider,
  startRealProvider,
} from "../helpers/real-provider.ts";

const CALLBACK = "http://platform.test/v1/auth/oidc/callback";
const MAPPING = parseOidcMapping({
  duty: { role: "duty-officer", tenantId: "county", regions: ["520102"], tenants: "all" },
  audit: { role: "auditor", tenantId: "county", regions: "all", tenants: "all" },
  gas: [{ role: "viewer", tenantId: "gas", regions: ["5201"], tenants: ["gas"], kinds: ["gas-meter"] }],
  lost: { role: "viewer", tenantId: "no-such-tenant", regions: "all", tenants: "all" },
});

const settings = (issuer: string, more: Partial<ProviderSettings> = {}): ProviderSettings => ({
  issuer,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  redirectUrl: undefined,
  scopes: "openid profile",
  rolesClaim: "roles",
  mapping: MAPPING,
  flowKey: randomBytes(32),
  ...more,
});

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

/** Begins a sign-in. @returns where the browser is sent, and the cookie that it keeps */
async function begin(app: TestPeople, returnTo?: string) {
  const query = returnTo === undefined ? "" : `?returnTo=${encodeURIComponent(returnTo)}`;
  const answer = await app.send({
    url: `/v1/auth/oidc/start${query}`,
    headers: { host: "platform.test" },
  });
  const flow = answer.cookies.find(({ name }) => name === "sbi_oidc");
  return { ...answer, url: String(answer.headers.location), cookie: `sbi_oidc=${flow?.value}` };
}

const comeBack = (app: TestPeople, url: string, cookie?: string) =>
  app.send({
    url: url.replace("http://platform.test", ""),
    headers: { host: "platform.test", ...(cookie ? { cookie } : {}) },
  });

describe("with a real provider", () => {
  const accounts: Record<string, ProviderClaims> = {
    chen: { name: "陈静", roles: ["duty", "unknown-here"] },
    guest: { name: "Guest", roles: ["unknown-here"] },
    both: { name: "Both", roles: ["duty", "gas"] },
    lost: { name: "Lost", roles: ["lost"] },
    single: { name: "Single", roles: "audit" },
  };
  let provider: Awaited<ReturnType<typeof startRealProvider>>;
  let app: TestPeople;
  beforeAll(async () => {
    provider = await startRealProvider({ redirectUri: CALLBACK, accounts });
    app = await startPeople(db, { provider: settings(provider.issuer) });
    await app.addTenant("county");
    await app.addTenant("gas");
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  async function signIn(login: string, returnTo?: string) {
    const { url, cookie } = await begin(app, returnTo);
    return comeBack(app, await signInAtProvider(url, login, CALLBACK), cookie);
  }
  const sessionOf = (answer: Awaited<ReturnType<typeof signIn>>) => {
    const cookie = answer.cookies.find(({ name }) => name === "sbi_session");
    return { cookie: `sbi_session=${cookie?.value}` };
  };

  it("the way there carries PKCE, state and nonce, and a cookie that no script reads", async () => {
    const { status, url, headers } = await begin(app);
    expect(status).toBe(302);
    const query = new URL(url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: CLIENT.id,
      redirect_uri: CALLBACK,
      code_challenge_method: "S256",
    });
    for (const name of ["state", "nonce", "code_challenge"]) expect(query.get(name)).toMatch(/^[\w-]{43}$/);
    expect(String(headers["set-cookie"])).toMatch(
      /^sbi_oidc=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(String(headers["set-cookie"])).not.toContain(query.get("state"));
  });

  it("makes the person at the first sign-in, with what the claims give, and signs them in", async () => {
    const answer = await signIn("chen", "/docs?x=1&y=2");
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('content="0;url=/docs?x=1&amp;y=2"');
    expect(String(answer.headers["set-cookie"])).toContain("sbi_oidc=; Max-Age=0");
    const me = await app.send({ url: "/v1/me", headers: sessionOf(answer) });
    expect(me.json).toMatchObject({
      type: "person",
      id: expect.stringMatching(/^oidc-[0-9a-f]{20}$/),
      name: "陈静",
      tenant: { id: "county" },
      grants: [{ role: "duty-officer", area: { regions: ["520102"] } }],
    });
    const { rows } = await db.pool.query(
      "select action, actor_type from audit where object_type = 'person' and object_id = $1",
      [me.json.id],
    );
    expect(rows).toEqual([{ action: "person.create", actor_type: "platform" }]);
  });

  it("knows the person again, takes over what has changed, and ends what no longer holds", async () => {
    const first = sessionOf(await signIn("chen"));
    const { id } = (await app.send({ url: "/v1/me", headers: first })).json;
    accounts.chen = { name: "陈静静", roles: ["audit"] };
    const again = (await app.send({ url: "/v1/me", headers: sessionOf(await signIn("chen")) })).json;
    expect(again).toMatchObject({ id, name: "陈静静", grants: [{ role: "auditor" }] });
    const before = (await app.send({ url: "/v1/me", headers: first })).json;
    expect(before.grants).toEqual(again.grants);
    const { rows } = await db.pool.query(
      "select before, after from audit where action = 'person.update' and object_id = $1",
      [id],
    );
    expect(rows).toMatchObject([{ before: { name: "陈静" }, after: { name: "陈静静" } }]);
  });

  it("makes one person of many first sign-ins at once", async () => {
    accounts.rush = { name: "Rush", roles: ["duty"] };
    const flows = await Promise.all(Array.from({ length: 4 }, () => begin(app)));
    const backs = await Promise.all(flows.map(({ url }) => signInAtProvider(url, "rush", CALLBACK)));
    const answers = await Promise.all(backs.map((url, n) => comeBack(app, url, flows[n]!.cookie)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { rowCount } = await db.pool.query("select from external_identities where subject = 'rush'");
    expect(rowCount).toBe(1);
  });

  it("understands a claim that is a single text", async () => {
    const me = await app.send({ url: "/v1/me", headers: sessionOf(await signIn("single")) });
    expect(me.json.grants).toMatchObject([{ role: "auditor" }]);
  });

  it.each([
    ["guest", 403, "forbidden", /no role/],
    [
      "both",
      401,
      "provider_sign_in_failed",
      /several tenants \(county, gas\)|several tenants \(gas, county\)/,
    ],
    ["lost", 401, "provider_sign_in_failed", /no tenant 'no-such-tenant'/],
  ])("lets nobody in as %s", async (login, status, code, words) => {
    const answer = await signIn(login);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.json.detail).toMatch(words);
    expect(answer.cookies.map(({ name }) => name)).not.toContain("sbi_session");
    expect(
      (await db.pool.query("select from principals where name = $1", [accounts[login]!.name])).rowCount,
    ).toBe(0);
  });

  it("lets nobody in who is disabled here, or who has changed sides", async () => {
    accounts.leaver = { name: "Leaver", roles: ["duty"] };
    const { id } = (await app.send({ url: "/v1/me", headers: sessionOf(await signIn("leaver")) })).json;
    accounts.leaver = { name: "Leaver", roles: ["gas"] };
    expect((await signIn("leaver")).json.code).toBe("provider_sign_in_failed");
    accounts.leaver = { name: "Leaver", roles: ["duty"] };
    await app.call({ method: "PATCH", url: `/v1/people/${id}`, payload: { disabled: true } });
    expect((await signIn("leaver")).json.code).toBe("provider_sign_in_failed");
  });

  it("never takes somebody for the local account of that name", async () => {
    await app.addPerson("root.admin", { password: "a quite good password" });
    accounts["root.admin"] = { name: "root.admin", roles: ["duty"] };
    const me = await app.send({ url: "/v1/me", headers: sessionOf(await signIn("root.admin")) });
    expect(me.json.id).toMatch(/^oidc-/);
    expect(me.json.grants).toMatchObject([{ role: "duty-officer" }]);
  });

  it("a code is of use in the browser that began, with its state, and once", async () => {
    const mine = await begin(app);
    const other = await begin(app);
    const back = await signInAtProvider(mine.url, "single", CALLBACK);
    for (const [url, cookie] of [
      [back, undefined],
      [back, other.cookie],
      [back, `${mine.cookie.slice(0, -3)}AAA`],
      [back.replace(/state=[^&]*/, "state=x"), mine.cookie],
      [back.replace(/&?state=[^&]*/, ""), mine.cookie],
      [`${CALLBACK}?error=access_denied&state=${new URL(mine.url).searchParams.get("state")}`, mine.cookie],
      [CALLBACK, mine.cookie],
    ] as const) {
      const { status, json, cookies } = await comeBack(app, url, cookie);
      expect([status, json.code]).toEqual([401, "provider_sign_in_failed"]);
      expect(cookies.map(({ name }) => name)).not.toContain("sbi_session");
    }
    expect((await comeBack(app, back, mine.cookie)).status).toBe(200);
    expect((await comeBack(app, back, mine.cookie)).json.code).toBe("provider_sign_in_failed");
  });

  it.each(["//evil.example", "/\\evil.example", "https://evil.example", "docs", "/a b", '/"onload="x'])(
    "does not send the browser to %s afterwards",
    async (returnTo) => {
      const { status, json, cookies } = await begin(app, returnTo);
      expect([status, json.code, cookies]).toEqual([400, "invalid_request", []]);
    },
  );

  it("counts what succeeds and what fails", async () => {
    const { values } = await app.registry.getSingleMetric("sbi_logins_total")!.get();
    const via = values.filter(({ labels }) => labels.via === "provider").map(({ labels }) => labels.result);
    expect(via.sort()).toEqual(["failed", "ok"]);
  });
});

describe("with claims in the ID token", () => {
  it("down a path, as Keycloak has them", async () => {
    const accounts: Record<string, ProviderClaims> = { zhou: { name: "Zhou", roles: { inner: ["duty"] } } };
    const provider = await startRealProvider({ redirectUri: CALLBACK, accounts, claimsInIdToken: true });
    const app = await startPeople(db, { provider: settings(provider.issuer, { rolesClaim: "roles.inner" }) });
    await app.addTenant("county");
    const { url, cookie } = await begin(app);
    const answer = await comeBack(app, await signInAtProvider(url, "zhou", CALLBACK), cookie);
    expect(answer.status).toBe(200);
    await app.stop();
    await provider.stop();
  });
});

describe("a provider that is away", () => {
  it("is said to be so, and found again when it is back", async () => {
    const provider = await startForgingProvider(CLIENT.id);
    provider.goAway(true);
    const app = await startPeople(db, { provider: settings(provider.issuer) });
    const { status, json, headers } = await begin(app);
    expect([status, json.code]).toEqual([503, "provider_unavailable"]);
    expect(headers["retry-after"]).toBeDefined();
    expect(app.lines.join("\n")).toContain("metadata could not be read");
    provider.goAway(false);
    await vi.waitFor(async () => expect((await begin(app)).status).toBe(302), {
      timeout: 10_000,
      interval: 200,
    });
    await app.stop();
    await provider.stop();
  });

  it("is nothing to the platform when none is set", async () => {
    const app = await startPeople(db);
    for (const path of ["start", "callback"]) {
      const { status, json } = await app.send({ url: `/v1/auth/oidc/${path}` });
      expect([status, json.code]).toEqual([404, "not_found"]);
    }
    await app.stop();
  });
});

describe("an ID token", () => {
  let provider: Awaited<ReturnType<typeof startForgingProvider>>;
  let app: TestPeople;
  beforeAll(async () => {
    provider = await startForgingProvider(CLIENT.id);
    app = await startPeople(db, { provider: settings(provider.issuer) });
    await app.addTenant("county");
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  async function present(make: (right: Claims) => Promise<unknown>) {
    const { url, cookie } = await begin(app);
    const query = new URL(url).searchParams;
    provider.answerWith(() => make(provider.claims(query.get("nonce")!)));
    return comeBack(app, `${CALLBACK}?code=any&state=${query.get("state")}`, cookie);
  }

  it("that is right is taken", async () => {
    expect((await present((claims) => provider.sign(claims))).status).toBe(200);
  });

  it("that says so opens a session with a second factor, and no other does", async () => {
    const openedBy = async (more: object) => {
      expect((await present((claims) => provider.sign({ ...claims, ...more }))).status).toBe(200);
      const { rows } = await db.pool.query(
        "select second_factor from sessions order by session_no desc limit 1",
      );
      return rows[0].second_factor;
    };
    expect(await openedBy({ amr: ["pwd", "otp"] })).toBe(true);
    expect(await openedBy({ amr: ["pwd"] })).toBe(false);
    expect(await openedBy({})).toBe(false);
  });

  const without = (claims: Claims, name: string) => {
    const { [name]: _left, ...rest } = claims;
    return rest;
  };
  const seconds = () => Math.floor(Date.now() / 1000);

  it.each<[string, (claims: Claims) => Promise<unknown>]>([
    ["without a signature (alg none)", async (claims) => new UnsecuredJWT(claims).encode()],
    [
      "signed with the public key as if it were a shared secret (HS256)",
      async (claims) => {
        const secret = new TextEncoder().encode(await exportSPKI(provider.keys.publicKey));
        return provider.sign(claims, secret as never, { alg: "HS256", kid: "one" });
      },
    ],
    [
      "signed with the client's secret (HS256)",
      (claims) =>
        provider.sign(claims, new TextEncoder().encode(CLIENT.secret) as never, { alg: "HS256", kid: "one" }),
    ],
    [
      "signed with another key under the same name",
      async (claims) => provider.sign(claims, (await generateKeyPair("RS256")).privateKey),
    ],
    [
      "signed with another key under another name",
      async (claims) =>
        provider.sign(claims, (await generateKeyPair("RS256")).privateKey, { alg: "RS256", kid: "two" }),
    ],
    [
      "signed with another kind of key",
      async (claims) =>
        provider.sign(claims, (await generateKeyPair("ES256")).privateKey, { alg: "ES256", kid: "one" }),
    ],
    ["that has expired", (claims) => provider.sign({ ...claims, exp: seconds() - 60, iat: seconds() - 360 })],
    ["for another client", (claims) => provider.sign({ ...claims, aud: "another-client" })],
    ["for several clients", (claims) => provider.sign({ ...claims, aud: [CLIENT.id, "another-client"] })],
    ["of another issuer", (claims) => provider.sign({ ...claims, iss: "https://evil.example" })],
    ["of another sign-in (nonce)", (claims) => provider.sign({ ...claims, nonce: "another" })],
    ["without a nonce", (claims) => provider.sign(without(claims, "nonce"))],
    ["without a subject", (claims) => provider.sign(without(claims, "sub"))],
    ["without an expiry", (claims) => provider.sign(without(claims, "exp"))],
    ["without an audience", (claims) => provider.sign(without(claims, "aud"))],
    ["that does not hold yet", (claims) => provider.sign({ ...claims, nbf: seconds() + 600 })],
    [
      "whose claims were changed afterwards",
      async (claims) => {
        const [header, , signature] = (await provider.sign(claims)).split(".");
        const forged = Buffer.from(JSON.stringify({ ...claims, roles: ["audit"] })).toString("base64url");
        return `${header}.${forged}.${signature}`;
      },
    ],
    ["that is none", async () => "not a token"],
    ["that is missing", async () => undefined],
    ["that is no text", async () => ({ sub: "somebody" })],
  ])("%s is refused, without a hint why", async (_what, make) => {
    const { status, json, cookies } = await present(make);
    expect([status, json.code, json.detail]).toEqual([
      401,
      "provider_sign_in_failed",
      "The identity provider did not confirm who this is",
    ]);
    expect(cookies.map(({ name }) => name)).not.toContain("sbi_session");
  });
});
