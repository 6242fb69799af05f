import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { createRandom, type Random } from "../../devices/random.ts";
import { ReadingsBatch } from "../../store/readings/readings-batch.ts";
import { insertReadings } from "../../store/readings/settle-readings.ts";
import { keepChanged } from "../../store/rollups/keep-changed.ts";
import { keepNext } from "../../store/rollups/keep-days.ts";
import { type Caller, DAY, HOUR, iso, type Owners, type Place, startOwners } from "./owners-world.ts";

/** Sums and lists over devices that change hands, asked as each owner, and compared to what a plain model says. */

/** OWNERS_RUNS sets how many random fleets are tried; of more than one, more is asked. */
const RUNS = Number(process.env.OWNERS_RUNS ?? 1);
const RANGES = RUNS > 1 ? 2 : 1;
const METERS = RUNS > 1 ? 5 : 3;

const table = tablesOf([gasMeter])[0]!;
let world: Owners;
beforeAll(async () => {
  world = await startOwners();
});
afterAll(() => world.end());

/** Midnight in Beijing, of a day in which all of it begins. */
const START = Date.UTC(2026, 2, 1, 16);
const DAYS = 12;

interface Spot {
  readonly tenantId: string | null;
  readonly regionCode: string;
}
interface Meter {
  readonly id: string;
  readonly deviceNo: number;
  readonly places: readonly (Spot & { readonly since: number })[];
  /** What its counter shows, and a flow where it has sent one. */
  readonly readings: Map<number, { volume: number; flow: number | undefined }>;
}
const placeAt = ({ places }: Meter, at: number) => places.findLast(({ since }) => since <= at)!;
const presentOf = ({ places }: Meter) => places.at(-1)!;

type Sees = (spot: Spot) => boolean;
const viewers = (): readonly (readonly [name: string, who: Caller, sees: Sees])[] => [
  ["north", world.NORTH, ({ tenantId }) => tenantId === "north"],
  ["south", world.SOUTH, ({ tenantId }) => tenantId === "south"],
  ["the county", world.COUNTY, ({ regionCode }) => regionCode.startsWith("520102")],
  ["the platform", world.PLATFORM, () => true],
];

/** A meter with a past of several places, which has sent something every few hours. */
async function addMeter(random: Random, id: string): Promise<Meter> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const places: (Spot & { since: number })[] = [];
  let since = Number.NEGATIVE_INFINITY;
  for (let n = 1 + Math.floor(random.next() * 4); n > 0; n--) {
    places.push({
      since,
      tenantId: pick(["north", "south", null]),
      regionCode: pick(["520102001", "520102002", "520103"]),
    });
    const next = START + random.next() * DAYS * DAY;
    // At any time, and now and then where a day begins.
    since = random.chance(0.3) ? START + Math.ceil((next - START) / DAY) * DAY : Math.floor(next);
    if (since <= (places.at(-1)!.since ?? 0)) break;
  }
  const past: Place[] = places.map(({ tenantId, regionCode }, i) => {
    const until = places[i + 1]?.since;
    return { tenantId, regionCode, ...(until === undefined ? {} : { until }) };
  });
  const deviceNo = await world.device(id, past);
  return { id, deviceNo, places, readings: new Map() };
}

/** Sends what a meter measured in a time; later than all of it is kept by then. */
async function send(random: Random, meters: readonly Meter[], from: number, until: number): Promise<void> {
  const batch = new ReadingsBatch(table);
  for (const meter of meters) {
    for (let at = from; at < until; at += Math.ceil(random.next() * 9) * HOUR) {
      if (meter.readings.has(at)) continue;
      // A register that knows the time, so that late readings fit between the others.
      const volume = Math.round((at - START) / HOUR) * 2 + 1000;
      const flow = random.chance(0.5) ? Math.round(random.next() * 5000) / 1000 : undefined;
      meter.readings.set(at, { volume, flow });
      const row = batch.begin(meter.deviceNo, at, at);
      batch.setNumber(row, column("volume"), volume);
      if (flow !== undefined) batch.setNumber(row, column("flow"), flow);
    }
  }
  await insertReadings(batch, world.db.pool, START + (DAYS + 30) * DAY);
}
const column = (name: string) => table.columns.findIndex((one) => one.name === name);

async function keep(): Promise<void> {
  const now = START + (DAYS + 5) * DAY;
  while ((await keepNext(world.db.pool, table, { devices: 10_000, now })) === "more");
  while ((await keepChanged(world.db.pool, table, { limit: 1000 })) === "more");
}

/** Each reading with its step, which is its own whoever had the device at the one before. */
function* stepsOf(meter: Meter) {
  let before: number | undefined;
  for (const [at, { volume, flow }] of [...meter.readings].toSorted(([a], [b]) => a - b)) {
    yield { at, step: before === undefined ? 0 : volume - before, flow };
    before = volume;
  }
}

type Sums = Record<string, Record<string, [readings: number, delta: number, flows: number]>>;

/** Sums by group and bucket, of what is in sight. */
function sumsOf(
  meters: readonly Meter[],
  sees: Sees,
  groupOf: (meter: Meter, spot: Spot) => string | undefined,
  { from, to, length }: { from: number; to: number; length: number },
): Sums {
  const sums: Sums = {};
  for (const meter of meters) {
    for (const { at, step, flow } of stepsOf(meter)) {
      const spot = placeAt(meter, at);
      const group = sees(spot) ? groupOf(meter, spot) : undefined;
      if (at < from || at >= to || group === undefined) continue;
      const start = iso(START + Math.floor((at - START) / length) * length);
      sums[group] ??= {};
      sums[group][start] ??= [0, 0, 0];
      const sum = sums[group][start];
      sum[0]++;
      sum[1] += step;
      if (flow !== undefined) sum[2]++;
    }
  }
  return sums;
}

type BucketJson = {
  start: string;
  readings: number;
  values: { volume: { delta: number | null }; flow: { count: number } };
};
const toSums = (buckets: readonly BucketJson[]) =>
  Object.fromEntries(
    buckets.map(({ start, readings, values }) => [
      start,
      [readings, values.volume.delta ?? 0, values.flow.count],
    ]),
  );
const withoutEmpty = (sums: Record<string, object>) =>
  Object.fromEntries(Object.entries(sums).filter(([, buckets]) => Object.keys(buckets).length > 0));

/** As each viewer a range or two, by days or by hours: all of them would be some hundred questions. */
async function expectSumsToBeRight(meters: readonly Meter[], random: Random): Promise<void> {
  const ranges = [
    [0, DAYS],
    [0, 5],
    [5, DAYS],
    [3, 4],
  ].map(([first, last]) => ({ from: START + first! * DAY, to: START + last! * DAY }));
  for (const [name, who, sees] of viewers()) {
    for (const { from, to } of ranges.toSorted(() => random.next() - 0.5).slice(0, RANGES)) {
      for (const [interval, length] of [
        random.chance(0.5) ? (["1d", DAY] as const) : (["6h", 6 * HOUR] as const),
      ]) {
        const query = `kind=gas-meter&from=${iso(from)}&to=${iso(to)}&interval=${interval}&aggregate=delta,count&limit=1000`;
        const range = { from, to, length };
        for (const [level, codeLength] of [
          ["county", 6],
          ["township", 9],
        ] as const) {
          const { items } = await world.get(`/series?${query}&level=${level}`, who);
          const found = Object.fromEntries(
            items.map((group: { regionCode: string; buckets: BucketJson[] }) => [
              group.regionCode,
              toSums(group.buckets),
            ]),
          );
          const groupOf = (_: Meter, { regionCode }: Spot) => regionCode.slice(0, codeLength);
          expect([name, query, withoutEmpty(found)]).toEqual([
            name,
            query,
            sumsOf(meters, sees, groupOf, range),
          ]);
        }
        for (const region of ["", random.chance(0.5) ? "520102" : "520102001"]) {
          const { items } = await world.get(
            `/series?${query}&groupBy=device${region && `&region=${region}`}`,
            who,
          );
          const byDevice = Object.fromEntries(
            items.map((group: { deviceId: string; buckets: BucketJson[] }) => [
              group.deviceId,
              toSums(group.buckets),
            ]),
          );
          // Whoever has it now, it is listed with what it measured there.
          const isThere: Sees = (spot) => sees(spot) && spot.regionCode.startsWith(region);
          expect([name, query, region, withoutEmpty(byDevice)]).toEqual([
            name,
            query,
            region,
            sumsOf(meters, isThere, (meter) => meter.id, range),
          ]);
          const listed = meters.filter((meter) => {
            const since = presentOf(meter).since;
            return (
              (isThere(presentOf(meter)) && since < to) ||
              (byDevice[meter.id] && Object.keys(byDevice[meter.id]!).length > 0)
            );
          });
          expect([name, query, region, Object.keys(byDevice)]).toEqual([
            name,
            query,
            region,
            listed.map(({ id }) => id),
          ]);
        }
        for (const meter of RUNS > 1 ? meters : [meters[Math.floor(random.next() * METERS)]!]) {
          const one = await world.get(
            `/devices/${meter.id}/series?${query.replace("kind=gas-meter&", "").replace("&limit=1000", "")}`,
            who,
          );
          const own = sumsOf([meter], sees, () => "own", range).own ?? {};
          const knows = meter.places.some(sees);
          expect([name, meter.id, knows ? toSums(one.items) : one.code]).toEqual([
            name,
            meter.id,
            knows ? own : "device_not_found",
          ]);
        }
      }
    }
  }
}

async function expectNewestToBeRight(meters: readonly Meter[]): Promise<void> {
  for (const [name, who, sees] of viewers()) await expectNewestFor(meters, name, who, sees);
}

async function expectNewestFor(
  meters: readonly Meter[],
  name: string,
  who: Caller,
  sees: Sees,
): Promise<void> {
  const newest = (meter: Meter, metric: "volume" | "flow") => {
    const own = [...meter.readings]
      .filter(([at, reading]) => sees(placeAt(meter, at)) && reading[metric] !== undefined)
      .toSorted(([a], [b]) => b - a)[0];
    return own ? { value: own[1][metric], observedAt: iso(own[0]) } : null;
  };
  const { items } = await world.get("/latest?kind=gas-meter&metrics=volume,flow&limit=1000", who);
  expect([
    name,
    items.map(({ deviceId, metrics }: { deviceId: string; metrics: object }) => [deviceId, metrics]),
  ]).toEqual([
    name,
    meters
      .filter((meter) => sees(presentOf(meter)))
      .map((meter) => [meter.id, { volume: newest(meter, "volume"), flow: newest(meter, "flow") }]),
  ]);
  for (const meter of meters.filter(({ places }) => places.some(sees))) {
    const { metrics } = await world.get(`/devices/${meter.id}/latest`, who);
    expect([name, meter.id, metrics?.volume ?? null, metrics?.flow ?? null]).toEqual([
      name,
      meter.id,
      newest(meter, "volume"),
      newest(meter, "flow"),
    ]);
  }
}

/** One event, alarm and refused message at each reading's moment. */
async function record(meters: readonly Meter[]): Promise<void> {
  for (const { deviceNo, readings } of meters) {
    const at = [...readings.keys()].map(iso);
    for (const sql of [
      `insert into events (device_no, observed_at, event_id, phase, type, received_at)
       select $1, at, 'e', 'instant', 'x', at from unnest($2::timestamptz[]) as at`,
      `insert into alarms (device_no, rule, severity, message, raised_at, cleared_at)
       select $1, 'r', 'minor', 'm', at, at from unnest($2::timestamptz[]) as at`,
      `insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
       select at, $1, 'p', 't', 'not_json', 'd', '', 0 from unnest($2::timestamptz[]) as at`,
    ]) {
      await world.db.pool.query(sql, [deviceNo, at]);
    }
  }
}

async function expectListsToBeRight(meters: readonly Meter[]): Promise<void> {
  const csv = async (url: string, who: Caller) => {
    const { text } = await world.api.call({ url: `/v1${url}`, headers: { ...who, accept: "text/csv" } });
    const [head, ...lines] = text
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    const [moment, device] = [head!.indexOf("observedAt"), head!.indexOf("deviceId")];
    return lines.map((cells) => `${cells[device]} ${cells[moment]}`);
  };
  const json = async (url: string, key: string, who: Caller) => {
    const all: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await world.get(`${url}&limit=150${cursor && `&cursor=${cursor}`}`, who);
      all.push(...page.items.map((item: Record<string, string>) => `${item.deviceId} ${item[key]}`));
      cursor = page.nextCursor;
    }
    return all;
  };
  for (const [name, who, sees] of viewers()) {
    const expected = (region = "") =>
      meters
        .flatMap((meter) =>
          [...meter.readings.keys()]
            .filter((at) => sees(placeAt(meter, at)) && placeAt(meter, at).regionCode.startsWith(region))
            .map((at) => `${meter.id} ${iso(at)}`),
        )
        .toSorted();
    const found = {
      events: (await json("/events?type=x", "observedAt", who)).toSorted(),
      csv: (await csv("/events?type=x", who)).toSorted(),
      county: (await json("/events?type=x&region=520102", "observedAt", who)).toSorted(),
      alarms: (await json("/alarms?state=all&rule=r", "raisedAt", who)).toSorted(),
      alarmsOfCounty: (
        await json("/alarms?state=all&rule=r&region=520102&sort=severity", "raisedAt", who)
      ).toSorted(),
      rejections: (await json("/rejections?reason=not_json", "receivedAt", who)).toSorted(),
    };
    expect([name, found]).toEqual([
      name,
      {
        events: expected(),
        csv: expected(),
        county: expected("520102"),
        alarms: expected(),
        alarmsOfCounty: expected("520102"),
        rejections: expected(),
      },
    ]);
  }
}

describe("over devices that change hands, sums, newest values and lists", () => {
  it.each(Array.from({ length: RUNS }, (_, run) => run + 1))(
    "are for each owner what their own time has, by whatever route (%i)",
    async (run) => {
      const random = createRandom(run);
      await world.db.pool.query(
        "truncate readings_gas_meter, events, alarms, rejected_messages, former_places cascade",
      );
      await world.db.pool.query("update devices set deleted_at = '2015-01-01'");
      const meters: Meter[] = [];
      for (let i = 0; i < METERS; i++) meters.push(await addMeter(random, `meter-${run}-${i}`));
      await send(random, meters, START, START + 8 * DAY);
      await expectSumsToBeRight(meters, random);
      await keep();
      await expectSumsToBeRight(meters, random);
      // What is newer, and what comes late for days that are kept.
      await send(random, meters, START + 8 * DAY, START + DAYS * DAY);
      await send(random, meters.slice(0, 3), START + 2.01 * DAY, START + 3.5 * DAY);
      await expectSumsToBeRight(meters, random);
      await expectNewestToBeRight(meters);
      await record(meters);
      await expectListsToBeRight(meters);
    },
  );
});
