import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type Principal } from "../../access/decide.ts";
import { devicePointsSchema } from "../../api/devices/schema.ts";
import { SEVERITIES } from "../../devices/kind.ts";
import { recordLastSeen } from "../../store/devices/last-seen.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { type Api, startApi } from "./harness.ts";
import { fixedPrincipals } from "./matrix/principals.ts";
import { makeWorld } from "./matrix/world.ts";

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const everybodysViewer = personWith("viewer of all", [{ role: "viewer", area: areaOf({}) }]);

/** The matrix's devices in a row from west to east; each sixth has no location. */
beforeAll(async () => {
  db = await createTestDatabase();
  const { pool } = db;
  await makeWorld(pool);
  await pool.query(
    "update devices set longitude = 106 + device_no / 100.0, latitude = 27 - device_no / 50.0",
  );
  await pool.query("update devices set longitude = null, latitude = null where device_no % 6 = 0");
  const { rows } = await pool.query("select device_no from devices where device_no % 3 > 0");
  await recordLastSeen(
    pool,
    rows.map(({ device_no: deviceNo }) => ({ deviceNo, at: Date.now() - deviceNo * 3_600_000 })),
  );
  await pool.query(
    "update alarms set severity = case when alarm_no % 2 = 0 then 'warning' else 'major' end, cleared_at = case when alarm_no % 5 = 0 then raised_at end",
  );
  await pool.query(
    `insert into alarms (device_no, rule, severity, message, raised_at)
     select device_no, 'other', case when device_no % 4 = 0 then 'critical' else 'minor' end, 'm', '2026-01-01' from devices
     where device_no % 2 = 0 and deleted_at is null`,
  );
  api = await startApi(pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const ask = async (principal: Principal, url: string) =>
  api.call({ url: `/v1/${url}`, headers: callers.as(principal) });

interface Listed {
  id: string;
  name: string | null;
  kind: string;
  status: string;
  location: { longitude: number; latitude: number } | null;
}

/** The same from the lists of devices and of alarms. */
async function fromLists(principal: Principal, query: string, [west, south, east, north]: number[]) {
  const { items } = (await ask(principal, `devices?limit=1000${query}`)).json;
  const alarms = decide(principal, "alarms:read").allowed
    ? (await ask(principal, "alarms?limit=1000")).json.items
    : [];
  const worst = (id: string) =>
    SEVERITIES.find((severity) =>
      alarms.some(
        (alarm: { deviceId: string; severity: string }) =>
          alarm.deviceId === id && alarm.severity === severity,
      ),
    ) ?? null;
  return items.flatMap(({ id, name, kind, status, location }: Listed) => {
    if (!location) return [];
    const { longitude: lon, latitude: lat } = location;
    if (lon < west! || lon > east! || lat < south! || lat > north!) return [];
    return { id, name, kind, status, lon, lat, alarm: worst(id) };
  });
}

const READERS = fixedPrincipals().filter((principal) => decide(principal, "devices:read").allowed);
const FILTERS = ["", "&kind=camera", "&region=5201&status=ok,late", "&q=speaker", "&tenant=gas"];
const WORLD = [-180, -90, 180, 90];
// Its corners are devices of the row.
const BOX = [106.04, 26.6, 106.2, 26.92];

describe("points are the devices in a box, as the lists of devices and alarms have them, for", () => {
  it.each(READERS.map((principal) => [principal.id, principal] as const))("%s", async (_id, principal) => {
    for (const filter of FILTERS)
      for (const box of [WORLD, BOX]) {
        const { status, json } = await ask(principal, `device-points?bbox=${box}${filter}`);
        expect([status, json.truncated]).toEqual([200, false]);
        expect(devicePointsSchema.parse(json)).toEqual(json);
        expect(json.items).toEqual(await fromLists(principal, filter, box));
      }
    if (!decide(principal, "alarms:read").allowed) {
      expect((await ask(principal, "device-points?alarm=any")).json.code).toBe("forbidden");
    } else {
      const { items } = (await ask(principal, "device-points?alarm=critical")).json;
      expect(items).toEqual(await fromLists(principal, "&alarm=critical", WORLD));
    }
  });
});

describe("points", () => {
  it("show something here, and the edges of the box belong to it", async () => {
    const { json } = await ask(everybodysViewer, `device-points?bbox=${BOX}`);
    const lons = json.items.map(({ lon }: { lon: number }) => lon);
    expect([lons[0], lons.at(-1), lons.length]).toEqual([106.04, 106.2, 14]);
    expect(new Set(json.items.map(({ alarm }: { alarm: string }) => alarm))).toEqual(
      new Set(["critical", "major", "minor", null]),
    );
  });

  it.each(["106,26,105,27", "106,27,107,26", "106,26,107", "a,b,c,d", "", "106,26,107,27,1", "1e9,1,2,3"])(
    "refuse the box %s",
    async (bbox) => {
      const { status, json } = await ask(everybodysViewer, `device-points?bbox=${bbox}`);
      expect([status, json.faults[0].path]).toEqual([400, "/bbox"]);
    },
  );

  it("leave a device reachable whose id is their name", async () => {
    await db.pool.query("update devices set id = 'points' where id = 'd520103-camera-gas'");
    expect((await ask(everybodysViewer, "devices/points")).json.id).toBe("points");
    await db.pool.query("update devices set id = 'd520103-camera-gas' where id = 'points'");
  });

  it("are ten thousand at most, and say when there are more", async () => {
    const add = (from: number, to: number) =>
      db.pool.query(
        `insert into devices (id, kind, region_code, token_hash, longitude, latitude)
         select 'many-' || n, 'camera', '5202', '\\x00', 100, 20 from generate_series($1::int, $2::int) n`,
        [from, to],
      );
    await add(1, 10_000);
    const of = async () => {
      const { json } = await ask(everybodysViewer, "device-points?bbox=100,20,100,20");
      return [json.items.length, json.truncated];
    };
    expect(await of()).toEqual([10_000, false]);
    await add(10_001, 10_001);
    expect(await of()).toEqual([10_000, true]);
  });
});
