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

const HAN = /\p{Script=Han}/u;

describe.each(catalog)("on a Chinese screen, $kind", (kind) => {
  const metrics = Object.entries(kind.metrics);

  it.each(metrics)(
    "has a name for the quantity %s, and for each of its values",
    (_key, { zh, values, zhValues }) => {
      expect(zh).toMatch(HAN);
      expect(zh!.length).toBeLessThanOrEqual(8);
      expect(Object.keys(zhValues ?? {})).toEqual(values ?? []);
      for (const word of Object.values(zhValues ?? {})) expect(word).toMatch(HAN);
    },
  );

  it("has a name for each event, alarm rule and command, and no two of one sort have the same", () => {
    const rules = [...kind.alarms, ...kind.offScale].map(({ zh }) => zh);
    const commands = (kind.commands ?? []).flatMap(({ title, zh, parameters = [] }) => [
      title?.zh,
      zh,
      ...parameters.map((parameter) => parameter.zh),
    ]);
    const choices = (kind.commands ?? []).flatMap(({ parameters = [] }) => parameters);
    for (const { values = [], zhValues = {} } of choices) expect(Object.keys(zhValues)).toEqual(values);
    const events = kind.events.map(({ zh }) => zh);
    for (const zh of [kind.title.zh, ...events, ...rules, ...commands]) expect(zh).toMatch(HAN);
    for (const names of [metrics.map(([, { zh }]) => zh), events, rules])
      expect(new Set(names).size).toBe(names.length);
  });
});

describe("the commands of the catalog", () => {
  it("say which of them can do harm", () => {
    const all = catalog.flatMap(({ kind, commands = [] }) =>
      commands.map(({ name, dangerous = false }) => [kind, name, dangerous]),
    );
    // A kind that is added says it for itself.
    expect(all).toEqual(
      expect.arrayContaining([
        ["gas-meter", "close-valve", true],
        ["gas-meter", "open-valve", true],
        ["example", "heat", false],
      ]),
    );
  });
});

for (const kind of catalog) describeKind(kind);
