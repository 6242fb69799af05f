import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mask } from "./imports.ts";
import { wherePatternsWait } from "./pattern-work.ts";
import { projectFiles, ROOT } from "./source-files.ts";

const split = (written: string) => {
  const end = written.lastIndexOf("/");
  return [written.slice(1, end), written.slice(end + 1)] as const;
};

/** What reads nothing but what we wrote ourselves, and tools. */
const OURS = /^(?:(?:console\/)?test|bench|scripts|seeds|simulators|docs)\//;

/** Patterns, by how they begin, that are found and yet need no mending, and why. */
const HARMLESS: readonly (readonly [begins: string, why: string])[] = [
  [String.raw`/(\d+)\.(\d+)\.(\d+)\.(\d+)$/`, "an address that was found to be one"],
  ["/=+$/", "the base64 of a hash of ours"],
  [String.raw`/\*+|^ *#{1,6} |`, "spaces at the beginning of a line begin nothing anew"],
  ["/-[A-Za-z0-9](-.*)?$/", "a language's tag without line breaks: it ends with the text"],
  [String.raw`/[\s\ufffd]+$/`, "a line of a few hundred characters"],
  [String.raw`/훈련\s*(?:상황|방송)?\s*입니다/u`, "a row of spaces is one by then"],
  [String.raw`/\b(?:drills?|exercises?|`, "begins where a word begins, and ends with it"],
  [String.raw`/(?<!\p{L})(?:exercices?|`, "begins where a word begins, and ends with it"],
  ["/^(?:[^。：]*延长至[^。]*。|", "a text for speaking, of some hundred characters"],
  [String.raw`/(^|;)\s*listen\b/i`, "SQL of our own"],
  [String.raw`/(^|;)\s*deallocate\s+`, "SQL of our own"],
  [String.raw`/(^|;)\s*discard\s+`, "SQL of our own"],
];

describe("regular expressions", () => {
  const found = projectFiles()
    .filter((file) => file.endsWith(".ts") && !OURS.test(file))
    .flatMap((file) =>
      mask(readFileSync(ROOT + file, "utf8")).patterns.map((pattern) => ({ file, pattern })),
    );

  it("are found", () => {
    expect(found.length).toBeGreaterThan(100);
  });

  it("do work that grows with the text and not with its square", () => {
    const slow = found.filter(({ pattern }) => wherePatternsWait(...split(pattern)) !== undefined);
    const isHarmless = (pattern: string) => HARMLESS.some(([begins]) => pattern.startsWith(begins));
    expect(slow.filter(({ pattern }) => !isHarmless(pattern))).toEqual([]);
    const stale = HARMLESS.filter(([begins]) => !slow.some(({ pattern }) => pattern.startsWith(begins)));
    expect(stale).toEqual([]);
  });
});

describe("the look at a pattern's work", () => {
  it.each([
    String.raw`/0+$/`,
    String.raw`/\s+$/g`,
    String.raw`/(\d+)\.(\d+)$/`,
    String.raw`/<script.*?>/`,
    String.raw`/^(a+)+$/`,
    String.raw`/^a*a*b/`,
    String.raw`/^\s*(?:x|\s)*y/`,
    String.raw`/^(?:a|ab|b)*c/`,
    String.raw`/x(?=\s*y)|\s+z/`,
    String.raw`/[.,;]*$/`,
  ])("finds %s", (pattern) => {
    expect(wherePatternsWait(...split(pattern))).toBeDefined();
  });

  it.each([
    String.raw`/^0+/`,
    String.raw`/^\s+|x$/`,
    String.raw`/\s+/g`,
    String.raw`/^\d{4}-\d\d$/`,
    String.raw`/0+/y`,
    String.raw`/^[a-z]+(?:-[a-z]+)*$/`,
    String.raw`/"#\/components\/([^"]+)"/`,
    String.raw`/[\s]/`,
    String.raw`/ (\d\d:\d\d)$/`,
  ])("lets %s pass", (pattern) => {
    expect(wherePatternsWait(...split(pattern))).toBeUndefined();
  });
});
