import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

interface BucketJson {
  start: string;
  readings: number;
  values: Record<string, Record<string, number | string | null>>;
}

/** `start → value` of one metric's aggregate. */
const values = (items: BucketJson[], metric: string, aggregate: string) =>
  Object.fromEntries(items.map((item) => [item.start, item.values[metric]?.[aggregate]]));

/** A meter that shows `volume` at each hour from midnight in Guizhou on 1 January 2026. */
async function meter(id: string, volumes: (number | null)[], regionCode?: string): Promise<number> {
  const deviceNo = await insertDevice(db.pool, id, regionCode === undefined ? {} : { regionCode });
  const start = Date.parse("2025-12-31T16:00:00Z");
  await insertReadings(
    db.pool,
    deviceNo,
    volumes.map((volume, hour) => ({
      at: new Date(start + hour * 3_600_000).toISOString(),
      volume,
      flow: hour / 10,
    })),
  );
  return deviceNo;
}

describe("a device's series", () => {
  beforeAll(async () => {
    await meter(
      "steady",
      Array.from({ length: 72 }, (_, hour) => 100 + hour),
    );
  });

  it.each([
    ["15m", "raw"],
    ["1h", "1h"],
    ["60m", "1h"],
    ["6h", "1h"],
    ["1d", "1d"],
    ["1w", "1d"],
    ["1mo", "1d"],
  ])("in buckets of %s is made from %s", async (interval, source) => {
    const { json } = await api.call(
      `/v1/devices/steady/series?from=2026-01-01T00:00:00%2B08:00&to=2026-01-02T00:00:00%2B08:00&interval=${interval}`,
    );
    expect(json.source).toBe(source);
  });

  it("has each counter's usage and each gauge's mean by default, and says so with units", async () => {
    const { json } = await api.call(
      "/v1/devices/steady/series?from=2025-12-31T16:00:00Z&to=2026-01-03T16:00:00Z&interval=1d&metrics=volume,flow",
    );
    expect(json).toMatchObject({
      deviceId: "steady",
      kind: "gas-meter",
      timeZone: "Asia/Shanghai",
      columns: [
        { metric: "volume", aggregate: "delta", unit: "m3" },
        { metric: "flow", aggregate: "avg", unit: "m3/h" },
      ],
      nextCursor: null,
    });
    expect(json.items).toEqual([
      // The first day ever has no last value before it: from its own first to its own last.
      {
        start: "2025-12-31T16:00:00.000Z",
        readings: 24,
        values: { volume: { delta: 23 }, flow: { avg: 1.15 } },
      },
      {
        start: "2026-01-01T16:00:00.000Z",
        readings: 24,
        values: { volume: { delta: 24 }, flow: { avg: 3.55 } },
      },
      {
        start: "2026-01-02T16:00:00.000Z",
        readings: 24,
        values: { volume: { delta: 24 }, flow: { avg: 5.95 } },
      },
    ]);
  });

  it("answers the same from readings, hours and days", async () => {
    const range = "from=2026-01-01T16:00:00Z&to=2026-01-02T16:00:00Z&metrics=volume,flow";
    const series = async (interval: string) =>
      (await api.call(`/v1/devices/steady/series?${range}&interval=${interval}`)).json;
    const sum = (items: BucketJson[]) =>
      items.reduce((total, item) => total + Number(item.values.volume?.delta), 0);
    const [minutes, hours, days] = [await series("30m"), await series("1h"), await series("1d")];
    expect([minutes.source, hours.source, days.source]).toEqual(["raw", "1h", "1d"]);
    expect([sum(minutes.items), sum(hours.items), sum(days.items)]).toEqual([24, 24, 24]);
    expect([minutes.items.length, hours.items.length, days.items.length]).toEqual([24, 24, 1]);
  });

  it("widens the range to whole buckets and says to which", async () => {
    const { json } = await api.call(
      "/v1/devices/steady/series?from=2026-01-01T05:30:00Z&to=2026-01-01T05:31:00Z&interval=1d&metrics=volume",
    );
    expect([json.from, json.to]).toEqual(["2025-12-31T16:00:00.000Z", "2026-01-01T16:00:00.000Z"]);
    expect(json.items[0].readings).toBe(24);
  });

  it("has days of the time zone that was asked for", async () => {
    const get = async (timeZone: string) =>
      (
        await api.call(
          `/v1/devices/steady/series?from=2026-01-01T12:00:00Z&to=2026-01-01T13:00:00Z&interval=1d&metrics=volume&timeZone=${timeZone}`,
        )
      ).json;
    const utc = await get("UTC");
    expect([utc.source, utc.from, utc.items[0].start]).toEqual([
      "1h",
      "2026-01-01T00:00:00.000Z",
      "2026-01-01T00:00:00.000Z",
    ]);
    const kolkata = await get("Asia/Kolkata");
    expect([kolkata.source, kolkata.from]).toEqual(["raw", "2025-12-31T18:30:00.000Z"]);
  });

  it.each(["+08:00", "Asia/Atlantis", "'; drop table devices; --"])(
    "refuses the time zone %s",
    async (zone) => {
      const answer = await api.call(
        `/v1/devices/steady/series?from=2026-01-01T00:00:00Z&timeZone=${encodeURIComponent(zone)}`,
      );
      expect(answer.status).toBe(400);
      expect(answer.json.faults[0].path).toBe("/timeZone");
    },
  );

  it("refuses more buckets than it would hold, before it asks the database for them", async () => {
    const answer = await api.call(
      "/v1/devices/steady/series?from=2015-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&interval=15m",
    );
    expect([answer.status, answer.json.code]).toEqual([400, "range_too_wide"]);
    expect(answer.json.detail).toContain("at most 10000");
  });

  it("gives every aggregate that is asked for, and refuses one that a metric does not have", async () => {
    const url =
      "/v1/devices/steady/series?from=2025-12-31T16:00:00Z&to=2026-01-01T16:00:00Z&interval=1d&metrics=flow";
    const { json } = await api.call(`${url}&aggregate=min,max,sum,count`);
    expect(json.items[0].values.flow).toEqual({ min: 0, max: 2.3, sum: 27.6, count: 24 });
    const raw = await api.call(`${url}&aggregate=first,last`);
    expect(raw.json.source).toBe("raw");
    expect(raw.json.items[0].values.flow).toEqual({ first: 0, last: 2.3 });
    const refused = await api.call(`${url}&aggregate=delta`);
    expect(refused.status).toBe(400);
    expect(refused.json.detail).toBe(
      "Quantity 'flow' is a gauge, which has no 'delta': expected avg, min, max, sum, count, first, last",
    );
  });

  it("comes as CSV with a column for each value", async () => {
    const { text } = await api.call({
      url: "/v1/devices/steady/series?from=2025-12-31T16:00:00Z&to=2026-01-01T16:00:00Z&interval=1d&metrics=volume,flow&aggregate=count,delta,max",
      headers: { accept: "text/csv" },
    });
    // A metric that is named must have every aggregate, so this is refused: a counter has no maximum.
    expect(JSON.parse(text).code).toBe("invalid_request");
    const { text: table } = await api.call({
      url: "/v1/devices/steady/series?from=2025-12-31T16:00:00Z&to=2026-01-01T16:00:00Z&interval=1d&metrics=volume,flow",
      headers: { accept: "text/csv" },
    });
    expect(table).toBe("start,readings,volume_delta,flow_avg\r\n2025-12-31T16:00:00.000Z,24,23,1.15\r\n");
  });
});

describe("a counter's usage", () => {
  const usage = async (id: string, range: string, interval = "1h") => {
    const { json } = await api.call(
      `/v1/devices/${id}/series?${range}&interval=${interval}&metrics=volume&aggregate=delta`,
    );
    return Object.values(values(json.items, "volume", "delta"));
  };

  it("after a reset is what the counter shows since", async () => {
    await meter("exchanged", [10, 12, 3, 4]);
    const range = "from=2025-12-31T16:00:00Z&to=2025-12-31T20:00:00Z";
    expect(await usage("exchanged", range)).toEqual([0, 2, 3, 1]);
  });

  it("goes on from the last value before the range, however long ago that was", async () => {
    const deviceNo = await insertDevice(db.pool, "silent-week");
    await insertReadings(db.pool, deviceNo, [
      { at: "2025-11-01T00:00:00Z", volume: 7 },
      { at: "2026-01-05T01:00:00Z", volume: 10 },
    ]);
    const range = "from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z";
    expect(await usage("silent-week", range, "1h")).toEqual([3]);
    expect(await usage("silent-week", range, "1d")).toEqual([3]);
    expect(await usage("silent-week", range, "5m")).toEqual([3]);
  });

  it("skips buckets in which the device left the counter out", async () => {
    await meter("patchy", [1, null, null, 5, 6]);
    const range = "from=2025-12-31T16:00:00Z&to=2025-12-31T21:00:00Z";
    expect(await usage("patchy", range)).toEqual([0, null, null, 4, 1]);
    expect(await usage("patchy", "from=2025-12-31T18:00:00Z&to=2025-12-31T21:00:00Z")).toEqual([null, 4, 1]);
  });

  it("has no digits that floating point made up", async () => {
    await meter("thousandths", [0.1, 0.3, 0.7]);
    const range = "from=2025-12-31T16:00:00Z&to=2025-12-31T19:00:00Z";
    expect(await usage("thousandths", range)).toEqual([0, 0.2, 0.4]);
  });
});

describe("a fleet's series", () => {
  const DAY = "from=2026-03-01T16:00:00Z&to=2026-03-02T16:00:00Z&interval=1d";

  beforeAll(async () => {
    const add = async (id: string, regionCode: string, used: number) => {
      const deviceNo = await insertDevice(db.pool, id, { regionCode });
      await insertReadings(db.pool, deviceNo, [
        { at: "2026-03-01T10:00:00Z", volume: 100, flow: 1 },
        { at: "2026-03-02T10:00:00Z", volume: 100 + used, flow: used },
      ]);
    };
    await add("fleet-a", "520102001", 1);
    await add("fleet-b", "520102001001", 2);
    await add("fleet-c", "520102002", 4);
    await add("fleet-d", "520103", 8);
  });

  const groups = (json: {
    items: { regionCode: string; deviceId: string | null; buckets: BucketJson[] }[];
  }) =>
    Object.fromEntries(
      json.items
        .filter((item) => item.buckets.length > 0)
        .map((item) => [item.deviceId ?? item.regionCode, item.buckets[0]?.values.volume?.delta]),
    );

  it("adds up by the level below the region, and names the regions", async () => {
    const { json } = await api.call(`/v1/series?kind=gas-meter&region=520102&${DAY}&metrics=volume`);
    expect(json).toMatchObject({ groupBy: "region", level: "township", region: "520102", source: "1d" });
    expect(groups(json)).toEqual({ "520102001": 3, "520102002": 4 });
    expect(json.items.map((item: { name: string }) => item.name)).toEqual(["新华街道", "西湖街道"]);
  });

  it("adds up by the level that was asked for; a device above it counts under its own region", async () => {
    const byCounty = await api.call(`/v1/series?kind=gas-meter&region=52&level=county&${DAY}&metrics=volume`);
    expect(groups(byCounty.json)).toEqual({ "520102": 7, "520103": 8 });
    const byVillage = await api.call(`/v1/series?kind=gas-meter&level=village&${DAY}&metrics=volume`);
    expect(groups(byVillage.json)).toEqual({
      "520102001": 1,
      "520102001001": 2,
      "520102002": 4,
      "520103": 8,
    });
  });

  it("takes the mean over all readings, not over the devices' means", async () => {
    const { json } = await api.call(
      `/v1/series?kind=gas-meter&region=520102&level=county&${DAY}&metrics=flow&aggregate=avg,count`,
    );
    expect(json.items[0].buckets[0].values.flow).toEqual({ avg: 2.333333, count: 3 });
  });

  it("goes on by cursor, by region as by device", async () => {
    for (const groupBy of ["region", "device"]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor ? `&cursor=${cursor}` : "";
        const { json } = await api.call(
          `/v1/series?kind=gas-meter&region=520102&groupBy=${groupBy}&${DAY}&metrics=volume&limit=1${next}`,
        );
        expect(json.items).toHaveLength(1);
        seen.push(...Object.keys(groups(json)));
        cursor = json.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(
        groupBy === "region" ? ["520102001", "520102002"] : ["fleet-a", "fleet-b", "fleet-c"],
      );
    }
  });

  it("keeps what a deleted device used in its region's sum, and in the list of devices by that name", async () => {
    const deviceNo = await insertDevice(db.pool, "fleet-gone", { regionCode: "520102002" });
    await insertReadings(db.pool, deviceNo, [
      { at: "2026-03-01T10:00:00Z", volume: 0 },
      { at: "2026-03-02T10:00:00Z", volume: 16 },
    ]);
    await api.call({ method: "DELETE", url: "/v1/devices/fleet-gone" });
    const url = `/v1/series?kind=gas-meter&region=520102&${DAY}&metrics=volume`;
    expect(groups((await api.call(url)).json)).toEqual({ "520102001": 3, "520102002": 20 });
    const { items } = (await api.call(`${url}&groupBy=device`)).json;
    const gone = items.find(({ deviceId }: { deviceId: string }) => deviceId === "fleet-gone");
    expect(gone).toMatchObject({
      deleted: true,
      from: null,
      until: expect.any(String),
      regionCode: "520102002",
    });
    expect(gone.buckets[0].values.volume.delta).toBe(16);
    await db.pool.query("update devices set region_code = '5201' where id = 'fleet-gone'");
  });

  it("refuses what makes no sense over several devices", async () => {
    const answer = await api.call(`/v1/series?kind=gas-meter&${DAY}&metrics=volume&aggregate=last`);
    expect(answer.json.detail).toBe(
      "Quantity 'volume' is a counter, which has no 'last' over several devices: expected delta",
    );
    const level = await api.call(`/v1/series?kind=gas-meter&groupBy=device&level=county&${DAY}`);
    expect(level.json.faults[0].path).toBe("/level");
  });

  it("of a kind that is not there is a problem", async () => {
    const answer = await api.call(`/v1/series?kind=toaster&${DAY}`);
    expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
  });

  it("comes as CSV through all its pages, one row a bucket", async () => {
    const { text } = await api.call({
      url: `/v1/series?kind=gas-meter&region=520102&groupBy=device&${DAY}&metrics=volume`,
      headers: { accept: "text/csv" },
    });
    expect(
      text
        .trimEnd()
        .replace(/,[^,]*$/, ",")
        .split("\r\n"),
    ).toEqual([
      "deviceId,regionCode,name,start,readings,volume_delta,deleted,from,until",
      "fleet-a,520102001,,2026-03-01T16:00:00.000Z,1,1,false,,",
      "fleet-b,520102001001,,2026-03-01T16:00:00.000Z,1,2,false,,",
      "fleet-c,520102002,,2026-03-01T16:00:00.000Z,1,4,false,,",
      // It has gone from there, at a moment of this test's.
      "fleet-gone,520102002,,2026-03-01T16:00:00.000Z,1,16,true,,",
    ]);
  });
});
