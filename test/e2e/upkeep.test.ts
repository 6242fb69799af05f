import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { startUpkeep, type UpkeepOptions } from "../../app/upkeep.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");
const tables = tablesOf(catalog).filter(({ kind }) => kind === "gas-meter");

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const options = (registry: Registry): UpkeepOptions => ({
  url: db.url,
  embedded: false,
  edition: db.edition,
  tables,
  log,
  registry,
  apiPool: db.pool,
});

describe("upkeep", () => {
  it("keeps days and shows in the metrics how far it is", async () => {
    await applyKindTables(db.pool, tables, { edition: db.edition, log });
    await db.pool.query(
      "insert into readings_gas_meter (device_no, observed_at, received_at, flow) values (1, now() - interval '2 days', now(), 1)",
    );
    const registry = new Registry();
    const upkeep = startUpkeep(options(registry));
    await expect
      .poll(async () => (await db.pool.query("select from readings_gas_meter_1d_kept")).rowCount, {
        timeout: 20_000,
      })
      .toBe(1);
    await expect
      .poll(
        async () =>
          Number(/sbi_rollup_lag_seconds\{kind="gas-meter"\} (\d+)/.exec(await registry.metrics())?.[1]),
        {
          timeout: 20_000,
        },
      )
      .toBeLessThan(4 * 3600 + 60);
    expect(await registry.metrics()).toContain('sbi_rollup_changes_waiting{kind="gas-meter"} 0');
    await upkeep.stop();
  });
});
