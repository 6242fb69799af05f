import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { migrate } from "../../store/schema/migrate.ts";
import { emptyTestDatabase } from "../helpers/db.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** As the platform made them before metrics had decimals. */
const FLOATS = tablesOf(catalog).map((table) => ({
  ...table,
  columns: table.columns.map(({ name, type }) => ({ name, type })),
}));

let app: TestPlatform;
beforeAll(async () => {
  const db = await emptyTestDatabase();
  const log = createLogger("silent");
  await migrate(db.pool, log);
  await applyKindTables(db.pool, FLOATS, { edition: db.edition, log });
  app = await startTestPlatform({}, db);
});
afterAll(() => app.stop());

describe("a database whose tables keep metrics as floats", () => {
  it("goes on with them: readings, series and CSV are as before, and digits beyond the kind's are kept", async () => {
    const { token } = await app.register("old-meter");
    const client = await connectDevice(app.platform.mqttPort, "old-meter", token);
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
    const sent = [
      { observedAt: hour, volume: 100.0005, temperature: 21.4, valve: "open" },
      { observedAt: hour + 60_000, volume: 101.25, temperature: 21.45 },
    ];
    await client.publishAsync("v1/devices/old-meter/telemetry", JSON.stringify(sent), { qos: 1 });

    const { rows } = await app.db.pool.query("select volume, temperature from readings_gas_meter order by 1");
    expect(rows).toEqual([
      { volume: 100.0005, temperature: 21.4 },
      { volume: 101.25, temperature: 21.45 },
    ]);
    const [from, to] = [hour, hour + 3_600_000].map((at) => new Date(at).toISOString());
    const { items } = await app.api<{ items: { metrics: object }[] }>(
      `/v1/devices/old-meter/readings?from=${from}&to=${to}&order=asc&metrics=volume,temperature`,
    );
    expect(items.map(({ metrics }) => metrics)).toEqual([
      { volume: 100.0005, temperature: 21.4 },
      { volume: 101.25, temperature: 21.45 },
    ]);
    for (const interval of ["10m", "1h"]) {
      const series = await app.api<{ items: { values: object }[] }>(
        `/v1/devices/old-meter/series?from=${from}&to=${to}&interval=${interval}&metrics=volume,temperature`,
      );
      expect(series.items.map(({ values }) => values)).toEqual([
        { volume: { delta: 1.2495 }, temperature: { avg: 21.425 } },
      ]);
    }
    const csv = await app.api<string>(
      `/v1/devices/old-meter/readings?from=${from}&to=${to}&order=asc&metrics=temperature`,
      { accept: "text/csv" },
    );
    expect(csv).toContain(",21.45");
    expect(
      app.logged.filter((line) => line.includes("quantities are stored as their table was made")),
    ).toHaveLength(catalog.length);
  });
});
