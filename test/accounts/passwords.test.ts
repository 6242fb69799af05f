import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createPasswordHasher, PASSWORD_COST } from "../../accounts/password-hash.ts";
import { checkPassword } from "../../accounts/password-rules.ts";
import { PlatformError } from "../../base/errors.ts";
import { CHEAP } from "../helpers/cheap-hash.ts";

describe("a hash", () => {
  const hasher = createPasswordHasher({ cost: CHEAP });

  it("is scrypt in the PHC string format, with another salt each time", async () => {
    const [one, two] = await Promise.all([hasher.hash("correct horse"), hasher.hash("correct horse")]);
    expect(one).toMatch(/^\$scrypt\$ln=7,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
  });

  it("is of its password and no other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), async (a, b) => {
        const phc = await hasher.hash(a);
        expect((await hasher.verify(a, phc)).ok).toBe(true);
        expect((await hasher.verify(b, phc)).ok).toBe(a.normalize("NFC") === b.normalize("NFC"));
      }),
      { numRuns: 50 },
    );
  });

  it("is the published one for the published input", async () => {
    // RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1).
    const salt = Buffer.from("SodiumChloride").toString("base64").replaceAll("=", "");
    const hash = Buffer.from(
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
      "hex",
    );
    const phc = `$scrypt$ln=14,r=8,p=1$${salt}$${hash.toString("base64").replaceAll("=", "")}`;
    expect(await hasher.verify("pleaseletmein", phc)).toEqual({ ok: true, outdated: true });
    expect((await hasher.verify("pleaseletmein ", phc)).ok).toBe(false);
  });

  it("does not care how a keyboard composes its characters", async () => {
    const phc = await hasher.hash("mot de passe d\u00e9j\u00e0");
    expect((await hasher.verify("mot de passe de\u0301ja\u0300", phc)).ok).toBe(true);
  });

  it("made with other parameters still fits, and is called outdated", async () => {
    const phc = await createPasswordHasher({ cost: { ln: 6, r: 8, p: 1 } }).hash("correct horse");
    expect(await hasher.verify("correct horse", phc)).toEqual({ ok: true, outdated: true });
    expect(await hasher.verify("correct horse", await hasher.hash("correct horse"))).toEqual({
      ok: true,
      outdated: false,
    });
  });

  it.each([
    "",
    "plain",
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaA",
    `$scrypt$ln=30,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`,
    `$scrypt$ln=0,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`,
  ])("that is damaged (%j) is an error and not a wrong password", async (phc) => {
    await expect(hasher.verify("correct horse", phc)).rejects.toThrow(/kept password hash/);
  });

  it("of nobody is computed all the same", async () => {
    const real = createPasswordHasher({ cost: { ln: 14, r: 8, p: 1 } });
    const phc = await real.hash("correct horse");
    const computed = vi.spyOn(crypto, "scrypt");
    syncBuiltinESMExports();
    onTestFinished(() => {
      computed.mockRestore();
      syncBuiltinESMExports();
    });
    for (const hash of [phc, undefined]) expect((await real.verify("wrong", hash)).ok).toBe(false);
    const [somebody, nobody] = (computed.mock.calls as unknown[][]).map(([password, , length, cost]) => ({
      password,
      length,
      cost,
    }));
    expect(somebody).toMatchObject({ length: 32, cost: { N: 2 ** 14, r: 8, p: 1 } });
    expect(nobody).toEqual(somebody);
  });
});

describe("the real cost", () => {
  it("is at least what OWASP asks for", async () => {
    const { ln, r, p } = PASSWORD_COST;
    expect(2 ** ln * r * p).toBeGreaterThanOrEqual(2 ** 17 * 8);
    const hasher = createPasswordHasher();
    expect((await hasher.verify("correct horse", await hasher.hash("correct horse"))).ok).toBe(true);
  });
});

describe("many at once", () => {
  it("wait for their turn, two at a time, and are refused when too many wait", async () => {
    const hasher = createPasswordHasher({ cost: { ln: 12, r: 8, p: 1 }, maxWaiting: 5 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash("correct horse")));
    const refused = results.filter((result) => result.status === "rejected");
    expect(results.length - refused.length).toBe(7);
    for (const { reason } of refused) expect((reason as PlatformError).code).toBe("sign_in_busy");
    // … and the queue is empty again.
    await expect(Promise.all(Array.from({ length: 7 }, () => hasher.hash("x")))).resolves.toHaveLength(7);
  });
});

describe("somebody who is known", () => {
  it("goes before all strangers that wait, also when no more of those may wait", async () => {
    const hasher = createPasswordHasher({ cost: { ln: 12, r: 8, p: 1 }, maxWaiting: 20 });
    const done: string[] = [];
    const strangers = Array.from({ length: 22 }, () =>
      hasher.verify("guess", undefined).then(() => done.push("stranger")),
    );
    // All in one go: a moment later some of them would be done.
    const refused = hasher.verify("guess", undefined).catch(({ code }: PlatformError) => code);
    const known = hasher.verify("guess", undefined, { first: true }).then(() => done.push("known"));
    await Promise.all([...strangers, known]);
    expect(await refused).toBe("sign_in_busy");
    // The two under way are not interrupted, and some that began with it or after it may be quicker.
    expect(done.indexOf("known")).toBeLessThan(8);
    expect(done).toHaveLength(23);
  });
});

describe("a password", () => {
  const owner = { id: "zhang.wei", name: "张伟" };
  const refusal = (password: string) => {
    try {
      checkPassword(password, owner);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(PlatformError);
      expect((error as PlatformError).message).not.toContain(password);
      return (error as PlatformError).faults[0]!.message;
    }
  };

  it.each([
    ["short", "expected 10 to 256 characters"],
    ["𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷", "expected 10 to 256 characters"],
    ["x".repeat(257), "expected 10 to 256 characters"],
    ["my-ZHANG.Wei-login", "expected one without your id or name"],
    ["我是张伟的密码一二三四五", "expected one without your id or name"],
    ["Password123", "it is among the first that anybody tries"],
    ["5201314520", "it is among the first that anybody tries"],
    ["aaaaaaaaaaaa", "it is among the first that anybody tries"],
    ["345678901234", "it is among the first that anybody tries"],
    ["0987654321", "it is among the first that anybody tries"],
    ["abcdefghijkl", "it is among the first that anybody tries"],
  ])("%j is refused: %s", (password, reason) => {
    expect(refusal(password)).toBe(reason);
  });

  it.each([
    "correct horse battery",
    "晚上八点村口的大喇叭响了",
    "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷野",
    "tr0ub4dor&3x",
    "x7".repeat(128),
  ])("%j is taken", (password) => {
    expect(refusal(password)).toBeUndefined();
  });
});
