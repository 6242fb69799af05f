import { describe, expect, it } from "vitest";
import { createAuditBudget } from "../../../store/audit/budget.ts";

describe("the budget of audit rows", () => {
  it("gives a burst and then one row in so many milliseconds, which says how many went without", () => {
    const budget = createAuditBudget({ burst: 2, everyMs: 1000 });
    const taken = [0, 0, 0, 0, 999, 1000, 1000, 1999, 2000].map((now) => budget.take("a", now));
    expect(taken).toEqual([0, 0, undefined, undefined, undefined, 3, undefined, undefined, 2]);
    expect(budget.take("b", 2000)).toBe(0);
  });

  it("tells of those without a row once, and counts them as recorded", () => {
    const budget = createAuditBudget({ burst: 1, everyMs: 1000 });
    for (const key of ["a", "a", "b", "c", "c", "c"]) budget.take(key, 0);
    expect(budget.drain()).toEqual([
      { key: "a", left: 1 },
      { key: "c", left: 2 },
    ]);
    expect(budget.drain()).toEqual([]);
    expect(budget.take("c", 1000)).toBe(0);
  });

  it("forgets the keys that were quiet for the longest time, also of those that went without", () => {
    const budget = createAuditBudget({ burst: 1, everyMs: 1000, maxKeys: 2 });
    for (const key of ["a", "b", "c"]) for (let n = 0; n < 2; n++) budget.take(key, 0);
    expect(budget.drain().map(({ key }) => key)).toEqual(["b", "c"]);
  });
});
