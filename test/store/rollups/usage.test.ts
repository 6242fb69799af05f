import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../../app/kind-tables.ts";
import { gasMeter } from "../../../devices/kinds/gas-meter/kind.ts";
import { WALKED, walkSql } from "../../../store/rollups/usage-sql.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { type Exchange, stepsOf, sumOf } from "../../helpers/usage.ts";

/** Litres, as a gas meter's register has them. */
const RULES = { tolerance: 1, rollsOverAt: 100_000_000 };
const litres = (...cubicMetres: number[]) => cubicMetres.map((value) => Math.round(value * 1000));
const readingsOf = (values: readonly number[]) => values.map((value, at) => ({ at, value }));
const usageOf = (...values: number[]) => sumOf(stepsOf(readingsOf(litres(...values)), RULES)) / 1000;

/** Cases collected from real use, and their relatives, in cubic metres. */
const CASES: readonly (readonly [what: string, values: readonly number[], usage: number])[] = [
  ["meter exchanged at noon", [1000, 1012.5, 0, 4, 5], 17.5],
  ["register one litre back", [1000, 1006, 1005.999, 1006, 1012, 1013], 13],
  ["reset within the first day", [1000, 1003, 2, 5], 8],
  ["one zero", [1000, 1001, 0, 1002, 1003], 3],
  ["one zero at the end", [1000, 1001, 0], 1],
  ["one digit back", [1000, 1001, 991, 1002, 1003], 3],
  ["one digit too much", [1000, 1001, 9002, 1003, 1004], 4],
  ["a single reading far too high, and then the same again", [1000, 1001, 9001, 1001, 1001], 1],
  ["a zero in every other reading", [1000, 0, 1001, 0, 1002, 0, 1003], 3],
  ["a last digit that trembles for hours", [6, 5.999, 5.999, 6, 5.999, 6, 6, 5.999], 0],
  ["a last digit that trembles while gas flows", [6, 6.001, 6, 6.001, 6.002, 6.001, 6.003], 0.003],
  ["past the last number", [99_998, 99_999.5, 0.5, 1], 3],
  ["back over the last number by one reading", [99_999.9, 0.1, 99_999.9, 0.2, 0.3], 0.4],
  ["a reset in the middle of the register", [50_000, 50_001, 3, 4], 5],
  ["a fall in two steps, of which the second stays", [1000, 500, 2, 3], 3],
  ["a fall that the last reading has made", [1000, 1001, 2], 1],
  ["three litres back, and on from there", [54_321, 54_320.997, 54_320.998, 54_321.2, 54_322], 1],
  ["a saved register, half a cubic metre back", [54_321, 54_320.5, 54_320.6, 54_321.2, 54_322], 1],
  ["one zero after such a register", [54_321, 54_320.5, 54_320.6, 0, 54_320.8, 54_321.2], 0.2],
  ["one reading far too high after such a register", [54_321, 54_320.5, 60_000, 54_320.6, 54_321.2], 0.2],
  ["a rise from which the register runs back", [54_321, 54_325, 54_324, 54_324.5], 3.5],
  ["two zeros while it boots", [54_321, 0, 0, 54_321.2, 54_322], 1],
  ["two zeros near its last number", [99_500, 0, 0, 99_500.2, 99_999, 0.5, 1], 501],
  ["two zeros after a saved register", [54_321, 54_320.5, 54_320.6, 0, 0, 54_320.7, 54_321.5], 0.5],
  ["zeros that rise a little", [54_321, 0, 0.5, 0.7, 54_321.2, 54_321.9, 54_322], 1],
  ["zeros twice", [54_321, 0, 0, 0.5, 0.7, 0, 0, 54_321.2, 54_322], 1],
  ["two low readings", [54_321, 40_000, 40_000.2, 54_321.4, 54_322], 1],
  ["a last digit that trembles further", [100, 99.999, 99.998, 99.997, 99.999, 100], 0],
  ["one wrong reading before all others", [900, 500, 500.4, 501], 1],
  ["twenty-five zeros, and on", [54_321, ...Array<number>(25).fill(0), 54_821, 54_822], 501],
  ["zeros for three days", [54_321, ...Array<number>(72).fill(0), 54_321.2, 54_322], 1],
  [
    "a register that reports before it is loaded, which nobody can tell from a new one",
    [0, 54_321, 54_321.4, 54_322],
    54_322,
  ],
  ["a new meter that is first heard at 0", [0, 0, 0.5, 120], 120],
  ["a used meter without a record", [1000, 1001, 700, 701, 703], 1 + 3],
  ["what goes back by just a hundredth", [1000, 990, 990, 1000, 1001], 1],
  ["what goes back by more than a hundredth", [1000, 989.999, 989.999, 1001], 11.001],
  ["what goes back by just ten times the tolerance", [0.5, 0.49, 0.49, 0.5], 0],
  ["what is back 24 readings after a fall", [1000, ...Array<number>(24).fill(0.1), 1001, 1002], 2],
  ["what is there 25 readings after a fall", [1000, ...Array<number>(25).fill(0.1), 1001, 1002], 1002],
  [
    "a second fall, 25 readings after the first",
    [1000, ...Array<number>(25).fill(0.5), 0.1, 0.1, 1000.2],
    0.5 + 0.1 + 999.6,
  ],
  ["the first reading alone", [1000], 0],
  ["nothing", [], 0],
];

describe("the usage of a counter", () => {
  it.each(CASES)("%s", (_, values, usage) => {
    expect(usageOf(...values)).toBeCloseTo(usage, 6);
  });

  it("counts whatever a register falls to that begins anew by itself", () => {
    const steps = stepsOf(readingsOf([100, 130, 140, 120, 121, 100, 99, 140]), {
      tolerance: 0,
      restarts: true,
    });
    expect(steps).toEqual([0, 30, 10, 120, 1, 0, 0, 19]);
  });

  it("takes a recorded exchange at its word, also where the new register begins high", () => {
    const readings = readingsOf(litres(1000, 1012.5, 800, 801));
    const exchange = { at: 2, oldRegister: 1_012_900, newRegister: 799_500 };
    expect(stepsOf(readings, RULES, [exchange])).toEqual(litres(0, 12.5, 0.9, 1));
  });
});

/** Registers that mostly rise, with everything that goes wrong with them. */
const troubles = fc.array(
  fc.record({
    rise: fc.oneof({ weight: 4, arbitrary: fc.nat(30) }, fc.nat(5000)),
    fault: fc.oneof(
      { weight: 12, arbitrary: fc.constant("none" as const) },
      fc.constantFrom("zero", "low", "high", "tremble", "reset", "missing", "exchange"),
      // What stays, or is said twice and more.
      fc.constantFrom("back", "middle", "restored", "zeros", "nonsense", "unloaded"),
    ),
    far: fc.nat(4000),
    often: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 40 },
);
const registers = fc
  .tuple(fc.constantFrom<number[]>(99_999_000, 54_321_000, 2000, 0), troubles)
  .map(([first, moments]) => {
    let register = first;
    let wrongly: { value: number; often: number } | undefined;
    const exchanges: { at: number; oldRegister: number; newRegister: number }[] = [];
    const values = moments.map(({ rise, fault, far, often }, at) => {
      if (fault === "reset") register = far % 50;
      if (fault === "exchange") {
        exchanges.push({ at, oldRegister: register + (far % 7), newRegister: far });
        register = far;
      }
      if (fault === "back") register = Math.max(0, register - (far % 20));
      if (fault === "middle") register -= Math.floor((register * far) / 8000);
      if (fault === "restored") register -= Math.floor((register * far) / 400_000);
      register = (register + rise) % RULES.rollsOverAt;
      if (fault === "zeros") wrongly = { value: 0, often };
      if (fault === "nonsense") wrongly = { value: far * 7000, often };
      if (fault === "unloaded") [wrongly, register] = [{ value: 0, often: 1 }, register + far * 5000];
      if (wrongly) {
        const { value } = wrongly;
        // Some of them tremble or count on.
        wrongly = wrongly.often > 1 ? { value: value + (rise % 3), often: wrongly.often - 1 } : undefined;
        return value;
      }
      if (fault === "missing") return null;
      if (fault === "zero") return 0;
      if (fault === "low") return Math.max(0, register - far);
      if (fault === "high") return register + far;
      return fault === "tremble" ? Math.max(0, register - 1) : register;
    });
    return { values, exchanges };
  });

describe("usage_steps", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  type Values = readonly (number | null)[];

  /** What `usage_steps` is given for readings `from` to `to`, going on from the state behind the one before. */
  function partOf(values: Values, shifts: readonly number[], from: number, to: number, early = false) {
    // An exchange between two parts may be in the former or in the latter one.
    const upTo = (cut: number) => (early && cut < shifts.length ? shifts[cut]! : (shifts[cut - 1] ?? 0));
    const before = from === 0 ? 0 : upTo(from);
    const atEnd = upTo(to);
    const moved = [...shifts.slice(from, to), atEnd].map((shift) => shift - before);
    const behind = values.findIndex((value, i) => i >= to && value !== null);
    return {
      values: values.slice(from, to),
      shifts: moved.some((shift) => shift !== 0) ? moved : null,
      following: behind < 0 ? null : values[behind]! + shifts[behind]! - before,
    };
  }

  async function count(
    parts: readonly ReturnType<typeof partOf>[],
    restarts = false,
  ): Promise<(number | null)[][]> {
    const { rows } = await db.pool.query<{ result: (string | null)[] }>(
      `with recursive parts as (
         select n::int, (part ->> 'following')::bigint as following,
                array(select v::bigint from jsonb_array_elements_text(part -> 'values') with ordinality as e (v, o) order by o) as v,
                case when part -> 'shifts' <> 'null' then
                  array(select v::bigint from jsonb_array_elements_text(part -> 'shifts') with ordinality as e (v, o) order by o)
                end as s
         from jsonb_array_elements($1::jsonb) with ordinality as p (part, n)
       ), walk as (
         select 0 as n, array_fill(null::bigint, array[9]) as result
         union all
         select p.n, usage_steps(w.result[2], w.result[3], w.result[6:9], p.v, p.s, p.following, 1, 100000000, $2)
         from walk w join parts p on p.n = w.n + 1
       )
       select result from walk where n > 0 order by n`,
      [JSON.stringify(parts), restarts],
    );
    return rows.map(({ result }) => result.map((step) => (step === null ? null : Number(step))));
  }

  interface History {
    readonly values: Values;
    readonly exchanges: readonly Exchange[];
  }

  /** Compares the model with one walk, and with two that meet before the reading `cut`. */
  async function expectSteps({ values, exchanges }: History, cut: number, early: boolean, restarts: boolean) {
    const readings = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
    const steps = stepsOf(readings, { ...RULES, restarts }, exchanges);
    expect(Math.min(0, ...steps)).toBe(0);
    const expected: (number | null)[] = values.map(() => null);
    for (const [i, { at }] of readings.entries()) expected[at] = steps[i]!;
    const shifts = values.map((_, at) =>
      sumOf(exchanges.filter((e) => e.at <= at).map((e) => e.oldRegister - e.newRegister)),
    );
    const end = values.length;
    const middle = Math.min(cut, end);
    const [whole] = await count([partOf(values, shifts, 0, end)], restarts);
    expect(whole!.slice(9)).toEqual(expected);
    const [first, second] = await count(
      [partOf(values, shifts, 0, middle, early), partOf(values, shifts, middle, end, early)],
      restarts,
    );
    expect([...first!.slice(9), ...second!.slice(9)]).toEqual(expected);
    // The edge was judged by the reading behind it, so that nothing changes once that one comes.
    expect(second![0]).toBe(first![3]);
    expect([first![4], second![4]]).toEqual(
      [expected.slice(0, middle), expected.slice(middle)].map(sumOrNull),
    );
    expect(second!.slice(1, 4)).toEqual(whole!.slice(1, 4));
    expect(second!.slice(5, 9)).toEqual(whole!.slice(5, 9));
  }

  it("gives each reading the step of the model, in one walk and in two that meet anywhere", async () => {
    await fc.assert(fc.asyncProperty(registers, fc.nat(40), fc.boolean(), fc.boolean(), expectSteps), {
      numRuns: 150,
    });
  });

  it.each([
    ...CASES.map(([what, values]) => [what, values, undefined] as const),
    // What it shows since is its own, without what was before.
    ["begins anew behind an exchange", [1000, 1012.5, 800, 801, 3, 4], [2, 1012.9, 799.5]],
    [
      "begins anew, and is exchanged before a reading says so",
      [1000, 1012.5, 3, 0.5, 8, 2, 2.1],
      [3, 3.2, 0],
    ],
    [
      "runs back by more than a hundredth of what the new register shows",
      [1000, 2.5, 2.5, 2.4, 2.4, 2.5],
      [1, 1000, 2],
    ],
    ["begins anew below half of what the new register shows", [1000, 5, 5.1, 2, 2.1], [1, 1000, 0]],
    ["was exchanged, and is not heard until it shows much", [1000, 0, 5000, 5001], [1, 1000, 0]],
    ["says zeros, and is exchanged", [1000, 0, 0, 0.3, 0.4], [3, 1000.5, 0]],
  ] as const)("has the same steps wherever it is cut: %s", async (_, cubicMetres, exchanged) => {
    const [at = 0, old = 0, fresh = 0] = exchanged ?? [];
    const exchanges = exchanged ? [{ at, oldRegister: old * 1000, newRegister: fresh * 1000 }] : [];
    const values = litres(...cubicMetres);
    await expectSteps({ values, exchanges }, values.length >> 1, false, true);
    for (let cut = 0; cut <= values.length; cut++) {
      for (const early of exchanged ? [false, true] : [false]) {
        await expectSteps({ values, exchanges }, cut, early, false);
      }
    }
  });
});

/** The table of what readings come to, as it stands in the document for those who ask. */
describe("the table in docs/api.md", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  const rows = [
    ...readFileSync("docs/api.md", "utf8").matchAll(/^\| (.+?) \| ([\d., ]+) \| ([\d.]+) \|$/gm),
  ].map(([, what, readings, usage]) => ({ what: what!, readings: readings!.split(", ").map(Number), usage }));

  it("is there", () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows)("$what", async ({ readings, usage }) => {
    const { metrics } = gasMeter;
    const [table] = tablesOf([gasMeter]);
    const volume = table!.columns.find(({ name }) => name === "volume")!;
    const values = readings.map((value) => Math.round(value * 10 ** metrics.volume!.decimals!));
    const walk = walkSql(volume, {
      level: "null",
      edge: "null",
      past: "null",
      readings: "$1::bigint[]",
      shifts: "null",
      following: "null",
    });
    const { rows } = await db.pool.query<{ sum: string }>(`select (${walk})[${WALKED.sum}] as sum`, [values]);
    expect(Number(rows[0]!.sum) / 1000).toBe(Number(usage));
  });
});

const sumOrNull = (steps: readonly (number | null)[]) => {
  const known = steps.filter((step) => step !== null);
  return known.length === 0 ? null : sumOf(known);
};
