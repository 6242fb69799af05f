import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type MeasuredFile, type MeasuredFunction, measure } from "./complexity.ts";
import { projectFiles, ROOT } from "./source-files.ts";

/**
 * How much one may have to hold in mind at once. The limits stand where the worst few of this project stood when they
 * were measured; past one, ask which part could have a name of its own. How long a file is says nothing: what belongs
 * together may lie together.
 */
const LIMITS = {
  code: { complexity: 25, depth: 4, lines: 180, ownLines: 120, imports: 11, exports: 24 },
  // A test that compares with a plain model has the model's branches, and a story its whole course.
  test: { complexity: 35, depth: 4, lines: 140, ownLines: 100, imports: 12, exports: 24 },
} as const;

type Figure = keyof (typeof LIMITS)["code"];

/** Files and functions beyond a limit, each with the reason why it is one piece. */
const ONE_PIECE = new Map<string, string>([
  ["complexity of walk in broadcast/cap/walk.ts", "a scanner: what each mark of XML means where it stands"],
  ["complexity of Reader › read in base/exact-json.ts", "a parser: what each sign of JSON begins"],
  [
    "complexity of stringifyExact in base/exact-json.ts",
    "a printer: the parser's counterpart, without a call a value",
  ],
  [
    "complexity of KindRuntime › check in ingest/kind-runtime.ts",
    "the hot path: each value is looked at once",
  ],
  [
    "complexity of simulateSpeaker in devices/kinds/speaker/simulate.ts",
    "one device's values, of which each depends on those before it",
  ],
  [
    "lines of createBroker in broker/broker.ts",
    "aedes asks for its handlers in one place, and they share what they know",
  ],
  ["lines of devicesRoutes in api/devices/routes.ts", "a list of routes, each with its schema"],
  ["ownLines of devicesRoutes in api/devices/routes.ts", "a list of routes, each with its schema"],
  ["ownLines of readRoutes in api/broadcasts/read.ts", "a list of routes, each with its schema"],
  [
    "lines of createTerminal in simulators/speaker/terminal.ts",
    "a terminal's rules, which are about one state",
  ],
  ["imports of api/app.ts", "every resource is put together here"],
  ["imports of api/contract.ts", "the answers of every resource are named here"],
  ["exports of devices/kind.ts", "the words in which a kind is written down"],
  ["exports of broadcast/message/message.ts", "the words in which a message is written down"],
  ["exports of api/contract.ts", "the answers of every resource are named here"],
  ["complexity of expectSumsToBeRight in test/api/owners-sums.test.ts", "every way to ask the same question"],
  [
    'complexity of describe("what follows a broadcast") › it("can be aired, in good English and Chinese, of each event, l) in test/broadcast/drafting/follow-up-texts.test.ts',
    "every event, level, mode and follow-up",
  ],
  ["complexity of tell in test/store/rollups/sums.test.ts", "one random story, told step by step"],
  ["depth of wherePatternsWait › waits in test/project/pattern-work.ts", "a product of three automata"],
  [
    'depth of describe("what follows a broadcast") › it("can be aired, in good English and Chinese, of each event, l) in test/broadcast/drafting/follow-up-texts.test.ts',
    "every event, level, mode and follow-up",
  ],
  ["depth of expectSumsToBeRight in test/api/owners-sums.test.ts", "every way to ask the same question"],
  ["depth of undoModelRepair in test/e2e/kept-repairs.ts", "the plain model of a repair that is taken back"],
  ["lines of rowsOf in test/api/matrix/rows.ts", "a table"],
  ["ownLines of rowsOf in test/api/matrix/rows.ts", "a table"],
  ["lines of accessRows in test/api/matrix/access-rows.ts", "a table"],
  ["ownLines of accessRows in test/api/matrix/access-rows.ts", "a table"],
  ["ownLines of broadcastRows in test/api/matrix/broadcast-rows.ts", "a table"],
  ["lines of testsOf in test/devices/kind-suite.ts", "the tests that each kind gets"],
  [
    "imports of test/project/broadcast-docs.test.ts",
    "it compares every figure of the documents with the code",
  ],
]);

interface Excess {
  readonly place: string;
  readonly figure: number;
  readonly limit: number;
}

const limitsOf = (file: string) => (/^(console\/)?test\//.test(file) ? LIMITS.test : LIMITS.code);

/** Each figure of a file that is beyond its limit. */
function excessesOf(file: string, { functions, imports, exports }: MeasuredFile): Excess[] {
  const limits = limitsOf(file);
  const beyond = (figure: Figure, value: number, of: string): Excess[] =>
    value > limits[figure] ? [{ place: `${figure} of ${of}`, figure: value, limit: limits[figure] }] : [];
  const ofFunction = (one: MeasuredFunction) =>
    (["complexity", "depth", "lines", "ownLines"] as const).flatMap((figure) =>
      beyond(figure, one[figure], `${one.name} in ${file}`),
    );
  return [
    ...functions.filter(({ holdsTests }) => !holdsTests).flatMap(ofFunction),
    ...beyond("imports", imports.length, file),
    // A door hands on what is in its folder.
    ...(file.endsWith("/index.ts") ? [] : beyond("exports", exports, file)),
  ];
}

describe("what one has to hold in mind", () => {
  const excesses = projectFiles()
    .filter((file) => /\.(ts|mjs)$/.test(file))
    .flatMap((file) => excessesOf(file, measure(file, readFileSync(ROOT + file, "utf8"))));

  it("is within the limits in each function and file, but for a named few", () => {
    expect(excesses.filter(({ place }) => !ONE_PIECE.has(place))).toEqual([]);
  });

  it("is on the list of one piece only while it is beyond a limit", () => {
    const found = new Set(excesses.map(({ place }) => place));
    expect([...ONE_PIECE.keys()].filter((place) => !found.has(place))).toEqual([]);
  });
});

describe("the measure", () => {
  const of = (source: string) => measure("api/devices/a.ts", source);
  const only = (source: string) => {
    const [first] = of(source).functions;
    return { complexity: first!.complexity, depth: first!.depth };
  };

  it.each([
    ["a straight way", "function f(a) { g(a); return a; }", 0, 0],
    ["a branch", "function f(a) { if (a) return 1; return 2; }", 1, 1],
    ["its other side", "function f(a) { if (a) g(); else h(); }", 2, 1],
    ["one of several", "function f(a) { if (a) g(); else if (b) h(); else i(); }", 3, 1],
    ["a branch in a loop", "function f(a) { for (const b of a) if (b) g(); }", 3, 2],
    ["a third one in it", "function f(a) { for (const b of a) while (b) if (c) g(); }", 6, 3],
    ["conditions of one sort", "function f(a) { return a && b && c; }", 1, 0],
    ["conditions of two sorts", "function f(a) { return (a && b) || c; }", 2, 0],
    ["a choice in a choice", "function f(a) { return a ? 1 : b ? 2 : 3; }", 3, 2],
    ["what may fail", "function f(a) { try { g(); } catch { h(); } finally { i(); } }", 1, 1],
    [
      "cases, however many",
      "function f(a) { switch (a) { case 1: case 2: return 1; default: return 2; } }",
      1,
      1,
    ],
    [
      "a function inside, which counts for itself",
      "function f(a) { return a.map((b) => (b ? 1 : 2)); }",
      0,
      0,
    ],
  ])("of %s", (_what, source, complexity, depth) => {
    expect(only(source)).toEqual({ complexity, depth });
  });

  it("names functions, and counts their lines with and without those inside", () => {
    const source = `class A {
  run() {
    this.all.map((one) => {
      one();
      two();
    });
  }
}
export const f = async () => 1;
describe.each([1])("a thing", () => {
  it("holds", () => {});
});`;
    expect(
      of(source).functions.map(({ name, line, lines, ownLines }) => [name, line, lines, ownLines]),
    ).toEqual([
      ["A › run", 2, 6, 4],
      ["A › run › this.all.map()", 3, 4, 4],
      ["f", 9, 1, 1],
      ['describe.each([1])("a thing")', 10, 3, 3],
      ['describe.each([1])("a thing") › it("holds")', 11, 1, 1],
    ]);
    expect(of(source).functions.map(({ holdsTests }) => holdsTests)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it("counts folders that a file imports from, types and what it hands on included, and what it exports", () => {
    const source = `import { a } from "./b.ts";
import { c } from "../sessions/c.ts";
import type { D } from "../sessions/d.ts";
export { e } from "../../store/devices/index.ts";
import { z } from "zod";
export type F = string;
export const g = 1,
  h = 2;
export default class I {}
export function j() {}`;
    expect(of(source)).toMatchObject({ imports: ["api/sessions", "store/devices"], exports: 6 });
  });
});
