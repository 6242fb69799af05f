import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { ReadingsBatch } from "../../store/readings/readings-batch.ts";
import { insertReadings } from "../../store/readings/settle-readings.ts";
import { keepChanged } from "../../store/rollups/keep-changed.ts";
import { keepNext } from "../../store/rollups/keep-days.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** What a meter used has one answer, whatever happened to its register and however it is asked. */

const table = tablesOf([gasMeter])[0]!;
const callers = createCallers();
const OPERATOR = callers.as(personWith("operator", [{ role: "operator", area: areaOf({}) }]));
const VIEWER = callers.as(personWith("viewer", [{ role: "viewer", area: areaOf({}) }]));

let db: TestDatabase;
let api: Api;
beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

type Sent = readonly (readonly [at: string, volume: number])[];

/** Cases collected from real use: when (in October 2025, Beijing time) and what a register showed. */
const CASES: readonly (readonly [name: string, total: number, sent: Sent])[] = [
  [
    "exchanged",
    17.5,
    [
      ["14T23", 1000],
      ["15T12", 1012.5],
      ["15T13", 0],
      ["15T23", 4],
      ["16T12", 5],
    ],
  ],
  [
    "one-litre-back",
    13,
    [
      ["14T23", 1000],
      ["15T06", 1006],
      ["15T07", 1005.999],
      ["15T08", 1006],
      ["15T23", 1012],
      ["16T12", 1013],
    ],
  ],
  [
    "reset-on-the-first-day",
    8,
    [
      ["15T08", 1000],
      ["15T12", 1003],
      ["15T16", 2],
      ["16T12", 5],
    ],
  ],
  // The reading that decides on the last of a day is of the next one.
  [
    "zero-before-midnight",
    3,
    [
      ["14T12", 1000],
      ["15T12", 1001],
      ["15T23", 0],
      ["16T01", 1002],
      ["16T12", 1003],
    ],
  ],
  [
    "too-high-before-midnight",
    3,
    [
      ["14T12", 1000],
      ["15T12", 1001],
      ["15T23", 9001],
      ["16T01", 1002],
      ["16T12", 1003],
    ],
  ],
  [
    "past-the-last-number",
    2,
    [
      ["15T12", 99_999],
      ["15T23", 99_999.5],
      ["16T01", 0.5],
      ["16T12", 1],
    ],
  ],
];

const moment = (at: string) => Date.parse(`2025-10-${at}:00:00+08:00`);

async function send(deviceNo: number, sent: Sent): Promise<void> {
  const batch = new ReadingsBatch(table);
  for (const [at, volume] of sent) {
    batch.setNumber(batch.begin(deviceNo, moment(at), moment(at)), 0, volume);
  }
  // Later than all of it.
  await insertReadings(batch, db.pool, Date.parse("2025-11-20T00:00:00Z"));
}

async function keep(): Promise<void> {
  const now = Date.parse("2025-11-20T00:00:00Z");
  while ((await keepNext(db.pool, table, { devices: 10_000, now })) === "more");
  while ((await keepChanged(db.pool, table, { limit: 1000 })) === "more");
}

const RANGE = "kind=gas-meter&metrics=volume&from=2025-10-01T00:00:00%2B08:00&to=2025-11-01T00:00:00%2B08:00";

/** The sum over all buckets of every way in which a device's usage can be asked, in litres. */
async function totals(id: string): Promise<Set<number>> {
  const found = new Set<number>();
  const add = (values: number[]) =>
    found.add(values.reduce((sum, value) => sum + Math.round(value * 1000), 0));
  for (const [interval, timeZone] of [
    ["20m", "Asia/Shanghai"],
    ["1h", "Asia/Shanghai"],
    ["1d", "Asia/Shanghai"],
    ["1mo", "Asia/Shanghai"],
    ["1d", "America/New_York"],
    ["1d", "Asia/Kolkata"],
  ] as const) {
    const query = `${RANGE.slice("kind=gas-meter&".length)}&interval=${interval}&timeZone=${timeZone}`;
    const { json } = await api.call({ url: `/v1/devices/${id}/series?${query}`, headers: OPERATOR });
    const values = json.items.map(
      (bucket: { values: { volume: { delta: number } } }) => bucket.values.volume.delta,
    );
    for (const value of values) expect(value).toBeGreaterThanOrEqual(0);
    add(values);
    const csv = await api.app.inject({
      url: `/v1/devices/${id}/series?${query}`,
      headers: { ...OPERATOR, accept: "text/csv" },
    });
    add(
      csv.body
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((line) => Number(line.split(",")[2])),
    );
  }
  return found;
}

describe("the usage of a meter", () => {
  it("has one answer for every interval, zone and format, from readings, kept days and both", async () => {
    for (const [name, , sent] of CASES) await send(await insertDevice(db.pool, name), sent.slice(0, 3));
    await keep();
    for (const [index, [name, , sent]] of CASES.entries()) {
      const { rows } = await db.pool.query("select device_no from devices where id = $1", [name]);
      await send(rows[0].device_no, index % 2 === 0 ? sent.slice(3) : [...sent].reverse());
    }
    for (let turn = 0; turn < 2; turn++) {
      for (const [name, total] of CASES)
        expect([name, ...(await totals(name))]).toEqual([name, total * 1000]);
      const all = CASES.reduce((sum, [, total]) => sum + total * 1000, 0);
      for (const grouping of ["groupBy=device", "groupBy=region", "groupBy=region&level=province"]) {
        for (const interval of ["1h", "1d"]) {
          const { json } = await api.call({
            url: `/v1/series?${RANGE}&${grouping}&interval=${interval}`,
            headers: OPERATOR,
          });
          const values = json.items.flatMap(
            (group: { buckets: { values: { volume: { delta: number } } }[] }) =>
              group.buckets.map((bucket) => Math.round(bucket.values.volume.delta * 1000)),
          );
          expect(values.reduce((a: number, b: number) => a + b, 0)).toBe(all);
        }
      }
      await keep();
    }
  });
});

describe("a recorded exchange", () => {
  const post = (payload: object, headers = OPERATOR, id = "recorded") =>
    api.call({ method: "POST", url: `/v1/devices/${id}/exchanges`, payload, headers });
  const EXCHANGE = { at: "2025-10-15T12:30:00+08:00", oldRegister: 1012.9, newRegister: 799.5 };

  it("counts up to the old register and on from the new one, and is undone as if it had never been", async () => {
    const deviceNo = await insertDevice(db.pool, "recorded");
    await send(deviceNo, [
      ["14T23", 1000],
      ["15T12", 1012.5],
      ["15T13", 800],
      ["15T23", 804],
      ["17T12", 805],
    ]);
    await keep();
    // Without a record it is another register, since it shows more than half: what is counted goes on from there.
    const without = [12_500 + 5000];
    expect([...(await totals("recorded"))]).toEqual(without);
    const made = await post(EXCHANGE);
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ metric: "volume", oldRegister: 1012.9, madeBy: "operator" });
    const withIt = [12_500 + 400 + 500 + 5000];
    for (let turn = 0; turn < 2; turn++) {
      expect([...(await totals("recorded"))]).toEqual(withIt);
      await keep();
    }
    expect((await post(EXCHANGE)).json.code).toBe("exchange_exists");
    const list = () => api.call({ url: "/v1/devices/recorded/exchanges", headers: VIEWER });
    expect((await list()).json.items).toEqual([made.json]);
    const remove = (headers: typeof OPERATOR) =>
      api.call({ method: "DELETE", url: `/v1/devices/recorded/exchanges/${made.json.id}`, headers });
    expect((await remove(VIEWER)).status).toBe(403);
    expect((await remove(OPERATOR)).status).toBe(204);
    expect((await remove(OPERATOR)).json.code).toBe("exchange_not_found");
    for (let turn = 0; turn < 2; turn++) {
      expect([...(await totals("recorded"))]).toEqual(without);
      await keep();
    }
    expect((await list()).json.items).toEqual([]);
    const { rows } = await db.pool.query(
      "select action from audit where object_id = 'recorded' and action like 'readings.%exchange' order by audit_no",
    );
    expect(rows.map(({ action }) => action)).toEqual(["readings.exchange", "readings.unexchange"]);
  });

  it.each([
    [
      "an old register below what was read last",
      { oldRegister: 1005, newRegister: 0 },
      "oldRegister: 1005, expected at least 1010, which was read at 2025-10-15T12:00:00.000Z",
    ],
    [
      "a new register above what was read first",
      { oldRegister: 1011, newRegister: 50 },
      "newRegister: 50, expected at most 0.3, which was read at 2025-10-15T13:00:00.000Z",
    ],
  ])("is refused for %s, unless somebody insists", async (what, registers, detail) => {
    const id = `against-${what.slice(0, 6).trim().replace(" ", "-")}`;
    const deviceNo = await insertDevice(db.pool, id);
    await send(deviceNo, [
      ["15T19", 1000],
      ["15T20", 1010],
      ["15T21", 0.3],
      ["15T22", 1],
    ]);
    const asked = { at: "2025-10-15T20:30:00+08:00", ...registers };
    const refused = await post(asked, OPERATOR, id);
    expect([refused.status, refused.json.code]).toEqual([409, "exchange_contradicted"]);
    expect(refused.json.detail).toContain(detail);
    const made = await post({ ...asked, force: true }, OPERATOR, id);
    expect(made.status).toBe(201);
    // What lies on the other side of an exchange on record is another register, and contradicts nothing.
    const second = { at: "2025-10-15T20:40:00+08:00", oldRegister: 0, newRegister: 0.1 };
    expect((await post(second, OPERATOR, id)).status).toBe(201);
    const { rows } = await db.pool.query(
      "select after from audit where action = 'readings.exchange' and object_id = $1",
      [id],
    );
    expect(rows.map(({ after }) => after.force)).toEqual([true, undefined]);
  });

  it("is held against what is of its own register, which begins with the moment of the one before", async () => {
    const deviceNo = await insertDevice(db.pool, "own-register");
    await send(deviceNo, [
      ["15T19", 1000],
      ["15T20", 0.3],
    ]);
    const between = (at: string, oldRegister: number, newRegister: number) =>
      post({ at: `2025-10-15T${at}:00+08:00`, oldRegister, newRegister }, OPERATOR, "own-register");
    expect((await between("20:00", 1001, 0)).status).toBe(201);
    expect((await between("20:10", 0.2, 0)).json.detail).toContain("oldRegister: 0.2, expected at least 0.3");
    expect((await between("19:30", 1000.5, 5)).status).toBe(201);
  });

  it("may have gone past its last number since it was read", async () => {
    const deviceNo = await insertDevice(db.pool, "past-last");
    await send(deviceNo, [
      ["15T20", 99_999],
      ["15T22", 1],
    ]);
    const asked = { at: "2025-10-15T20:30:00+08:00", oldRegister: 2, newRegister: 0 };
    expect((await post(asked, OPERATOR, "past-last")).status).toBe(201);
  });

  it("on a day without readings counts for the first reading behind", async () => {
    const deviceNo = await insertDevice(db.pool, "quiet");
    await send(deviceNo, [
      ["10T12", 500],
      ["11T12", 501],
      ["14T12", 3],
      ["15T12", 4],
    ]);
    await keep();
    await post({ at: "2025-10-12T12:00:00+08:00", oldRegister: 502.5, newRegister: 1 }, OPERATOR, "quiet");
    for (let turn = 0; turn < 2; turn++) {
      expect([...(await totals("quiet"))]).toEqual([1000 + 1500 + 2000 + 1000]);
      await keep();
    }
  });

  it("is refused for a counter that there is not, beyond the register, and to whoever may only read", async () => {
    expect((await post({ ...EXCHANGE, metric: "flow" })).json.code).toBe("invalid_request");
    expect((await post({ ...EXCHANGE, oldRegister: 100_000 })).json.code).toBe("invalid_request");
    expect((await post(EXCHANGE, VIEWER)).status).toBe(403);
    expect((await post(EXCHANGE, OPERATOR, "nobody")).json.code).toBe("device_not_found");
  });

  it("is refused where the readings are gone that it would have counted", async () => {
    await db.pool.query("update rollup_state set readings_since = '2025-10-20' where kind = 'gas-meter'");
    expect((await post(EXCHANGE)).json.code).toBe("readings_dropped");
    const hours = await api.call({ url: `/v1/series?${RANGE}&interval=1h`, headers: OPERATOR });
    expect([hours.status, hours.json.code]).toEqual([422, "readings_dropped"]);
    expect((await api.call({ url: `/v1/series?${RANGE}&interval=1d`, headers: OPERATOR })).status).toBe(200);
    await db.pool.query("update rollup_state set readings_since = '-infinity' where kind = 'gas-meter'");
  });
});
