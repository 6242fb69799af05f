import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importAlert } from "../../../broadcast/cap/import.ts";
import { parseAlert } from "../../../broadcast/cap/parse.ts";
import { verifySignatures } from "../../../broadcast/cap/signature.ts";
import { FIXTURES, readFixture } from "./alerts.ts";

const fixtures = FIXTURES.map(readFixture);

/** A stretch of bytes that is overwritten, taken out, or repeated. */
const mutation = fc.record({
  kind: fc.constantFrom("overwrite", "remove", "repeat", "truncate"),
  at: fc.nat({ max: 10_000 }),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutate(bytes: Buffer, { kind, at, bytes: by }: Mutation): Buffer {
  const start = at % bytes.length;
  const end = Math.min(bytes.length, start + by.length);
  if (kind === "truncate") return bytes.subarray(0, start);
  if (kind === "remove") return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  if (kind === "repeat") return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)]);
}

describe("an alert that was damaged on its way", () => {
  it("gives faults with their places, or an alert that can be judged, and throws nothing", () => {
    let valid = 0;
    let broken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (bytes, list) => {
          const result = parseAlert(list.reduce(mutate, bytes));
          if (result.ok) {
            valid += 1;
            const imported = importAlert(result.alert, { now: new Date("2026-06-01T00:00:00Z") });
            expect(["broadcast", "cancel", "acknowledged", "refused"]).toContain(imported.disposition);
          } else {
            broken += 1;
            expect(result.faults.length).toBeGreaterThan(0);
            for (const fault of result.faults) {
              expect(fault.rule).toMatch(/^[a-z_]+$/);
              expect(fault.message.length).toBeLessThan(600);
              expect(fault.line).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
    // Both happen, so neither branch above is idle.
    expect(valid).toBeGreaterThan(20);
    expect(broken).toBeGreaterThan(200);
  });

  it("does not make the check of its signatures throw or pass", () => {
    const signed = readFixture("ca-naad.xml");
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 3 }), (list) => {
        expect(verifySignatures(list.reduce(mutate, signed), []).state).not.toBe("verified");
      }),
      { numRuns: 150 },
    );
  });

  it("may be any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(parseAlert(bytes).ok).toBe(false);
      }),
    );
  });
});
