import { describe, expect, it } from "vitest";
import { authenticateApiKey } from "../../access/control.ts";
import { ADMINISTRATOR, decide } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import { ACTIONS, isSounding, SOUNDING_ACTIONS } from "../../access/roles.ts";
import { createToken, hashToken, tokenMatches } from "../../access/tokens.ts";

describe("a token", () => {
  it("has 256 random bits as base64url, and is another each time", () => {
    const tokens = Array.from({ length: 100 }, createToken);
    for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(tokens).size).toBe(100);
  });

  it("matches its own hash and no other", () => {
    const token = createToken();
    expect(tokenMatches(token, hashToken(token))).toBe(true);
    expect(tokenMatches(Buffer.from(token), hashToken(token))).toBe(true);
    expect(tokenMatches(`${token}x`, hashToken(token))).toBe(false);
    expect(tokenMatches("", hashToken(token))).toBe(false);
  });

  it("matches nothing where the hash is not one", () => {
    expect(tokenMatches("x", Buffer.alloc(0))).toBe(false);
    expect(tokenMatches("x", Buffer.alloc(31))).toBe(false);
  });

  it("is hashed with SHA-256", () => {
    expect(hashToken("abc").toString("hex")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // FIPS 180-2, B.1
    );
  });
});

describe("an API key", () => {
  const hash = hashToken("the-key");

  it("names the administrator, who sees everything", () => {
    expect(authenticateApiKey("Bearer the-key", hash)).toBe(ADMINISTRATOR);
    expect(authenticateApiKey("bearer  the-key ", hash)).toBeDefined();
  });

  it.each([
    undefined,
    "",
    "the-key",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    "Bearer the-key more",
    "Basic the-key",
    `Bearer ${"x".repeat(5000)}`,
  ])("in %j names nobody", (header) => {
    expect(authenticateApiKey(header, hash)).toBeUndefined();
  });
});

describe("the decision table", () => {
  it("lets the administrator do every action, but for the steps that make a speaker sound", () => {
    for (const action of ACTIONS.filter((each) => !isSounding(each))) {
      expect(decide(ADMINISTRATOR, action)).toEqual({ allowed: true, limits: UNLIMITED });
    }
    for (const action of SOUNDING_ACTIONS) expect(decide(ADMINISTRATOR, action).allowed).toBe(false);
  });
  it("refuses what it does not list, and says what", () => {
    expect(decide(ADMINISTRATOR, "planets:move" as never)).toEqual({
      allowed: false,
      reason: "'administrator' may not do 'planets:move'",
    });
  });
});
