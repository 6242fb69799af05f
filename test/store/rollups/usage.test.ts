import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { stepsOf, sumOf } from "../../helpers/usage.ts";

/** Litres, as a gas meter's register has them. */
const RULES = { tolerance: 1, rollsOverAt: 100_000_000 };
const litres = (...cubicMetres: number[]) => cubicMetres.map((value) => Math.round(value * 1000));
const readingsOf = (values: readonly number[]) => values.map((value, at) => ({ at, value }));
const usageOf = (...values: number[]) => sumOf(stepsOf(readingsOf(litres(...values)), RULES)) / 1000;

describe("the usage of a counter", () => {
  // Cases collected from real use, and their relatives.
  it.each([
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
    ["the first reading alone", [1000], 0],
    ["nothing", [], 0],
  ])("%s", (_, values, expected) => {
    expect(usageOf(...values)).toBe(expected);
  });

  it("takes a recorded exchange at its word, also where the new register begins high", () => {
    const readings = readingsOf(litres(1000, 1012.5, 800, 801));
    const exchange = { at: 2, oldRegister: 1_012_900, newRegister: 799_500 };
    expect(stepsOf(readings, RULES, [exchange])).toEqual(litres(0, 12.5, 0.9, 1));
  });
});

/** Registers that mostly rise, with everything that goes wrong with them. */
const registers = fc
  .array(
    fc.record({
      rise: fc.oneof({ weight: 4, arbitrary: fc.nat(30) }, fc.nat(5000)),
      fault: fc.oneof(
        { weight: 12, arbitrary: fc.constant("none" as const) },
        fc.constantFrom("zero", "low", "high", "tremble", "reset", "missing", "exchange"),
      ),
      far: fc.nat(4000),
    }),
    { maxLength: 40 },
  )
  .map((moments) => {
    let register = 99_999_000;
    const exchanges: { at: number; oldRegister: number; newRegister: number }[] = [];
    const values = moments.map(({ rise, fault, far }, at) => {
      if (fault === "reset") register = far % 50;
      if (fault === "exchange") {
        exchanges.push({ at, oldRegister: register + (far % 7), newRegister: far });
        register = far;
      }
      register = (register + rise) % RULES.rollsOverAt;
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
  function partOf(values: Values, shifts: readonly number[], from: number, to: number) {
    const before = from === 0 ? 0 : shifts[from - 1]!;
    // An exchange behind the last reading belongs to the next one.
    const atEnd = to === 0 ? 0 : shifts[to - 1]!;
    const behind = values.findIndex((value, i) => i >= to && value !== null);
    return {
      values: values.slice(from, to),
      shifts: [...shifts.slice(from, to), atEnd].map((shift) => shift - before),
      following: behind < 0 ? null : values[behind]! + shifts[behind]! - before,
    };
  }

  async function count(parts: readonly ReturnType<typeof partOf>[]): Promise<(number | null)[][]> {
    const { rows } = await db.pool.query<{ result: (string | null)[] }>(
      `with recursive parts as (
         select n::int, (part ->> 'following')::bigint as following,
                array(select v::bigint from jsonb_array_elements_text(part -> 'values') with ordinality as e (v, o) order by o) as v,
                array(select v::bigint from jsonb_array_elements_text(part -> 'shifts') with ordinality as e (v, o) order by o) as s
         from jsonb_array_elements($1::jsonb) with ordinality as p (part, n)
       ), walk as (
         select 0 as n, array[null, null, null]::bigint[] as result
         union all
         select p.n, usage_steps(w.result[2], w.result[3], p.v, p.s, p.following, 1, 100000000)
         from walk w join parts p on p.n = w.n + 1
       )
       select result from walk where n > 0 order by n`,
      [JSON.stringify(parts)],
    );
    return rows.map(({ result }) => result.map((step) => (step === null ? null : Number(step))));
  }

  it("gives each reading the step of the model, in one walk and in two that meet anywhere", async () => {
    await fc.assert(
      fc.asyncProperty(registers, fc.nat(40), async ({ values, exchanges }, cut) => {
        const readings = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
        const steps = stepsOf(readings, RULES, exchanges);
        expect(Math.min(0, ...steps)).toBe(0);
        const expected: (number | null)[] = values.map(() => null);
        for (const [i, { at }] of readings.entries()) expected[at] = steps[i]!;
        const shifts = values.map((_, at) =>
          sumOf(exchanges.filter((e) => e.at <= at).map((e) => e.oldRegister - e.newRegister)),
        );
        const end = values.length;
        const middle = Math.min(cut, end);
        const [whole] = await count([partOf(values, shifts, 0, end)]);
        expect(whole!.slice(5)).toEqual(expected);
        const [first, second] = await count([
          partOf(values, shifts, 0, middle),
          partOf(values, shifts, middle, end),
        ]);
        expect([...first!.slice(5), ...second!.slice(5)]).toEqual(expected);
        // The edge was judged by the reading behind it, so that nothing changes once that one comes.
        expect(second![0]).toBe(first![3]);
        expect([first![4], second![4]]).toEqual(
          [expected.slice(0, middle), expected.slice(middle)].map(sumOrNull),
        );
        expect(second!.slice(1, 4)).toEqual(whole!.slice(1, 4));
      }),
      {
        numRuns: 150,
        // A register that begins anew behind an exchange shows what it counted since, by itself.
        examples: [
          [
            {
              values: litres(1000, 1012.5, 800, 801, 3, 4),
              exchanges: [{ at: 2, oldRegister: 1_012_900, newRegister: 799_500 }],
            },
            3,
          ],
        ],
      },
    );
  });
});

const sumOrNull = (steps: readonly (number | null)[]) => {
  const known = steps.filter((step) => step !== null);
  return known.length === 0 ? null : sumOf(known);
};
