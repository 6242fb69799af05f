import { describe, expect, it } from "vitest";
import { ExactNumber } from "../../base/exact-json.ts";
import { decodeJson, hasLongNumber } from "../../exchange/own-json.ts";

describe("decodeJson", () => {
  it("takes 256 KiB, and refuses a byte more before it parses it", () => {
    const payload = Buffer.from(JSON.stringify("x".repeat(256 * 1024 - 2)));
    expect(decodeJson(payload)).toHaveProperty("value");
    expect(decodeJson(Buffer.concat([payload, Buffer.from(" ")]))).toMatchObject({
      reason: "payload_too_large",
      detail: "262145 bytes, expected at most 262144",
    });
  });

  it.each([
    ["nothing", Buffer.alloc(0), "empty"],
    ["half an object", Buffer.from('{"flow":1'), "not_json"],
    ["a word that is no number", Buffer.from('{"flow":NaNo}'), "not_json"],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22]), "not_json"],
    ["a binary frame", Buffer.from([0x68, 0x10, 0x00, 0x16]), "not_json"],
  ])("refuses %s", (_about, payload, reason) => {
    expect(decodeJson(payload)).toMatchObject({ reason });
  });

  it("reads NaN and infinities where a number may stand", () => {
    expect(decodeJson(Buffer.from('[{"flow":NaN,"a":[-Infinity, nan]},{"flow":1}]'))).toEqual({
      value: [{ flow: Number.NaN, a: [Number.NEGATIVE_INFINITY, Number.NaN] }, { flow: 1 }],
    });
  });

  it("keeps a number that JavaScript's own would change, wherever its digits lie", () => {
    for (let shift = 0; shift < 40; shift++) {
      const text = `${" ".repeat(shift)}{"a":1724442618569203714}`;
      expect(decodeJson(Buffer.from(text)), String(shift)).toEqual({
        value: { a: new ExactNumber("1724442618569203714") },
      });
    }
  });

  it("looks at a message once where no run of digits is long", () => {
    for (const [text, isLong] of [
      ['{"observedAt":1795500000000,"volume":99999.999}', false],
      ["9007199254740993", true],
      ["900719925474099", false],
      ["0.1234567890123456", true],
      [`{"x":"${"9".repeat(15)}a${"9".repeat(15)}"}`, false],
    ] as const) {
      expect(hasLongNumber(Buffer.from(text)), text).toBe(isLong);
    }
  });

  it("parses 32,000 nested arrays without running out of stack", () => {
    const deep = "[".repeat(32_000) + "]".repeat(32_000);
    expect(decodeJson(Buffer.from(deep))).toHaveProperty("value");
  });
});

describe("a byte order mark", () => {
  const withMark = (text: string) => Buffer.from(`\ufeff${text}`);

  it("at the beginning is no part of the payload", () => {
    expect(decodeJson(withMark('{"a":1}'))).toEqual({ value: { a: 1 }, repeated: undefined });
    expect(decodeJson(withMark('{"a":NaN}'))).toMatchObject({ value: { a: Number.NaN } });
    expect(decodeJson(withMark('{"a":1724442618569203714}'))).toMatchObject({
      value: { a: { text: "1724442618569203714" } },
    });
    expect(decodeJson(withMark('{"a":"\ufeff"}'))).toMatchObject({ value: { a: "\ufeff" } });
  });

  it.each(["", " "])("alone is no JSON: '%s'", (text) => {
    expect(decodeJson(withMark(text))).toMatchObject({ reason: text === "" ? "empty" : "not_json" });
  });

  it("twice, or of another encoding, is refused", () => {
    expect(decodeJson(withMark("\ufeff1"))).toMatchObject({ reason: "not_json" });
    expect(decodeJson(Buffer.from("\ufeff1", "utf16le"))).toMatchObject({ reason: "not_json" });
  });
});
