import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Entries,
  ExactNumber,
  MAX_REPEATED_DEPTH,
  meaningOf,
  parseExact,
  type Repeated,
  stringifyExact,
} from "../../base/exact-json.ts";

const parsed = (text: string) => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};
const read = (text: string) => {
  try {
    return { value: parseExact(text) };
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return undefined;
  }
};

describe("exact JSON", () => {
  it("is read as JSON.parse reads it where no number is long", () => {
    fc.assert(
      fc.property(fc.json({ depthSize: "medium" }), fc.nat(), (text, at) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, at % 2 === 0 ? "\t" : 0);
        expect(stringifyExact(parseExact(spaced))).toBe(JSON.stringify(parsed(spaced)!.value));
        // With one character less it is refused by both, or by none.
        const broken = text.slice(0, at % text.length) + text.slice((at % text.length) + 1);
        const expected = parsed(broken);
        // A digit less may make a long number of it, or one without end, which are not the same by intention.
        if (/\d{15}|\de/i.test(broken)) return;
        if (expected) expect(stringifyExact(read(broken)!.value)).toBe(JSON.stringify(expected.value));
        else expect(read(broken)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '"a\\\\"',
    '"a\\\\\\""',
    '{"__proto__":1}',
    '"\\ud83d\\ude00"',
    "01",
    "1.",
    "-",
    "+1",
    ".5",
    "1e",
    "nul",
    "tru",
    "[1,]",
    "{,}",
    '{"a":1,}',
    '"\n"',
    '"',
    '"a\\"',
    "[1 2]",
    "1 2",
    "",
    " ",
    "NULL",
  ])("takes and refuses what JSON.parse does: %j", (text) => {
    expect(read(text)).toEqual(parsed(text));
  });

  it("comes out with each digit that it came in with", () => {
    for (const text of [
      '{"serial":1724442618569203714}',
      "[0.1234567890123456789,-9007199254740993]",
      "1e-400000000000",
      '{"a":{"b":[12345678901234567890123]}}',
    ]) {
      expect(stringifyExact(parseExact(text))).toBe(text === "1e-400000000000" ? "0" : text);
    }
    // Long, and yet what JavaScript's own number says.
    expect(parseExact("1724442618569203712")).toBeTypeOf("object");
    expect(parseExact("0.30000000000000004")).toBe(0.30000000000000004);
    expect(parseExact("1000000000000000000")).toBe(1e18);
  });

  it("says NaN and the infinities so that it reads them again", () => {
    const value = { a: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] };
    expect(parseExact(stringifyExact(value))).toEqual(value);
  });

  it("has one meaning for numbers and objects that are written in several ways", () => {
    const same = (a: string, b: string) => meaningOf(parseExact(a)) === meaningOf(parseExact(b));
    expect(same('{"a":1,"b":[1.50]}', '{"b":[15e-1],"a":1.0}')).toBe(true);
    expect(same("1724442618569203714", "1724442618569203715")).toBe(false);
    expect(same("1724442618569203714", "1.724442618569203714e18")).toBe(true);
    expect(same("0", "-0.00")).toBe(true);
    expect(same("100", "1")).toBe(false);
    expect(same("[1,2]", "[2,1]")).toBe(false);
    expect(same('"1"', "1")).toBe(false);
    expect(meaningOf(new ExactNumber("00012e1"))).toBe(meaningOf(120));
  });

  it("is read and written however deep it nests, as JSON.parse reads it", () => {
    const deep = (inner: string) => `${'[{"a":'.repeat(100_000)}${inner}${"}]".repeat(100_000)}`;
    for (const inner of ["1", "1724442618569203714", "NaN", '{"b":[]}'])
      expect(stringifyExact(parseExact(deep(inner)))).toBe(deep(inner));
    expect(() => parseExact(deep("x"))).toThrow(SyntaxError);
    expect(() => parseExact(deep("1").slice(1))).toThrow(SyntaxError);
  });

  it("tells what keys said that their object names again, and leaves in it what they say last", () => {
    const repeated: Repeated = new Map();
    const value = parseExact(
      '{"a":1,"b":{"c":[1],"c":[1],"c":2},"a":2,"a":2,"n":12345678901234567890,"n":12345678901234567890,"a":3}',
      repeated,
    ) as { b: object };
    expect(stringifyExact(value)).toBe('{"a":3,"b":{"c":2},"n":12345678901234567890}');
    expect(repeated).toEqual(
      new Map<object, unknown>([
        [
          value.b,
          [
            ["c", [1]],
            ["c", [1]],
          ],
        ],
        [
          value,
          [
            ["a", 1],
            ["a", 2],
          ],
        ],
      ]),
    );
    expect(
      stringifyExact(
        new Entries([
          ["a", 1],
          ["a", [new Entries([])]],
        ]),
      ),
    ).toBe('{"a":1,"a":[{}]}');
    const nested = (levels: number) => `${"[".repeat(levels)}{"a":1,"a":2}${"]".repeat(levels)}`;
    expect(() => parseExact(nested(MAX_REPEATED_DEPTH - 1), new Map())).not.toThrow();
    expect(() => parseExact(nested(MAX_REPEATED_DEPTH), new Map())).toThrow("twice more than 64 levels");
  });
});
