import fc from "fast-check";
import { expect } from "vitest";
import { isOwn, mayKnow } from "./kept-checks.ts";
import type { KeptModel } from "./kept-model.ts";
import type { Caller } from "./kept-stage.ts";
import { FIRST, HOUR } from "./kept-story.ts";
import type { KeptWorld } from "./kept-world.ts";

/** Sums, however they are asked for, held against the model. */

const FROM = FIRST - 600 * HOUR;
const TO = FIRST + 120 * HOUR;
const iso = (at: number) => new Date(at).toISOString();

/** A way to ask for one sum: interval, zone and format, and where the time is parted, in thousandths of all of it. */
const way = fc.record({
  interval: fc.constantFrom("15m", "20m", "1h", "6h", "1d", "1d", "2d", "1w", "1mo"),
  timeZone: fc.oneof(
    { weight: 2, arbitrary: fc.constant("Asia/Shanghai") },
    fc.constantFrom("America/New_York", "Asia/Kolkata", "UTC", "Pacific/Kiritimati"),
  ),
  csv: fc.boolean(),
  cuts: fc.array(fc.integer({ min: 800, max: 999 }), { maxLength: 4 }),
});
export type Way = typeof way extends fc.Arbitrary<infer T> ? T : never;
export const ways = fc.array(way, { minLength: 3, maxLength: 3 });

type Bucket = { readings: number; values: Record<string, Record<string, number | null>> };

/** The buckets of all parts of the time; undefined where there is no such device for the caller. */
async function ask(
  world: KeptWorld,
  caller: Caller,
  url: string,
  { interval, timeZone, cuts }: Way,
): Promise<Bucket[] | undefined> {
  const buckets: Bucket[] = [];
  const ends = [...cuts.map((cut) => FROM + ((TO - FROM) * cut) / 1000).sort((a, b) => a - b), TO];
  // What is asked for is widened to whole buckets, so the next part begins where the answer ends.
  for (let from = FROM; from < TO; ) {
    const to = ends.find((end) => end > from)!;
    const range = `from=${iso(from)}&to=${iso(to)}&interval=${interval}&timeZone=${timeZone}`;
    const answer = await world.get(`${url}&${range}`, caller);
    if (!answer) return undefined;
    buckets.push(...answer.items);
    from = Date.parse(answer.to);
  }
  return buckets;
}

const rounded = (value: number | null | undefined, scale: number) => Math.round((value ?? 0) * scale);

/** A device's usage has one answer, however it is asked, and each caller has the steps of their own time. */
export async function checkSums(world: KeptWorld, model: KeptModel, asked: readonly Way[]): Promise<void> {
  for (const counter of model.counters) {
    const scale = 10 ** model.metrics[counter]!.decimals!;
    const steps = model.steps(counter);
    if (steps.length === 0 && counter !== model.counters[0]) continue;
    const url = `/devices/${model.id}/series?metrics=${counter}`;
    for (const caller of ["north", "south", "county", "platform"] as const) {
      const isKnown = mayKnow(world, caller, model);
      const expected = isKnown
        ? steps.filter(({ at }) => isOwn(world, caller, model, at)).reduce((sum, { step }) => sum + step, 0)
        : undefined;
      const readings = isKnown
        ? model.stored().filter(([at]) => isOwn(world, caller, model, at)).length
        : undefined;
      // Who may know nothing of it is told so however it is asked.
      for (const one of isKnown ? asked : asked.slice(0, 1)) {
        const buckets = await ask(world, caller, url, one);
        const sum = buckets?.reduce((all, { values }) => all + rounded(values[counter]!.delta, scale), 0);
        const said = `${model.id} ${counter} as ${caller}: ${JSON.stringify(one)}`;
        const count = buckets?.reduce((all, bucket) => all + bucket.readings, 0);
        expect([said, sum, count]).toEqual([said, expected, readings]);
        if (!one.csv || !isKnown) continue;
        const whole = `from=${iso(FROM)}&to=${iso(TO)}&interval=${one.interval}&timeZone=${one.timeZone}`;
        const [, ...lines] = (await world.csv(`${url}&${whole}`, caller))!;
        const inCsv = lines.reduce((all, cells) => all + rounded(Number(cells[2]), scale), 0);
        expect([`${said} as CSV`, inCsv]).toEqual([`${said} as CSV`, expected]);
      }
    }
  }
}

const GAUGES: Readonly<Record<string, string>> = {
  "gas-meter": "flow",
  example: "intensity",
  "lora-gateway": "supply_voltage",
};

/** How often a gauge was measured, what it comes to, and its least and largest value. */
export async function checkGauge(world: KeptWorld, model: KeptModel, one: Way): Promise<void> {
  const gauge = GAUGES[model.kind]!;
  const scale = 10 ** model.metrics[gauge]!.decimals!;
  const url = `/devices/${model.id}/series?metrics=${gauge}&aggregate=count,sum,min,max`;
  for (const caller of ["north", "platform"] as const) {
    if (!mayKnow(world, caller, model)) continue;
    const values = model
      .stored()
      .filter(([at, there]) => gauge in there && isOwn(world, caller, model, at))
      .map(([, there]) => there[gauge] as number);
    const buckets = (await ask(world, caller, url, one))!
      .map(({ values: of }) => of[gauge]!)
      .filter(({ count }) => count! > 0);
    const total = (key: "count" | "sum", by: number) =>
      buckets.reduce((all, bucket) => all + rounded(bucket[key], by), 0);
    const said = `${model.id} ${gauge} as ${caller}: ${JSON.stringify(one)}`;
    const found = [
      total("count", 1),
      total("sum", scale),
      Math.min(...buckets.map(({ min }) => min!)),
      Math.max(...buckets.map(({ max }) => max!)),
    ];
    const expected = [
      values.length,
      values.reduce((all, value) => all + rounded(value, scale), 0),
      Math.min(...values),
      Math.max(...values),
    ];
    expect([said, ...found]).toEqual([said, ...expected]);
  }
}

const LENGTHS = { province: 2, county: 6, township: 9, village: 12 } as const;
type Level = keyof typeof LENGTHS;

/** A kind's usage over a fleet is that of its devices, in each region and for each caller. */
export async function checkFleet(world: KeptWorld, kind: string, asked: readonly Way[]): Promise<void> {
  const models = world.living.filter((model) => model.kind === kind);
  const counter = models[0]!.counters[0]!;
  const scale = 10 ** models[0]!.metrics[counter]!.decimals!;
  const steps = models.flatMap((model) =>
    model.steps(counter).map(({ at, step }) => ({ model, step, place: model.placeAt(at) })),
  );
  const levels: Level[] = ["province", "county", "township", "village"];
  const callers = ["north", "south", "both", "county", "platform"] as const;
  for (const [n, caller] of callers.entries()) {
    const one = asked[n % asked.length]!;
    const level = levels[(n + asked[0]!.cuts.length) % levels.length]!;
    const own = steps.filter(({ place }) => world.sees(caller, place));
    const regions = sumsBy(own, ({ place }) => place.regionCode.slice(0, LENGTHS[level]));
    const byRegion = `/series?kind=${kind}&metrics=${counter}&groupBy=region&level=${level}`;
    const found = await askFleet(world, caller, byRegion, one, { counter, scale, key: "regionCode" });
    const said = `${kind} as ${caller} by ${level}: ${JSON.stringify(one)}`;
    expect([said, found]).toEqual([said, regions]);
    // Of each device the time that was theirs, whoever has it now: in all regions, and in one.
    for (const region of ["", own[n % own.length]?.place.regionCode.slice(0, 6) ?? ""]) {
      const there = own.filter(({ place }) => place.regionCode.startsWith(region));
      const byDevice = `/series?kind=${kind}&metrics=${counter}&groupBy=device${region && `&region=${region}`}`;
      const devices = await askFleet(world, caller, byDevice, one, { counter, scale, key: "deviceId" });
      expect([said, region, devices]).toEqual([said, region, sumsBy(there, ({ model }) => model.id)]);
    }
  }
}

function sumsBy<T extends { step: number }>(steps: readonly T[], keyOf: (one: T) => string) {
  const sums: Record<string, number> = {};
  for (const one of steps) {
    if (one.step > 0) sums[keyOf(one)] = (sums[keyOf(one)] ?? 0) + one.step;
  }
  return sums;
}

async function askFleet(
  world: KeptWorld,
  caller: Caller,
  url: string,
  { interval, timeZone }: Way,
  { counter, scale, key }: { counter: string; scale: number; key: "regionCode" | "deviceId" },
) {
  const range = `from=${iso(FROM)}&to=${iso(TO)}&interval=${interval}&timeZone=${timeZone}`;
  const groups = (await world.list(`${url}&${range}`, caller, 2))! as unknown as (Record<
    typeof key,
    string
  > & {
    buckets: Bucket[];
  })[];
  return sumsBy(
    groups.map((group) => ({
      key: group[key],
      step: group.buckets.reduce((all, { values }) => all + rounded(values[counter]!.delta, scale), 0),
    })),
    (group) => group.key,
  );
}
