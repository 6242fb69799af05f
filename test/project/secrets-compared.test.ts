import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { projectFiles, ROOT } from "./source-files.ts";

/** The last part of a name that stands for a secret, or for a hash or code that vouches for something. */
const SECRET =
  /(token|secret|password|passwd|credentials?|apiKey|adminKey|csrf|cookie|hmac|mac|tokenHash|keyHash|passwordHash|totp|otp|nonce|verifier)$/i;
/** Whether there is one at all, and of which type, tells nothing about it; what stands in the source is no secret. */
const HARMLESS = /^(undefined|null|true|false|typeof|["'`].*|-?\d+)$/;
const COMPARED = /([\w$.!?[\]]+)\s*[!=]==?\s*([\w$.!?[\]"'`-]+)/g;
const CALLED = /\b(?:\w+)\.(?:equals|localeCompare|startsWith|endsWith|includes)\(/;

const nameOf = (side: string) =>
  side
    .replace(/[!?\]]+$/, "")
    .split(/[.[]/)
    .at(-1) ?? "";

/** Every comparison in a source that stops at the first difference, and so tells by its time how far it came. */
function unsafeComparisons(source: string): string[] {
  const found: string[] = [];
  for (const line of source.split("\n")) {
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) continue;
    for (const [text, left = "", right = ""] of line.matchAll(COMPARED)) {
      if (
        HARMLESS.test(left) ||
        HARMLESS.test(right) ||
        /typeof\s+[\w.]*$/.test(line.slice(0, line.indexOf(text)))
      )
        continue;
      if (SECRET.test(nameOf(left)) || SECRET.test(nameOf(right))) found.push(line.trim());
    }
    const called = CALLED.exec(line);
    if (called && SECRET.test(called[0].split(".")[0]!)) found.push(line.trim());
  }
  return [...new Set(found)];
}

describe("secrets", () => {
  const sources = projectFiles().filter(
    (file) => file.endsWith(".ts") && !/^(test|bench|simulators|scripts)\//.test(file),
  );

  it.each(sources)("are compared in constant time in %s", (file) => {
    expect(unsafeComparisons(readFileSync(ROOT + file, "utf8"))).toEqual([]);
  });

  it.each([
    "if (token === given) return true;",
    "return request.headers.password !== known;",
    "const same = row.tokenHash == hash;",
    "if (a !== session.csrf) throw error;",
    "if (tokenHash.equals(hash)) return;",
    "if (keys[0].secret === x) return;",
  ])("would be found here: %s", (line) => {
    expect(unsafeComparisons(line)).toEqual([line]);
  });

  it.each([
    "if (token === undefined) return;",
    'if (typeof token === "string") return;',
    "if (tokens === 3) return;",
    "// token === given",
    "if (password.length === n) return;",
    "if (password === null || code === 1) return;",
  ])("would not be suspected here: %s", (line) => {
    expect(unsafeComparisons(line)).toEqual([]);
  });
});
