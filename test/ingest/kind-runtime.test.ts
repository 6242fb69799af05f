import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { catalog } from "../../devices/catalog.ts";
import type { Kind, Metric } from "../../devices/kind.ts";
import { checkEvent, checkReply } from "../../ingest/events.ts";
import { KindRuntime } from "../../ingest/kind-runtime.ts";
import { REASONS } from "../../ingest/reasons.ts";

const runtimeOf = (kind: Kind) => new KindRuntime(kind, tablesOf([kind])[0]!);
const receivedAt = Date.parse("2026-06-01T00:00:00Z");

/** Values around a metric's limits, and of every wrong type. */
function valuesOf(metric: Metric): fc.Arbitrary<unknown> {
  const { min = -1e9, max = 1e9 } = metric;
  const right =
    metric.type === "state"
      ? fc.constantFrom(...(metric.values ?? []))
      : metric.type === "text"
        ? fc.string({ maxLength: (metric.maxLength ?? 64) + 2 })
        : fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max, min - 1e-3, max + 1e-3));
  return fc.oneof(
    { weight: 8, arbitrary: right },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.constant(null), fc.boolean(), fc.string(), fc.double({ noNaN: true })),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>([], {}, "0", Number.POSITIVE_INFINITY) },
  );
}

describe.each(catalog.map((kind) => [kind.kind, kind] as const))(
  "the compiled check of %s",
  (_name, kind) => {
    it("accepts a reading exactly when the kind's zod schema does", () => {
      const runtime = runtimeOf(kind);
      const reading = fc.record(
        Object.fromEntries(Object.entries(kind.metrics).map(([key, metric]) => [key, valuesOf(metric)])),
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(reading, (given) => {
          const answer = runtime.check(given as Record<string, unknown>, receivedAt);
          const schemaAccepts = kind.telemetry.safeParse(given).success;
          if ("reason" in answer) {
            // What the schema cannot say: a reading without any metric, and texts that PostgreSQL cannot hold.
            if (answer.reason !== "empty" && answer.reason !== "bad_text") expect(schemaAccepts).toBe(false);
            return;
          }
          const aside = answer.aside.map(({ key, refusal }) => [key, refusal.reason] as const);
          const known = aside.filter(([, reason]) => reason !== "bad_text");
          expect(schemaAccepts).toBe(known.length === 0);
          // Each value that was sent is kept or set aside, once.
          const kept = answer.metrics.slice(0, answer.count).map(({ key }) => key);
          const sent = Object.entries(given).filter(([, value]) => value !== null);
          expect([...kept, ...aside.map(([key]) => key)].sort()).toEqual(sent.map(([key]) => key).sort());
        }),
        { numRuns: 500 },
      );
    });

    const examples = kind.examples
      .filter(({ channel }) => channel !== "commands")
      .map((example) => [example.about, example] as const);
    it.each(examples)("treats the example '%s' as written", (_about, example) => {
      const runtime = runtimeOf(kind);
      const items = Array.isArray(example.message) ? example.message : [example.message];
      const answers = items.map((item) =>
        example.channel === "events"
          ? checkEvent(runtime, item, receivedAt)
          : example.channel === "replies"
            ? checkReply(runtime, item, receivedAt)
            : { ...runtime.check(item, receivedAt) },
      );
      const aside = answers.flatMap((answer) =>
        "aside" in answer ? answer.aside.map(({ refusal }) => refusal.reason) : [],
      );
      const reasons = answers.map((answer) =>
        "reason" in answer
          ? answer.reason
          : "count" in answer && answer.count === 0
            ? answer.aside.map(({ refusal }) => refusal.reason).sort()[0]
            : undefined,
      );
      if ("rejects" in example) {
        expect(Object.keys(REASONS)).toContain(example.rejects);
        expect(reasons).toContain(example.rejects);
      } else {
        expect(reasons.filter((reason) => reason === undefined)).toHaveLength(example.accepts);
        expect(reasons.filter((reason) => reason !== undefined)).toEqual([]);
        expect([...new Set(aside)].sort()).toEqual(example.partial ?? []);
      }
    });
  },
);

describe("KindRuntime", () => {
  it("names a metric that the table has no column for", () => {
    const kind = catalog[0]!;
    const table = { ...tablesOf([kind])[0]!, columns: [] };
    expect(() => new KindRuntime(kind, table)).toThrow(/no column for quantity/);
  });
});
