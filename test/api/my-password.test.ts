import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../access/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { HOUR, signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { keepSecret } from "../helpers/secrets.ts";

const PASSWORD = "a quite good password";
const ANOTHER = "another good password";

let db: TestDatabase;
let app: TestPeople;

beforeAll(async () => {
  db = await createTestDatabase();
  app = await startPeople(db);
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const auditOf = async (id: string) =>
  (
    await db.pool.query(
      "select action, actor_id, after::text from audit where object_type = 'person' and object_id = $1 order by audit_no",
      [id],
    )
  ).rows;
const call = (method: "GET" | "POST" | "PUT" | "DELETE", url: string, token: string, payload?: object) =>
  app.send({ method, url, headers: bearer(token), ...(payload ? { payload } : {}) });
const works = async (token: string) => (await call("GET", "/v1/me", token)).status === 200;

describe("changing my password", () => {
  it("ends my other sessions and not the one in use, and only the new one opens the door", async () => {
    await app.addPerson("changer", { password: PASSWORD });
    const here = await signInForToken(app, "changer", PASSWORD);
    const there = await signInForToken(app, "changer", PASSWORD);
    const browser = await signInForCookie(app, "changer", PASSWORD);
    const { status } = await call("PUT", "/v1/me/password", here, { current: PASSWORD, new: ANOTHER });
    expect(status).toBe(204);
    expect(await works(here)).toBe(true);
    expect(await works(there)).toBe(false);
    expect((await app.send({ url: "/v1/me", headers: browser })).status).toBe(401);
    await expect(signInForToken(app, "changer", PASSWORD)).rejects.toThrow("sign_in_failed");
    await signInForToken(app, "changer", ANOTHER);
    expect(await auditOf("changer")).toEqual([
      { action: "password.change", actor_id: "changer", after: '{"sessionsEnded": 2}' },
      { action: "session.refused", actor_id: null, after: '{"via": "password", "code": "sign_in_failed"}' },
    ]);
  });

  it("asks for the current one, and guesses at it are bounded", async () => {
    await app.addPerson("guarded", { password: PASSWORD });
    const token = await signInForToken(app, "guarded", PASSWORD);
    const guess = () => call("PUT", "/v1/me/password", token, { current: "wrong", new: ANOTHER });
    for (let n = 0; n < 10; n++) expect((await guess()).json.code).toBe("wrong_password");
    const { status, headers } = await guess();
    expect([status, Number(headers["retry-after"])]).toEqual([429, expect.any(Number)]);
    expect(await works(token)).toBe(true);
  });

  it.each([
    ["too short", "expected 10 to 256 characters"],
    ["picky.one is my name", "expected one without your id or name"],
    ["password1234", "it is among the first that anybody tries"],
  ])("refuses %j and says why", async (password, message) => {
    const id = "picky.one";
    await app.addPerson(id, { password: PASSWORD }).catch(() => {});
    const token = await signInForToken(app, id, PASSWORD);
    const { json } = await call("PUT", "/v1/me/password", token, { current: PASSWORD, new: password });
    expect(json.code).toBe("invalid_request");
    expect(json.faults).toEqual([{ path: "/password", message }]);
    expect(await works(await signInForToken(app, id, PASSWORD))).toBe(true);
  });

  it("is for people who have one", async () => {
    const key = await app.addApplication("app-password");
    const body = { current: PASSWORD, new: ANOTHER };
    expect((await call("PUT", "/v1/me/password", key, body)).json.code).toBe("forbidden");
    await app.addPerson("external");
    const { token } = await app.people.signIn.open(
      app.directory.findPrincipal("external")!,
      "bearer",
      { via: "provider", secondFactor: false },
      {
        address: "127.0.0.1",
        userAgent: undefined,
        requestId: "test",
      },
    );
    expect((await call("PUT", "/v1/me/password", token, body)).json.code).toBe("no_password");
  });

  it("lets no session slip in with the old one while it happens", async () => {
    await app.addPerson("racer", { password: PASSWORD });
    const token = await signInForToken(app, "racer", PASSWORD);
    const attempts = Array.from({ length: 8 }, () => signInForToken(app, "racer", PASSWORD));
    const [changed, ...opened] = await Promise.allSettled([
      call("PUT", "/v1/me/password", token, { current: PASSWORD, new: ANOTHER }),
      ...attempts,
    ]);
    expect(changed).toMatchObject({ status: "fulfilled", value: { status: 204 } });
    for (const result of opened) {
      if (result.status === "fulfilled") expect(await works(result.value as string)).toBe(false);
    }
  });
});

describe("a second factor", () => {
  /** The code that an authenticator app shows at the clock of the platform, or some seconds away from it. */
  const codeOf = (secret: string, shiftMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.now() + shiftMs });
  const signIn = (username: string, code?: string) =>
    app.send({
      method: "POST",
      url: "/v1/sessions",
      payload: { username, password: PASSWORD, type: "bearer", ...(code ? { code } : {}) },
    });
  /** Steps are used up: each sign-in of a test takes one of its own. */
  const nextStep = () => app.pass(30_000);

  async function enrol(id: string) {
    await app.addPerson(id, { password: PASSWORD });
    const token = await signInForToken(app, id, PASSWORD);
    const { status, json } = await call("POST", "/v1/me/totp", token, { password: PASSWORD });
    expect(status).toBe(201);
    keepSecret(json.secret);
    return { token, secret: json.secret as string, uri: json.uri as string };
  }

  it("is set up with an address for the app, and counts from its first code on", async () => {
    const { token, secret, uri } = await enrol("totp.user");
    expect(uri).toMatch(/^otpauth:\/\/totp\/smart-broadcast-iot:totp\.user\?.*secret=[A-Z2-7]{32}/);
    expect((await signIn("totp.user")).status).toBe(201);
    const wrong = codeOf(secret) === "000000" ? "000001" : "000000";
    expect((await call("POST", "/v1/me/totp/confirm", token, { code: wrong })).json.code).toBe("wrong_code");
    expect((await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) })).status).toBe(204);
    expect((await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) })).json.code).toBe(
      "totp_not_started",
    );
    expect((await call("POST", "/v1/me/totp", token, { password: PASSWORD })).json.code).toBe("totp_exists");
    expect((await signIn("totp.user")).json.code).toBe("code_required");
    nextStep();
    expect((await signIn("totp.user", codeOf(secret))).status).toBe(201);
    expect((await auditOf("totp.user")).map((row) => row.action)).toEqual([
      "password.refused",
      "totp.enable",
    ]);
  });

  it("takes each code once, also when two come at the same moment, and none that is older", async () => {
    const { token, secret } = await enrol("totp.once");
    await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    expect((await signIn("totp.once", codeOf(secret))).json.code).toBe("sign_in_failed");
    nextStep();
    const code = codeOf(secret);
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn("totp.once", code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401]);
    expect((await signIn("totp.once", codeOf(secret, -30_000))).json.code).toBe("sign_in_failed");
  });

  it("forgives a clock that is 30 seconds off, and no more", async () => {
    const { token, secret } = await enrol("totp.clock");
    await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    app.pass(5 * 60_000);
    expect((await signIn("totp.clock", codeOf(secret, -60_000))).json.code).toBe("sign_in_failed");
    expect((await signIn("totp.clock", codeOf(secret, 60_000))).json.code).toBe("sign_in_failed");
    expect((await signIn("totp.clock", codeOf(secret, -30_000))).status).toBe(201);
    expect((await signIn("totp.clock", codeOf(secret, 30_000))).status).toBe(201);
  });

  it("is not shown to somebody with a wrong password", async () => {
    const { token, secret } = await enrol("totp.quiet");
    await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    const { json } = await app.send({
      method: "POST",
      url: "/v1/sessions",
      payload: { username: "totp.quiet", password: "wrong" },
    });
    expect(json.code).toBe("sign_in_failed");
  });

  it("is not set up without the password, nor after ten minutes", async () => {
    const { token, secret } = await enrol("totp.late");
    const stolen = await call("POST", "/v1/me/totp", token, { password: "wrong" });
    expect(stolen.json.code).toBe("wrong_password");
    app.pass(10 * 60_000);
    const late = await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    expect(late.json.code).toBe("totp_not_started");
  });

  it("is removed with the password and a code, which works once and is not guessed", async () => {
    const { token, secret } = await enrol("totp.gone");
    await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    const remove = async (body: object) => {
      const { status, json } = await call("DELETE", "/v1/me/totp", token, body);
      return status === 204 ? "removed" : json.code;
    };
    expect(await remove({ password: PASSWORD })).toBe("invalid_request");
    expect(await remove({ password: PASSWORD, code: codeOf(secret) })).toBe("wrong_code"); // used at its setting up
    nextStep();
    const used = codeOf(secret);
    expect((await signIn("totp.gone", used)).status).toBe(201);
    expect(await remove({ password: PASSWORD, code: used })).toBe("wrong_code");
    nextStep();
    expect(await remove({ password: "wrong", code: codeOf(secret) })).toBe("wrong_password");
    app.pass(10 * 60_000);
    const code = codeOf(secret);
    for (let n = 1; n <= 10; n++) {
      const guess = String((Number(code) + n) % 1_000_000).padStart(6, "0");
      expect(await remove({ password: PASSWORD, code: guess })).toBe("wrong_code");
    }
    expect(await remove({ password: PASSWORD, code })).toBe("too_many_attempts");
    app.pass(10 * 60_000);
    // A code works for one thing.
    const right = codeOf(secret);
    const both = [remove({ password: PASSWORD, code: right }), signIn("totp.gone", right)] as const;
    const [removed, opened] = await Promise.all(both);
    expect(removed === "removed" && opened.status === 201).toBe(false);
    if (removed !== "removed") {
      nextStep();
      expect(await remove({ password: PASSWORD, code: codeOf(secret) })).toBe("removed");
    }
    expect(await remove({ password: PASSWORD, code: right })).toBe("totp_not_found");
    expect((await signIn("totp.gone")).status).toBe(201);
  });

  it("is removed by an administrator for who has lost it, unless they may do more than the administrator", async () => {
    const { token, secret } = await enrol("totp.lost");
    await call("POST", "/v1/me/totp/confirm", token, { code: codeOf(secret) });
    await app.addPerson("county.admin", {
      password: PASSWORD,
      grants: [{ role: "administrator", area: { ...UNLIMITED[0]!, regions: ["520102"] } }],
    });
    const lesser = await signInForToken(app, "county.admin", PASSWORD);
    const refused = await call("DELETE", "/v1/people/totp.lost/totp", lesser);
    expect([403, 404]).toContain(refused.status);
    expect((await signIn("totp.lost")).json.code).toBe("code_required");
    expect((await app.call({ method: "DELETE", url: "/v1/people/totp.lost/totp" })).status).toBe(200);
    expect((await signIn("totp.lost")).status).toBe(201);
    const nobody = await app.call({ method: "DELETE", url: "/v1/people/nobody/totp" });
    expect(nobody.json.code).toBe("person_not_found");
    expect((await auditOf("totp.lost")).at(-1)).toMatchObject({
      action: "totp.reset",
      actor_id: "administrator",
    });
  });
});

describe("a new password from an administrator", () => {
  it("ends all sessions, and is held to the same rules", async () => {
    await app.addPerson("forgetful", { password: PASSWORD });
    const token = await signInForToken(app, "forgetful", PASSWORD);
    const reset = (password: string) =>
      app.call({ method: "PUT", url: "/v1/people/forgetful/password", payload: { password } });
    expect((await reset("short")).json.faults[0].path).toBe("/password");
    expect(await works(token)).toBe(true);
    expect(await reset(ANOTHER)).toMatchObject({ status: 200, json: { waiting: null } });
    expect(await works(token)).toBe(false);
    expect(await works(await signInForToken(app, "forgetful", ANOTHER))).toBe(true);
    expect(await auditOf("forgetful")).toMatchObject([
      { action: "password.reset", actor_id: "administrator" },
    ]);
  });

  it("cannot be given by somebody who may do less", async () => {
    await app.addPerson("mighty", { password: PASSWORD });
    await app.addPerson("small.admin", {
      password: PASSWORD,
      grants: [{ role: "administrator", area: { ...UNLIMITED[0]!, regions: ["5201"] } }],
    });
    const token = await signInForToken(app, "small.admin", PASSWORD);
    const { status } = await call("PUT", "/v1/people/mighty/password", token, { password: ANOTHER });
    expect([403, 404]).toContain(status);
    expect(await works(await signInForToken(app, "mighty", PASSWORD))).toBe(true);
  });

  it("does not lengthen the session in use", async () => {
    await app.addPerson("ageing", { password: PASSWORD });
    const token = await signInForToken(app, "ageing", PASSWORD);
    app.pass(HOUR / 2);
    await call("PUT", "/v1/me/password", token, { current: PASSWORD, new: ANOTHER });
    app.pass(HOUR);
    expect(await works(token)).toBe(false);
  });
});
