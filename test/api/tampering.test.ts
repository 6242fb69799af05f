import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseOidcMapping } from "../../accounts/oidc-mapping.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { startForgingProvider } from "../helpers/forging-provider.ts";
import { HOUR, signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { ADMIN_KEY } from "./harness.ts";

/** A thousand attempts with credentials that are nearly right: 850 with keys and sessions, 150 with ID tokens. */
const ATTEMPTS = 850;
const ID_TOKEN_ATTEMPTS = 150;

const PASSWORD = "a quite good password";
const CLIENT = "platform";
const CALLBACK = "http://platform.test/v1/auth/oidc/callback";

let db: TestDatabase;
let app: TestPeople;
let provider: Awaited<ReturnType<typeof startForgingProvider>>;
/** Credentials that are right at this moment. */
let right: { keys: string[]; bearers: string[]; browsers: { cookie: string; "x-csrf-token": string }[] };
/** Credentials that were right once. */
let spent: Record<string, string>[];

beforeAll(async () => {
  db = await createTestDatabase();
  provider = await startForgingProvider(CLIENT);
  app = await startPeople(db, {
    provider: {
      issuer: provider.issuer,
      clientId: CLIENT,
      clientSecret: undefined,
      redirectUrl: undefined,
      scopes: "openid",
      rolesClaim: "roles",
      mapping: parseOidcMapping({
        duty: { role: "administrator", tenantId: "county", regions: "all", tenants: "all" },
      }),
      flowKey: randomBytes(32),
    },
  });
  await app.addPerson("one", { password: PASSWORD });
  await app.addPerson("two", { password: PASSWORD });
  await app.addPerson("gone", { password: PASSWORD });
  await app.addPerson("closed", { password: PASSWORD, tenantId: "closed" });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  const idle = await signInForToken(app, "one", PASSWORD);
  app.pass(HOUR);
  const expiring = await app.addApplication("expiring", { expiresAt: new Date(app.now() + 1000) });
  const ended = await signInForToken(app, "one", PASSWORD);
  await app.send({ method: "DELETE", url: "/v1/sessions/current", headers: bearer(ended) });
  const signedOut = await signInForCookie(app, "one", PASSWORD);
  await app.send({ method: "DELETE", url: "/v1/sessions/current", headers: signedOut });
  const ofGone = await signInForToken(app, "gone", PASSWORD);
  const ofClosed = await signInForToken(app, "closed", PASSWORD);
  const keyOfClosed = await app.addApplication("closed-app", { tenantId: "closed" });
  const revoked = await app.addApplication("revoked-app");
  await app.call({ method: "PATCH", url: "/v1/people/gone", payload: { disabled: true } });
  await app.call({ method: "PATCH", url: "/v1/tenants/closed", payload: { disabled: true } });
  const prefix = revoked.split("_")[1];
  await app.call({ method: "DELETE", url: `/v1/applications/revoked-app/keys/${prefix}` });
  app.pass(1000);
  spent = [...[idle, ended, ofGone, ofClosed, keyOfClosed, revoked, expiring].map(bearer), { ...signedOut }];
  right = {
    keys: [await app.addApplication("app-one"), await app.addApplication("app-two"), ADMIN_KEY],
    bearers: [await signInForToken(app, "one", PASSWORD), await signInForToken(app, "two", PASSWORD)],
    browsers: [await signInForCookie(app, "one", PASSWORD), await signInForCookie(app, "two", PASSWORD)],
  };
  for (const token of [...right.keys, ...right.bearers]) {
    expect((await app.send({ url: "/v1/me", headers: bearer(token) })).status).toBe(200);
  }
});
afterAll(async () => {
  await app.stop();
  await provider.stop();
  await db.drop();
});

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Ways to spoil a text so that it is another one, without spaces, which headers do not keep. */
const spoil = fc.oneof(
  fc.nat().map((n) => (text: string) => text.slice(0, n % text.length)),
  fc.nat().map((n) => (text: string) => text.slice(1 + (n % (text.length - 1)))),
  fc.tuple(fc.nat(), fc.nat({ max: 63 })).map(([n, to]) => (text: string) => {
    const at = n % text.length;
    const other = CHARACTERS[to] === text[at] ? CHARACTERS[(to + 1) % 64] : CHARACTERS[to];
    return text.slice(0, at) + other + text.slice(at + 1);
  }),
  fc
    .string({ unit: fc.constantFrom(...CHARACTERS), minLength: 1, maxLength: 3000 })
    .map((more) => (text: string) => text + more),
  fc.nat().map((n) => (text: string) => {
    const at = n % text.length;
    const bytes = Buffer.from(text);
    // A flipped bit, among those that leave a character that a header can hold.
    bytes[at] = bytes[at]! ^ 1;
    return bytes.toString("latin1");
  }),
  fc.constant((text: string) => text + text),
  fc.constant((text: string) => [...text].reverse().join("")),
  fc.constant((text: string) =>
    text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())),
  ),
);

type Attempt = { headers: Record<string, string>; changes: boolean };
const asBearer = (token: string): Attempt => ({
  headers: { authorization: `Bearer ${token}` },
  changes: false,
});

/** Deferred, because what is right is made before the tests run and not before they are declared. */
const attempt: fc.Arbitrary<() => Promise<Attempt> | Attempt> = fc.oneof(
  fc.tuple(fc.nat(), spoil).map(
    ([n, change]) =>
      () =>
        asBearer(change(pick([...right.keys, ...right.bearers], n))),
  ),
  fc.tuple(fc.nat(), spoil).map(([n, change]) => () => {
    const [name, value] = pick(right.browsers, n).cookie.split("=") as [string, string];
    return { headers: { cookie: `${name}=${change(value)}` }, changes: false };
  }),
  fc.nat().map((n) => () => ({ headers: pick(spent, n), changes: false })),
  // The secret of one with the name of another.
  fc.nat().map((n) => () => {
    const [a, b] = n % 2 ? [right.keys[0]!, right.keys[1]!] : [right.keys[1]!, right.keys[0]!];
    return asBearer(`${a.slice(0, 13)}${b.slice(13)}`);
  }),
  // What is right for one door, at the other.
  fc.nat().map(
    (n) => () =>
      n % 2
        ? {
            headers: { cookie: `sbi_session=${pick([...right.keys, ...right.bearers], n)}` },
            changes: false,
          }
        : asBearer(pick(right.browsers, n).cookie.split("=")[1]!),
  ),
  fc.tuple(fc.nat(), fc.constantFrom("Basic", "Digest", "Token", "bearer:", "")).map(([n, scheme]) => () => ({
    headers: { authorization: `${scheme} ${pick(right.keys, n)}`.trim() },
    changes: false,
  })),
  fc.constantFrom("__Host-sbi_session", "Sbi_session", "sbi_session2", "session").map((name) => () => ({
    headers: { cookie: `${name}=${right.browsers[0]!.cookie.split("=")[1]}` },
    changes: false,
  })),
  // Tokens that claim to be somebody, signed by nobody, by a stranger, or with what is public.
  fc.tuple(fc.nat(), fc.constantFrom("none", "HS256", "RS256", "stranger")).map(
    ([n, how]) =>
      () =>
        forgedJwt(n, how),
  ),
  // By cookie, with something to change: the token of the page is missing, another's, or spoilt.
  fc.tuple(fc.nat({ max: 6 }), spoil).map(([n, change]) => () => {
    const [mine, others] = right.browsers as [(typeof right.browsers)[0], (typeof right.browsers)[0]];
    const { cookie, "x-csrf-token": token } = mine;
    const headers: Record<string, string>[] = [
      { cookie },
      { cookie, "x-csrf-token": others["x-csrf-token"] },
      { cookie, "x-csrf-token": change(token) },
      { cookie, "x-csrf-token": cookie.split("=")[1]! },
      { ...mine, origin: "https://evil.example" },
      { ...mine, "sec-fetch-site": "cross-site" },
      { ...mine, origin: "null" },
    ];
    return { headers: headers[n]!, changes: true };
  }),
);

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!;

async function forgedJwt(n: number, how: string): Promise<Attempt> {
  const claims = {
    sub: n % 2 ? "one" : "administrator",
    role: "administrator",
    iss: provider.issuer,
    aud: CLIENT,
  };
  if (how === "none") return asBearer(new UnsecuredJWT(claims).setExpirationTime("1h").encode());
  if (how === "RS256") return asBearer(await provider.sign({ ...provider.claims("any"), ...claims }));
  const key =
    how === "HS256"
      ? new TextEncoder().encode(JSON.stringify(provider.publicJwk))
      : (await generateKeyPair("ES256")).privateKey;
  const alg = how === "HS256" ? "HS256" : "ES256";
  return asBearer(await new SignJWT(claims).setProtectedHeader({ alg }).setExpirationTime("1h").sign(key));
}

describe("credentials that are nearly right", () => {
  it(`open nothing and teach nothing, in ${ATTEMPTS} attempts`, async () => {
    const texts = new Set<string>();
    let attempts = 0;
    await fc.assert(
      fc.asyncProperty(attempt, async (make) => {
        const { headers, changes } = await make();
        const {
          status,
          json,
          headers: answer,
        } = await app.send(
          changes
            ? {
                method: "POST",
                url: "/v1/tenants",
                headers,
                payload: { id: "made", name: "x", use: "civil" },
              }
            : { url: "/v1/me", headers },
        );
        attempts++;
        expect([401, 403]).toContain(status);
        expect(status).toBe(changes ? 403 : 401);
        expect(answer["set-cookie"]).toBeUndefined();
        const { requestId: _each, ...rest } = json;
        texts.add(JSON.stringify(rest));
      }),
      { numRuns: ATTEMPTS },
    );
    expect(attempts).toBeGreaterThanOrEqual(ATTEMPTS);
    // One answer for whoever is not known; and what the page of somebody who is known has left out.
    expect([...texts].map((text) => JSON.parse(text).code).sort()).toEqual([
      "csrf_refused",
      "csrf_refused",
      "unauthorized",
    ]);
    expect((await db.pool.query("select from tenants where id = 'made'")).rowCount).toBe(0);
  });

  it("and those that are right still open", async () => {
    for (const token of [...right.keys, ...right.bearers]) {
      const { status } = await app.send({ url: "/v1/me", headers: { authorization: `Bearer ${token}` } });
      expect(status).toBe(200);
    }
    for (const headers of right.browsers) {
      expect((await app.send({ url: "/v1/me", headers })).status).toBe(200);
      const made = await app.send({ method: "POST", url: "/v1/tenants", headers, payload: { id: "made" } });
      expect(made.json.code).toBe("invalid_request");
    }
  });
});

describe("ID tokens that are nearly right", () => {
  const part = (token: string, index: number, change: (text: string) => string) =>
    token
      .split(".")
      .map((text, at) => (at === index ? change(text) : text))
      .join(".");
  const json = (change: (value: Record<string, unknown>) => object) => (text: string) =>
    Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(text, "base64url").toString())))).toString(
      "base64url",
    );

  const forgery: fc.Arbitrary<(token: string) => string> = fc.oneof(
    // Not the last character of a signature: some of its bits stand for nothing.
    fc.tuple(fc.nat({ max: 2 }), fc.nat(), fc.nat({ max: 63 })).map(
      ([index, n, to]) =>
        (token: string) =>
          part(token, index, (text) => {
            const at = n % (text.length - 1);
            const other = CHARACTERS[to] === text[at] ? CHARACTERS[(to + 1) % 64] : CHARACTERS[to];
            return text.slice(0, at) + other + text.slice(at + 1);
          }),
    ),
    fc.nat().map((n) => (token: string) => token.slice(0, n % (token.length - 1))),
    fc.constantFrom("none", "None", "NONE", "HS256", "RS512", "PS256", "ES256", "").map(
      (alg) => (token: string) =>
        part(
          token,
          0,
          json((header) => ({ ...header, alg })),
        ),
    ),
    fc.constantFrom({ roles: ["audit"] }, { sub: "other" }, { exp: 9_999_999_999 }, { aud: [CLIENT] }).map(
      (claims) => (token: string) =>
        part(
          token,
          1,
          json((payload) => ({ ...payload, ...claims })),
        ),
    ),
    fc.constantFrom("jwk", "jku", "x5u", "x5c").map(
      (name) => (token: string) =>
        part(
          token,
          0,
          json((header) => ({ ...header, [name]: provider.publicJwk, kid: "own" })),
        ),
    ),
    fc.constant((token: string) => `${token.split(".").slice(0, 2).join(".")}.`),
    fc.constant((token: string) => `${token}.${token}`),
  );

  it(`sign nobody in, in ${ID_TOKEN_ATTEMPTS} attempts`, async () => {
    const details = new Set<string>();
    const attemptWith = async (forge: (token: string) => string) => {
      const start = await app.send({ url: "/v1/auth/oidc/start", headers: { host: "platform.test" } });
      const query = new URL(String(start.headers.location)).searchParams;
      const { name, value } = start.cookies[0]!;
      provider.answerWith(async () => forge(await provider.sign(provider.claims(query.get("nonce")!))));
      return app.send({
        url: `${CALLBACK.replace("http://platform.test", "")}?code=x&state=${query.get("state")}`,
        headers: { host: "platform.test", cookie: `${name}=${value}` },
      });
    };
    await fc.assert(
      fc.asyncProperty(forgery, async (forge) => {
        const { status, json: problem, cookies } = await attemptWith(forge);
        expect([status, problem.code]).toEqual([401, "provider_sign_in_failed"]);
        expect(cookies.map((cookie) => cookie.name)).not.toContain("sbi_session");
        details.add(problem.detail);
      }),
      { numRuns: ID_TOKEN_ATTEMPTS },
    );
    expect(details.size).toBe(1);
    expect((await attemptWith((token) => token)).status).toBe(200);
  });
});
