// Sums vitest's JSON reports into one line, `12 passed, 0 failed` (and `, 1 skipped` where there are any). Before it, the
// failures are named with the beginning of their errors, so that the end of a long log tells what was wrong.
// Plain JavaScript, because it also runs when `npm ci` has failed.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** Of one failure, so that many of them still fit on a screen. */
const MAX_LINES = 12;

let passed = 0;
let failed = 0;
let skipped = 0;

/** @param messages what went wrong, in vitest's words */
function tell(path, name, messages) {
  failed++;
  const text = messages.join("\n").split("\n").slice(0, MAX_LINES).join("\n  ");
  console.log(
    `FAILED ${relative(process.cwd(), path)}${name === undefined ? "" : ` > ${name}`}\n  ${text}\n`,
  );
}

for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    tell(path, undefined, [`The suite ended without a report: ${error.message}`]);
    continue;
  }
  passed += report.numPassedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    for (const test of tests) tell(file.name, test.fullName, test.failureMessages);
    // A file that could not even be loaded, or whose hooks failed, has no failed test in it.
    if (file.status === "failed" && tests.length === 0) tell(file.name, undefined, [file.message]);
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
