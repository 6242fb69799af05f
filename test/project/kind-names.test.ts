import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { importsOf } from "./imports.ts";
import { projectFiles, ROOT } from "./source-files.ts";

/** Who may name kinds: those that make devices, and the kinds themselves. */
const NAMES_KINDS = /^(devices\/kinds|simulators|seeds|bench|scripts|test|console\/test)\/|^app\/demo/;

/** What is in quotes, of whichever sort: SQL in a template has its own. */
const QUOTED = /(["'`])([a-z][a-z0-9-]*)\1/g;

/** Names that stand for something else, each with what it is. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "devices/frigate.ts: camera": "a field of Frigate's message",
  "devices/frigate.ts: vehicle": "a type of event of what was seen",
  "api/schemas.ts: gas-meter": "an example in the API's documentation",
};

const withoutComments = (source: string) =>
  source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");

/** The names of kinds that stand in a file's code, as `file: name`. */
function kindsNamedIn(file: string, source: string, kinds: ReadonlySet<string>): string[] {
  if (NAMES_KINDS.test(file)) return [];
  const found = [...withoutComments(source).matchAll(QUOTED)].map((match) => match[2] as string);
  return [...new Set(found)].filter((name) => kinds.has(name)).map((name) => `${file}: ${name}`);
}

describe("code that looks for devices", () => {
  const kinds = new Set(catalog.map(({ kind }) => kind));

  it("asks what a kind can do, and never for its name", () => {
    const named = projectFiles()
      .filter((file) => /\.(ts|mjs|sql)$/.test(file) && file !== "store/schema.sql")
      .flatMap((file) => kindsNamedIn(file, readFileSync(ROOT + file, "utf8"), kinds));
    expect(named.sort()).toEqual(Object.keys(OTHERWISE).sort());
  });

  it.each([
    ["a comparison", 'if (device.kind === "speaker") refuse();'],
    ["a list", 'area.kinds.includes("speaker")'],
    ["an object", 'isCovered({ id, kind: "speaker" })'],
    ["SQL in a template", "query(`select from devices d where d.kind = 'speaker' and d.id = $1`)"],
    ["SQL of any", "query(`'speaker' = any (area.kinds)`)"],
    ["a kind that is imported", "tables.find(({ kind }) => kind === `speaker`)"],
  ])("is found out by %s", (_name, source) => {
    expect(kindsNamedIn("api/commands/routes.ts", source, kinds)).toEqual([
      "api/commands/routes.ts: speaker",
    ]);
    expect(kindsNamedIn("simulators/wiring.ts", source, kinds)).toEqual([]);
  });

  it("may speak of kinds in comments, and import none by its file", () => {
    const said = '/** A "speaker" sounds. */ const a = 1; // not "speaker"\n';
    expect(kindsNamedIn("api/app.ts", said, kinds)).toEqual([]);
    const imports = projectFiles()
      .filter((file) => file.endsWith(".ts") && !NAMES_KINDS.test(file) && file !== "devices/catalog.ts")
      .filter((file) =>
        importsOf(readFileSync(ROOT + file, "utf8")).specifiers.some((specifier) =>
          join(dirname(file), specifier).startsWith("devices/kinds/"),
        ),
      );
    expect(imports).toEqual([]);
  });
});
