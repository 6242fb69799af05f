import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type Principal } from "../../access/decide.ts";
import { SEVERITIES } from "../../devices/kind.ts";
import { recordLastSeen } from "../../store/devices/last-seen.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";
import { fixedPrincipals } from "./matrix/principals.ts";
import { makeWorld } from "./matrix/world.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const DAY = 86_400_000;

/** The matrix's province, with devices of every status, one that has moved, and broadcasts in every state to watch. */
beforeAll(async () => {
  db = await createTestDatabase();
  const { pool } = db;
  await makeWorld(pool);
  await insertDevice(pool, "above", { kind: "speaker", regionCode: "52" });
  await insertDevice(pool, "in-the-village", { kind: "speaker", regionCode: "520102001001" });
  const { rows } = await pool.query("select device_no from devices order by device_no");
  const ages = [0, DAY / 12, 40 * DAY];
  const heard = rows.flatMap(({ device_no: deviceNo }, at) => {
    const age = ages[at % 4];
    return age === undefined ? [] : [{ deviceNo, at: Date.now() - age }];
  });
  await recordLastSeen(pool, heard);
  await pool.query(
    `update alarms set severity = (array['critical','major','minor','warning'])[1 + alarm_no % 4],
            acknowledged_at = case when alarm_no % 3 = 0 then raised_at end,
            cleared_at = case when alarm_no % 5 = 0 then raised_at end`,
  );
  await pool.query("update devices set region_code = '520201' where id like 'd520103-speaker-%'");
  // What was raised before they came, and the time when they were heard there, is not the new place's.
  await pool.query(
    `update alarms set raised_at = '2026-01-01' where cleared_at is null
       and device_no in (select device_no from devices where id like 'd520103-speaker-%')`,
  );
  await pool.query(`update broadcasts set
      state = case id when 'b-province' then 'playing' when 'b-city' then 'dispatching' when 'b-counties' then 'pending_approval' else state end,
      review = case id when 'b-village' then 'open' when 'b-city' then 'open' else review end,
      regions = case id when 'b-city' then '{520102001001,5201,520102001}' else regions end`);
  api = await startApi(pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const everybodysViewer = personWith("viewer of all", [{ role: "viewer", area: areaOf({}) }]);

const ask = async (principal: Principal, url: string) =>
  api.call({ url: `/v1/${url}`, headers: callers.as(principal) });

async function itemsOf(principal: Principal, list: string, region: string | undefined, more = "") {
  const where = region === undefined ? "" : `&region=${region}`;
  const limit = list === "broadcasts" ? 200 : 1000;
  const { status, json } = await ask(principal, `${list}?limit=${limit}${where}${more}`);
  expect(status).toBe(200);
  expect(json.nextCursor).toBeNull();
  return json.items;
}

const noDevices = () => ({ total: 0, ok: 0, late: 0, silent: 0, never: 0 });

/** The numbers of a region as the lists have them. */
async function fromLists(principal: Principal, region: string | undefined) {
  const devices: Record<string, Record<string, number>> = {};
  const speakers: Record<string, number> = { ...noDevices(), connected: 0 };
  for (const { kind, status, presence } of await itemsOf(principal, "devices", region)) {
    devices[kind] ??= noDevices();
    if (kind === "speaker" && presence?.connected) speakers.connected!++;
    for (const counts of kind === "speaker" ? [devices[kind], speakers] : [devices[kind]]) {
      counts.total!++;
      counts[status]!++;
    }
  }
  return {
    devices,
    speakers,
    alarms: decide(principal, "alarms:read").allowed ? await alarmsOf(principal, region) : null,
    broadcasts: decide(principal, "broadcasts:read").allowed ? await broadcastsOf(principal, region) : null,
  };
}

async function alarmsOf(principal: Principal, region: string | undefined) {
  const alarms = await itemsOf(principal, "alarms", region);
  return Object.fromEntries(
    SEVERITIES.map((severity) => {
      const these = alarms.filter((alarm: { severity: string }) => alarm.severity === severity);
      const unacknowledged = these.filter((alarm: { acknowledgedAt: null }) => !alarm.acknowledgedAt);
      return [severity, { active: these.length, unacknowledged: unacknowledged.length }];
    }),
  );
}

const broadcastsOf = async (principal: Principal, region: string | undefined) => ({
  onAir: (await itemsOf(principal, "broadcasts", region, "&state=dispatching,playing")).length,
  pendingApproval: (await itemsOf(principal, "broadcasts", region, "&state=pending_approval")).length,
  openReview: (await itemsOf(principal, "broadcasts", region, "&review=open")).length,
});

const READERS = fixedPrincipals().filter((principal) => decide(principal, "devices:read").allowed);

describe("a summary has the numbers of the lists, region by region, for", () => {
  it.each([
    ...READERS.map((principal) => [principal.id, principal] as const),
    [
      "viewer of the place to which devices have moved",
      personWith("mover", [{ role: "viewer", area: areaOf({ regions: ["520201"] }) }]),
    ],
    [
      "viewer of one village",
      personWith("village", [{ role: "viewer", area: areaOf({ regions: ["520102001001"] }) }]),
    ],
    [
      "whoever sees devices here and alarms there",
      personWith("split", [
        { scopes: ["devices:read", "regions:read"], area: areaOf({ regions: ["5201"] }) },
        { scopes: ["alarms:read"], area: areaOf({ regions: ["520102"], kinds: ["camera"] }) },
      ]),
    ],
  ] as const)("%s", async (_name, principal) => {
    for (const [region, level] of [
      [undefined, undefined],
      [undefined, "county"],
      ["52", "village"],
      ["5201", undefined],
      ["520102", "township"],
      ["520102001001", undefined],
    ] as const) {
      const query = new URLSearchParams({ ...(region && { region }), ...(level && { level }) });
      const { status, json } = await ask(principal, `summary?${query}`);
      const known = region === undefined || mayKnow(principal, region);
      expect([region, status, json.code]).toEqual(
        known ? [region, 200, undefined] : [region, 404, "region_not_found"],
      );
      if (!known) continue;
      expect(json.total).toEqual(await fromLists(principal, region));
      for (const { code, name, nameEn, level: own, parentCode, ...counts } of json.items) {
        expect([code, own, parentCode === null || code.startsWith(parentCode)]).toEqual([
          code,
          json.level,
          true,
        ]);
        expect([typeof name, nameEn]).toEqual(["string", null]);
        expect([code, counts]).toEqual([code, await fromLists(principal, code)]);
      }
    }
  });
});

/** The regions within the caller's limits of reading devices, and those on the way there. */
const mayKnow = (principal: Principal, region: string): boolean => {
  const decision = decide(principal, "devices:read");
  return (
    decision.allowed &&
    decision.limits.some(
      ({ regions }) =>
        regions === "all" || regions.some((own) => own.startsWith(region) || region.startsWith(own)),
    )
  );
};

describe("a summary", () => {
  it("gives each part of a level, the next one below by default, also without a device", async () => {
    const of = async (query: string) => {
      const { json } = await ask(everybodysViewer, `summary?${query}`);
      return [json.region?.code ?? null, json.level, json.items.map(({ code }: { code: string }) => code)];
    };
    expect(await of("")).toEqual([null, "province", ["52"]]);
    expect(await of("region=52")).toEqual(["52", "city", ["5201", "5202"]]);
    expect(await of("region=52&level=county")).toEqual(["52", "county", ["520102", "520103", "520201"]]);
    expect(await of("region=520102&level=village")).toEqual(["520102", "village", ["520102001001"]]);
    expect(await of("region=520102001001")).toEqual(["520102001001", "village", []]);
  });

  it("counts a device that is registered above the level in the total alone", async () => {
    const { json } = await ask(everybodysViewer, "summary?region=52&level=village");
    const inItems = json.items.reduce(
      (sum: number, each: { speakers: { total: number } }) => sum + each.speakers.total,
      0,
    );
    expect([json.total.speakers.total, inItems]).toEqual([14, 1]);
  });

  it("counts a broadcast once in each region that it reaches, however its regions lie in each other", async () => {
    const { json } = await ask(everybodysViewer, "summary?region=5201&level=village");
    expect(json.items[0]).toMatchObject({ broadcasts: { onAir: 2, pendingApproval: 0, openReview: 2 } });
    expect(json.total.broadcasts).toEqual({ onAir: 2, pendingApproval: 1, openReview: 2 });
  });

  // Through a replica they would not be counted here.
  it.skipIf(process.env.DATABASE_READ_URL)(
    "asks the database the same number of times whatever there is to count",
    async () => {
      const count = async (query: string) => {
        let asked = 0;
        const { pool } = db;
        const original = pool.query;
        pool.query = ((...args: Parameters<typeof original>) => {
          asked++;
          return original.apply(pool, args);
        }) as typeof original;
        expect((await ask(everybodysViewer, `summary?${query}`)).status).toBe(200);
        pool.query = original;
        return asked;
      };
      expect([await count("region=520102001001"), await count("region=52&level=county")]).toEqual([4, 4]);
    },
  );

  it("refuses a level that is not below the region, and a region that there is not", async () => {
    const refused = await ask(everybodysViewer, "summary?region=520102&level=city");
    expect([refused.status, refused.json.faults[0].path]).toEqual([400, "/level"]);
    expect((await ask(everybodysViewer, "summary?region=520102&level=county")).status).toBe(400);
    expect((await ask(everybodysViewer, "summary?region=5209")).json.code).toBe("region_not_found");
  });

  it("refuses more parts than it can give at once", async () => {
    await db.pool.query(
      `insert into regions (code, parent_code, name, level)
       select '520102002' || lpad(n::text, 3, '0'), '520102002', 'v', 5 from generate_series(0, 999) n
       union all select '52' || n, '52', 'c', 2 from generate_series(10, 15) n
       union all select '52' || n || '01', '52' || n, 'c', 3 from generate_series(10, 15) n
       union all select '52' || n || '01001', '52' || n || '01', 't', 4 from generate_series(10, 15) n
       union all select '52' || n || '01001' || lpad(m::text, 3, '0'), '52' || n || '01001', 'v', 5
                 from generate_series(10, 15) n, generate_series(0, 999) m`,
    );
    const all = await ask(everybodysViewer, "summary?region=52&level=village");
    expect([all.status, all.json.faults[0].path]).toEqual([400, "/level"]);
    const one = await ask(everybodysViewer, "summary?region=5201&level=village");
    expect([one.status, one.json.items.length]).toEqual([200, 1001]);
  });
});
