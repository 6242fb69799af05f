import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNLIMITED } from "../../../access/limits.ts";
import type { Target } from "../../../broadcast/message/message.ts";
import { countTarget } from "../../../broadcast/targets/preview.ts";
import {
  type Aim,
  askAim,
  countOutside,
  type MeantSpeaker,
  regionsReached,
  remainingRegions,
  selectAim,
  selectSpeakers,
  whereaboutsOf,
} from "../../../broadcast/targets/targets.ts";
import type { Db } from "../../../store/database/database.ts";
import { findSpeakers, speakersInPieces } from "../../../store/devices/speakers.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { insertSpeaker, insertTenant, insertVillages } from "../fixtures.ts";

let db: TestDatabase;

const target = (change: Partial<Target>): Target => ({ regions: [], polygons: [], circles: [], ...change });
const select = async (change: Partial<Target>, limits = UNLIMITED) =>
  (await selectSpeakers(db.pool, target(change), limits)).map(({ id }) => id).sort();

beforeAll(async () => {
  db = await createTestDatabase();
  await insertVillages(db.pool);
  await insertTenant(db.pool, "county-office");
  await insertSpeaker(db.pool, "yang-1", "520326001001", { at: [107.88, 28.52], connected: true });
  await insertSpeaker(db.pool, "yang-2", "520326001001", { at: [107.9, 28.54], connected: false });
  await insertSpeaker(db.pool, "jiang", "520326002001", { connected: false });
  await insertSpeaker(db.pool, "long", "520327001001", { at: [107.72, 27.95], tenantId: "county-office" });
  await insertSpeaker(db.pool, "meter", "520326001001", { kind: "gas-meter", at: [107.88, 28.52] });
  await insertSpeaker(db.pool, "gone", "520326001001", { at: [107.88, 28.52] });
  await db.pool.query("update devices set deleted_at = now() where id = 'gone'");
});
afterAll(() => db.drop());

/** A triangle whose box holds both speakers of 杨村, and which holds only the first. */
const TRIANGLE: Target["polygons"][number] = [
  [107.85, 28.5],
  [107.93, 28.5],
  [107.85, 28.58],
  [107.85, 28.5],
];

describe("the speakers that a target means", () => {
  it("are the living ones in its regions, by prefix", async () => {
    expect(await select({ regions: ["520326"] })).toEqual(["jiang", "yang-1", "yang-2"]);
    expect(await select({ regions: ["520326001", "520327"] })).toEqual(["long", "yang-1", "yang-2"]);
    expect(await select({ regions: ["5204"] })).toEqual([]);
    expect(await select({})).toEqual([]);
  });

  it("are those inside a polygon, and not those that only its box holds", async () => {
    expect(await select({ polygons: [TRIANGLE] })).toEqual(["yang-1"]);
  });

  it("are those within a circle's radius", async () => {
    const circle = { longitude: 107.88, latitude: 28.52 };
    expect(await select({ circles: [{ ...circle, radiusKm: 1 }] })).toEqual(["yang-1"]);
    expect(await select({ circles: [{ ...circle, radiusKm: 3.1 }] })).toEqual(["yang-1", "yang-2"]);
    expect(await select({ circles: [{ ...circle, radiusKm: 200 }] })).toEqual(["long", "yang-1", "yang-2"]);
  });

  it("are counted once, however they are meant; without a location only by region", async () => {
    expect(await select({ regions: ["520326002"], polygons: [TRIANGLE, TRIANGLE] })).toEqual([
      "jiang",
      "yang-1",
    ]);
  });

  it("are none of a region that is excluded, whether they are meant by region or by shape", async () => {
    expect(await select({ regions: ["520326"], exclude: ["520326001"] })).toEqual(["jiang"]);
    expect(await select({ regions: ["520326"], exclude: ["520326001001", "520326002"] })).toEqual([]);
    const circle = { longitude: 107.88, latitude: 28.52, radiusKm: 200 };
    expect(await select({ circles: [circle], exclude: ["520327"] })).toEqual(["yang-1", "yang-2"]);
    expect(await select({ polygons: [TRIANGLE], exclude: ["520326001001"] })).toEqual([]);
    expect(await select({ regions: ["520326001"], polygons: [TRIANGLE], exclude: ["5203"] })).toEqual([]);
  });

  it("are all of them, each once, however few rows are read at a time", async () => {
    const where = whereaboutsOf(target({ regions: ["52"] }));
    const whole = await findSpeakers(db.pool, ["speaker"], where, UNLIMITED);
    expect(whole).toHaveLength(4);
    for (const rows of [1, 2, 3, 4, 5]) {
      expect(await findSpeakers(db.pool, ["speaker"], where, UNLIMITED, rows)).toEqual(whole);
    }
  });

  it("stay within limits", async () => {
    expect(await select({ regions: ["52"] }, limitsOf({ regions: ["520326002"] }))).toEqual(["jiang"]);
    expect(await select({ regions: ["52"] }, limitsOf({ tenants: ["county-office"] }))).toEqual(["long"]);
    const all = await selectSpeakers(db.pool, target({ regions: ["52"] }), UNLIMITED);
    expect(countOutside(all, limitsOf({ regions: ["520326"] }))).toBe(1);
    expect(countOutside(all, limitsOf({ kinds: ["camera"] }))).toBe(4);
  });
});

describe("whether a target means anybody, and only those within limits", () => {
  const CODES = ["52", "520326", "520326001", "520326001001", "520326002", "520327", "5204"];
  const codes = fc.subarray(CODES);
  const circle = { longitude: 107.88, latitude: 28.52, radiusKm: 200 };
  const targets = fc.record({
    regions: codes,
    polygons: fc.subarray([TRIANGLE]),
    circles: fc.subarray([circle]),
    exclude: codes,
  });
  const orAll = <T>(list: fc.Arbitrary<T>) => fc.oneof(list, fc.constant("all" as const));
  const limits = fc.array(
    fc.record({
      regions: orAll(codes),
      kinds: orAll(fc.subarray(["speaker", "camera"])),
      tenants: orAll(fc.subarray(["county-office"])),
      devices: orAll(fc.subarray(["yang-1", "yang-2", "jiang", "long"])),
    }),
    { maxLength: 2 },
  );

  it("is the same by as few speakers as it takes and by all of them", async () => {
    await fc.assert(
      fc.asyncProperty(targets, limits, async (meant, within) => {
        const [few, all] = [askAim(db.pool, meant), selectAim(db.pool, meant)];
        const ask = async (aim: Aim) => [await aim.isEmpty(), await aim.isWithin(within)];
        expect(await ask(few)).toEqual(await ask(all));
      }),
      { numRuns: 200 },
    );
  });

  it("looks at the shapes themselves, and beyond the regions where there are shapes", async () => {
    const triangle = askAim(db.pool, target({ polygons: [TRIANGLE] }));
    expect(await triangle.isWithin(limitsOf({ devices: ["yang-1"] }))).toBe(true);
    const beside: typeof TRIANGLE = [
      [107.87, 28.5],
      [107.93, 28.5],
      [107.93, 28.53],
      [107.87, 28.5],
    ];
    expect(await askAim(db.pool, target({ polygons: [beside] })).isEmpty()).toBe(true);
    const mixed = askAim(db.pool, target({ regions: ["520327"], circles: [circle] }));
    expect(await mixed.isWithin(limitsOf({ regions: ["520327"] }))).toBe(false);
  });

  it("reads nothing where one area holds all that it may mean, and stops at the first outside", async () => {
    let asked = 0;
    const counting = {
      query: (...given: [string, unknown[]]) => {
        asked++;
        return db.pool.query(...given);
      },
    } as unknown as Db;
    const county = askAim(counting, target({ regions: ["520326001", "520326002"] }));
    expect(await county.isWithin(UNLIMITED)).toBe(true);
    expect(await county.isWithin(limitsOf({ regions: ["5204", "520326"], kinds: ["speaker"] }))).toBe(true);
    expect(asked).toBe(0);
    const where = whereaboutsOf(target({ regions: ["52"] }));
    const pieces = speakersInPieces(
      counting,
      ["speaker"],
      where,
      limitsOf({ regions: ["520327"] }),
      "outside",
      1,
    );
    for await (const [first] of pieces) {
      expect(first?.id).toBe("yang-1");
      break;
    }
    expect(asked).toBe(1);
  });
});

describe("the regions of a target without those excluded", () => {
  const remaining = (regions: string[], exclude: string[]) =>
    remainingRegions(db.pool, target({ regions, exclude }));

  it("are the children that nothing is taken out of, at whatever depth", async () => {
    expect(await remaining(["520326"], [])).toEqual(["520326"]);
    expect(await remaining(["520326"], ["520326001"])).toEqual(["520326002"]);
    expect(await remaining(["5203"], ["520326001001"])).toEqual(["520326001002", "520326002", "520327"]);
    expect(await remaining(["520326", "520327"], ["520326002001", "520326001"])).toEqual(["520327"]);
  });

  it("stay as they are where the tree does not know what lies in them", async () => {
    expect(await remaining(["520327001001", "99"], ["9901"])).toEqual(["520327001001", "99"]);
  });
});

describe("the regions that a target reaches into", () => {
  const speaker = (regionCode: string, byRegion: boolean): MeantSpeaker => ({
    deviceNo: 1,
    id: "s",
    kind: "speaker",
    regionCode,
    tenantId: null,
    location: null,
    byRegion,
    connected: false,
  });

  it("are its own, and of its shapes the counties of their speakers", () => {
    const reached = regionsReached(
      ["520326001"],
      [speaker("520326001001", true), speaker("520327001001", false)],
    );
    expect(reached).toEqual(["520326001", "520327"]);
  });

  it("are named once: what lies in another one is left out", () => {
    const code = fc.integer({ min: 0, max: 3 }).map(String);
    const region = fc.array(code, { minLength: 1, maxLength: 4 }).map((digits) => digits.join("0"));
    fc.assert(
      fc.property(fc.array(region, { maxLength: 12 }), (regions) => {
        const reached = regionsReached(regions, []);
        for (const one of reached) {
          expect(regions).toContain(one);
          expect(reached.filter((other) => one.startsWith(other))).toEqual([one]);
        }
        for (const given of regions) expect(reached.some((one) => given.startsWith(one))).toBe(true);
      }),
    );
  });
});

describe("a preview", () => {
  const preview = async (
    ...args: [Target, Parameters<typeof countTarget>[2], Parameters<typeof countTarget>[3]?]
  ) => (await countTarget(db.pool, ...args)).preview;
  const texts = [{ language: "zh-CN", headline: "x", description: "请".repeat(45) }];

  it("counts speakers, those online, and names the villages that would hear nothing, by township", async () => {
    const limits = limitsOf({ regions: ["5203"] });
    expect(await preview(target({ regions: ["520326"] }), limits, { texts, repeatCount: 2 })).toEqual({
      speakers: 3,
      online: 1,
      withinLimits: true,
      beyond: [],
      villages: 3,
      villagesCovered: 2,
      villagesWithoutSpeaker: {
        count: 1,
        items: [{ code: "520326001002", name: "石村" }],
        unknown: false,
      },
      possiblyWithoutSpeaker: { count: 0, items: [] },
      villagesOffline: { count: 1, items: [{ code: "520326002001", name: "江村" }] },
      byTownship: [
        {
          regionCode: "520326001",
          name: "都濡街道",
          speakers: 2,
          online: 1,
          villages: 2,
          villagesCovered: 1,
        },
        {
          regionCode: "520326002",
          name: "丹砂街道",
          speakers: 1,
          online: 0,
          villages: 1,
          villagesCovered: 1,
        },
      ],
      byVillage: [
        { regionCode: "520326001001", name: expect.any(String), speakers: 2, online: 1 },
        { regionCode: "520326001002", name: expect.any(String), speakers: 0, online: 0 },
        { regionCode: "520326002001", name: expect.any(String), speakers: 1, online: 0 },
      ],
      readingSeconds: 20,
    });
  });

  it("says the same of what the caller sees, whatever speakers and villages others have beyond", async () => {
    const limits = limitsOf({ regions: ["520326001"] });
    const mine = await preview(target({ regions: ["520326001"] }), limits);
    const more = await preview(target({ regions: ["5203"] }), limits);
    expect(mine).toMatchObject({ speakers: 2, villages: 2, withinLimits: true, beyond: [] });
    expect(more).toEqual({ ...mine, withinLimits: false, beyond: ["5203"] });
    // The same holds for a tenant: what others own there is as if it did not exist.
    const owned = limitsOf({ tenants: ["county-office"] });
    expect(await preview(target({ regions: ["5203"] }), owned)).toMatchObject({
      speakers: 1,
      withinLimits: false,
    });
    expect(await preview(target({ regions: ["520327"] }), owned)).toMatchObject({
      speakers: 1,
      withinLimits: true,
    });
  });

  it("answers the same for a shape beyond the limits, whether anybody else has a speaker there or not", async () => {
    const limits = limitsOf({ regions: ["520327"] });
    const at = (longitude: number, latitude: number) => ({ longitude, latitude, radiusKm: 0.5 });
    const occupied = await preview(target({ circles: [at(107.88, 28.52)] }), limits);
    expect(occupied).toMatchObject({ speakers: 0, withinLimits: false });
    expect(await preview(target({ circles: [at(106.5, 27.5)] }), limits)).toEqual(occupied);
  });

  it("knows the villages of a polygon by the speakers in it", async () => {
    expect(await preview(target({ polygons: [TRIANGLE] }), UNLIMITED)).toMatchObject({
      speakers: 1,
      online: 1,
      villages: null,
      villagesCovered: 1,
      byTownship: [{ regionCode: "520326001", villages: null }],
      readingSeconds: null,
    });
  });

  it("of nobody says so", async () => {
    expect(await preview(target({}), UNLIMITED)).toMatchObject({
      speakers: 0,
      withinLimits: false,
      villages: 0,
    });
  });
});
