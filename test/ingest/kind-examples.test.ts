import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import type { KindExample } from "../../devices/kind.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, rejectionsOf, startTestIngest } from "../helpers/ingest.ts";
import { well } from "../helpers/kinds/well.ts";

const kinds = [...catalog, well];
/** When they arrive: after all of them, whenever the test runs. */
const RECEIVED_AT = Date.parse("2026-06-01T00:00:00Z");

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  const log = createLogger("silent");
  await applyKindTables(db.pool, tablesOf([well]), { edition: db.edition, log });
});
afterAll(() => db.drop());

/** What must become of an example: counts of items, and why values or items are refused. */
function expectedOf(example: KindExample) {
  const items = Array.isArray(example.message) ? example.message.length : 1;
  return "rejects" in example
    ? { received: items, stored: 0, duplicate: 0, rejected: items, reasons: [example.rejects] }
    : { received: items, stored: items, duplicate: 0, rejected: 0, reasons: [...(example.partial ?? [])] };
}

describe("what devices send by the examples of their kind", () => {
  it.each(kinds.map((kind) => [kind.kind, kind] as const))("comes in as they say: %s", async (name, kind) => {
    const id = `sends-${name}`;
    await addDevice(db.pool, id, { kind: name });
    const { publish, ledger } = await startTestIngest(db.pool, { catalog: kinds, tables: tablesOf(kinds) });
    const examples = kind.examples.filter(({ channel }) => channel !== "commands");
    expect(examples.length).toBeGreaterThan(2);
    let before = await ledger(id);
    let refused = 0;
    for (const example of examples) {
      const { channel = "telemetry", message } = example;
      if (channel === "commands") continue;
      await publish(id, channel, message, { receivedAt: RECEIVED_AT });
      const after = await ledger(id);
      const refusals = (await rejectionsOf(db.pool, id)).slice(refused);
      refused += refusals.length;
      const { received, stored, duplicate, rejected } = after;
      expect(
        {
          received: received - before.received,
          stored: stored - before.stored,
          duplicate: duplicate - before.duplicate,
          rejected: rejected - before.rejected,
          reasons: refusals.map(({ reason }) => reason).sort(),
        },
        example.about,
      ).toEqual(expectedOf(example));
      before = after;
    }
  });
});
