import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connectDevice } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";

/** The database answers, but a table is not there: nothing that a retry mends, and nothing that a device can help. */
let app: TestPlatform;
beforeAll(async () => {
  app = await startTestPlatform();
});
afterAll(() => app.stop());

const get = (path: string) => fetch(`http://127.0.0.1:${app.platform.httpPort}${path}`);
async function readiness() {
  const answer = await get("/readyz");
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; detail?: string }[] };
  return { status: answer.status, checks };
}
async function metric(sample: string): Promise<number> {
  const line = (await (await get("/metrics")).text())
    .split("\n")
    .find((each) => each.startsWith(`${sample} `));
  return Number(line?.slice(sample.length));
}
const BLOCKED_SECONDS = "sbi_ingest_blocked_seconds";
const PERMANENT = 'sbi_commit_failures_total{error_type="permanent"}';

it("a missing table holds the acknowledgement, shows in /readyz and metrics, and is over once the table is back", async () => {
  const { token } = await app.register("blocked-1");
  const client = await connectDevice(app.platform.mqttPort, "blocked-1", token);
  const publish = (volume: number) =>
    client.publishAsync("v1/devices/blocked-1/telemetry", JSON.stringify({ volume }), { qos: 1 });
  await publish(1);
  expect(await readiness()).toMatchObject({
    status: 200,
    checks: [{}, { name: "ingest", ok: true }, {}, {}, {}, {}, {}],
  });
  expect([await metric(BLOCKED_SECONDS), await metric(PERMANENT)]).toEqual([0, 0]);

  await app.db.pool.query("alter table readings_gas_meter rename to readings_taken_away");
  let acknowledged = false;
  const held = publish(2).then(() => {
    acknowledged = true;
  });
  await vi.waitFor(async () => expect((await readiness()).status).toBe(503), {
    timeout: 10_000,
    interval: 50,
  });
  const { checks } = await readiness();
  expect(checks).toEqual([
    { name: "database", ok: true },
    {
      name: "ingest",
      ok: false,
      detail: expect.stringMatching(
        /^a batch could not be committed for \d+ s, and its messages wait: relation "readings_gas_meter" does not exist$/,
      ),
    },
    // Nobody is kept from anything by it.
    { name: "broadcast_keys", ok: true, detail: expect.stringContaining("no root vouches") },
    { name: "database_jobs", ok: true },
    { name: "rollups", ok: true },
    { name: "duties", ok: true },
    { name: "platform", ok: true },
  ]);
  expect((await get("/livez")).status).toBe(200);
  expect(await metric(BLOCKED_SECONDS)).toBeGreaterThanOrEqual(2);
  expect(await metric(PERMANENT)).toBeGreaterThan(0);
  const told = app.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === "error");
  expect(told).toMatchObject([{ msg: expect.stringContaining("its messages wait unacknowledged") }]);
  expect(acknowledged).toBe(false);

  await app.db.pool.query("alter table readings_taken_away rename to readings_gas_meter");
  await held;
  expect((await readiness()).status).toBe(200);
  expect(await metric(BLOCKED_SECONDS)).toBe(0);
  const { reading } = await app.api<{ reading: { metrics: { volume: number } } }>(
    "/v1/devices/blocked-1/latest",
  );
  expect(reading.metrics.volume).toBe(2);
  expect(await app.api("/v1/devices/blocked-1/ledger")).toMatchObject({ received: 2, stored: 2, pending: 0 });
});
