import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../../base/errors.ts";
import { createLogger, isSecretName, redactText } from "../../base/log.ts";
import { assertNoSecretIn, keepCookiesOf, keepSecret, keepSecretsOf } from "../helpers/secrets.ts";

function logging() {
  const lines: string[] = [];
  return { lines, log: createLogger("trace", { write: (line) => lines.push(line) }) };
}

const NAMES = [
  "authorization",
  "Authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "password",
  "newPassword",
  "token",
  "tokenHash",
  "access_token",
  "refreshToken",
  "id_token",
  "csrfToken",
  "x-csrf-token",
  "key",
  "apiKey",
  "ADMIN_API_KEY",
  "adminKey",
  "keyHash",
  "secret",
  "clientSecret",
  "totpSecret",
  "jws",
  "jwt",
  "totp",
];

describe("the log", () => {
  it.each(NAMES)("does not show a field named %s, wherever it lies", (name) => {
    const { lines, log } = logging();
    const secret = randomBytes(16).toString("hex");
    log.info({ [name]: secret }, "flat");
    log.warn({ request: { headers: { [name]: secret } } }, "deep");
    log.error({ list: [{ [name]: [secret] }] }, "in a list");
    log.info({ err: Object.assign(new Error("no"), { request: { [name]: secret } }) }, "in an error");
    log.info(
      { cause: new Error("no", { cause: Object.assign(new Error("why"), { [name]: secret }) }) },
      "below",
    );
    expect(lines).toHaveLength(5);
    expect(lines.join("")).not.toContain(secret);
    expect(lines.join("")).toContain("[redacted]");
  });

  it.each(["authorization", "cookie", "password", "token", "key", "apiKey", "secret"])(
    "does not show a field named %s that a child logger is bound to",
    (name) => {
      const { lines, log } = logging();
      log.child({ [name]: "it-is-secret", deep: { [name]: "it-is-secret" } }).info("of a child");
      expect(lines.join("")).not.toContain("it-is-secret");
    },
  );

  it.each([
    ["the password of a URL", (s: string) => `cannot connect to postgres://sbi:${s}@db.example.org:5432/sbi`],
    ["a bearer token", (s: string) => `Authorization: Bearer ${s}`],
    ["basic credentials", (s: string) => `sent 'basic ${s}' there`],
    ["a key of ours", (s: string) => `key sbi_${s}`],
    ["a signed token", (s: string) => `got eyJhbGciOiJIUzI1NiJ9.${s}.${s}`],
  ])("does not show %s in a text", (_what, text) => {
    const { lines, log } = logging();
    const secret = randomBytes(20).toString("hex");
    log.info(text(secret));
    log.info({ detail: text(secret), list: [text(secret)] }, "fields");
    log.info({ err: new Error(text(secret)) }, "an error and its stack");
    log.info(new Error(text(secret)));
    expect(lines).toHaveLength(4);
    expect(lines.join("")).not.toContain(secret);
  });

  it("shows what is no secret as it is", () => {
    const { lines, log } = logging();
    const fields = {
      code: "42P01",
      regionCode: "520102",
      deviceId: "token-shop-1",
      keyId: 7,
      hasPassword: true,
      password: null,
      count: 3,
      at: new Date(0),
      url: "postgres://db.example.org/sbi",
    };
    log.info(fields, "basic facts of a bearer");
    expect(JSON.parse(lines[0]!)).toMatchObject({ ...fields, at: "1970-01-01T00:00:00.000Z" });
    expect(JSON.parse(lines[0]!).msg).toBe("basic facts of a bearer");
  });

  it.each([
    ...Object.keys(ERRORS),
    // Of Node's TLS, and of what an identity provider answers.
    ...["DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ...[
      "OAUTH_RESPONSE_IS_NOT_CONFORM",
      "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
      "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    ],
  ])("keeps the code %s", (code) => {
    const { lines, log } = logging();
    log.warn({ code, reason: { code } }, "m");
    expect(JSON.parse(lines[0]!)).toMatchObject({ code, reason: { code } });
  });

  it.each([
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklm_nopqRstuvwxyz",
    "SplxlOBe_ZQQYbYS6WxSbIA",
    "a_b_c_d_e_f_g_h_i_j_k",
  ])("hides the code %s, which a provider may have sent", (code) => {
    const { lines, log } = logging();
    log.warn({ code }, "m");
    expect(JSON.parse(lines[0]!).code).toBe("[redacted]");
  });

  it("keeps error codes and hides one-time codes", () => {
    const { lines, log } = logging();
    for (const code of ["23505", "ECONNREFUSED", "device_not_found", 1, "123456", "SplxlOBeZQQYbYS6WxSbIA"]) {
      log.info({ code }, "m");
    }
    expect(lines.map((line) => JSON.parse(line).code)).toEqual([
      "23505",
      "ECONNREFUSED",
      "device_not_found",
      1,
      "[redacted]",
      "[redacted]",
    ]);
  });

  it("still says what an error was, where it came from, and why", () => {
    const { lines, log } = logging();
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");
    const { err } = JSON.parse(lines[0]!);
    expect(err).toMatchObject({ type: "Error" });
    expect(err.message).toContain("outer");
    expect(err.stack).toContain("log.test.ts");
    expect(JSON.stringify(err)).toContain("inner");
  });

  it("survives what is no plain value: circles, bytes, functions, big numbers", () => {
    const { lines, log } = logging();
    const circle: Record<string, unknown> = { bytes: Buffer.from("secret bytes"), big: 1n, call: () => 1 };
    circle.self = circle;
    log.info(circle, "odd");
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: "odd", bytes: "12 bytes" });
  });

  it("leaves alone texts of any other form", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        fc.pre(!/:\/\/|bearer|basic|sbi_|eyj/i.test(text));
        return redactText(text) === text;
      }),
    );
  });
});

describe("the name of a secret", () => {
  it.each(["monkey", "keyId", "keys", "keyNo", "hash", "codes", "tokens", "passwordChangedAt", "secretary"])(
    "is not %s",
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe("the tests' own net", () => {
  it("finds a secret that was handed out in a line of the log, and does not repeat it", () => {
    const secret = keepSecret(randomBytes(16).toString("hex"));
    keepSecretsOf({
      credentials: { username: "u", password: `${secret}2` },
      items: [{ apiKey: `${secret}3` }],
    });
    keepCookiesOf([`session=${secret}4; Path=/; HttpOnly`]);
    expect(() => assertNoSecretIn(["nothing here"])).not.toThrow();
    for (const leaked of ["", "2", "3", "4"]) {
      const found = () => assertNoSecretIn([`a line with ${secret}${leaked} in it`]);
      expect(found).toThrow(/A secret was logged: a line with <here it stood>/);
      expect(found).not.toThrow(secret);
    }
  });
});
