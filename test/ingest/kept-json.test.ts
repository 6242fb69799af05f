import { describe, expect, it } from "vitest";
import { decodeJson } from "../../exchange/own-json.ts";
import { encodeExtra } from "../../ingest/kept-json.ts";

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
