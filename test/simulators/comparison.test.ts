import { describe, expect, it } from "vitest";
import { compare, describeComparison } from "../../simulators/comparison.ts";
import { createTally } from "../../simulators/tally.ts";
import { ledger } from "./platform-double.ts";

const tallyOf = (published: number, acknowledged: number, resent = 0) => {
  const tally = createTally();
  tally.add("published", [{ deviceId: "a", count: published }]);
  tally.add("acknowledged", [{ deviceId: "a", count: acknowledged }]);
  tally.add("resent", [{ deviceId: "a", count: resent }]);
  return tally;
};
const ledgers = (a: ReturnType<typeof ledger>) => new Map([["a", a]]);

describe("the comparison of ledgers", () => {
  it("matches when the platform received exactly what it acknowledged, whatever it had before", () => {
    const before = ledgers(ledger(1000, { duplicate: 5 }));
    const after = ledgers(ledger(1050, { duplicate: 12, rejected: 1 }));
    const comparison = compare(tallyOf(50, 50), before, after);
    expect(comparison).toMatchObject({ matches: true, difference: 0 });
    expect(comparison.theirs).toEqual({ received: 50, stored: 42, duplicate: 7, rejected: 1, pending: 0 });
    expect(describeComparison(comparison)).toMatchInlineSnapshot(`
      "Final ledger, in readings and events of this run:
        published by the devices                        50
        acknowledged by the platform                    50
        sent again after a reconnect                     0
        received, says the platform                     50
          stored                                        42
          duplicate                                      7
          rejected                                       1
          pending                                        0
        difference (received - acknowledged)             0
      The ledgers match."
    `);
  });

  it("does not match when something acknowledged is missing, and names the device", () => {
    const comparison = compare(tallyOf(50, 50), ledgers(ledger(0)), ledgers(ledger(47)));
    expect(comparison).toMatchObject({ matches: false, difference: -3 });
    expect(describeComparison(comparison)).toContain("a: acknowledged 50, sent again 0, received 47: LOST 3");
  });

  it("explains a surplus by what was sent again or never acknowledged", () => {
    const comparison = compare(tallyOf(52, 50, 4), ledgers(ledger(0)), ledgers(ledger(56)));
    expect(comparison).toMatchObject({ matches: true, difference: 6 });
    expect(describeComparison(comparison)).toContain("4 sent again and 2 never acknowledged");
  });

  it("does not match when there is more than repetition explains", () => {
    const comparison = compare(tallyOf(52, 50, 4), ledgers(ledger(0)), ledgers(ledger(57)));
    expect(comparison.matches).toBe(false);
    expect(describeComparison(comparison)).toContain("unexplained 7");
  });

  it("lets one device's surplus not hide another's loss", () => {
    const tally = createTally();
    const shares = [
      { deviceId: "a", count: 10 },
      { deviceId: "b", count: 10 },
    ];
    tally.add("published", shares);
    tally.add("acknowledged", shares);
    tally.add("resent", [{ deviceId: "a", count: 2 }]);
    const before = new Map([
      ["a", ledger(0)],
      ["b", ledger(0)],
    ]);
    const after = new Map([
      ["a", ledger(12)],
      ["b", ledger(8)],
    ]);
    const comparison = compare(tally, before, after);
    expect(comparison).toMatchObject({ matches: false, difference: 0 });
    expect(comparison.unexplained.map(({ deviceId }) => deviceId)).toEqual(["b"]);
  });

  it("does not match when the platform's own sum is wrong", () => {
    const wrong = { ...ledger(10), stored: 9 };
    const comparison = compare(tallyOf(10, 10), ledgers(ledger(0)), ledgers(wrong));
    expect(comparison.matches).toBe(false);
    expect(describeComparison(comparison)).toContain("does not add up");
  });
});
