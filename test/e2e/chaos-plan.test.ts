import { describe, expect, it } from "vitest";
import { type Blow, planBlows } from "./chaos-plan.ts";

const OPTIONS = { seconds: 600, everySeconds: 20, processes: ["a", "b", "c"], nodes: ["1", "2", "3"] };
const plans = Array.from({ length: 50 }, (_, seed) => planBlows({ ...OPTIONS, seed }));
const isNode = ({ who }: Blow) => OPTIONS.nodes.includes(who);

/** Who is away or paused at a moment. */
const awayAt = (plan: readonly Blow[], second: number) =>
  new Set(
    plan
      .filter(({ at, backAfter }) => at <= second && (backAfter === undefined || at + backAfter > second))
      .map(({ who }) => who),
  );

describe("a plan of blows", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(planBlows({ ...OPTIONS, seed: 5 })).toEqual(plans[5]);
    expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(plans.length);
  });

  it("leaves one process and two nodes at every moment, and strikes nobody who is away", () => {
    const left = { processes: 3, nodes: 3 };
    const again: Blow[] = [];
    for (const plan of plans) {
      for (const [n, blow] of plan.entries()) {
        const away = awayAt(plan, blow.at);
        const count = (names: readonly string[]) => names.filter((name) => !away.has(name)).length;
        left.processes = Math.min(left.processes, count(OPTIONS.processes));
        left.nodes = Math.min(left.nodes, count(OPTIONS.nodes));
        if (awayAt(plan.slice(0, n), blow.at).has(blow.who)) again.push(blow);
      }
    }
    expect(left).toEqual({ processes: 1, nodes: 2 });
    expect(again).toEqual([]);
  });

  it("kills and pauses both processes and nodes, and lets one process stay away for good", () => {
    const all = plans.flat();
    for (const what of ["kill", "pause"] as const)
      for (const node of [true, false])
        expect(all.some((blow) => blow.what === what && isNode(blow) === node)).toBe(true);
    const forGood = plans.map((plan) => plan.filter(({ backAfter }) => backAfter === undefined));
    expect(forGood.every(({ length }) => length <= 1)).toBe(true);
    expect(forGood.filter(({ length }) => length === 1).length).toBeGreaterThan(40);
    expect(forGood.flat().every((blow) => !isNode(blow))).toBe(true);
    expect(all.some(({ backAfter = 0 }) => backAfter > 2 * OPTIONS.everySeconds)).toBe(true);
  });
});
