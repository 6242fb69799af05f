import fc from "fast-check";
import type { AuditEntry } from "../../../store/audit/audit.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });

/** Deeds of every shape, with texts and numbers that a careless encoding would lose. */
export const entries: fc.Arbitrary<AuditEntry> = fc.record(
  {
    actor: fc.record({
      type: fc.constantFrom("person", "application", "device", "machine", "platform"),
      id: orNull(text),
      name: orNull(text),
      tenantId: orNull(text),
      address: orNull(text),
      requestId: orNull(text),
      callerRequestId: orNull(text),
    }),
    action: fc.constantFrom("device.create", "device.update", "alarm.acknowledge"),
    object: fc.record({ type: fc.constantFrom("device", "alarm"), id: orNull(text) }),
    reason: text,
    before: fc.jsonValue({ stringUnit: "binary" }),
    after: fc.dictionary(
      text,
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.bigInt(),
        fc.string({ unit: "binary" }),
        fc.constantFrom(1e21, 1.1e-7, -0, 5e-324, 1.7976931348623157e308, "\0", "\ud800", "é", "e\u0301"),
        fc.date({ noInvalidDate: true }),
      ),
    ),
  },
  { requiredKeys: ["actor", "action", "object"] },
);

/** The same ones at every run, so that a failure can be looked at again. */
export const someEntries = (count: number): AuditEntry[] => fc.sample(entries, { numRuns: count, seed: 11 });
