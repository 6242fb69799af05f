import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/**
 * What was measured stays with the tenant and region that the device had then. Moves happen at the moment of the test,
 * which the database says, and everything else is dated by that.
 */

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const operator = (id: string, area: Parameters<typeof areaOf>[0]) =>
  callers.as(personWith(id, [{ role: "operator", area: areaOf(area) }], "north"));
const NORTH = operator("north", { tenants: ["north"] });
const SOUTH = operator("south", { tenants: ["south"] });
const BOTH = operator("both", { tenants: ["north", "south"] });
const COUNTY = operator("county", { regions: ["520102"] });
const STRANGER = operator("stranger", { tenants: ["west"] });
const PLATFORM = callers.as(ADMINISTRATOR);
const EVERYBODY = { NORTH, SOUTH, BOTH, COUNTY, STRANGER, PLATFORM };

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query(
    "insert into tenants (id, name, use) select id, id, 'commercial' from unnest('{north,south,west}'::text[]) as id",
  );
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

type Caller = { authorization: string };
const get = (url: string, headers: Caller, accept = "application/json") =>
  api.call({ url: `/v1${url}`, headers: { ...headers, accept } });

/** The beginning of the place that a device has, in milliseconds since 1970; -Infinity when it has never moved. */
async function placedSince(id: string): Promise<number> {
  const { rows } = await db.pool.query(
    `select extract(epoch from placed_since)::float8 * 1000 as since from devices
     where id = $1 and deleted_at is null`,
    [id],
  );
  return rows[0].since;
}

async function move(id: string, change: object): Promise<number> {
  const answer = await api.call({
    method: "PATCH",
    url: `/v1/devices/${id}`,
    payload: change,
    headers: PLATFORM,
  });
  expect(answer.status).toBe(200);
  return placedSince(id);
}

const iso = (at: number) => new Date(at).toISOString();

/** One row of everything that has a time, at each of these moments; the counter shows how many there were before. */
async function record(deviceNo: number, moments: readonly number[]): Promise<void> {
  const at = moments.map(iso);
  await insertReadings(
    db.pool,
    deviceNo,
    at.map((moment, index) => ({ at: moment, volume: index + 1 })),
  );
  for (const sql of [
    `insert into events (device_no, observed_at, event_id, phase, type, received_at)
     select $1, at, 'e', 'instant', 'x', at from unnest($2::timestamptz[]) as at`,
    `insert into replies (device_no, observed_at, command_id, outcome, received_at)
     select $1, at, 'c', 'done', at from unnest($2::timestamptz[]) as at`,
    `insert into alarms (device_no, rule, severity, message, raised_at, cleared_at)
     select $1, 'r', 'minor', 'm', at, at from unnest($2::timestamptz[]) as at`,
    `insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
     select at, $1, 'p', 't', 'not_json', 'd', '', 0 from unnest($2::timestamptz[]) as at`,
  ]) {
    await db.pool.query(sql, [deviceNo, at]);
  }
}

const csvMoments = (text: string) =>
  text
    .trim()
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(",")[0]!);

/** The moments that a caller finds on each route by the device's id; null where there is no such device for it. */
async function seen(id: string, caller: Caller): Promise<Record<string, string[] | null>> {
  const found: Record<string, string[] | null> = {};
  const lists: [name: string, url: string, key: string][] = [
    ["readings", `/devices/${id}/readings?limit=2`, "observedAt"],
    ["ascending", `/devices/${id}/readings?limit=3&order=asc`, "observedAt"],
    ["replies", `/devices/${id}/replies?limit=1`, "observedAt"],
    ["events", `/events?device=${id}&limit=3`, "observedAt"],
    ["alarms", `/alarms?state=all&device=${id}&limit=3`, "raisedAt"],
    ["rejections", `/rejections?device=${id}&limit=3`, "receivedAt"],
  ];
  for (const [name, url, key] of lists) {
    const moments: string[] = [];
    found[name] = moments;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { status, json } = await get(`${url}${cursor && `&cursor=${cursor}`}`, caller);
      if (status === 404) {
        expect(json.code).toBe("device_not_found");
        found[name] = null;
        break;
      }
      expect(status).toBe(200);
      moments.push(...json.items.map((item: Record<string, string>) => item[key]));
      cursor = json.nextCursor;
    }
    moments.sort();
  }
  for (const [name, url] of [
    ["readings.csv", `/devices/${id}/readings`],
    ["events.csv", `/events?device=${id}`],
  ] as const) {
    const answer = await get(url, caller, "text/csv");
    found[name] = answer.status === 404 ? null : csvMoments(answer.text).toSorted();
  }
  return found;
}

/** What `seen` has to be where these moments, and no others, are a caller's. */
const all = (moments: readonly number[] | null) => {
  const text = moments === null ? null : moments.map(iso).toSorted();
  return Object.fromEntries(
    ["readings", "ascending", "replies", "events", "alarms", "rejections", "readings.csv", "events.csv"].map(
      (name) => [name, text],
    ),
  );
};

const HOUR = 3_600_000;
/** Around a moment, itself included: what is observed at the moment of the move is the later one's. */
const around = (at: number) => [at - HOUR, at - 1, at, at + 1, at + HOUR];

describe("after a change of tenant", () => {
  let at: number;
  beforeAll(async () => {
    const deviceNo = await insertDevice(db.pool, "sold", { tenantId: "north", regionCode: "520103" });
    at = await move("sold", { tenantId: "south" });
    await record(deviceNo, around(at));
  });

  it("the former reads what was before it by the device's id, the latter what is from then on", async () => {
    expect(await seen("sold", NORTH)).toEqual(all([at - HOUR, at - 1]));
    expect(await seen("sold", SOUTH)).toEqual(all([at, at + 1, at + HOUR]));
    expect(await seen("sold", BOTH)).toEqual(all(around(at)));
    expect(await seen("sold", PLATFORM)).toEqual(all(around(at)));
  });

  it("who has never seen it is told nothing, as of one that there is not", async () => {
    expect(await seen("sold", STRANGER)).toEqual(all(null));
    expect(await seen("sold", COUNTY)).toEqual(all(null));
    const refusal = async (id: string) => {
      const { status, json } = await get(`/devices/${id}/latest`, STRANGER);
      return [status, json.code, json.detail.replace(id, "…")];
    };
    expect(await refusal("sold")).toEqual(await refusal("nothing-at-all"));
  });

  it("each has a latest reading of their own", async () => {
    const latest = async (caller: Caller) =>
      (await get("/devices/sold/latest", caller)).json.reading.observedAt;
    expect(await latest(NORTH)).toBe(iso(at - 1));
    expect(await latest(SOUTH)).toBe(iso(at + HOUR));
  });

  it("the newest value of each quantity is of a time that is one's own, also among many devices", async () => {
    const deviceNo = await insertDevice(db.pool, "sold-2", { tenantId: "north", regionCode: "520103" });
    const moved = await move("sold-2", { tenantId: "south" });
    await insertReadings(db.pool, deviceNo, [
      { at: iso(moved - HOUR), volume: 1, flow: 0.5 },
      { at: iso(moved + 1), volume: 2 },
    ]);
    const former = {
      volume: { value: 1, observedAt: iso(moved - HOUR) },
      flow: { value: 0.5, observedAt: iso(moved - HOUR) },
    };
    const latter = { volume: { value: 2, observedAt: iso(moved + 1) }, flow: null };
    const one = async (caller: Caller) => (await get("/devices/sold-2/latest", caller)).json.metrics;
    const many = async (caller: Caller) =>
      (await get("/latest?kind=gas-meter&metrics=volume,flow&limit=1000", caller)).json.items.find(
        (item: { deviceId: string }) => item.deviceId === "sold-2",
      )?.metrics;
    expect(await one(NORTH)).toMatchObject(former);
    expect(await many(NORTH)).toBeUndefined();
    expect(await one(SOUTH)).toMatchObject(latter);
    expect(await many(SOUTH)).toEqual(latter);
    for (const caller of [BOTH, PLATFORM]) {
      expect(await one(caller)).toMatchObject({ ...former, ...latter, flow: former.flow });
      expect(await many(caller)).toEqual({ ...former, ...latter, flow: former.flow });
    }
  });

  it("only the latter finds the device itself, and may send it commands", async () => {
    expect((await get("/devices/sold", NORTH)).status).toBe(404);
    expect((await get("/devices/sold", SOUTH)).status).toBe(200);
    const command = (headers: Caller) =>
      api.call({
        method: "POST",
        url: "/v1/devices/sold/commands",
        payload: { name: "restart" },
        headers,
      });
    expect((await command(NORTH)).json.code).toBe("device_not_found");
    expect((await command(SOUTH)).json.code).not.toBe("device_not_found");
  });

  it("one rejected message is read by whose it was", async () => {
    const { rows } = await db.pool.query(
      `select rejection_no, received_at < $1 as before from rejected_messages
       where device_no = (select device_no from devices where id = 'sold')`,
      [iso(at)],
    );
    for (const { rejection_no: number, before } of rows) {
      expect((await get(`/rejections/${number}`, NORTH)).status).toBe(before ? 200 : 404);
      expect((await get(`/rejections/${number}`, SOUTH)).status).toBe(before ? 404 : 200);
    }
  });

  it("the ledger of many devices counts of each what came in one's own time", async () => {
    const deviceNo = await insertDevice(db.pool, "counted", { tenantId: "north" });
    const receive = (items: number) =>
      db.pool.query(
        `insert into ledger_batches (device_nos, received, stored, rejected)
         values (array[$1::int], array[$2::int], array[$2::int], array[0])`,
        [deviceNo, items],
      );
    await receive(5);
    await move("counted", { tenantId: "south" });
    await receive(2);
    for (const [caller, own, listed] of [
      [NORTH, 5, []],
      [SOUTH, 2, [2]],
      [BOTH, 7, [7]],
      [PLATFORM, 7, [7]],
    ] as const) {
      const { items } = (await get("/ledger?limit=1000", caller)).json;
      const found = items.filter(({ deviceId }: { deviceId: string }) => deviceId === "counted");
      expect(found.map(({ received }: { received: number }) => received)).toEqual(listed);
      expect((await get("/devices/counted/ledger", caller)).json.received).toBe(own);
    }
  });

  it("only what changes a place makes a span", async () => {
    const count = async () =>
      (await db.pool.query("select count(*)::int as n from former_places where id = 'sold'")).rows[0].n;
    expect(await count()).toBe(1);
    for (const change of [{ name: "renamed" }, { tenantId: "south", regionCode: "520103" }]) {
      expect(await move("sold", change)).toBe(at);
    }
    expect(await count()).toBe(1);
  });
});

describe("after a change of region", () => {
  it("what was before it is of the former region, in every list and filter", async () => {
    const deviceNo = await insertDevice(db.pool, "carried", { regionCode: "520102001" });
    const at = await move("carried", { regionCode: "520103" });
    await record(deviceNo, around(at));
    expect(await seen("carried", COUNTY)).toEqual(all([at - HOUR, at - 1]));
    for (const list of ["/events?", "/alarms?state=all&"]) {
      const regions = async (region: string) =>
        (await get(`${list}region=${region}&limit=1000`, PLATFORM)).json.items
          .filter((item: { deviceId: string }) => item.deviceId === "carried")
          .map((item: { regionCode: string; observedAt?: string; raisedAt?: string }) => [
            item.regionCode,
            item.observedAt ?? item.raisedAt,
          ])
          .toSorted();
      expect(await regions("520102")).toEqual([at - HOUR, at - 1].map((t) => ["520102001", iso(t)]));
      expect(await regions("520103")).toEqual([at, at + 1, at + HOUR].map((t) => ["520103", iso(t)]));
    }
  });
});

describe("after its id was given to another device", () => {
  it("the former has what was theirs of both, also at one moment, and the latter the rest", async () => {
    const former = await insertDevice(db.pool, "given", { tenantId: "north", regionCode: "520103" });
    const removed = await api.call({ method: "DELETE", url: "/v1/devices/given", headers: PLATFORM });
    expect(removed.status).toBe(204);
    const latter = await insertDevice(db.pool, "given", { tenantId: "south", regionCode: "520103" });
    const at = await placedSince("given");
    await record(former, [at - 2 * HOUR, at - HOUR]);
    await record(latter, [at - 2 * HOUR, at, at + HOUR]);
    // Of somebody else: the same moments, and nobody's here.
    await record(await insertDevice(db.pool, "not-given", { tenantId: "south" }), [at - HOUR, at]);
    expect(await seen("given", NORTH)).toEqual(all([at - 2 * HOUR, at - 2 * HOUR, at - HOUR]));
    expect(await seen("given", SOUTH)).toEqual(all([at, at + HOUR]));
    expect(await seen("given", PLATFORM)).toEqual(all([at - 2 * HOUR, at, at + HOUR]));
    expect(await seen("given", STRANGER)).toEqual(all(null));
  });
});

describe("what a process has in memory of a device", () => {
  it("answers for one that has moved only to who sees all of its time", async () => {
    const deviceNo = await insertDevice(db.pool, "remembered", { tenantId: "north", regionCode: "520103" });
    const at = await move("remembered", { tenantId: "south" });
    await record(deviceNo, around(at));
    const known = {
      deviceNo,
      id: "remembered",
      kind: "gas-meter",
      regionCode: "520103",
      tenantId: "south",
      moved: true,
    };
    const remembering = await startApi(db.pool, { access: callers.access, knownDevice: () => known });
    const moments = async (headers: Caller) => {
      const { json } = await remembering.call({ url: "/v1/devices/remembered/readings?order=asc", headers });
      return json.items.map(({ observedAt }: { observedAt: string }) => observedAt);
    };
    expect(await moments(SOUTH)).toEqual([at, at + 1, at + HOUR].map(iso));
    expect(await moments(NORTH)).toEqual([at - HOUR, at - 1].map(iso));
    expect(await moments(PLATFORM)).toEqual(around(at).map(iso));
    await remembering.app.close();
  });
});

/** Steps of a linear congruence: the same in every run. */
const randomOf = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
};

/** HISTORY_RUNS sets how many random devices are tried. */
const RUNS = Number(process.env.HISTORY_RUNS ?? 3);

describe("after any changes", () => {
  it.each(Array.from({ length: RUNS }, (_, run) => run + 1))(
    "nobody sees another's time (%i)",
    async (run) => {
      const random = randomOf(run * 7919);
      const pick = <T>(items: readonly T[]) => items[random(items.length)]!;
      const tenants = ["north", "south", "west", null];
      const regions = ["520102001", "520102002", "520103"];
      const id = `wandering-${run}`;
      const place = { tenantId: pick(tenants), regionCode: pick(regions) };
      const deviceNo = await insertDevice(db.pool, id, place);
      const spans = [{ since: Number.NEGATIVE_INFINITY, ...place }];
      for (let moves = 1 + random(5); moves > 0; moves--) {
        const change = pick<object>([
          { tenantId: pick(tenants) },
          { regionCode: pick(regions) },
          { name: "no move" },
        ]);
        const since = await move(id, change);
        // A place that lasted no millisecond is none.
        if (spans.at(-1)!.since === since) Object.assign(spans.at(-1)!, change, { name: undefined });
        else spans.push({ ...spans.at(-1)!, ...change, since });
      }
      const moments = [
        ...new Set(spans.flatMap(({ since }) => (since === Number.NEGATIVE_INFINITY ? [] : around(since)))),
        Date.UTC(2026, 0, 1),
      ].toSorted();
      await record(deviceNo, moments);
      const whose = (at: number) => spans.findLast(({ since }) => since <= at)!;
      const expected = (sees: (span: (typeof spans)[number]) => boolean) =>
        all(spans.some(sees) ? moments.filter((at) => sees(whose(at))) : null);
      const views = {
        NORTH: (span: (typeof spans)[number]) => span.tenantId === "north",
        SOUTH: (span: (typeof spans)[number]) => span.tenantId === "south",
        BOTH: (span: (typeof spans)[number]) => span.tenantId === "north" || span.tenantId === "south",
        STRANGER: (span: (typeof spans)[number]) => span.tenantId === "west",
        COUNTY: (span: (typeof spans)[number]) => span.regionCode.startsWith("520102"),
        PLATFORM: () => true,
      };
      for (const [name, sees] of Object.entries(views)) {
        expect([name, await seen(id, EVERYBODY[name as keyof typeof views])]).toEqual([name, expected(sees)]);
      }
    },
  );
});
