import { describe, expect, it } from "vitest";
import { catalog, kindByName, kindsWith } from "../../devices/catalog.ts";
import { describeKind } from "./kind-suite.ts";

describe("the catalog", () => {
  it("names each kind once, in kebab-case", () => {
    const names = catalog.map((kind) => kind.kind);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  });

  it("finds a kind by its name and nothing by another", () => {
    for (const kind of catalog) expect(kindByName(kind.kind)).toBe(kind);
    expect(kindByName("toaster")).toBeUndefined();
    expect(kindByName("toString")).toBeUndefined();
  });

  it("has at least one gateway kind", () => {
    expect(kindsWith("gateway")).toContain("lora-gateway");
  });
});

for (const kind of catalog) describeKind(kind);
