import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalog, kindByName, kindsWith } from "../../devices/catalog.ts";
import { judge } from "./judge.ts";
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

describe("the documents", () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const kind = kindByName("gas-meter")!;
  const at = Date.parse("2026-06-01T00:00:00Z");

  it("show a command that is an example of its kind", () => {
    const shown = /^\{ "device": .*"commandId": .*\}$/m.exec(read("docs/mqtt.md"))![0];
    const { device: _, ...command } = JSON.parse(shown);
    const commands = kind.examples.filter(({ channel }) => channel === "commands");
    expect(commands.map(({ message }) => message)).toContainEqual(command);
  });

  it("show readings of which everything is kept, but for the one that the README calls refused", () => {
    const shown = [
      ...read("README.md").matchAll(/\/telemetry -m '(.*)'$/gm),
      ...read("docs/mqtt.md").matchAll(/^(\{.*"volume": .*\})$/gm),
    ].map((match) => JSON.parse(match[1]!));
    expect(shown.map((message) => judge(kind, "telemetry", message, at))).toEqual([
      { accepts: 1 },
      { rejects: "off_scale" },
      { accepts: 1 },
    ]);
  });
});
