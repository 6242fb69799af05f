import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { keepLatest } from "../../store/readings/keep-latest.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { type Api, startApi } from "./harness.ts";

/** What a device has sent since its readings were repaired, and was acknowledged, is there after that is undone. */

let db: TestDatabase;
let api: Api;
let ingest: TestIngest;
beforeAll(async () => {
  db = await createTestDatabase();
  api = await startApi(db.pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const at = "2026-03-01T04:00:00.000Z";
const range = { from: at, to: "2026-03-01T04:00:00.001Z", reason: "it was wrong" };

async function meter(id: string, values: object): Promise<void> {
  await addDevice(db.pool, id);
  ingest = await startTestIngest(db.pool);
  await send(id, values);
}
const send = (id: string, values: object) => ingest.publish(id, "telemetry", { observedAt: at, ...values });

async function post(url: string, payload: object) {
  const { status, json } = await api.call({ method: "POST", url: `/v1/devices/${url}`, payload });
  expect([200, 201]).toContain(status);
  return json;
}
const correct = async (id: string, ...corrections: object[]): Promise<number> =>
  (await post(`${id}/repairs`, { action: "correct", ...range, corrections })).id;
const voided = async (id: string): Promise<number> =>
  (await post(`${id}/repairs`, { action: "void", ...range })).id;
const undo = async (id: string, repair: number): Promise<number> =>
  (await post(`${id}/repairs/${repair}/undo`, { reason: "it was right" })).undone.restored;

/** What stands at the moment, and whether it is said to be corrected. */
async function reading(id: string) {
  const { items } = (await api.call(`/v1/devices/${id}/readings`)).json;
  expect(items).toHaveLength(1);
  const { metrics, corrected } = items[0];
  const there = Object.entries(metrics).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(there), corrected };
}

describe("after a correction is undone", () => {
  it("a quantity stays that came to the reading for the first time since", async () => {
    await meter("since-1", { volume: 100 });
    const id = await correct("since-1", { metric: "volume", add: 5 }, { metric: "flow", set: 1 });
    await send("since-1", { flow: 0.5 });
    expect(await reading("since-1")).toEqual({ volume: 105, flow: 0.5, corrected: true });
    expect(await undo("since-1", id)).toBe(1);
    expect(await reading("since-1")).toEqual({ volume: 100, flow: 0.5, corrected: false });
  });

  it("a value stays that the device has sent in place of one that was taken away", async () => {
    await meter("since-2", { volume: 100, flow: 0.5, valve: "open" });
    const id = await correct(
      "since-2",
      { metric: "flow", set: null },
      { metric: "valve", set: null },
      { metric: "volume", multiply: 0.5 },
    );
    await send("since-2", { flow: 0.7 });
    // Of the reading that was, the flow is not back.
    expect(await undo("since-2", id)).toBe(0);
    expect(await reading("since-2")).toEqual({ volume: 100, flow: 0.7, valve: "open", corrected: false });
  });

  it("a reading stays that came when the corrected one was voided, and is not said to be corrected", async () => {
    await meter("since-3", { volume: 100 });
    const first = await correct("since-3", { metric: "volume", set: 5 });
    const second = await voided("since-3");
    await send("since-3", { volume: 5 });
    expect(await reading("since-3")).toEqual({ volume: 5, corrected: false });
    expect(await undo("since-3", second)).toBe(1);
    expect(await reading("since-3")).toEqual({ volume: 5, corrected: false });
    expect(await undo("since-3", first)).toBe(0);
    expect(await reading("since-3")).toEqual({ volume: 5, corrected: false });
  });
});

describe("the newest value", () => {
  it("goes back when its reading is voided, also where it is kept, and forth when that is undone", async () => {
    await meter("since-4", { volume: 100 });
    await ingest.publish("since-4", "telemetry", { observedAt: "2026-02-01T04:00:00.000Z", volume: 90 });
    const newest = async () => (await api.call("/v1/devices/since-4/latest")).json.metrics.volume?.value;
    const listed = async () =>
      (await api.call("/v1/latest?kind=gas-meter&metrics=volume")).json.items.find(
        ({ deviceId }: { deviceId: string }) => deviceId === "since-4",
      ).metrics.volume.value;
    const [table] = tablesOf([gasMeter]);
    while ((await keepLatest(db.pool, table!, { devices: 1_000_000, now: Date.now() })) === "more");
    expect([await newest(), await listed()]).toEqual([100, 100]);
    const id = await voided("since-4");
    expect([await newest(), await listed()]).toEqual([90, 90]);
    await undo("since-4", id);
    expect([await newest(), await listed()]).toEqual([100, 100]);
  });
});

describe("where days cannot be made of readings any more", () => {
  it("neither a repair nor its undoing is taken, and nothing is done", async () => {
    await meter("dropped-1", { volume: 100 });
    const id = await voided("dropped-1");
    await send("dropped-1", { flow: 0.5 });
    // The day of this moment has lost readings; the next one, in Beijing, is whole.
    const since = (moment: string) =>
      db.pool.query("update rollup_state set readings_since = $1 where kind = 'gas-meter'", [moment]);
    await since("2026-03-01T02:00:00Z");
    for (const [url, payload] of [
      [`dropped-1/repairs/${id}/undo`, { reason: "it was right" }],
      ["dropped-1/repairs", { action: "void", ...range }],
    ] as const) {
      const { status, json } = await api.call({ method: "POST", url: `/v1/devices/${url}`, payload });
      expect([status, json.code]).toEqual([422, "readings_dropped"]);
      expect(json.detail).toContain("2026-03-01T16:00:00.000Z");
    }
    expect((await api.call("/v1/devices/dropped-1/repairs")).json.items).toMatchObject([{ undone: null }]);
    expect(await reading("dropped-1")).toEqual({ flow: 0.5, corrected: false });
    await since("-infinity");
    expect(await undo("dropped-1", id)).toBe(1);
    expect(await reading("dropped-1")).toEqual({ volume: 100, flow: 0.5, corrected: false });
  });
});
