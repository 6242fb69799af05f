import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProjectCopy } from "./recipes/project-copy.ts";
import { RECIPES } from "./recipes/steps.ts";
import { ROOT } from "./source-files.ts";

/** The recipes of CONTRIBUTING.md by their names. */
const written = new Map(
  readFileSync(`${ROOT}CONTRIBUTING.md`, "utf8")
    .split("\n## To add …\n")[1]!
    .split(/\n(?=\*\*)/)
    .map((text) => [/\*\*(.+?)\.\*\*/.exec(text)?.[1] ?? "", text] as const),
);

/** What each recipe touches that its text need not name, because a command which it names writes it. */
const WRITTEN_BY_COMMANDS = new Set([
  ".env.example",
  "README.md",
  "README.zh-CN.md",
  "test/api/openapi.json",
]);

let copy: ProjectCopy;
const touched = new Map<string, string[]>();

beforeAll(async () => {
  copy = new ProjectCopy();
  for (const [name, follow] of Object.entries(RECIPES)) {
    copy.touched.clear();
    await follow(copy);
    touched.set(name, [...copy.touched]);
  }
});
afterAll(() => copy.remove());

describe.each(Object.keys(RECIPES))("the recipe %s", (name) => {
  it("names the place of every file that it takes", () => {
    const text = written.get(name);
    expect(text, `CONTRIBUTING.md has no recipe "${name}"`).toBeDefined();
    const places = [...text!.matchAll(/`([\w./<>-]+)`/g)].map((match) => match[1]!.replace(/<[\w-]+>/g, "*"));
    const unnamed = touched.get(name)!.filter((file) => {
      const segments = file.split("/");
      return (
        !WRITTEN_BY_COMMANDS.has(file) &&
        !places.some((place) =>
          place
            .replace(/\/$/, "")
            .split("/")
            .every((part, i) => part === "*" || part === segments[i]),
        )
      );
    });
    expect(unnamed).toEqual([]);
  });
});
