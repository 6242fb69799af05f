import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { readingSchema } from "../../api/readings/schema.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { startTestIngest } from "../helpers/ingest.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** What people do to readings that are wrong: nothing of it is lost, and all of it can be undone. */

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const person = (role: "viewer" | "operator", tenants: string[]) =>
  callers.as(personWith(`${role}-${tenants}`, [{ role, area: areaOf({ tenants }) }], tenants[0]));
const OPERATOR = person("operator", ["north"]);
const VIEWER = person("viewer", ["north"]);
const SOUTH = person("operator", ["south"]);
const PLATFORM = callers.as(ADMINISTRATOR);
type Caller = typeof OPERATOR;

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query(
    "insert into tenants (id, name, use) select id, id, 'commercial' from unnest('{north,south}'::text[]) as id",
  );
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

/** Ten days of readings at noon: the register, and a flow where the day is even. */
const DAYS = Array.from({ length: 10 }, (_, day) => ({
  at: `2026-03-${String(day + 1).padStart(2, "0")}T04:00:00.000Z`,
  volume: 100 + day,
  flow: day % 2 === 0 ? 0.5 : null,
}));
const at = (day: number) => DAYS[day - 1]!.at;

async function meter(id: string, tenantId = "north"): Promise<number> {
  const deviceNo = await insertDevice(db.pool, id, { tenantId });
  await insertReadings(
    db.pool,
    deviceNo,
    DAYS.map((day, index) => (index === 2 ? { ...day, extra: { a: 1 } } : day)),
  );
  return deviceNo;
}

const get = async (url: string, headers: Caller = OPERATOR) =>
  (await api.call({ url: `/v1${url}`, headers })).json;
const readings = async (id: string) => (await get(`/devices/${id}/readings?order=asc`)).items;
const post = (url: string, payload: object, headers: Caller = OPERATOR) =>
  api.call({ method: "POST", url: `/v1${url}`, payload, headers });
const repair = (id: string, payload: object, headers: Caller = OPERATOR) =>
  post(`/devices/${id}/repairs`, { reason: "the clock was wrong", ...payload }, headers);
const undo = (id: string, number: number, headers: Caller = OPERATOR) =>
  post(`/devices/${id}/repairs/${number}/undo`, { reason: "it was right" }, headers);

/** All that is asked of a device: readings, newest values, what its counter counted by day and by quarter of an hour. */
async function everything(id: string) {
  const range = "from=2026-02-28T16:00:00Z&to=2026-03-31T16:00:00Z&metrics=volume,flow";
  return {
    readings: await readings(id),
    latest: await get(`/devices/${id}/latest`),
    days: (await get(`/devices/${id}/series?interval=1d&${range}`)).items,
    hours: (await get(`/devices/${id}/series?interval=6h&${range}`)).items,
  };
}

/** What the register counted on each day of March that has readings. */
const usage = async (id: string) =>
  Object.fromEntries(
    (await everything(id)).days.map((bucket: { start: string; values: { volume: { delta: number } } }) => [
      // A day begins at 16:00 of the one before in UTC.
      (Number(bucket.start.slice(8, 10)) % 28) + 1,
      bucket.values.volume.delta,
    ]),
  );

describe("voiding", () => {
  it("takes readings out of everything, shows them by a route of its own, and puts them back", async () => {
    await meter("void-1");
    const before = await everything("void-1");
    const made = await repair("void-1", { action: "void", from: at(3), to: at(5) });
    expect([made.status, made.json]).toEqual([
      201,
      {
        id: expect.any(Number),
        action: "void",
        from: at(3),
        to: at(5),
        reason: "the clock was wrong",
        corrections: null,
        readings: 2,
        madeBy: "operator-north",
        madeAt: expect.any(String),
        undone: null,
      },
    ]);
    expect(await readings("void-1")).toEqual(before.readings.toSpliced(2, 2));
    expect(await usage("void-1")).toEqual({ 1: 0, 2: 1, 5: 3, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1 });

    const list = `/devices/void-1/repairs/${made.json.id}/readings`;
    const voided = before.readings
      .slice(2, 4)
      .map(({ corrected: _, ...rest }: { corrected: boolean }) => rest);
    expect((await get(list)).items).toEqual(voided);
    const first = await get(`${list}?limit=1`);
    expect([first.items, (await get(`${list}?limit=1&cursor=${first.nextCursor}`)).items].flat()).toEqual(
      voided,
    );
    const csv = await api.call({ url: `/v1${list}`, headers: { ...OPERATOR, accept: "text/csv" } });
    const lines = csv.text.trim().split("\r\n");
    expect(lines.map((line) => line.split(",")[0])).toEqual(["observedAt", at(3), at(4)]);
    expect(lines[1]).toContain('"{""a"":1}"');

    const undone = await undo("void-1", made.json.id);
    expect(undone.json).toEqual({
      ...made.json,
      undone: { by: "operator-north", at: expect.any(String), reason: "it was right", restored: 2 },
    });
    expect(await everything("void-1")).toEqual(before);
    expect((await get("/devices/void-1/repairs")).items).toEqual([undone.json]);
    expect((await get(list)).items).toEqual(voided);
  });

  it("of a wrong clock's reading lets the latest go back, also out of the future", async () => {
    const deviceNo = await meter("void-2");
    const before = await everything("void-2");
    await insertReadings(db.pool, deviceNo, [{ at: "2098-01-01T00:00:00Z", volume: 5, flow: 1 }]);
    expect((await get("/devices/void-2/latest")).metrics.volume.observedAt).toBe("2098-01-01T00:00:00.000Z");
    const range = { from: "2097-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z" };
    expect((await repair("void-2", { action: "void", ...range })).json.readings).toBe(1);
    expect(await everything("void-2")).toEqual(before);
  });

  it("leaves what the device has sent again at such a moment, and says how many are back", async () => {
    const deviceNo = await meter("void-3");
    const { id } = (await repair("void-3", { action: "void", from: at(1), to: at(3) })).json;
    await insertReadings(db.pool, deviceNo, [{ at: at(1), volume: 7 }]);
    expect((await readings("void-3"))[0]).toMatchObject({ observedAt: at(1), corrected: false });
    expect((await undo("void-3", id)).json.undone.restored).toBe(1);
    expect((await readings("void-3")).slice(0, 2)).toMatchObject([
      { metrics: { volume: 7 } },
      { metrics: { volume: 101 } },
    ]);
  });
});

describe("correcting", () => {
  it.each([
    ["adds to a quantity where it is there", { metric: "flow", add: 0.25 }, { flow: 0.75 }],
    [
      "multiplies, and rounds as readings are rounded",
      { metric: "volume", multiply: 1.00001 },
      { volume: 102.001 },
    ],
    ["gives a value", { metric: "volume", set: 102.5 }, { volume: 102.5 }],
    ["takes a value away", { metric: "flow", set: null }, { flow: null }],
  ])("%s, marks the readings, and gives them back", async (about, correction, changed) => {
    const id = `correct-${about.length}`;
    await meter(id);
    const before = await everything(id);
    const made = await repair(id, { action: "correct", from: at(3), to: at(4), corrections: [correction] });
    expect([made.status, made.json.readings, made.json.corrections]).toEqual([201, 1, [correction]]);
    const after = await readings(id);
    const third = {
      ...before.readings[2],
      metrics: { ...before.readings[2].metrics, ...changed },
      corrected: true,
    };
    expect(after).toEqual(before.readings.with(2, third));
    z.array(z.strictObject(readingSchema.shape)).parse(after);
    const csv = await api.call({
      url: `/v1/devices/${id}/readings?order=asc`,
      headers: { ...OPERATOR, accept: "text/csv" },
    });
    const [head, ...lines] = csv.text.trim().split("\r\n");
    expect(head!.split(",").at(-1)).toBe("corrected");
    expect(lines.map((line) => line.split(",").at(-1) === "true")).toEqual(
      DAYS.map((_, index) => index === 2),
    );
    await undo(id, made.json.id);
    expect(await everything(id)).toEqual(before);
  });

  it("makes no value where there was none", async () => {
    await meter("correct-none");
    const corrections = [
      { metric: "flow", set: 2 },
      { metric: "volume", add: 1 },
    ];
    await repair("correct-none", { action: "correct", from: at(3), to: at(5), corrections });
    expect((await readings("correct-none")).slice(2, 4)).toMatchObject([
      { metrics: { volume: 103, flow: 2 } },
      { metrics: { volume: 104, flow: null } },
    ]);
  });

  it("of a register moves its steps, and the newest value", async () => {
    await meter("correct-steps");
    const corrections = [{ metric: "volume", add: 50 }];
    const all = { from: at(6), to: "2027-01-01T00:00:00Z" };
    await repair("correct-steps", { action: "correct", ...all, corrections });
    expect(await usage("correct-steps")).toEqual({
      1: 0,
      2: 1,
      3: 1,
      4: 1,
      5: 1,
      6: 51,
      7: 1,
      8: 1,
      9: 1,
      10: 1,
    });
    const latest = await get("/devices/correct-steps/latest");
    expect(latest.metrics.volume).toEqual({ value: 159, observedAt: at(10) });
    expect(latest.reading.corrected).toBe(true);
  });

  it("can be done again on top, and is undone from the top", async () => {
    await meter("correct-twice");
    const before = await everything("correct-twice");
    const by = (add: number, from: string) =>
      repair("correct-twice", {
        action: "correct",
        from,
        to: at(8),
        corrections: [{ metric: "volume", add }],
      });
    const first = (await by(1, at(2))).json.id;
    const second = (await by(2, at(5))).json.id;
    const third = (await repair("correct-twice", { action: "void", from: at(7), to: at(8) })).json.id;
    const volumes = async () =>
      (await readings("correct-twice")).map(({ metrics }: { metrics: { volume: number } }) => metrics.volume);
    expect(await volumes()).toEqual([100, 102, 103, 104, 107, 108, 107, 108, 109]);
    for (const covered of [first, second]) {
      expect((await undo("correct-twice", covered)).json.code).toBe("repair_covered");
    }
    for (const top of [third, second, first]) expect((await undo("correct-twice", top)).status).toBe(200);
    expect((await undo("correct-twice", first)).json.code).toBe("already_undone");
    expect(await everything("correct-twice")).toEqual(before);
  });

  it.each([
    ["an unknown metric", [{ metric: "wind", add: 1 }], "/corrections/0/metric"],
    [
      "one that is named twice",
      [
        { metric: "flow", add: 1 },
        { metric: "flow", add: 1 },
      ],
      "/corrections/1/metric",
    ],
    ["a number that is given text", [{ metric: "flow", set: "much" }], "/corrections/0"],
    ["a state that is added to", [{ metric: "valve", add: 1 }], "/corrections/0"],
    ["a state that is none of its own", [{ metric: "valve", set: "ajar" }], "/corrections/0/set"],
    ["a value out of its range", [{ metric: "flow", add: 1e6 }], "/corrections"],
    ["a value that its column cannot hold", [{ metric: "volume", set: 1e14 }], "/corrections"],
    ["readings of which nothing would be left", [{ metric: "volume", set: null }], "/corrections"],
  ])("refuses %s, and changes nothing", async (about, corrections, path) => {
    const id = `refused-${about.replaceAll(" ", "-")}`;
    await meter(id);
    const before = await readings(id);
    const { status, json } = await repair(id, { action: "correct", from: at(2), to: at(8), corrections });
    expect([status, json.code, json.faults?.[0].path]).toEqual([400, "invalid_request", path]);
    expect(await readings(id)).toEqual(before);
    expect((await get(`/devices/${id}/repairs`)).items).toEqual([]);
  });
});

describe("a repair", () => {
  const some = { action: "void", from: at(1), to: at(2) };

  it("needs a reason, a range, and readings in it", async () => {
    await meter("plain-1");
    expect((await repair("plain-1", { ...some, reason: " " })).status).toBe(400);
    expect((await repair("plain-1", { ...some, to: at(1) })).status).toBe(400);
    const none = await repair("plain-1", {
      ...some,
      from: "2025-01-01T00:00:00Z",
      to: "2025-02-01T00:00:00Z",
    });
    expect([none.status, none.json.code]).toEqual([409, "nothing_to_repair"]);
  });

  it("is on record with who made it, and so is its undoing", async () => {
    await meter("plain-2");
    const { id } = (await repair("plain-2", some)).json;
    await undo("plain-2", id);
    const { rows } = await db.pool.query(
      `select action, actor_id, after->>'reason' as reason, after->'undone'->>'reason' as undone from audit
       where object_type = 'device' and object_id = 'plain-2' order by 1`,
    );
    expect(rows).toEqual([
      {
        action: "readings.undo",
        actor_id: "operator-north",
        reason: "the clock was wrong",
        undone: "it was right",
      },
      { action: "readings.void", actor_id: "operator-north", reason: "the clock was wrong", undone: null },
    ]);
  });

  it("says which days of a device have changed, so that sums are made anew", async () => {
    const deviceNo = await meter("plain-3");
    await repair("plain-3", { ...some, to: at(3) });
    const { rows } = await db.pool.query(
      `select c.day from rollup_changes c where c.device_no = $1 order by c.day`,
      [deviceNo],
    );
    const { rowCount: keeps } = await db.pool.query("select from rollup_state where kind = 'gas-meter'");
    const days = ["2026-02-28T16:00:00.000Z", "2026-03-01T16:00:00.000Z"];
    expect(rows.map(({ day }) => day.toISOString())).toEqual(keeps ? days : []);
  });

  it("is for those who look after the device, and for nobody else", async () => {
    await meter("plain-4");
    expect((await repair("plain-4", some, VIEWER)).json.code).toBe("forbidden");
    expect((await repair("plain-4", some, SOUTH)).json.code).toBe("device_not_found");
    const { id } = (await repair("plain-4", some)).json;
    expect((await undo("plain-4", id, VIEWER)).json.code).toBe("forbidden");
    expect((await undo("plain-4", id, SOUTH)).json.code).toBe("device_not_found");
    await meter("plain-5");
    expect((await undo("plain-5", id)).json.code).toBe("repair_not_found");
    expect((await get("/devices/plain-4/repairs", VIEWER)).items).toHaveLength(1);
    expect((await get("/devices/plain-4/repairs", SOUTH)).code).toBe("device_not_found");
    expect((await get(`/devices/plain-5/repairs/${id}/readings`)).items).toEqual([]);
  });

  it("meets of a device that has moved the holder's own time, and is not for the former", async () => {
    const deviceNo = await meter("plain-6");
    const { id } = (await repair("plain-6", { ...some, to: at(3) }, PLATFORM)).json;
    await db.pool.query("update devices set tenant_id = 'south' where device_no = $1", [deviceNo]);
    // As if it had been sold on the fifth.
    await db.pool.query("update former_places set until_at = $2 where device_no = $1", [deviceNo, at(5)]);
    await db.pool.query("update devices set placed_since = $2 where device_no = $1", [deviceNo, at(5)]);
    expect((await repair("plain-6", { ...some, from: at(4), to: at(5) })).json.code).toBe("device_not_found");
    const wide = { action: "void", from: at(1), to: at(7) };
    const own = await repair("plain-6", wide, SOUTH);
    expect(own.json.readings).toBe(2);
    expect((await undo("plain-6", id, SOUTH)).json.code).toBe("repair_not_found");
    const listed = async (caller: Caller) =>
      (await get("/devices/plain-6/repairs", caller)).items.map((item: { id: number }) => item.id);
    expect(await listed(OPERATOR)).toEqual([id]);
    expect(await listed(SOUTH)).toEqual([own.json.id]);
    expect(await listed(PLATFORM)).toEqual([own.json.id, id]);
  });
});

describe("a clock that was twenty hours ahead, and is right again", () => {
  // From cases collected from real use.
  it("never makes usage fall, and once its reading is voided the newest value is the newer one", async () => {
    await insertDevice(db.pool, "ahead", { tenantId: "north" });
    const { publish } = await startTestIngest(db.pool);
    const now = Date.UTC(2026, 4, 20, 4);
    const send = (seconds: number, volume: number) =>
      publish("ahead", "telemetry", { observedAt: now + seconds * 1000, volume }, { receivedAt: now });
    await send(72_000, 1000);
    await send(0, 1001);
    await send(1, 1002);
    const asked = async () => {
      const used: number[] = [];
      for (const interval of ["1h", "1d", "1mo"]) {
        const range = "from=2026-04-30T16:00:00Z&to=2026-05-31T16:00:00Z&metrics=volume";
        const { items } = await get(`/devices/ahead/series?interval=${interval}&${range}`);
        const deltas = items.map(
          (item: { values: { volume: { delta: number } } }) => item.values.volume.delta,
        );
        expect(Math.min(...deltas)).toBeGreaterThanOrEqual(0);
        used.push(deltas.reduce((sum: number, delta: number) => sum + delta, 0));
      }
      const { metrics } = await get("/devices/ahead/latest");
      return { used, latest: [metrics.volume.value, metrics.volume.observedAt] };
    };
    const iso = (seconds: number) => new Date(now + seconds * 1000).toISOString();
    // It goes back for nothing but a repair. What the register showed last has come back by what was counted.
    expect(await asked()).toEqual({ used: [0, 0, 0], latest: [1000, iso(72_000)] });
    const voided = await repair("ahead", { action: "void", from: iso(71_000), to: iso(73_000) });
    expect([voided.status, voided.json.readings]).toEqual([201, 1]);
    expect(await asked()).toEqual({ used: [1, 1, 1], latest: [1002, iso(1)] });
  });
});

/** Method, path and body of each `curl` that posts something. */
function examples(): { url: string; body: Record<string, unknown> }[] {
  const page = readFileSync(new URL("../../docs/repairs.md", import.meta.url), "utf8");
  const posts = page.matchAll(/curl -X POST [^']*?"\$SBI(\/v1\/[^"]+)" \\\n\s*-d '([^']*)'/g);
  return [...posts].map(([, url, body]) => ({ url: url!, body: JSON.parse(body!) }));
}

/** The examples of docs/repairs.md, as somebody would copy them. */
describe("the page on repairs", () => {
  it("has examples that do what they say, on a meter that has read something in their times", async () => {
    const deviceNo = await insertDevice(db.pool, "meter-0001");
    const found = examples();
    expect(found.map(({ body }) => body.action ?? "exchange")).toEqual(["void", "correct", "exchange"]);
    await insertReadings(
      db.pool,
      deviceNo,
      found
        .filter(({ body }) => body.from !== undefined)
        .map(({ body }) => ({ at: new Date(body.from as string).toISOString(), volume: 1000 })),
    );
    for (const { url, body } of found) {
      const answer = await api.call({ method: "POST", url, payload: body, headers: PLATFORM });
      expect([body, answer.status]).toEqual([body, 201]);
      if (body.action) expect(answer.json.readings).toBe(1);
    }
  });
});
