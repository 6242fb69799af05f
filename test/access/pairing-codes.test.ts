import { describe, expect, it } from "vitest";
import { createPairingCode, hashPairingCode } from "../../access/pairing-codes.ts";

describe("a pairing code", () => {
  it("has 40 random bits, in two halves, of characters that are not mistaken for each other", () => {
    const codes = Array.from({ length: 2_000 }, () => createPairingCode().code);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(codes.join("").replaceAll("-", "")).size).toBe(32);
  });

  it("is the same however it is typed", () => {
    const { code, hash } = createPairingCode();
    for (const typed of [
      code,
      code.toLowerCase(),
      code.replace("-", ""),
      ` ${code.replace("-", " – ").replace("–", "-")} `,
    ])
      expect(hashPairingCode(typed)).toEqual(hash);
    expect(hashPairingCode("o1i1-l0oO")).toEqual(hashPairingCode("0111-1000"));
  });

  it.each(["", "1234567", "123456789", "1234-567U", "1234-567é", "１２３４５６７８"])("is not %j", (typed) =>
    expect(hashPairingCode(typed)).toBeUndefined(),
  );
});
