import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WHOLE_AREA } from "../../../access/limits.ts";
import { createLogger } from "../../../base/log.ts";
import { createRandom, type Random } from "../../../devices/random.ts";
import { type Pool, withTransaction } from "../../../store/database/database.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { foldLedger } from "../../../store/ledger/fold-ledger.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { logChangedDays } from "../../../store/rollups/changed-days.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { fillSums, keepMoved, keepOpen } from "../../../store/rollups/keep-sums.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { addReading, DAY, groupsOfReadings, HOUR, keptKind, midnight } from "./kept-readings.ts";
import { dateMove, exchangeOrNot, forgetMoves } from "./kept-steps.ts";
import { expectWholeSums, groups, noting, summable, type Told, tidied } from "./sums-answers.ts";

const table = keptKind("random_sums");
const REGIONS = ["520102001", "520102002", "520102", "520102001001", "520103"] as const;
const TENANTS = [null, "north", "south"] as const;

let db: TestDatabase;
const devices: number[] = [];
const ids: string[] = [];
const deleted = new Set<number>();
interface Place {
  readonly since: number;
  readonly region: string;
  readonly tenant: string | null;
}
/** Where each device has been and whose, oldest first. */
const places = new Map<number, Place[]>();
const placeAt = (device: number, at: number) => places.get(device)!.findLast(({ since }) => since <= at)!;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, [table], { edition: db.edition, log: createLogger("silent") });
  await insertRegions(db.pool);
  await db.pool.query(
    "insert into tenants (id, name, use) values ('north', 'N', 'civil'), ('south', 'S', 'civil')",
  );
});
afterAll(() => db.drop());

async function addDevice(random: Random, region?: string): Promise<void> {
  const id = `sums-${devices.length}`;
  const regionCode = region ?? of(random, REGIONS);
  const tenantId = of(random, TENANTS);
  const device = await insertDevice(db.pool, id, { kind: table.kind, regionCode, tenantId });
  devices.push(device);
  ids.push(id);
  places.set(device, [{ since: Number.NEGATIVE_INFINITY, region: regionCode, tenant: tenantId }]);
}

async function deleteOne(random: Random): Promise<void> {
  const device = of(random, devices);
  deleted.add(device);
  await db.pool.query("update devices set deleted_at = now() where device_no = $1", [device]);
}

const of = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;

/** Gives a device another place, as if it had been done at that moment, which is behind its last move. */
async function move(device: number, region: string, tenant: string | null, at: number): Promise<void> {
  const before = places.get(device)!;
  const last = before.at(-1)!;
  if ((last.region === region && last.tenant === tenant) || last.since >= at) return;
  // What was nobody's is the first owner's.
  const isFirst = tenant !== null && before.every((place) => place.tenant === null);
  const moved = isFirst ? before.map((place) => ({ ...place, tenant })) : [...before];
  if (!isFirst || last.region !== region) moved.push({ since: at, region, tenant });
  places.set(device, moved);
  await withTransaction(db.pool, async (tx) => {
    await tx.query("update devices set region_code = $2, tenant_id = $3 where device_no = $1", [
      device,
      region,
      tenant,
    ]);
    if (moved.length === before.length) return;
    await dateMove(tx, device, at);
  });
}

async function begin(random: Random): Promise<void> {
  const { pool } = db;
  await pool.query(`truncate ${table.table}, ${table.table}_1d_kept, rollup_changes, register_exchanges,
    ledger_batches, device_ledger, rollup_news, rollup_apart, rollup_moved, former_places, devices cascade`);
  // What is left in the sums themselves is cleared when they begin anew.
  await pool.query(
    `update rollup_state set complete_until = default, next_until = null, next_device_no = 0, sums_below = 0`,
  );
  devices.length = 0;
  ids.length = 0;
  deleted.clear();
  places.clear();
  for (const region of [...REGIONS, ...REGIONS]) await addDevice(random, region);
}

/** Takes readings of a device in some hours away, or changes them, as a repair does. */
async function repair(random: Random, now: number): Promise<void> {
  const device = of(random, devices);
  const from = now - random.next() * 5 * DAY;
  await withTransaction(db.pool, async (tx) => {
    const range = [device, new Date(from).toISOString(), new Date(from + 20 * HOUR).toISOString()];
    const where = "device_no = $1 and observed_at >= $2 and observed_at < $3";
    const { rows } = await tx.query<{ observed_at: Date }>(
      random.chance(0.6)
        ? `delete from ${table.table} where ${where} returning observed_at`
        : `update ${table.table} set pressure = pressure / 2, volume = null where ${where} returning observed_at`,
      range,
    );
    const changes = rows.map((row) => ({ deviceNo: device, observedAt: row.observed_at.getTime() }));
    await logChangedDays(tx, table.kind, changes);
  });
}

/** Of a device that is there. */
async function exchange(random: Random, now: number): Promise<void> {
  const deviceNo = of(
    random,
    devices.filter((device) => !deleted.has(device)),
  );
  const device = { deviceNo, id: ids[devices.indexOf(deviceNo)]! };
  await exchangeOrNot(db.pool, table, device, { random, now, days: 5 });
}

/** A piece of what the keeper, or ingest beside it, does. */
async function keep(random: Random, now: number): Promise<void> {
  const { pool } = db;
  const few = random.chance(0.5) ? 1000 : Math.ceil(random.next() * 4);
  const deed = random.next();
  if (deed < 0.25) await keepNext(pool, table, { devices: few, now });
  else if (deed < 0.45) await keepChanged(pool, table, { limit: few });
  else if (deed < 0.6) await foldLedger(pool, few);
  else if (deed < 0.8) await keepOpen(pool, table, { entries: few });
  else if (deed < 0.85) await keepMoved(pool, table, { entries: few });
  else await fillSums(pool, table, { devices: few });
}

/** Has all be kept and counted that nothing was kept of before. */
async function sumUp(now: number): Promise<void> {
  const { pool } = db;
  await foldLedger(pool);
  while ((await keepNext(pool, table, { devices: 1000, now })) === "more");
  await fillSums(pool, table, { devices: 1_000_000 });
  while ((await keepOpen(pool, table, { entries: 10 })) === "more");
}

async function tell(seed: number, steps: number): Promise<Told> {
  const random = createRandom(seed);
  const { pool } = db;
  await begin(random);
  const told: Told = { summed: 0, extremes: 0 };
  let now = midnight(Date.parse("2026-02-24T00:00:00Z"));
  for (let step = 0; step < steps; step++) {
    const batch = new ReadingsBatch(table);
    const deed = random.next();
    if (deed < 0.25) {
      const passed = random.next() * 10 * HOUR;
      for (const device of devices) {
        if (random.chance(0.4)) continue;
        for (let i = 0; i < 2; i++) addReading(batch, random, device, now + random.next() * passed);
      }
      now += passed;
    } else if (deed < 0.35) {
      const from = now - random.next() * 6 * DAY;
      const device = of(random, devices);
      for (let at = from; at < Math.min(now, from + 2 * DAY); at += random.next() * 12 * HOUR) {
        addReading(batch, random, device, Math.floor(at / (2 * HOUR)) * 2 * HOUR);
      }
    } else if (deed < 0.4) await exchange(random, now);
    else if (deed < 0.45) await repair(random, now);
    else if (deed < 0.48) {
      const at = Math.floor(now - random.next() * 4 * DAY);
      await move(
        of(random, devices),
        of(random, REGIONS),
        of(random, TENANTS),
        random.chance(0.2) ? midnight(at) : at,
      );
    } else if (deed < 0.49) await addDevice(random);
    else if (deed < 0.5) await deleteOne(random);
    else if (deed < 0.505) await pool.query("update rollup_state set sums_below = 0");
    else for (let i = 0; i < 6; i++) await keep(random, now);
    // Some of a clock that is ahead.
    if (random.chance(0.05)) addReading(batch, random, of(random, devices), now + random.next() * 20 * HOUR);
    await insertReadings(batch, pool, now, () => []);
    await expectSameAnswers(random, now, told);
  }
  for (const work of [
    () => keepChanged(pool, table, { limit: 100 }),
    () => keepMoved(pool, table, { entries: 100 }),
    () => fillSums(pool, table, { devices: 100 }),
  ]) {
    while ((await work()) === "more");
  }
  await foldLedger(pool, 100_000);
  while ((await keepOpen(pool, table, { entries: 100 })) === "more");
  await expectWholeSums(pool, table);
  return told;
}

/** Sums answer to the last digit as devices do, and both as the readings do in plain words. */
async function expectSameAnswers(random: Random, now: number, told: Told): Promise<void> {
  const from = midnight(now) - Math.floor(random.next() * 8) * DAY;
  const to = random.chance(0.6) ? now + DAY : from + Math.ceil(random.next() * 3) * DAY;
  const interval = random.chance(0.7) ? "1d" : "1w";
  const plan = await summable(db.pool, table, { from, to, interval, extremes: random.chance(0.5) });
  const groupBy = of(random, ["township", "county", "village"] as const);
  const region = of(random, [undefined, undefined, "520102", "520102001"]);
  const area = of(random, [
    WHOLE_AREA,
    limitsOf({ tenants: ["north"] })[0]!,
    limitsOf({ regions: ["520102001"] })[0]!,
  ]);
  const what = `${interval} ${groupBy} ${region} ${JSON.stringify(area)} from ${plan.from.toISOString()}`;
  const answer = await groups(noting(told, plan, db.pool), plan, groupBy, [area], region);
  expect(answer, what).toEqual(await groups(db.pool, plan, groupBy, [{ ...area, devices: ids }], region));
  const digits = { township: 9, county: 6, village: 12 }[groupBy];
  const monday = (at: number) => at - ((Math.floor((at + 8 * HOUR) / DAY) + 3) % 7) * DAY;
  const expected = await groupsOfReadings(
    db.pool,
    plan,
    (device, at) => {
      const place = placeAt(device, at);
      const isSeen =
        place.region.startsWith(region ?? "") &&
        (area.tenants === "all" || area.tenants.includes(place.tenant ?? "")) &&
        (area.regions === "all" || place.region.startsWith(area.regions[0]!));
      return isSeen ? place.region.slice(0, digits) : undefined;
    },
    interval === "1d" ? midnight : (at) => monday(midnight(at)),
  );
  expect(tidied(answer), what).toEqual(expected);
}

describe("sums of days by region and tenant", () => {
  it.each(Array.from({ length: Number(process.env.SUMS_RUNS ?? 3) }, (_, run) => run + 1))(
    "are those of devices, and of their readings, at every moment of random story %i",
    async (seed) => {
      const told = await tell(seed, 60);
      expect(told.summed).toBeGreaterThan(10);
      expect(told.extremes).toBeGreaterThan(2);
    },
    60_000,
  );
});

describe("sums of open days", () => {
  it("follow when what they go on from is repaired", async () => {
    await begin(createRandom(1));
    const { pool } = db;
    const today = midnight(Date.parse("2026-03-03T00:00:00Z"));
    const now = today + 10 * HOUR;
    const device = devices[0]!;
    const batch = new ReadingsBatch(table);
    const put = (at: number, volume: number) => batch.setNumber(batch.begin(device, at, at), 1, volume);
    put(today - 14 * HOUR, 100);
    put(today - 4 * HOUR, 110);
    put(now - HOUR / 2, 125);
    await insertReadings(batch, pool, now);
    await sumUp(now);
    const told: Told = { summed: 0, extremes: 0 };
    const plan = await summable(pool, table, { from: today - DAY, to: now, interval: "1d", extremes: false });
    const used = plan.columns.findIndex(({ metric }) => metric.name === "volume");
    const usage = async () => {
      const answer = await groups(noting(told, plan, db.pool), plan, "county", NO_LIMITS);
      return Object.values(answer)
        .flat()
        .map((bucket) => bucket[2 + used]);
    };
    expect(await usage()).toEqual([10, 15]);
    await withTransaction(pool, async (tx) => {
      const observedAt = today - 4 * HOUR;
      await tx.query(`delete from ${table.table} where observed_at = $1`, [
        new Date(observedAt).toISOString(),
      ]);
      await logChangedDays(tx, table.kind, [{ deviceNo: device, observedAt }]);
    });
    expect(await usage()).toEqual([0, 25]);
    while ((await keepChanged(pool, table, { limit: 10 })) === "more");
    expect(await usage()).toEqual([0, 25]);
    expect(told.summed).toBe(3);
  });
});

describe("sums of places that devices leave", () => {
  it("lose what they had of them, and no bucket of nothing is left", async () => {
    await begin(createRandom(2));
    const { pool } = db;
    const today = midnight(Date.parse("2026-03-03T00:00:00Z"));
    const now = today + 10 * HOUR;
    const batch = new ReadingsBatch(table);
    const day = today - DAY;
    for (const [i, device] of devices.entries()) {
      const row = batch.begin(device, day + 5 * HOUR, day);
      batch.setNumber(row, 1, 100 + i);
      batch.setNumber(row, 5, i);
    }
    await pool.query("update devices set tenant_id = null");
    await forgetMoves(pool);
    await insertReadings(batch, pool, now);
    await sumUp(now);
    const told: Told = { summed: 0, extremes: 0 };
    const plan = await summable(pool, table, { from: day, to: now, interval: "1d" });
    const expectSame = async () => {
      const area = { ...WHOLE_AREA, tenants: ["north"] };
      for (const [limits, own] of [
        [NO_LIMITS, WHOLE_AREA],
        [[area], area],
      ] as const) {
        const answer = await groups(noting(told, plan, pool), plan, "township", limits);
        expect(answer).toEqual(await groups(pool, plan, "township", [{ ...own, devices: ids }]));
      }
    };
    const [owned, moved] = devices as [number, number];
    // All that are in one place.
    const emptied = devices.filter((device) => placeAt(device, now).region === "520103");
    // A first owner is no move. Another device moves twice, and a late reading of it comes between.
    await pool.query("update devices set tenant_id = 'north' where device_no = $1", [owned]);
    await pool.query("update devices set region_code = '520103' where device_no = $1", [moved]);
    await pool.query("update devices set region_code = '520102001001' where device_no = $1", [moved]);
    const late = new ReadingsBatch(table);
    late.setNumber(late.begin(moved, day + 6 * HOUR, now), 1, 200);
    await insertReadings(late, pool, now);
    await withTransaction(pool, async (tx) => {
      await tx.query(`delete from ${table.table} where device_no = any ($1::int[])`, [emptied]);
      const observedAt = day + 5 * HOUR;
      await logChangedDays(
        tx,
        table.kind,
        emptied.map((deviceNo) => ({ deviceNo, observedAt })),
      );
    });
    await expectSame();
    while ((await keepChanged(pool, table, { limit: 10 })) === "more");
    while ((await keepMoved(pool, table, { entries: 10 })) === "more");
    await foldLedger(pool);
    while ((await keepOpen(pool, table, { entries: 10 })) === "more");
    await expectSame();
    expect(told.summed).toBe(2);
    await expectWholeSums(pool, table);
  });
});

describe.skipIf(!process.env.DATABASE_URL)("sums while readings are acknowledged", () => {
  it("are those of devices at one moment, whoever commits beside the keeper", async () => {
    const random = createRandom(77);
    const { pool } = db;
    await begin(random);
    await fillSums(pool, table, { devices: 1_000_000 });
    const now = midnight(Date.parse("2026-03-03T00:00:00Z")) + 14 * HOUR;
    const writing = [0, 1].map(async (writer) => {
      const own = createRandom(writer);
      for (let i = 0; i < 60; i++) {
        const batch = new ReadingsBatch(table);
        for (let n = 0; n < 5; n++) {
          addReading(batch, own, of(own, devices), now - own.next() * (own.chance(0.8) ? 2 * HOUR : 3 * DAY));
        }
        await insertReadings(batch, pool, now, () => []);
      }
    });
    let done = false;
    const written = Promise.all(writing).finally(() => {
      done = true;
    });
    const keeping = (async () => {
      const own = createRandom(3);
      while (!done) await keep(own, now);
    })();
    const told: Told = { summed: 0, extremes: 0 };
    const plan = await summable(pool, table, { from: now - 4 * DAY, to: now + DAY, interval: "1d" });
    for (let asked = 0; asked < 3 || !done; asked++) {
      await withTransaction(pool, async (tx) => {
        await tx.query("set transaction isolation level repeatable read");
        const own = tx as unknown as Pool;
        const answer = await groups(noting(told, plan, own), plan, "township", NO_LIMITS);
        expect(answer).toEqual(await groups(own, plan, "township", [{ ...WHOLE_AREA, devices: ids }]));
      });
    }
    await written;
    await keeping;
    expect(told.summed).toBeGreaterThan(0);
  }, 60_000);
});
