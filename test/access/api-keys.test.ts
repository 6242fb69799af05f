import { describe, expect, it } from "vitest";
import { apiKeyPrefix, createApiKey } from "../../access/api-keys.ts";
import { tokenMatches } from "../../access/tokens.ts";

describe("an application's key", () => {
  it("names its prefix, matches its own hash, and is another each time", () => {
    const keys = Array.from({ length: 100 }, createApiKey);
    for (const { key, prefix, hash } of keys) {
      expect(key).toMatch(/^sbi_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
      expect(apiKeyPrefix(key)).toBe(prefix);
      expect(tokenMatches(key, hash)).toBe(true);
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(100);
    expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(100);
  });

  it("is covered whole by its hash: another prefix before the same secret does not match", () => {
    const { key, prefix, hash } = createApiKey();
    const other = prefix === "aaaaaaaa" ? "bbbbbbbb" : "aaaaaaaa";
    expect(tokenMatches(key.replace(prefix, other), hash)).toBe(false);
  });

  it.each([
    "",
    "sbi_",
    "sbi_abcdefgh_short",
    `SBI_abcdefgh_${"x".repeat(43)}`,
    `sbi_ABCDEFGH_${"x".repeat(43)}`,
  ])("is not what %j is", (text) => {
    expect(apiKeyPrefix(text)).toBeUndefined();
  });
});
