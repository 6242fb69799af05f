import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { momentsIn } from "../../api/csv-options.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

describe("a moment in a time zone", () => {
  it.each([
    ["Asia/Shanghai", "2026-01-31T00:00:00.000Z", "2026-01-31T08:00:00.000+08:00"],
    // China had summer time until 1991.
    ["Asia/Shanghai", "1990-07-01T00:00:00.000Z", "1990-07-01T09:00:00.000+09:00"],
    ["Asia/Urumqi", "2026-01-31T18:00:00.007Z", "2026-02-01T00:00:00.007+06:00"],
    ["Asia/Kathmandu", "2026-01-31T00:00:00.000Z", "2026-01-31T05:45:00.000+05:45"],
    ["America/St_Johns", "2026-01-01T00:00:00.000Z", "2025-12-31T20:30:00.000-03:30"],
    ["UTC", "2026-01-31T00:00:00.000Z", "2026-01-31T00:00:00.000+00:00"],
    // +08:05:43 before 1901.
    ["Asia/Shanghai", "1900-01-01T00:00:00.000Z", "1900-01-01T08:05:00.000+08:05"],
  ])("has that zone's offset: %s %s", (zone, utc, local) => {
    expect(momentsIn(zone)(new Date(utc))).toBe(local);
  });

  it("is the same moment, and what a clock there shows, in whatever order they come", () => {
    const zones = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Pacific/Apia"];
    const at = fc.date({ min: new Date("1975-01-01"), max: new Date("2060-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.array(at, { maxLength: 20 }), (timeZone, moments) => {
        const write = momentsIn(timeZone);
        const clock = new Intl.DateTimeFormat("sv-SE", {
          ...{ timeZone, year: "numeric", month: "2-digit", day: "2-digit" },
          ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
        });
        for (const moment of moments) {
          const text = write(moment);
          expect(new Date(text).getTime()).toBe(moment.getTime());
          expect(text.slice(0, 19)).toBe(clock.format(moment).replace(" ", "T"));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("every CSV", () => {
  let db: TestDatabase;
  let api: Api;
  let urls: string[];
  const accept = { accept: "text/csv" };

  beforeAll(async () => {
    db = await createTestDatabase();
    api = await startApi(db.pool);
    await insertRegions(db.pool);
    const deviceNo = await insertDevice(db.pool, "meter-1");
    await insertReadings(db.pool, deviceNo, [
      { at: "2026-01-31T16:00:00Z", volume: 1 },
      { at: "2026-02-01T15:59:59.999Z", volume: 2 },
    ]);
    const range = "from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&interval=1d";
    // A broadcast's tables need a broadcast: what they are asked is looked at by the same code.
    urls = [
      ...["/v1/devices?", "/v1/devices/meter-1/readings?", "/v1/latest?kind=gas-meter", "/v1/events?"],
      ...[`/v1/devices/meter-1/series?${range}`, `/v1/series?kind=gas-meter&${range}`, "/v1/audit?"],
    ];
  });
  afterAll(async () => {
    await api.app.close();
    await db.drop();
  });

  const ask = async (url: string) => {
    const answer = await api.call({ url, headers: accept });
    expect(answer, url).toMatchObject({ status: 200, headers: { "content-type": /^text\/csv/ } });
    return answer.text;
  };

  it("is described with a byte order mark and a time zone, wherever there is one", async () => {
    const { paths } = (await api.call("/openapi.json")).json as {
      paths: Record<string, { get?: { parameters?: { name: string }[]; responses: Record<string, object> } }>;
    };
    let found = 0;
    for (const [path, { get }] of Object.entries(paths)) {
      const { content = {} } = (get?.responses["200"] ?? {}) as { content?: object };
      if (!("text/csv" in content)) continue;
      found++;
      const names = get?.parameters?.map(({ name }) => name);
      expect(names, path).toEqual(expect.arrayContaining(["bom", "timeZone"]));
    }
    expect(found).toBeGreaterThanOrEqual(9);
  });

  it("begins with a byte order mark when it is asked for, and only then, and is the same behind it", async () => {
    for (const url of urls) {
      if (url.startsWith("/v1/audit")) continue; // Each look at it adds a row.
      const plain = await ask(url);
      expect(plain.charCodeAt(0), url).not.toBe(0xfeff);
      expect(await ask(`${url}&bom=0`), url).toBe(plain);
      expect(await ask(`${url}&bom=1`), url).toBe(`\ufeff${plain}`);
    }
    expect((await ask("/v1/audit?bom=1")).startsWith("\ufeffauditNo,")).toBe(true);
  });

  it("has the same moments in UTC and in a time zone", async () => {
    const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)/g;
    let moments = 0;
    for (const url of urls) {
      if (url.startsWith("/v1/audit") || url.includes("/series")) continue;
      const plain = await ask(url);
      const zoned = await ask(`${url}&timeZone=Asia%2FShanghai`);
      for (const [moment] of zoned.matchAll(MOMENT)) expect(moment, url).toMatch(/\+08:00$/);
      expect(
        zoned.replaceAll(MOMENT, (text) => new Date(text).toISOString()),
        url,
      ).toBe(plain);
      moments += [...plain.matchAll(MOMENT)].length;
    }
    expect(moments).toBeGreaterThan(6);
  });

  it("of a series has days that begin at midnight there, where its request names the zone", async () => {
    const query = "from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&interval=1d&metrics=volume";
    const days = async (more: string) =>
      (await ask(`/v1/devices/meter-1/series?${query}${more}`))
        .trim()
        .split("\r\n")
        .slice(1)
        .map((row) => row.split(",")[0]);
    expect(await days("")).toEqual(["2026-01-31T16:00:00.000Z"]);
    expect(await days("&timeZone=Asia/Shanghai")).toEqual(["2026-02-01T00:00:00.000+08:00"]);
  });

  it.each(["bom=2", "bom=yes", "timeZone=Mars", "timeZone="])("refuses %s", async (query) => {
    const answer = await api.call({ url: `/v1/devices?${query}`, headers: accept });
    expect(answer).toMatchObject({ status: 400, json: { code: "invalid_request" } });
  });

  it("of a list that knows no such key refuses it as ever", async () => {
    expect((await api.call("/v1/tenants?bom=1")).status).toBe(400);
  });
});
