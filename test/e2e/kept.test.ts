import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertRegions } from "../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import type { KeptModel } from "./kept-model.ts";
import { FIRST, HOUR, play, story } from "./kept-story.ts";
import { DEVICES, KeptWorld, openStage, type Stage } from "./kept-world.ts";

/**
 * The first two promises and the one of whose time it is, over everything that can happen at once: random devices and
 * people do what they do, and a plain model in memory says what has to be found. RUNS sets how many stories are tried.
 */
const RUNS = Number(process.env.RUNS ?? 3);
const SEED = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };

const FROM = new Date(FIRST - 600 * HOUR).toISOString();
const MIDDLE = new Date(FIRST + 24 * HOUR).toISOString();
const TO = new Date(FIRST + 120 * HOUR).toISOString();

/** Ways to ask for one sum: interval, zone, format, and the bounds of the parts. */
const WAYS = [
  ["1h", "Asia/Shanghai", "json", [FROM, TO]],
  ["1d", "Asia/Shanghai", "json", [FROM, TO]],
  ["1d", "Asia/Shanghai", "json", [FROM, MIDDLE, TO]],
  ["1h", "Asia/Shanghai", "json", [FROM, MIDDLE, TO]],
  ["20m", "Asia/Shanghai", "json", [FROM, TO]],
  ["1mo", "Asia/Shanghai", "json", [FROM, TO]],
  ["1d", "America/New_York", "json", [FROM, TO]],
  ["1d", "Asia/Shanghai", "csv", [FROM, TO]],
  ["6h", "Asia/Kolkata", "csv", [FROM, TO]],
] as const;
type Way = (typeof WAYS)[number];

const ways = fc.shuffledSubarray([...WAYS], { minLength: 3, maxLength: 3 });

type Caller = keyof KeptWorld["callers"];

/** Whether a caller may see what is of this tenant. */
function sees(world: KeptWorld, caller: Caller, tenantId: string): boolean {
  if (caller === "platform" || caller === "both") return true;
  return caller !== "stranger" && world.tenants[caller] === tenantId;
}

const CALLERS = ["north", "south", "both", "stranger", "platform"] as const;

async function pages(world: KeptWorld, url: string, caller: Caller) {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { items: typeof items; nextCursor: string | null } | undefined = await world.get(
      `${url}${cursor && `&cursor=${cursor}`}`,
      caller,
    );
    if (!page) return undefined;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** Each caller reads the readings that are theirs, and no other. */
async function checkReadings(world: KeptWorld, model: KeptModel): Promise<void> {
  for (const caller of CALLERS) {
    const mayKnow = model.places.some(({ tenantId }) => sees(world, caller, tenantId));
    const expected = model
      .stored()
      .filter(([at]) => sees(world, caller, model.tenantAt(at)))
      .map(([at, values]) => [new Date(at).toISOString(), sorted(values)]);
    const found = (await pages(world, `/devices/${model.id}/readings?order=asc&limit=7`, caller))?.map(
      ({ observedAt, metrics, extra }) => [
        observedAt,
        sorted({ ...(extra as object), ...withoutNulls(metrics as Record<string, unknown>) }),
      ],
    );
    expect([caller, found]).toEqual([caller, mayKnow ? expected : undefined]);
  }
}

const withoutNulls = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
const sorted = (values: object) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

/** Values that were refused are on record: once, or twice where nobody knows whether they came twice. */
async function checkRejections(world: KeptWorld, model: KeptModel): Promise<number> {
  const found: string[] = [];
  let items = 0;
  const seen = new Map<number, string>();
  for (const { id, reason, partial, publisher, receivedAt, ...rest } of (await pages(
    world,
    `/rejections?device=${model.id}&limit=10`,
    "platform",
  ))!) {
    seen.set(id as number, receivedAt as string);
    if (!partial) items += rest.items as number;
    const payload = JSON.parse((await world.get(`/rejections/${id}`, "platform")).payload.data);
    const list =
      reason === "not_assigned" ? [payload] : [publisher === model.id ? payload : payload[model.id]].flat();
    for (const { observedAt = null, ...values } of list) {
      for (const [name, value] of Object.entries(values)) {
        found.push(JSON.stringify([reason, partial, observedAt, name, value]));
      }
    }
  }
  const left = [...found];
  const missing = model.refused.filter((text) => {
    const place = left.indexOf(text);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
  const perhaps = [...model.perhapsRefused];
  const extra = left.filter((text) => {
    const place = perhaps.indexOf(text);
    if (place >= 0) perhaps.splice(place, 1);
    return place < 0;
  });
  expect({ missing, extra }).toEqual({ missing: [], extra: [] });
  for (const caller of ["north", "south"] as const) {
    const own = [...seen].filter(([, at]) => sees(world, caller, model.tenantAt(Date.parse(at))));
    const theirs = (await pages(world, `/rejections?device=${model.id}&limit=10`, caller)) ?? [];
    expect(theirs.map(({ id }) => id)).toEqual(own.map(([id]) => id));
  }
  return items;
}

async function checkLedger(world: KeptWorld, model: KeptModel, rejectedItems: number): Promise<void> {
  const { counts, perhaps } = model;
  const ledger = await world.get(`/devices/${model.id}/ledger`, "platform");
  const { received, stored, duplicate, rejected } = ledger;
  expect({ stored, sum: received, rejected }).toEqual({
    stored: counts.stored,
    sum: stored + duplicate + rejected,
    rejected: rejectedItems,
  });
  const again = { duplicate: duplicate - counts.duplicate, rejected: rejected - counts.rejected };
  expect(again.duplicate).toBeGreaterThanOrEqual(0);
  expect(again.duplicate).toBeLessThanOrEqual(perhaps.duplicate);
  expect(again.rejected).toBeGreaterThanOrEqual(0);
  expect(again.rejected).toBeLessThanOrEqual(perhaps.rejected);
}

/** A device's usage has one answer, however it is asked, and each caller has the steps of their own time. */
async function checkSums(world: KeptWorld, model: KeptModel, ways: readonly Way[]): Promise<number> {
  const scale = 10 ** model.metrics[model.counter]!.decimals!;
  const steps = model.steps();
  const add = (values: number[]) => values.reduce((sum, value) => sum + Math.round(value * scale), 0);
  for (const caller of ["north", "south", "platform"] as const) {
    const mayKnow = model.places.some(({ tenantId }) => sees(world, caller, tenantId));
    const expected = steps
      .filter(({ at }) => sees(world, caller, model.tenantAt(at)))
      .reduce((sum, { step }) => sum + step, 0);
    // Who may know nothing of it is told so however it is asked.
    for (const [interval, timeZone, format, parts] of mayKnow ? ways : ways.slice(0, 1)) {
      let sum: number | undefined;
      for (let i = 1; i < parts.length; i++) {
        const query = `metrics=${model.counter}&interval=${interval}&timeZone=${timeZone}&from=${parts[i - 1]}&to=${parts[i]}`;
        const url = `/devices/${model.id}/series?${query}`;
        if (format === "csv") {
          const rows = await world.csv(url, caller);
          if (rows) sum = (sum ?? 0) + add(rows.map((line) => Number(line[2])));
          continue;
        }
        const series = await world.get(url, caller);
        if (series) sum = (sum ?? 0) + add(deltasOf(series.items, model.counter));
      }
      const asked = `${model.id} as ${caller}: ${interval} of ${timeZone} as ${format}, in ${parts.length - 1}`;
      expect([asked, sum]).toEqual([asked, mayKnow ? expected : undefined]);
    }
  }
  return steps.reduce((sum, { step }) => sum + step, 0);
}

const deltasOf = (buckets: { values: Record<string, { delta: number | null }> }[], metric: string) =>
  buckets.map(({ values }) => values[metric]!.delta ?? 0);

/** A kind's usage over a fleet is that of its devices. */
async function checkFleet(world: KeptWorld, kind: string, model: KeptModel, used: number): Promise<void> {
  const scale = 10 ** model.metrics[model.counter]!.decimals!;
  for (const grouping of ["groupBy=device", "groupBy=region", "groupBy=region&level=province"]) {
    for (const interval of ["1h", "1d"]) {
      const { items } = await world.get(
        `/series?kind=${kind}&metrics=${model.counter}&from=${FROM}&to=${TO}&interval=${interval}&${grouping}`,
        "both",
      );
      const sum = (items as { buckets: Parameters<typeof deltasOf>[0] }[])
        .flatMap(({ buckets }) => deltasOf(buckets, model.counter))
        .reduce((total, value) => total + Math.round(value * scale), 0);
      expect([kind, grouping, interval, sum]).toEqual([kind, grouping, interval, used]);
    }
  }
}

/** The newest value of each quantity. */
async function checkLatest(world: KeptWorld, model: KeptModel): Promise<void> {
  for (const caller of CALLERS) {
    const newest: Record<string, { value: unknown; observedAt: string }> = {};
    for (const [at, values] of model.stored()) {
      if (!sees(world, caller, model.tenantAt(at))) continue;
      for (const [name, value] of Object.entries(values)) {
        if (name in model.metrics) newest[name] = { value, observedAt: new Date(at).toISOString() };
      }
    }
    const latest = await world.get(`/devices/${model.id}/latest`, caller);
    if (latest) expect([caller, withoutNulls(latest.metrics)]).toEqual([caller, newest]);
    else expect(newest).toEqual({});
  }
}

describe("whatever devices and people do, and wherever the platform is killed", () => {
  let db: TestDatabase;
  let stage: Stage;
  beforeAll(async () => {
    db = await createTestDatabase();
    await insertRegions(db.pool);
    stage = await openStage(db.pool);
  });
  afterAll(async () => {
    await stage.api.app.close();
    await db.drop();
  });

  let run = 0;
  it(
    "every value is readable or on record, every sum is the same, and nobody sees another's time",
    async () => {
      await fc.assert(
        fc.asyncProperty(story, ways, async (steps, asked) => {
          const world = await KeptWorld.open(stage, String(run++));
          try {
            await play(world, steps);
            const used: Record<string, number> = {};
            for (const [index, model] of world.models.entries()) {
              await checkLedger(world, model, await checkRejections(world, model));
              if (index === 3) continue;
              await checkReadings(world, model);
              await checkLatest(world, model);
              const { kind } = DEVICES[index]!;
              used[kind] = (used[kind] ?? 0) + (await checkSums(world, model, asked));
            }
            await checkFleet(world, "gas-meter", world.models[0]!, used["gas-meter"]!);
            await checkFleet(world, "example", world.models[2]!, used.example!);
          } finally {
            await world.close();
          }
        }),
        { numRuns: RUNS, ...SEED },
      );
    },
    60_000 + 5000 * RUNS,
  );
});
