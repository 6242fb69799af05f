import { expect, it } from "vitest";
import { SCOPES } from "../../../../access/roles.ts";
import { scopeWord } from "../../../src/ui/scope-words.ts";

it("say for each scope of the platform what it allows, and leave one of a later version as it is", () => {
  for (const language of ["zh", "en"] as const) {
    const said = SCOPES.map((scope) => scopeWord(scope, language));
    expect(new Set(said).size).toBe(SCOPES.length);
    expect(said.filter((word) => word.includes(":"))).toEqual([]);
    expect(scopeWord("tomorrow:read", language)).toBe("tomorrow:read");
  }
});
