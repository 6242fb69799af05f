import { expect, it } from "vitest";
import { objectWord } from "../../../src/pages/audit/object-words.ts";

it("names what a row is about in both languages, and leaves a type of a later version as it is", () => {
  expect([objectWord("key-set", "zh"), objectWord("key-set", "en")]).toEqual([
    "验签密钥组",
    "Set of signing keys",
  ]);
  expect(objectWord("of-tomorrow", "zh")).toBe("of-tomorrow");
});
