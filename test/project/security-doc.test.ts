import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../base/config/index.ts";
import { projectFiles, ROOT } from "./source-files.ts";

const text = readFileSync(`${ROOT}docs/security.md`, "utf8");
const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);

describe("docs/security.md", () => {
  it("names code and tests that exist, and a test for each threat that it says is answered", () => {
    const paths = quoted.filter((word) =>
      /^(access|accounts|api|broadcast|broker|store|test)\/[\w./-]*$/.test(word),
    );
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(ROOT + path))).toEqual([]);
    const threats = text.slice(text.indexOf("| Threat |"), text.indexOf("## What does not hold")).split("\n");
    const untested = threats.slice(2).filter((row) => row.startsWith("|") && !row.includes("`test/"));
    expect(untested).toEqual([]);
  });

  it("quotes the log as it is written", () => {
    const quotes = [...text.replaceAll(/\s+/g, " ").matchAll(/"([^"]+)" in the log/g)].map(
      ([, words]) => words!,
    );
    const code = projectFiles()
      .filter((file) => file.endsWith(".ts") && !file.startsWith("test/"))
      .map((file) => readFileSync(ROOT + file, "utf8"))
      .join("\n");
    expect(quotes.length).toBeGreaterThan(3);
    // A log line is text in quotes, and not a remark beside code.
    const written = (words: string) =>
      [`"${words}`, `\`${words}`, ` ${words}: `].some((line) => code.includes(line));
    expect(quotes.filter((words) => !written(words.replace(/^… /, "")))).toEqual([]);
  });

  it("names settings that there are", () => {
    const settings = quoted.flatMap((word) => word.match(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+/)?.[0] ?? []);
    expect(settings.length).toBeGreaterThan(10);
    expect(settings.filter((name) => !(name in configSchema.shape))).toEqual([]);
  });
});
