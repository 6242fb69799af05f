import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { insertRejections } from "../../../store/ledger/write-rejections.ts";
import { migrate, readMigrations } from "../../../store/schema/migrate.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { emptyRejection } from "../../helpers/ingest.ts";

/** The last one of before rejections kept their door. */
const BEFORE = 38;

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
});
afterAll(() => db.drop());

it("what was on record before rejections kept their door came over MQTT, and what is added of that day has its own", async () => {
  const silent = createLogger("silent");
  const migrations = await readMigrations();
  await migrate(
    db.pool,
    silent,
    migrations.filter(({ version }) => version <= BEFORE),
  );
  const days = [Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 9)];
  await db.pool.query(
    `insert into rejected_messages (received_at, publisher, topic, reason, detail, payload, payload_bytes)
     select at, 'old', 't', 'not_json', 'd', '', 0 from unnest($1::timestamptz[]) at`,
    [days.map((at) => new Date(at).toISOString())],
  );
  if (db.edition === "community") {
    // An operator's own doing: we compress none of these.
    await db.pool.query("alter table rejected_messages set (timescaledb.compress)");
    await db.pool.query(
      "select compress_chunk(c) from show_chunks('rejected_messages', older_than => '2026-03-05'::timestamptz) c",
    );
  }
  await migrate(db.pool, silent, migrations);
  const late = days.map((receivedAt) => ({ ...emptyRejection("new"), receivedAt, door: "mqtt-source" }));
  await insertRejections(db.pool, late);
  const { rows } = await db.pool.query(
    "select publisher, door, count(*)::int as n from rejected_messages group by 1, 2 order by 1",
  );
  expect(rows).toEqual([
    { publisher: "new", door: "mqtt-source", n: 2 },
    { publisher: "old", door: "mqtt", n: 2 },
  ]);
});
