import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import { kindByName, kindsWith } from "../../devices/catalog.ts";
import type { Credential } from "../../seeds/credentials.ts";
import { seedDemoFleet } from "../../seeds/demo-fleet.ts";
import { DEMO_COUNTY, DEMO_SIZE, placeName, planDemoFleet } from "../../seeds/demo-plan.ts";
import { guizhouRegions } from "../../seeds/regions.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");
const TOTAL = DEMO_SIZE.gateways + DEMO_SIZE.meters + DEMO_SIZE.speakers + DEMO_SIZE.cameras;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the plan of the demo fleet", () => {
  const county = guizhouRegions().filter((region) => region.code.startsWith(DEMO_COUNTY));
  const villages = county.filter((region) => region.level === 5);
  const townships = county.filter((region) => region.level === 4);
  const center = { longitude: 107.9, latitude: 28.56 };
  const plan = planDemoFleet({ center, townships, villages });

  it("is the same on every run, with ids that name the kind and the county", () => {
    expect(planDemoFleet({ center, townships, villages })).toEqual(plan);
    expect(plan).toHaveLength(TOTAL);
    expect(new Set(plan.map((device) => device.id)).size).toBe(TOTAL);
    for (const device of plan) expect(device.id).toMatch(/^(gw|gm|sp|cam)-520326-\d{6}$/);
  });

  it("uses kinds of the catalog, and puts meters behind devices that are gateways", () => {
    const gateways = new Set(plan.filter((d) => kindsWith("gateway").includes(d.kind)).map((d) => d.id));
    expect(gateways.size).toBe(DEMO_SIZE.gateways);
    for (const device of plan) {
      expect(kindByName(device.kind), device.kind).toBeDefined();
      if (device.kind === "gas-meter") expect(gateways).toContain(device.gatewayId);
      else expect(device.gatewayId).toBeUndefined();
    }
  });

  it("spreads the meters evenly over every village and every gateway", () => {
    const count = (key: (device: (typeof plan)[number]) => string | undefined) => {
      const counts = new Map<string | undefined, number>();
      for (const device of plan) {
        if (device.kind === "gas-meter") counts.set(key(device), (counts.get(key(device)) ?? 0) + 1);
      }
      return [...counts.values()];
    };
    expect(count((device) => device.gatewayId)).toEqual([500, 500, 500, 500]);
    const perVillage = count((device) => device.regionCode);
    expect(perVillage).toHaveLength(villages.length);
    expect(Math.max(...perVillage) - Math.min(...perVillage)).toBeLessThanOrEqual(1);
  });

  it("puts everything within 30 km of the county seat", () => {
    for (const { longitude, latitude } of plan) {
      const east = (longitude - center.longitude) * 97.8; // km per degree at 28.56 degrees north
      const north = (latitude - center.latitude) * 110.9;
      expect(Math.hypot(east, north)).toBeLessThan(30);
    }
  });

  it.each([
    ["洪渡社区居民委员会", "洪渡社区"],
    ["三桥村村民委员会", "三桥村"],
    ["田村村村民委员会", "田村村"],
    ["602库居民委员会", "602库"],
    ["东昇社区", "东昇社区"],
  ])("calls %s by its short name %s", (official, short) => {
    expect(placeName(official)).toBe(short);
  });

  it("refuses a county without villages, and a village without its township", () => {
    expect(() => planDemoFleet({ center, townships, villages: [] })).toThrow(/no villages/);
    expect(() => planDemoFleet({ center, townships: [], villages })).toThrow(/no known township/);
  });
});

describe("seeding the demo fleet", () => {
  let database: TestDatabase;
  let dataDir: string;

  beforeAll(async () => {
    database = await createTestDatabase({ regions: true });
  });
  afterAll(() => database?.drop());
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "sbi-seeds-"));
    await database.pool.query("delete from devices where gateway_no is not null");
    await database.pool.query("delete from devices");
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const seed = () => seedDemoFleet(database.pool, { dataDir, log });
  const path = () => join(dataDir, "demo-credentials.json");
  const read = async () => (JSON.parse(await readFile(path(), "utf8")) as { devices: Credential[] }).devices;
  const hashes = async () => {
    const { rows } = await database.pool.query<{ id: string; hash: string }>(
      "select id, encode(token_hash, 'hex') as hash from devices where deleted_at is null",
    );
    return new Map(rows.map((row) => [row.id, row.hash]));
  };
  const expectAgreement = async () => {
    const stored = await hashes();
    const devices = await read();
    expect(devices).toHaveLength(TOTAL);
    for (const device of devices) expect(stored.get(device.id), device.id).toBe(sha256(device.password));
  };

  it("registers every device behind its gateway, and writes tokens that only their owner can read", async () => {
    const result = await seed();
    expect(result).toMatchObject({ devices: TOTAL, created: TOTAL, renewed: 0, credentialsPath: path() });
    await expectAgreement();
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(["demo-credentials.json"]);

    const devices = await read();
    expect(new Set(devices.map((device) => device.password)).size).toBe(TOTAL);
    expect(devices[10]).toMatchObject({
      id: "gm-520326-000007",
      kind: "gas-meter",
      gatewayId: "gw-520326-000001",
      username: "gm-520326-000007",
    });
    for (const device of devices) expect(Buffer.from(device.password, "base64url")).toHaveLength(32);

    const { rows } = await database.pool.query(
      `select d.kind, count(*)::int as count, count(g.device_no)::int as behind_gateway,
              bool_and(g.kind = 'lora-gateway') as right_kind
       from devices d left join devices g on g.device_no = d.gateway_no group by d.kind order by d.kind`,
    );
    expect(rows).toEqual([
      { kind: "camera", count: 40, behind_gateway: 0, right_kind: null },
      { kind: "gas-meter", count: 2000, behind_gateway: 2000, right_kind: true },
      { kind: "lora-gateway", count: 4, behind_gateway: 0, right_kind: null },
      { kind: "speaker", count: 60, behind_gateway: 0, right_kind: null },
    ]);
  });

  it("keeps every token and does not touch the file when run again", async () => {
    await seed();
    const file = await stat(path());
    const before = await hashes();
    expect(await seed()).toMatchObject({ created: 0, renewed: 0 });
    expect(await hashes()).toEqual(before);
    expect((await stat(path())).ino).toBe(file.ino);
  });

  it("makes new tokens for all devices when the file is lost", async () => {
    await seed();
    const before = await hashes();
    await rm(path());
    expect(await seed()).toMatchObject({ created: 0, renewed: TOTAL });
    await expectAgreement();
    const after = await hashes();
    expect([...after].filter(([id, hash]) => before.get(id) === hash)).toEqual([]);
  });

  it("mends only what file and database disagree on", async () => {
    await seed();
    const before = await hashes();
    // One device is gone, and another one's token was changed through the API.
    await database.pool.query("delete from devices where id = 'sp-520326-000003'");
    await database.pool.query("update devices set token_hash = '\\x00' where id = 'cam-520326-000005'");
    expect(await seed()).toMatchObject({ created: 1, renewed: 1 });
    await expectAgreement();
    const after = await hashes();
    const changed = [...after].filter(([id, hash]) => before.get(id) !== hash).map(([id]) => id);
    expect(changed.sort()).toEqual(["cam-520326-000005", "sp-520326-000003"]);
  });

  it("keeps what operators changed on a device", async () => {
    await seed();
    await database.pool.query("update devices set name = '表一' where id = 'gm-520326-000001'");
    await rm(path());
    await seed();
    const { rows } = await database.pool.query("select name from devices where id = 'gm-520326-000001'");
    expect(rows).toEqual([{ name: "表一" }]);
  });

  it("refuses to take over a device that somebody else registered, and changes nothing", async () => {
    await database.pool.query(
      `insert into devices (id, kind, region_code, token_hash) values ('gm-520326-000002', 'gas-meter', '520326', '\\x01')`,
    );
    await expect(seed()).rejects.toMatchObject({ code: "device_exists" });
    expect([...(await hashes())]).toEqual([["gm-520326-000002", "01"]]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it("refuses to write over a file that is not its own", async () => {
    await writeFile(path(), "notes of somebody");
    await expect(seed()).rejects.toThrow(/is not a credentials file/);
    expect(await readFile(path(), "utf8")).toBe("notes of somebody");
    expect((await hashes()).size).toBe(0);
  });

  it("says that the regions are missing rather than failing on a key", async () => {
    const empty = await createTestDatabase();
    try {
      await expect(seedDemoFleet(empty.pool, { dataDir, log })).rejects.toMatchObject({
        code: "region_not_found",
      });
    } finally {
      await empty.drop();
    }
  });

  it("lets two starters seed at once: one makes the fleet, the other finds it", async () => {
    const results = await Promise.all([seed(), seed()]);
    expect(results.map((result) => result.created).sort()).toEqual([0, TOTAL]);
    expect(results.map((result) => result.renewed)).toEqual([0, 0]);
    await expectAgreement();
  });
});
