import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readingSchema } from "../../api/readings/schema.ts";
import { pageOf } from "../../api/schemas.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const csv = { accept: "text/csv" };

describe("the latest reading", () => {
  it("is null for a device that has never reported", async () => {
    await insertDevice(db.pool, "mute");
    const answer = await api.call("/v1/devices/mute/latest");
    const { metrics, ...rest } = answer.json;
    expect(rest).toEqual({ deviceId: "mute", kind: "gas-meter", reading: null });
    // Null is what the device has never said: everything.
    const known = tablesOf([gasMeter])[0]!.columns.map(({ name }) => name);
    expect(Object.keys(metrics).toSorted()).toEqual(known.toSorted());
    expect(new Set(Object.values(metrics))).toEqual(new Set([null]));
  });

  it("is the newest by the device's clock, however late an older one comes in", async () => {
    const deviceNo = await insertDevice(db.pool, "late");
    await insertReadings(db.pool, deviceNo, [{ at: "2026-02-01T00:00:00Z", volume: 20.5, flow: 0.25 }]);
    await insertReadings(db.pool, deviceNo, [{ at: "2026-01-01T00:00:00Z", volume: 10 }]);
    const { reading } = (await api.call("/v1/devices/late/latest")).json;
    expect(reading.observedAt).toBe("2026-02-01T00:00:00.000Z");
    expect(reading.receivedAt).toBe("2026-02-01T00:00:02.000Z");
    expect(reading.metrics).toMatchObject({ volume: 20.5, flow: 0.25, temperature: null });
  });

  it("comes with the newest value of each quantity, also of those that it leaves out", async () => {
    const deviceNo = await insertDevice(db.pool, "sparing");
    await insertReadings(db.pool, deviceNo, [
      { at: "2026-02-01T00:00:00Z", volume: 20.5 },
      { at: "2026-02-01T01:00:00Z", flow: 0.25 },
    ]);
    const { metrics } = (await api.call("/v1/devices/sparing/latest")).json;
    expect(metrics).toMatchObject({
      volume: { value: 20.5, observedAt: "2026-02-01T00:00:00.000Z" },
      flow: { value: 0.25, observedAt: "2026-02-01T01:00:00.000Z" },
      temperature: null,
    });
  });
});

describe("the newest values of a fleet", () => {
  const url = "/v1/latest?kind=gas-meter&region=520103";
  beforeAll(async () => {
    const numbers: number[] = [];
    for (const id of ["a", "b", "c"]) {
      numbers.push(await insertDevice(db.pool, `fleet-${id}`, { regionCode: "520103" }));
    }
    await insertReadings(db.pool, numbers[0]!, [
      { at: "2026-01-01T00:00:00Z", volume: 7, flow: 1 },
      { at: "2026-01-02T00:00:00Z", volume: 8.125 },
    ]);
    await insertReadings(db.pool, numbers[1]!, [{ at: "2026-01-03T00:00:00Z", flow: 3 }]);
  });

  it("come a device an item, with a moment for each quantity", async () => {
    const { items, nextCursor } = (await api.call(`${url}&metrics=volume,flow`)).json;
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        deviceId: "fleet-a",
        name: null,
        regionCode: "520103",
        observedAt: "2026-01-02T00:00:00.000Z",
        metrics: {
          volume: { value: 8.125, observedAt: "2026-01-02T00:00:00.000Z" },
          flow: { value: 1, observedAt: "2026-01-01T00:00:00.000Z" },
        },
      },
      {
        deviceId: "fleet-b",
        name: null,
        regionCode: "520103",
        observedAt: "2026-01-03T00:00:00.000Z",
        metrics: { volume: null, flow: { value: 3, observedAt: "2026-01-03T00:00:00.000Z" } },
      },
      {
        deviceId: "fleet-c",
        name: null,
        regionCode: "520103",
        observedAt: null,
        metrics: { volume: null, flow: null },
      },
    ]);
  });

  it("come in pages, and as CSV all of them", async () => {
    const one = (await api.call(`${url}&limit=2`)).json;
    const two = (await api.call(`${url}&limit=2&cursor=${one.nextCursor}`)).json;
    const ids = (page: { items: { deviceId: string }[] }) => page.items.map((item) => item.deviceId);
    expect([ids(one), ids(two), two.nextCursor]).toEqual([["fleet-a", "fleet-b"], ["fleet-c"], null]);
    const { text } = await api.call({ url: `${url}&metrics=flow`, headers: csv });
    expect(text.trimEnd().split("\r\n")).toEqual([
      "deviceId,name,regionCode,observedAt,flow,flow_observedAt",
      "fleet-a,,520103,2026-01-01T00:00:00.000Z,1,2026-01-01T00:00:00.000Z",
      "fleet-b,,520103,2026-01-03T00:00:00.000Z,3,2026-01-03T00:00:00.000Z",
      "fleet-c,,520103,,,",
    ]);
  });

  it("of an unknown kind or quantity are refused", async () => {
    expect((await api.call("/v1/latest?kind=dragon")).status).toBe(404);
    expect((await api.call("/v1/latest?kind=gas-meter&metrics=fire")).status).toBe(400);
    expect((await api.call("/v1/latest")).status).toBe(400);
  });
});

describe("raw readings", () => {
  beforeAll(async () => {
    const deviceNo = await insertDevice(db.pool, "hourly");
    const hours = Array.from({ length: 10 }, (_, hour) => ({
      at: `2026-01-01T0${hour}:00:00Z`,
      volume: hour,
      flow: 0.5,
      ...(hour === 3 ? { extra: { vendor: "=1+1" } } : {}),
    }));
    await insertReadings(db.pool, deviceNo, hours);
  });

  const times = (answer: { json: { items: { observedAt: string }[] } }) =>
    answer.json.items.map((item) => item.observedAt.slice(11, 13));

  it("come newest first, or oldest first when asked", async () => {
    expect(times(await api.call("/v1/devices/hourly/readings?limit=2"))).toEqual(["09", "08"]);
    expect(times(await api.call("/v1/devices/hourly/readings?limit=2&order=asc"))).toEqual(["00", "01"]);
  });

  it("are JSON by their type, and fit their schema", async () => {
    const answer = await api.call("/v1/devices/hourly/readings?limit=9");
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(pageOf(z.strictObject(readingSchema.shape)).parse(answer.json).items).toHaveLength(9);
    expect(answer.json.items.filter(({ extra }: { extra: unknown }) => extra !== null)).toMatchObject([
      { observedAt: "2026-01-01T03:00:00.000Z", extra: { vendor: "=1+1" } },
    ]);
  });

  it("begin with `from` and end before `to`", async () => {
    const url = "/v1/devices/hourly/readings?order=asc&from=2026-01-01T02:00:00Z&to=2026-01-01T05:00:00Z";
    expect(times(await api.call(url))).toEqual(["02", "03", "04"]);
  });

  it("take an offset whose plus sign was not escaped", async () => {
    const url = "/v1/devices/hourly/readings?order=asc&from=2026-01-01T16:00:00+08:00";
    expect(times(await api.call(url))).toEqual(["08", "09"]);
  });

  it("go on by cursor without a gap and without a repetition, also between microseconds", async () => {
    const deviceNo = await insertDevice(db.pool, "micro");
    await insertReadings(
      db.pool,
      deviceNo,
      [1, 2, 3, 4].map((us) => ({ at: `2026-01-01T00:00:00.00000${us}Z`, volume: us })),
    );
    for (const [order, expected] of [
      ["asc", [1, 2, 3, 4]],
      ["desc", [4, 3, 2, 1]],
    ] as const) {
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor ? `&cursor=${cursor}` : "";
        const page = await api.call(`/v1/devices/micro/readings?order=${order}&limit=1${next}`);
        seen.push(page.json.items[0].metrics.volume);
        cursor = page.json.nextCursor;
      } while (cursor !== null && seen.length < 9);
      expect(seen).toEqual(expected);
    }
  });

  it("have only the metrics that were asked for", async () => {
    const answer = await api.call("/v1/devices/hourly/readings?limit=1&metrics=flow,volume");
    expect(answer.json.items[0].metrics).toEqual({ flow: 0.5, volume: 9 });
    const refused = await api.call("/v1/devices/hourly/readings?metrics=humidity");
    expect(refused.status).toBe(400);
    expect(refused.json.faults[0]).toMatchObject({ path: "/metrics" });
    expect(refused.json.detail).toContain("expected volume, ");
  });

  it("refuse a cursor of another list or order", async () => {
    const { nextCursor } = (await api.call("/v1/devices/hourly/readings?limit=1")).json;
    const other = await api.call(`/v1/devices/hourly/readings?order=asc&cursor=${nextCursor}`);
    expect([other.status, other.json.code]).toEqual([400, "invalid_cursor"]);
    const broken = await api.call("/v1/devices/hourly/readings?cursor=bm90aGluZw");
    expect([broken.status, broken.json.code]).toEqual([400, "invalid_cursor"]);
  });

  it("refuse a range that ends before it begins", async () => {
    const answer = await api.call(
      "/v1/devices/hourly/readings?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    );
    expect(answer.json.code).toBe("invalid_request");
  });

  it("refuse a moment without an offset", async () => {
    const answer = await api.call("/v1/devices/hourly/readings?from=2026-01-02T00:00:00");
    expect(answer.status).toBe(400);
    expect(answer.json.detail).toContain("/from: expected a moment with its offset");
  });

  it("come as CSV under the same names, all of them unless a limit is asked for", async () => {
    const all = await api.call({
      url: "/v1/devices/hourly/readings?order=asc&metrics=volume,flow",
      headers: csv,
    });
    const lines = all.text.split("\r\n");
    expect(lines[0]).toBe("observedAt,receivedAt,volume,flow,corrected");
    expect(lines[1]).toBe("2026-01-01T00:00:00.000Z,2026-01-01T00:00:02.000Z,0,0.5,false");
    expect(lines).toHaveLength(1 + 10 + 1);
    const two = await api.call({ url: "/v1/devices/hourly/readings?limit=2", headers: csv });
    expect(two.text.trimEnd().split("\r\n")).toHaveLength(3);
    expect(two.headers["x-next-cursor"]).toMatch(/^[\w-]+$/);
  });

  it("as CSV of a device that is not there are a problem in JSON", async () => {
    const answer = await api.call({ url: "/v1/devices/nobody/readings", headers: csv });
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  });

  it("prefer JSON unless CSV weighs more", async () => {
    const type = async (accept: string) =>
      String(
        (await api.call({ url: "/v1/devices/hourly/readings?limit=1", headers: { accept } })).headers[
          "content-type"
        ],
      ).split(";")[0];
    expect(await type("*/*")).toBe("application/json");
    expect(await type("text/csv;q=0.5, application/json")).toBe("application/json");
    expect(await type("text/csv, application/json;q=0.5")).toBe("text/csv");
    expect(await type("text/csv;q=0")).toBe("application/json");
  });
});
