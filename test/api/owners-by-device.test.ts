import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertReadings } from "./fixtures.ts";
import { type Caller, DAY, HOUR, iso, type Owners, startOwners } from "./owners-world.ts";

/** A region's sum, and the list of its devices, come to the same: also of devices that moved away or were deleted. */

let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

const BASE = Math.floor(Date.now() / HOUR) * HOUR - 3 * DAY;
const A = "520102001";
const B = "520103";

/** Ten readings in 40 hours, from 10 to 46. */
async function meter(id: string, place: { tenantId?: string | null; regionCode: string }): Promise<number> {
  const deviceNo = await world.device(id, [place]);
  await world.db.pool.query("update devices set created_at = $2, name = 'of ' || id where device_no = $1", [
    deviceNo,
    iso(BASE - DAY),
  ]);
  await insertReadings(
    world.db.pool,
    deviceNo,
    Array.from({ length: 10 }, (_, i) => ({ at: iso(BASE + i * 4 * HOUR), volume: 10 + i * 4 })),
  );
  return deviceNo;
}

interface Group {
  deviceId: string | null;
  regionCode: string;
  name: string | null;
  deleted: boolean | null;
  from: string | null;
  until: string | null;
  buckets: { values: { volume: { delta: number } } }[];
}

const usageOf = ({ buckets }: Group) => buckets.reduce((sum, { values }) => sum + values.volume.delta, 0);

const RANGE = `from=${iso(BASE - 2 * DAY)}&to=${iso(BASE + 5 * DAY)}`;

/** The groups of all pages. */
async function groups(query: string, who: Caller, range = RANGE): Promise<Group[]> {
  const all: Group[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await world.get(
      `/series?kind=gas-meter&metrics=volume&${range}&${query}${cursor && `&cursor=${cursor}`}`,
      who,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

/** What each device is said to have used, whichever way it is asked; and that the region comes to the same. */
async function byDevice(region: string, who: Caller): Promise<Record<string, number>> {
  let first: Record<string, number> | undefined;
  for (const way of ["interval=1h&timeZone=Asia/Kathmandu", "interval=1d", "interval=1mo"]) {
    const ask = `region=${region}&${way}`;
    const whole = (await groups(ask, who)).reduce((sum, group) => sum + usageOf(group), 0);
    const sums: Record<string, number> = {};
    for (const group of await groups(`${ask}&groupBy=device`, who)) {
      sums[group.deviceId!] = (sums[group.deviceId!] ?? 0) + usageOf(group);
    }
    expect([ask, Object.values(sums).reduce((a, b) => a + b, 0)]).toEqual([ask, whole]);
    first ??= sums;
    expect([ask, sums]).toEqual([ask, first]);
  }
  return first!;
}

const find = (all: readonly Group[], id: string) => {
  const { buckets: _, ...group } = all.find(({ deviceId }) => deviceId === id)!;
  return group;
};

describe("the devices of a region", () => {
  it("are all that measured something there for who asks: sold, deleted and added again too", async () => {
    for (const id of ["kept", "sold", "gone"]) await meter(id, { regionCode: A, tenantId: "north" });
    expect(await byDevice(A, world.NORTH)).toEqual({ kept: 36, sold: 36, gone: 36 });
    const at = iso(await world.move("sold", { tenantId: "south" }));
    expect((await world.call("DELETE", "/devices/gone", world.PLATFORM)).status).toBe(204);
    expect(await byDevice(A, world.NORTH)).toEqual({ kept: 36, sold: 36, gone: 36 });
    const listed = await groups(`region=${A}&groupBy=device`, world.NORTH);
    expect(find(listed, "kept")).toMatchObject({ name: "of kept", deleted: false, from: null, until: null });
    // How its new owner calls it, and what becomes of it there, is theirs.
    await world.db.pool.query("update devices set name = 'new name' where id = 'sold'");
    expect((await world.call("DELETE", "/devices/sold", world.PLATFORM)).status).toBe(204);
    expect(find(await groups(`region=${A}&groupBy=device`, world.NORTH), "sold")).toMatchObject({
      name: null,
      deleted: false,
      from: null,
      until: at,
      regionCode: A,
    });
    expect(find(listed, "gone")).toMatchObject({ deleted: true, from: null, until: expect.any(String) });
    const [sold] = await groups(`region=${A}&groupBy=device`, world.SOUTH);
    expect(sold).toMatchObject({ deviceId: "sold", from: at, deleted: true, buckets: [] });
    // The same id again is another device, which has measured nothing yet.
    const again = { id: "gone", kind: "gas-meter", regionCode: A, tenantId: "south" };
    expect((await world.call("POST", "/devices", world.PLATFORM, again)).status).toBe(201);
    expect(await byDevice(A, world.NORTH)).toEqual({ kept: 36, sold: 36, gone: 36 });
    const ofNorth = await groups(`region=${A}&groupBy=device`, world.NORTH);
    expect(ofNorth.map(({ deviceId }) => deviceId)).toEqual(["kept", "sold", "gone"]);
    const all = await groups(`region=${A}&groupBy=device&limit=1`, world.PLATFORM);
    expect(all.map(({ deviceId, deleted }) => [deviceId, deleted])).toEqual([
      ["kept", false],
      ["sold", true],
      ["gone", true],
      ["gone", false],
    ]);
  });

  it("are listed in each region with what they measured there, also for who sees both", async () => {
    const deviceNo = await meter("mover", { regionCode: B, tenantId: "west" });
    const moved = await world.move("mover", { regionCode: "520102002" });
    await insertReadings(world.db.pool, deviceNo, [{ at: iso(moved + 1000), volume: 100 }]);
    for (const who of [world.PLATFORM]) {
      expect(await byDevice(B, who)).toEqual({ mover: 36 });
      expect(await byDevice("520102002", who)).toEqual({ mover: 54 });
      expect((await byDevice("52", who)).mover).toBe(90);
      const [before] = await groups(`region=${B}&groupBy=device`, who);
      // Its name is the caller's to see, who has it elsewhere.
      expect(before).toMatchObject({
        regionCode: B,
        name: "of mover",
        from: null,
        until: iso(moved),
        deleted: false,
      });
      const [after] = await groups("region=520102002&groupBy=device", who);
      expect(after).toMatchObject({ regionCode: "520102002", from: iso(moved), until: null });
    }
    expect(await byDevice("520102002", world.COUNTY)).toEqual({ mover: 54 });
    // Where it was at none of the time that is asked for, it is not listed.
    const early = `from=${iso(BASE - 2 * DAY)}&to=${iso(BASE + DAY)}&interval=1h`;
    expect(await groups("region=520102002&groupBy=device", world.PLATFORM, early)).toEqual([]);
    const late = `from=${iso(moved + HOUR)}&to=${iso(moved + 5 * HOUR)}&interval=1h`;
    expect(await groups(`region=${B}&groupBy=device`, world.PLATFORM, late)).toEqual([]);
  });

  it("are listed once where they went and came back, and what they measured elsewhere is not there", async () => {
    const places = [
      { regionCode: A, until: BASE + 5 * HOUR },
      { regionCode: B, until: BASE + 13 * HOUR },
      { regionCode: A, until: BASE + 21 * HOUR },
      { regionCode: "520102002" },
    ].map((place) => ({ ...place, tenantId: "west" }));
    const deviceNo = await world.device("commuter", places);
    await insertReadings(
      world.db.pool,
      deviceNo,
      Array.from({ length: 10 }, (_, i) => ({ at: iso(BASE + i * 4 * HOUR), volume: 2 ** i })),
    );
    // Read at hours 0, 4, 8, …: 2 at 4; 4 + 8 elsewhere; 16, 32 and so on.
    expect((await byDevice(A, world.PLATFORM)).commuter).toBe(1 + 8 + 16);
    expect((await byDevice(B, world.PLATFORM)).commuter).toBe(2 + 4);
    expect((await byDevice("520102002", world.PLATFORM)).commuter).toBe(32 + 64 + 128 + 256 - 0);
    const listed = await groups(`region=${A}&groupBy=device`, world.PLATFORM);
    expect(listed.filter(({ deviceId }) => deviceId === "commuter")).toHaveLength(1);
    expect(find(listed, "commuter")).toMatchObject({
      from: null,
      until: iso(BASE + 21 * HOUR),
      regionCode: A,
    });
  });

  it("come as CSV with when they were there", async () => {
    const { text } = await world.api.call({
      url: `/v1/series?kind=gas-meter&metrics=volume&region=${A}&groupBy=device&interval=1mo&${RANGE}&bom=0`,
      headers: { ...world.NORTH, accept: "text/csv" },
    });
    const lines = text
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    expect(lines[0]!.slice(-3)).toEqual(["deleted", "from", "until"]);
    const sums: Record<string, number> = {};
    for (const [id, , , , , delta] of lines.slice(1)) sums[id!] = (sums[id!] ?? 0) + Number(delta);
    expect(sums).toEqual({ kept: 36, sold: 36, gone: 36 });
    expect(lines.slice(1).map((line) => [line[0], line.at(-3)])).toContainEqual(["gone", "true"]);
  });
});
