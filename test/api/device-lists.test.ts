import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../../access/roles.ts";
import { rhythmOf } from "../../api/devices/present.ts";
import { catalog } from "../../devices/catalog.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { DEVICE_STATUSES, statusOf } from "../../store/devices/device-status.ts";
import { recordLastSeen } from "../../store/devices/last-seen.ts";
import { listDevices } from "../../store/devices/list-devices.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
const now = Date.now();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Minutes since a gas meter, which reports every hour, was last heard. */
const HEARD: [id: string, minutes: number | undefined][] = [
  ["m-ok", 30],
  ["m-late", 121],
  ["m-silent", 25 * 60 + 1],
  ["m-never", undefined],
];

beforeAll(async () => {
  db = await createTestDatabase();
  const { pool } = db;
  await insertRegions(pool);
  await pool.query("insert into tenants (id, name, use) values ('gas-co', 'Gas', 'commercial')");
  const gateway = await insertDevice(pool, "gw-1", { kind: "lora-gateway", regionCode: "520103" });
  for (const [id, minutes] of HEARD) {
    const deviceNo = await insertDevice(pool, id, { tenantId: id === "m-ok" ? "gas-co" : null });
    if (minutes !== undefined) await recordLastSeen(pool, [{ deviceNo, at: now - minutes * MINUTE }]);
  }
  await pool.query(
    `update devices set gateway_no = $1, name = '表 ' || id, attributes = '{"building": 7, "note": "a:b"}'
     where id in ('m-late', 'm-silent')`,
    [gateway],
  );
  for (const [id, more] of [
    ["m-ok", { "a:b": "c:d", 'say "hi"': "yes", "": "none" }],
    ["m-late", { a: "b:c:d" }],
  ] as const)
    await pool.query("update devices set attributes = attributes || $2::jsonb where id = $1", [
      id,
      JSON.stringify(more),
    ]);
  await pool.query(
    `insert into alarms (device_no, rule, severity, message, raised_at, cleared_at)
     select device_no, 'leak', 'critical', 'm', now(), null from devices where id = 'm-late'
     union all select device_no, 'silent', 'minor', 'm', now(), now() from devices where id = 'm-silent'`,
  );
  api = await startApi(pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const list = async (query: string) => (await api.call(`/v1/devices?${query}`)).json;
const idsOf = async (query: string) => (await list(query)).items.map(({ id }: { id: string }) => id);

describe("a device's status", () => {
  it("goes by the rhythm of its kind, and its list says when each was last heard", async () => {
    const { items } = await list("kind=gas-meter");
    const found = items.map(({ id, status, lastSeenAt }: Record<string, string | null>) => [
      id,
      status,
      lastSeenAt === null ? undefined : (now - Date.parse(lastSeenAt!)) / MINUTE,
    ]);
    const statuses = ["ok", "late", "silent", "never"];
    expect(found).toEqual(HEARD.map(([id, minutes], i) => [id, statuses[i], minutes]));
    expect((await api.call("/v1/devices/m-late")).json.status).toBe("late");
    const changed = { method: "PATCH", url: "/v1/devices/m-never", payload: { name: null } } as const;
    expect((await api.call(changed)).json).toMatchObject({ status: "never", lastSeenAt: null });
  });

  it("is the same to the millisecond in the database and beside it, for every kind", async () => {
    const rhythms = catalog.map(rhythmOf);
    expect(rhythmOf(gasMeter)).toEqual({ kind: "gas-meter", lateMs: 2 * HOUR, silentMs: 25 * HOUR });
    const { rows } = await db.pool.query(
      "select device_no, seen_at from device_last_seen join devices using (device_no) where id = 'm-ok'",
    );
    const seenAt: Date = rows[0].seen_at;
    for (const { kind, lateMs, silentMs } of rhythms) {
      await db.pool.query("update devices set kind = $1 where id = 'm-ok'", [kind]);
      for (const ms of [0, lateMs, lateMs + 1, silentMs, silentMs + 1]) {
        const now = new Date(seenAt.getTime() + ms);
        const rhythm = rhythms.find((each) => each.kind === kind)!;
        for (const status of DEVICE_STATUSES) {
          const filter = { status: [status], q: "m-ok" };
          const page = await listDevices(db.pool, filter, NO_LIMITS, { rhythms, now }, { limit: 5 });
          expect(page.items.length, `${kind} ${ms} ${status}`).toBe(
            statusOf(rhythm, seenAt, now) === status ? 1 : 0,
          );
        }
      }
    }
    await db.pool.query("update devices set kind = 'gas-meter' where id = 'm-ok'");
  });
});

describe("lists of devices", () => {
  it.each([
    ["status=late", ["m-late"]],
    ["kind=gas-meter&status=silent,never", ["m-silent", "m-never"]],
    ["gateway=gw-1", ["m-late", "m-silent"]],
    ["gateway=nobody", []],
    ["tenant=gas-co", ["m-ok"]],
    ["alarm=any", ["m-late"]],
    ["alarm=critical", ["m-late"]],
    ["alarm=minor", []],
    ["kind=gas-meter&alarm=none", ["m-ok", "m-silent", "m-never"]],
    ["attribute=building:7&status=late", ["m-late"]],
    ["attribute=note:a:b", ["m-late", "m-silent"]],
    ["attribute=building:8", []],
    ['attribute="building":7', ["m-late", "m-silent"]],
    // A plain key ends with its first colon, whatever else would fit.
    ["attribute=a:b:c:d", ["m-late"]],
    ['attribute="a:b":c:d', ["m-ok"]],
    ['attribute="a:b:c":d', []],
    ['attribute="say \\"hi\\"":yes', ["m-ok"]],
    ['attribute="":none', ["m-ok"]],
    ['attribute="note":', []],
  ])("are narrowed by %s", async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  it.each([
    ["sort=id", ["gw-1", "m-late", "m-never", "m-ok", "m-silent"]],
    ["sort=id&order=desc", ["m-silent", "m-ok", "m-never", "m-late", "gw-1"]],
    ["sort=name", ["gw-1", "m-ok", "m-never", "m-late", "m-silent"]],
    ["sort=lastSeenAt", ["gw-1", "m-never", "m-silent", "m-late", "m-ok"]],
    ["sort=lastSeenAt&order=desc", ["m-ok", "m-late", "m-silent", "m-never", "gw-1"]],
    ["order=desc", ["m-never", "m-silent", "m-late", "m-ok", "gw-1"]],
  ])("come in the order of %s, also page by page", async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
    const found: string[] = [];
    let cursor = "";
    do {
      const page = await list(`${query}&limit=2${cursor && `&cursor=${cursor}`}`);
      found.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    expect(found).toEqual(ids);
  });

  it("refuse what they do not know, and a cursor of another order", async () => {
    for (const query of [
      ...["status=tired", "sort=colour", "alarm=loud", "attribute=building", "attribute=:7"],
      ...[
        'attribute="a:b',
        'attribute="a:b"',
        'attribute="a"b:c',
        'attribute="\\x":c',
        'attribute="\\ud800":c',
      ],
    ]) {
      expect((await api.call(`/v1/devices?${query}`)).status, query).toBe(400);
    }
    const { nextCursor } = await list("sort=id&limit=1");
    expect((await api.call(`/v1/devices?limit=1&cursor=${nextCursor}`)).json.code).toBe("invalid_cursor");
  });

  it("count devices by what each has one of", async () => {
    const count = async (query: string) => {
      const { items, total } = (await api.call(`/v1/device-counts?${query}`)).json;
      const counts = Object.fromEntries(
        items.map(({ value, devices }: { value: string | null; devices: number }) => [
          String(value),
          devices,
        ]),
      );
      expect(total).toBe(Object.values<number>(counts).reduce((sum, n) => sum + n, 0));
      return counts;
    };
    expect(await count("")).toEqual({ late: 1, never: 2, ok: 1, silent: 1 });
    expect(await count("by=kind&status=never")).toEqual({ "gas-meter": 1, "lora-gateway": 1 });
    expect(await count("by=region&region=5201")).toEqual({ "520102": 4, "520103": 1 });
    expect(await count("by=tenant")).toEqual({ "gas-co": 1, null: 4 });
    expect(await count("by=gateway&kind=gas-meter")).toEqual({ "gw-1": 2, null: 2 });
  });

  it("tell of alarms to those alone who may read them, and only there", async () => {
    const callers = createCallers();
    const own = await startApi(db.pool, { access: callers.access });
    const ask = (scopes: Scope[], region: string, url: string) => {
      const everywhere = { scopes: ["devices:read" as const], area: areaOf({}) };
      const wall = personWith("wall", [everywhere, { scopes, area: areaOf({ regions: [region] }) }]);
      return own.call({ url, headers: callers.as(wall) });
    };
    for (const url of ["/v1/devices?alarm=any", "/v1/device-counts?alarm=none"]) {
      expect((await ask(["devices:read"], "52", url)).json.code, url).toBe("forbidden");
    }
    const found = async (region: string, alarm: string) => {
      const { items } = (await ask(["alarms:read"], region, `/v1/devices?alarm=${alarm}`)).json;
      return items.map(({ id }: { id: string }) => id);
    };
    expect(await found("520103", "any")).toEqual([]);
    expect(await found("520103", "none")).toEqual(["gw-1"]);
    expect(await found("520102", "any")).toEqual(["m-late"]);
    await own.app.close();
  });
});

describe("the ledgers of many devices", () => {
  it("hold what is folded, what is not yet, and what is under way", async () => {
    const { rows } = await db.pool.query(
      "select device_no from devices where id in ('m-ok', 'm-late') order by 1",
    );
    const [ok, late] = rows.map(({ device_no }) => device_no);
    await db.pool.query(
      "insert into device_ledger (device_no, received, stored, rejected) values ($1, 10, 7, 1)",
      [ok],
    );
    await db.pool.query(
      `insert into ledger_batches (device_nos, received, stored, rejected)
       values (array[$1, $2]::int[], '{3,5}', '{3,4}', '{0,1}'), (array[$1]::int[], '{1}', '{0}', '{1}')`,
      [ok, late],
    );
    const own = await startApi(db.pool, { pendingOf: (deviceNo) => (deviceNo === late ? 2 : 0) });
    const { items, nextCursor } = (await own.call("/v1/ledger?kind=gas-meter&limit=2")).json;
    const of = (deviceId: string, counts: object) => ({
      deviceId,
      kind: "gas-meter",
      regionCode: "520102001",
      ...counts,
    });
    expect(items).toEqual([
      of("m-ok", { received: 14, stored: 10, duplicate: 2, rejected: 2, pending: 0 }),
      of("m-late", { received: 7, stored: 4, duplicate: 0, rejected: 1, pending: 2 }),
    ]);
    const rest = (await own.call(`/v1/ledger?kind=gas-meter&limit=2&cursor=${nextCursor}`)).json;
    expect(rest).toMatchObject({
      items: [{ deviceId: "m-silent", received: 0 }, { deviceId: "m-never" }],
      nextCursor: null,
    });
    const single = (await own.call("/v1/devices/m-ok/ledger")).json;
    expect(of("m-ok", single)).toEqual(items[0]);
    const behind = (await own.call("/v1/ledger?gateway=gw-1")).json.items;
    expect(behind.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(["m-late", "m-silent"]);
    const { text } = await own.call({ url: "/v1/ledger?region=520102", headers: { accept: "text/csv" } });
    expect(text.split("\r\n").slice(0, 2)).toEqual([
      "deviceId,kind,regionCode,received,stored,duplicate,rejected,pending",
      "m-ok,gas-meter,520102001,14,10,2,2,0",
    ]);
    await own.app.close();
  });

  it("leave out what came while a device was where the caller may not look", async () => {
    await db.pool.query(
      `insert into former_places (device_no, id, kind, region_code, from_at, until_at, received, stored, rejected)
       select device_no, id, kind, place, '-infinity', until, n, n - 1, 1
       from devices, unnest('{520103,520102}'::text[], '{2025-01-01,2025-01-02}'::timestamptz[], '{4,2}'::int[])
         as f (place, until, n) where id = 'm-ok'`,
    );
    const callers = createCallers();
    const own = await startApi(db.pool, { access: callers.access });
    const ask = async (region: string) => {
      const grants = [{ scopes: ["ledger:read" as const], area: areaOf({ regions: [region] }) }];
      const headers = callers.as(personWith("auditor", grants));
      return (await own.call({ url: "/v1/ledger?kind=gas-meter&limit=1", headers })).json.items[0];
    };
    expect(await ask("52")).toMatchObject({ deviceId: "m-ok", received: 14, stored: 10, rejected: 2 });
    expect(await ask("520102")).toMatchObject({ deviceId: "m-ok", received: 10, stored: 7, rejected: 1 });
    await own.app.close();
  });
});
