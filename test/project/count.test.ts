import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "./source-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sbi-count-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

const report = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const count = (...paths: string[]) =>
  execFileSync(process.execPath, ["scripts/ci/count.mjs", ...paths], { cwd: ROOT, encoding: "utf8" })
    .trim()
    .split("\n");

describe("the last lines of a run", () => {
  it("count what passed, failed and was skipped, and name each failure with the beginning of its error", () => {
    const lines = count(
      report(
        "one.json",
        JSON.stringify({
          numPassedTests: 3,
          numPendingTests: 1,
          numTodoTests: 1,
          testResults: [
            { name: `${ROOT}test/a.test.ts`, status: "passed", assertionResults: [{ status: "passed" }] },
            {
              name: `${ROOT}test/b.test.ts`,
              status: "failed",
              assertionResults: [
                { status: "passed", fullName: "a well" },
                {
                  status: "failed",
                  fullName: "a pump gives water",
                  failureMessages: [`Error: dry\n${"at x\n".repeat(50)}`],
                },
              ],
            },
          ],
        }),
      ),
    );
    expect(lines).toContain("FAILED test/b.test.ts > a pump gives water");
    expect(lines).toContain("  Error: dry");
    expect(lines.length).toBeLessThan(20);
    expect(lines.at(-1)).toBe("3 passed, 1 failed, 2 skipped");
  });

  it("count a file that could not be loaded, and a suite that left no report, as failed", () => {
    const broken = JSON.stringify({
      numPassedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [
        { name: `${ROOT}test/c.test.ts`, status: "failed", message: "no such module", assertionResults: [] },
      ],
    });
    const lines = count(report("two.json", broken), join(folder, "none.json"));
    expect(lines).toContain("FAILED test/c.test.ts");
    expect(lines).toContain("  no such module");
    expect(lines.some((line) => line.endsWith("none.json"))).toBe(true);
    expect(lines.at(-1)).toBe("0 passed, 2 failed");
  });
});
