import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REASONS } from "../../ingest/reasons.ts";

describe("the list of reasons", () => {
  it("is the same in the documentation, in the same order", () => {
    const text = readFileSync(new URL("../../docs/mqtt.md", import.meta.url), "utf8");
    const [, table = ""] = text.split("## Why messages are refused");
    const documented = [...table.matchAll(/^\| `([a-z_]+)` \|/gm)].map((match) => match[1]);
    expect(documented).toEqual(Object.keys(REASONS));
  });
});
