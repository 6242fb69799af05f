import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;

/** Alarms of one meter, the oldest first: rule, severity, the hour of 1 March 2026 at which it was raised, value. */
const ALARMS = [
  ["pressure_high", "major", 1, 4.6],
  ["leak", "critical", 2, null],
  ["silent", "minor", 3, null],
  ["battery_low", "minor", 4, 3.05],
  ["off_scale_flow", "major", 5, 99],
  ["gone", "warning", 6, null],
] as const;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query("update regions set name_en = 'Guiyang' where code = '5201'");
  const deviceNo = await insertDevice(db.pool, "m-1");
  await db.pool.query("update devices set name = '厨房' where id = 'm-1'");
  for (const [rule, severity, hour, value] of ALARMS) {
    await db.pool.query(
      "insert into alarms (device_no, rule, severity, message, value, raised_at) values ($1, $2, $3, $4, $5, $6)",
      [deviceNo, rule, severity, `in English: ${rule}`, value, `2026-03-01T0${hour}:00:00Z`],
    );
  }
  api = await startApi(db.pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

interface AlarmJson {
  readonly id: number;
  readonly rule: string;
  readonly text: { readonly zh: string; readonly en: string };
}
const list = async (query: string) =>
  (await api.call(`/v1/alarms?${query}`)).json as { items: AlarmJson[]; nextCursor: string | null };
const rules = async (query: string) => (await list(query)).items.map(({ rule }) => rule);
const newestFirst = ALARMS.map(([rule]) => rule).toReversed();

describe("an alarm", () => {
  it("carries its device's name, the names of its region and of those around it, and text in both languages", async () => {
    const { items } = await list("rule=pressure_high");
    expect(items).toMatchObject([
      {
        deviceId: "m-1",
        deviceName: "厨房",
        regionCode: "520102001",
        regionPath: {
          zh: ["贵州省", "贵阳市", "南明区", "新华街道"],
          en: ["贵州省", "Guiyang", "南明区", "新华街道"],
        },
        message: "in English: pressure_high",
        text: { zh: "管道压力过高（管道压力 4.6 kPa，限值 3 kPa）", en: "in English: pressure_high" },
        times: 1,
        raisedAt: "2026-03-01T01:00:00.000Z",
        lastRaisedAt: "2026-03-01T01:00:00.000Z",
        note: null,
      },
    ]);
    const texts = (await list("")).items.map(({ rule, text }) => [rule, text.zh]);
    expect(Object.fromEntries(texts)).toMatchObject({
      leak: "上报燃气泄漏",
      silent: "超过一天没有上报",
      battery_low: "电池需要更换（电池电压 3.05 V，限值 3.1 V）",
      off_scale_flow: "瞬时流量超出量程（瞬时流量 99 m3/h）",
      gone: "in English: gone",
    });
  });

  it("has Chinese text for every rule of the catalog", () => {
    const lacking = catalog.flatMap(({ kind, alarms }) =>
      alarms.filter(({ zh }) => !/\p{Script=Han}/u.test(zh ?? "")).map(({ rule }) => `${kind} ${rule}`),
    );
    expect(lacking).toEqual([]);
  });

  it("does not tell the name that somebody else has given the device since", async () => {
    await db.pool.query("update devices set region_code = '520103' where id = 'm-1'");
    const old = (await list("state=all&rule=leak")).items.at(-1);
    expect(old).toMatchObject({ deviceName: null, regionCode: "520102001" });
    await db.pool.query("update devices set region_code = '520102001' where id = 'm-1'");
    await db.pool.query(
      "delete from alarms where raised_at > '2026-03-02'; update alarms set cleared_at = null; delete from former_places",
    );
    await db.pool.query(
      "alter table devices disable trigger user; update devices set placed_since = default; alter table devices enable trigger user",
    );
  });
});

describe("a list of alarms", () => {
  it.each([
    ["rule=leak,silent", ["silent", "leak"]],
    ["from=2026-03-01T03:00:00Z&to=2026-03-01T05:00:00Z", ["battery_low", "silent"]],
    ["acknowledged=true", []],
    ["acknowledged=false", newestFirst],
    ["sort=raisedAt", newestFirst],
    ["sort=severity", ["leak", "off_scale_flow", "pressure_high", "battery_low", "silent", "gone"]],
  ])("is narrowed or put in order by %s, also page by page", async (query, expected) => {
    expect(await rules(query)).toEqual(expected);
    const found: string[] = [];
    let cursor = "";
    do {
      const page = await list(`${query}&limit=1${cursor && `&cursor=${cursor}`}`);
      found.push(...page.items.map(({ rule }) => rule));
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    expect(found).toEqual(expected);
  });

  it("refuses what it does not know, and a cursor of another order", async () => {
    for (const query of ["acknowledged=perhaps", "sort=rule", "rule=No", "from=yesterday"]) {
      expect((await api.call(`/v1/alarms?${query}`)).status, query).toBe(400);
    }
    const { nextCursor } = await list("sort=severity&limit=1");
    expect((await api.call(`/v1/alarms?limit=1&cursor=${nextCursor}`)).json.code).toBe("invalid_cursor");
  });
});

describe("an acknowledgement", () => {
  it("keeps the note of whoever was first, and is on record with it", async () => {
    const id = (await list("rule=battery_low")).items[0]!.id;
    const acknowledge = (payload: object) =>
      api.call({ method: "POST", url: `/v1/alarms/${id}/acknowledge`, payload });
    expect((await acknowledge({ by: "Li", note: "  New cell on Monday " })).json).toMatchObject({
      acknowledgedBy: "Li",
      note: "New cell on Monday",
      text: { zh: expect.stringContaining("电池需要更换") },
    });
    expect((await acknowledge({ by: "Wang", note: "Me too" })).json).toMatchObject({
      acknowledgedBy: "Li",
      note: "New cell on Monday",
    });
    expect(await rules("acknowledged=true")).toEqual(["battery_low"]);
    const { rows } = await db.pool.query(
      "select after from audit where action = 'alarm.acknowledge' and object_id = $1",
      [String(id)],
    );
    expect(rows).toMatchObject([{ after: { note: "New cell on Monday" } }]);
    expect((await acknowledge({ note: "n".repeat(2001) })).status).toBe(400);
  });
});
