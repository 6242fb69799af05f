import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { type Api, startApi } from "./harness.ts";

/** A number is kept alike whoever says it: a device, or a person who corrects what it sent or reads off a register. */

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

async function meters(...ids: string[]): Promise<void> {
  for (const id of ids) await addDevice(db.pool, id);
  ingest = await startTestIngest(db.pool);
}
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString();
const send = (id: string, minute: number, values: object) =>
  ingest.publish(id, "telemetry", { observedAt: at(minute), ...values });

async function correct(id: string, minute: number, correction: object): Promise<void> {
  const range = { from: at(minute), to: at(minute + 1), reason: "a sensor was replaced" };
  const payload = { action: "correct", ...range, corrections: [{ metric: "temperature", ...correction }] };
  const { status } = await api.call({ method: "POST", url: `/v1/devices/${id}/repairs`, payload });
  expect(status).toBe(201);
}

async function temperatures(id: string): Promise<number[]> {
  const { items } = (await api.call(`/v1/devices/${id}/readings?order=asc&limit=1000`)).json;
  return items.map(({ metrics }: { metrics: { temperature: number } }) => metrics.temperature);
}

/** Halves of the last digit above and below zero, and what doubles make of them; in thousandths. */
const THOUSANDTHS = [
  -50, -10250, -350, 20250, 1150, 8650, -39950, -39951, -39949, 69950, 1005, -1050, 0, 2675,
];

describe("a corrected value", () => {
  it("is kept as the same value that a device sends, however it is corrected", async () => {
    await meters("sent", "set", "added", "multiplied");
    for (const [minute, thousandths] of THOUSANDTHS.entries()) {
      const value = thousandths / 1000;
      await send("sent", minute, { temperature: value });
      await send("set", minute, { temperature: 5 });
      await correct("set", minute, { set: value });
      await send("added", minute, { temperature: 0.3 });
      await correct("added", minute, { add: (thousandths - 300) / 1000 });
      // 0.1 of it, times ten of the value.
      await send("multiplied", minute, { temperature: 0.1 });
      await correct("multiplied", minute, { multiply: thousandths / 100 });
    }
    const sent = await temperatures("sent");
    expect(sent.slice(0, 6)).toEqual([0, -10.2, -0.3, 20.3, 1.2, 8.7]);
    expect(await temperatures("set")).toEqual(sent);
    expect(await temperatures("added")).toEqual(sent);
    expect(await temperatures("multiplied")).toEqual(sent);
  });

  it("is the product as it is written, where the product of doubles falls short of a half", async () => {
    await meters("written");
    await send("written", 0, { temperature: 4.5 });
    // 45 × 0.7 is 31.499999999999996 in doubles.
    await correct("written", 0, { multiply: 0.7 });
    expect(await temperatures("written")).toEqual([3.2]);
  });
});

describe("a correction that leaves a value as it was", () => {
  it("counts its reading, which is said to be corrected until that is undone", async () => {
    await meters("same");
    await send("same", 0, { temperature: 0 });
    await send("same", 1, { temperature: 20 });
    await send("same", 2, { flow: 1 });
    const { json } = await api.call({
      method: "POST",
      url: "/v1/devices/same/repairs",
      payload: {
        ...{ action: "correct", from: at(0), to: at(3), reason: "sent tenths" },
        corrections: [{ metric: "temperature", multiply: 0.1 }],
      },
    });
    expect(json.readings).toBe(2);
    const corrected = async () =>
      (await api.call("/v1/devices/same/readings?order=asc")).json.items.map(
        (reading: { corrected: boolean }) => reading.corrected,
      );
    expect([await corrected(), await temperatures("same")]).toEqual([
      [true, true, false],
      [0, 2, null],
    ]);
    const undone = await api.call({
      method: "POST",
      url: `/v1/devices/same/repairs/${json.id}/undo`,
      payload: { reason: "it was right" },
    });
    expect(undone.json.undone.restored).toBe(2);
    expect([await corrected(), await temperatures("same")]).toEqual([
      [false, false, false],
      [0, 20, null],
    ]);
  });
});

describe("a register that was read off", () => {
  it("is the same as a reading of it, to the last digit", async () => {
    await meters("registers");
    await send("registers", 0, { volume: 1012.9005 });
    const exchange = { at: at(1), oldRegister: 1012.9005, newRegister: 0.4004 };
    const { status } = await api.call({
      method: "POST",
      url: "/v1/devices/registers/exchanges",
      payload: exchange,
    });
    expect(status).toBe(201);
    await send("registers", 2, { volume: 0.4004 });
    await send("registers", 3, { volume: 0.41 });
    const range = "from=2026-02-28T16:00:00Z&to=2026-03-01T16:00:00Z&metrics=volume&interval=1d";
    const { items } = (await api.call(`/v1/devices/registers/series?${range}`)).json;
    expect(items[0].values.volume.delta).toBe(0.01);
  });
});
