import { describe, expect, it } from "vitest";
import { ExactNumber } from "../../base/exact-json.ts";
import { decodeJson, encodeExtra, hasLongNumber } from "../../exchange/own-json.ts";

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

describe("encodeExtra", () => {
  it("keeps what JSON can hold, a key __proto__ included", () => {
    const value = JSON.parse('{"__proto__":{"a":1},"b":[1,null,"ü"]}');
    expect(encodeExtra(value, "reading")).toEqual({ json: '{"__proto__":{"a":1},"b":[1,null,"ü"]}' });
  });

  it.each([
    ["a NUL character", '{"note":"a\\u0000b"}', "bad_text"],
    ["half of a surrogate pair", '{"note":"\\ud800"}', "bad_text"],
    ["a NUL character in a key", '{"a\\u0000b":1}', "bad_text"],
    ["a number beyond double precision", '{"n":[1e999]}', "bad_type"],
    ["17 levels", `{"n":${"[".repeat(17)}${"]".repeat(17)}}`, "too_deep"],
  ])("refuses %s", (_about, text, reason) => {
    expect(encodeExtra(JSON.parse(text), "reading")).toMatchObject({ reason });
  });

  const encode = (json: string) =>
    encodeExtra((decodeJson(Buffer.from(json)) as { value: unknown }).value, "reading");

  it.each([
    ["43,000 of 309 digits", "1e308", 43_000],
    ["37,000 negative ones", "-1e308", 37_000],
    ["37,000 of 308 zeros", "1e-308", 37_000],
    ["10,000 that JavaScript's own would change, of 16,000 zeros each", "1.000000000000001e-16300", 10_000],
  ])("refuses numbers that the database would make too long: %s", (_about, number, count) => {
    expect(encode(`{"x":[${Array(count).fill(number).join()}]}`)).toMatchObject({
      reason: "bad_type",
      detail: expect.stringContaining("written without exponents, expected at most 1310720"),
    });
  });

  it.each([
    ["a whole message of small ones", `[${Array(32_000).fill("1.23e-9").join()}]`],
    [
      "a whole message of 21 digits, which JavaScript writes out as well",
      `[${Array(52_000).fill("1e20").join()}]`,
    ],
    ["the largest and the least", "[1.7976931348623157e+308,5e-324,-5e-324,0]"],
    ["some that JavaScript's own would change", "[1.000000000000001e-16300,1.2345678901234567E-7]"],
  ])("keeps numbers with exponents: %s", (_about, numbers) => {
    expect(encode(`{"x":${numbers}}`)).toHaveProperty("json");
  });

  it("keeps a backslash before u0000, which is only text", () => {
    expect(encodeExtra({ note: "\\u0000" }, "reading")).toEqual({ json: '{"note":"\\\\u0000"}' });
  });
});
