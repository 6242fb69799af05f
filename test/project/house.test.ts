import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { projectFiles, ROOT } from "./source-files.ts";

const files = projectFiles();
const lines = (file: string) => readFileSync(ROOT + file, "utf8").split("\n").length - 1;

/** Without what a command puts between marks, such as tables of figures. */
const linesWritten = (file: string) =>
  readFileSync(ROOT + file, "utf8")
    .replace(/<!-- (\w+): generated [\s\S]*?<!-- \/\1 -->/g, "")
    .split("\n").length - 1;

/** Folders that hold one thing which the README above them explains. */
const EXPLAINED_ABOVE =
  /^(test\/.+|bench\/.+|store\/migrations|devices\/kinds(\/.+)?|api\/.+|scripts\/ci|docs|console\/(codegen|test|src\/(pages|map|chart)\/.+|test\/.+))$/;

describe("each folder", () => {
  const folders = [
    ...new Set(files.filter((file) => /\.(tsx?|mjs)$/.test(file)).map((file) => dirname(file))),
  ];

  it.each(folders.filter((folder) => folder !== "." && !EXPLAINED_ABOVE.test(folder)))(
    "%s says in 5 to 40 lines what it is for",
    (folder) => {
      const readme = `${folder}/README.md`;
      expect(existsSync(ROOT + readme), `${readme} is missing`).toBe(true);
      const written = linesWritten(readme);
      expect(written).toBeGreaterThanOrEqual(5);
      expect(written).toBeLessThanOrEqual(40);
    },
  );
});

describe("a text", () => {
  /**
   * For what is read from its beginning to its end: documents, SQL, scripts of a shell, settings. Past this many lines,
   * ask which part somebody would look for by itself, and give that a page with a name that says it; a page that was
   * only cut in two is as long as before. Code has other limits: complexity.test.ts.
   */
  const LIMIT = 400;

  /** Longer ones, each with the reason why it is one piece. */
  const LONGER = new Map([
    ["package-lock.json", "written by npm"],
    ["store/schema.sql", "written by `npm run db:dump`"],
    ["test/api/openapi.json", "written by the API's test"],
  ]);
  const TEXT = /(\.(json|sql|md|yml|sh|css|html)|(^|\/)(Dockerfile|run))$/;

  it(`has at most ${LIMIT} lines, but for a named few`, () => {
    const long = files
      .filter((file) => TEXT.test(file) && !LONGER.has(file))
      .map((file) => ({ file, lines: lines(file) }))
      .filter((file) => file.lines > LIMIT);
    expect(long).toEqual([]);
  });

  it("is on the list of longer ones only while it is longer or not made yet", () => {
    for (const file of LONGER.keys()) {
      if (existsSync(ROOT + file)) expect(lines(file), file).toBeGreaterThan(LIMIT);
    }
  });
});

describe("a file", () => {
  it("is named in kebab-case below the folders of code", () => {
    const odd = files.filter(
      (file) =>
        /\.(tsx?|mjs)$/.test(file) &&
        !/^[a-z0-9]+(-[a-z0-9]+)*(\.long)?(\.test|\.bench|\.config)?\.(tsx?|mjs)$/.test(
          file.split("/").at(-1) ?? "",
        ),
    );
    expect(odd).toEqual([]);
  });
});

describe("the documents", () => {
  const documents = files.filter((file) => file.endsWith(".md"));
  const LINK = /\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*\bsrc="([^"]+)"/g;

  it("link only to files that exist", () => {
    const broken = documents.flatMap((file) => {
      const text = readFileSync(ROOT + file, "utf8").replace(/```[\s\S]*?```/g, "");
      return [...text.matchAll(LINK)]
        .map((match) => (match[1] ?? match[2]) as string)
        .filter((link) => !/^(https?:|mailto:|#)/.test(link))
        .filter((link) => !existsSync(`${ROOT}${dirname(file)}/${link.split("#")[0]}`))
        .map((link) => `${file} links to ${link}`);
    });
    expect(broken).toEqual([]);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: object };
    const unknown = documents.flatMap((file) =>
      [...readFileSync(ROOT + file, "utf8").matchAll(/\bnpm run(?: -s)? ([a-z][a-z:-]*)/g)]
        .filter((match) => !((match[1] as string) in scripts))
        .map((match) => `${file}: ${match[0]}`),
    );
    expect(unknown).toEqual([]);
  });

  it("list every record of a decision, each with its parts and under a page", () => {
    const list = readFileSync(`${ROOT}docs/decisions/README.md`, "utf8");
    const records = files.filter((file) => /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(file));
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(list, record).toContain(`(${record.split("/").at(-1)})`);
      expect(lines(record), record).toBeLessThanOrEqual(70);
      const text = readFileSync(ROOT + record, "utf8");
      expect(text.split("\n")[0], record).toMatch(/^# \d{4} /);
    }
  });

  it("are the same in English and Chinese as far as headings, code and tables go", () => {
    const shape = (file: string) => {
      const text = readFileSync(ROOT + file, "utf8");
      return {
        headings: text.match(/^#+ /gm),
        codeBlocks: [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map((match) => match[1]),
        tableRows: text.match(/^\|/gm)?.length,
      };
    };
    expect(shape("README.zh-CN.md")).toEqual(shape("README.md"));
  });
});
