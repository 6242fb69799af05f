import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { createRandom, type Random } from "../../../devices/random.ts";
import type { Pool } from "../../../store/database/database.ts";
import { recordExchange } from "../../../store/readings/exchanges.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { keepChanged } from "../../../store/rollups/keep-changed.ts";
import { keepNext } from "../../../store/rollups/keep-days.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { insertDevice, insertRegions } from "../../api/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import {
  addReading,
  DAY,
  expectDaysToBeRight,
  groupsOfReadings,
  HOUR,
  keptKind,
  midnight,
  planSeriesOf,
  readGroups,
} from "./kept-readings.ts";
import { dateMove, exchangeOrNot, forgetMoves, forgetReadings } from "./kept-steps.ts";

const table = keptKind("random_kept");

let db: TestDatabase;
const devices: number[] = [];
/** Where each device has been, oldest first. */
const places = new Map<number, { since: number; region: string }[]>();
const regionAt = (device: number, at: number) =>
  places.get(device)!.findLast(({ since }) => since <= at)!.region;
beforeAll(async () => {
  db = await createTestDatabase();
  // As on the Apache edition, also where the test's database could do more: kept days are tables and views.
  await applyKindTables(db.pool, [table], { edition: "apache", log: createLogger("silent") });
  await insertRegions(db.pool);
  for (let i = 0; i < 7; i++) {
    const regionCode = i < 4 ? "520102001" : "520102";
    devices.push(await insertDevice(db.pool, `kept-${i}`, { kind: table.kind, regionCode }));
    places.set(devices.at(-1)!, [{ since: Number.NEGATIVE_INFINITY, region: regionCode }]);
  }
});
afterAll(() => db.drop());

/** Gives a device another region, as if it had been done at that moment, which is behind its last move. */
async function move(device: number, region: string, at: number): Promise<void> {
  const moved = places.get(device)!;
  if (moved.at(-1)!.region === region || moved.at(-1)!.since >= at) return;
  moved.push({ since: at, region });
  await db.pool.query("update devices set region_code = $2 where device_no = $1", [device, region]);
  await dateMove(db.pool, device, at);
}

/** Lets all devices begin where they stand now. */
async function settle(): Promise<void> {
  await forgetMoves(db.pool);
  for (const device of devices) {
    places.set(device, [{ since: Number.NEGATIVE_INFINITY, region: places.get(device)!.at(-1)!.region }]);
  }
}

/** What a random story did, so that a test can tell that it has told something. */
interface Told {
  kept: number;
  changed: number;
  days: number;
}

/**
 * Readings in time, late, twice and of a week at once, while the keeper does a piece now and then, of a few devices;
 * after every step the days must be those of the readings.
 */
async function tell(seed: number, steps: number): Promise<Told> {
  const random = createRandom(seed);
  const { pool } = db;
  await pool.query(`truncate ${table.table}, ${table.table}_1d_kept, rollup_changes, register_exchanges`);
  await pool.query("update rollup_state set complete_until = default, next_until = null, next_device_no = 0");
  await settle();
  const told = { kept: 0, changed: 0, days: 0 };
  // Ends before now: the keeper waits for whoever writes, by the database's own clock.
  let now = midnight(Date.parse("2026-02-24T00:00:00Z"));
  const pick = () => devices[Math.floor(random.next() * devices.length)]!;
  for (let step = 0; step < steps; step++) {
    const batch = new ReadingsBatch(table);
    const deed = random.next();
    if (deed < 0.3) {
      const passed = random.next() * 14 * HOUR;
      for (const device of devices) {
        if (random.chance(0.2)) continue;
        for (let i = 0; i < 4; i++) addReading(batch, random, device, now + random.next() * passed);
      }
      now += passed;
    } else if (deed < 0.45) {
      // What a device had kept to itself, some of it there already.
      const device = pick();
      const from = now - random.next() * 9 * DAY;
      for (let at = from; at < Math.min(now, from + 3 * DAY); at += random.next() * 12 * HOUR) {
        addReading(batch, random, device, Math.floor(at / (2 * HOUR)) * 2 * HOUR);
      }
    } else if (deed < 0.5) {
      await exchange(random, now);
    } else if (deed < 0.56) {
      // Mostly within a day, at times where one begins.
      const at = Math.floor(now - random.next() * 6 * DAY);
      const region = ["520102001", "520102002", "520102"][Math.floor(random.next() * 3)]!;
      await move(pick(), region, random.chance(0.2) ? midnight(at) : at);
    } else if (deed < 0.8) {
      const size = { devices: random.chance(0.5) ? 1000 : Math.ceil(random.next() * 4), now };
      const kept = await keepNext(pool, table, size);
      if (kept === "more") told.kept++;
    } else {
      const limit = random.chance(0.5) ? 1000 : 2;
      const { rows } = await pool.query("select count(*)::int as n from rollup_changes");
      told.changed += Math.min(rows[0].n, limit);
      await keepChanged(pool, table, { limit });
    }
    // Other values for moments that are there already are none of this test's.
    await insertReadings(batch, pool, now, () => []);
    told.days = await expectDaysToBeRight(pool, table);
    await expectSeriesToBeRight(random.next(), now);
  }
  return told;
}

async function exchange(random: Random, now: number): Promise<void> {
  const place = Math.floor(random.next() * devices.length);
  const device = { deviceNo: devices[place]!, id: `kept-${place}` };
  await exchangeOrNot(db.pool, table, device, { random, now, days: 6 });
}

/** However a series is asked, by township and by device, it is what its readings come to in plain words. */
async function expectSeriesToBeRight(chance: number, now: number): Promise<void> {
  const from = midnight(now) - Math.floor(chance * 10) * DAY;
  const to = chance < 0.5 ? now + DAY : from + (1 + (Math.floor(chance * 40) % 4)) * DAY;
  const monday = (at: number) => at - ((Math.floor((at + 8 * HOUR) / DAY) + 3) % 7) * DAY;
  for (const [groupBy, interval, timeZone, startOf] of [
    ["township", "1d", "Asia/Shanghai", midnight],
    [
      "device",
      chance < 0.3 ? "1w" : "1d",
      "Asia/Shanghai",
      chance < 0.3 ? (at: number) => monday(midnight(at)) : midnight,
    ],
    ["township", "1d", "UTC", (at: number) => Math.floor(at / DAY) * DAY],
    ["device", "20m", "Asia/Shanghai", (at: number) => Math.floor(at / (HOUR / 3)) * (HOUR / 3)],
  ] as const) {
    const range = { from: from + (interval === "20m" ? 7 * HOUR : 0), to, interval, timeZone };
    const plan = await planSeriesOf(db.pool, table, { ...range, overFleet: groupBy === "township" });
    const groupOf = (deviceNo: number, at: number) =>
      groupBy === "device" ? `kept-${devices.indexOf(deviceNo)}` : regionAt(deviceNo, at);
    const expected = await groupsOfReadings(db.pool, plan, groupOf, startOf);
    const what = `${groupBy} ${interval} ${timeZone}`;
    expect(await readGroups(db.pool, plan, groupBy), what).toEqual(expected);
  }
}

describe("days that the platform keeps itself", () => {
  it.each([1, 2, 3])(
    "are those of the readings at every moment of random story %i",
    async (seed) => {
      const told = await tell(seed, 50);
      expect(told.kept).toBeGreaterThan(5);
      expect(told.days).toBeGreaterThan(30);
      expect(told.changed).toBeGreaterThan(3);
    },
    60_000,
  );
});

describe("days of devices that have moved", () => {
  /** Ten days that are kept but for the last hours, and then moves in them. */
  async function tellMoves(seed: number): Promise<number> {
    const random = createRandom(seed * 101);
    const { pool } = db;
    await pool.query(`truncate ${table.table}, ${table.table}_1d_kept, rollup_changes, register_exchanges`);
    await pool.query(
      "update rollup_state set complete_until = default, next_until = null, next_device_no = 0",
    );
    await settle();
    const now = midnight(Date.parse("2026-02-24T00:00:00Z")) + 17 * HOUR;
    const batch = new ReadingsBatch(table);
    for (const device of devices) {
      for (let at = now - 10 * DAY; at < now; at += (1 + random.next() * 9) * HOUR) {
        addReading(batch, random, device, at);
      }
    }
    await insertReadings(batch, pool, now, () => []);
    // Nothing is kept yet, so nothing has changed.
    await pool.query("truncate rollup_changes");
    for (let kept = "more"; kept !== "done"; ) kept = await keepNext(pool, table, { devices: 1000, now });
    for (const device of devices.slice(1)) {
      for (let at = now - (9 - random.next()) * DAY; at < now; at += random.next() * 4 * DAY) {
        const region = ["520102001", "520102002", "520102"][Math.floor(random.next() * 3)]!;
        await move(device, region, random.chance(0.2) ? midnight(at) : Math.floor(at));
        // And once more on the same day.
        if (random.chance(0.3)) await move(device, "520102001001", Math.floor(at + random.next() * 5 * HOUR));
      }
    }
    // And on the day that is kept in part.
    for (const device of devices.slice(1, 4)) {
      await move(device, "520102001001", midnight(now) + Math.floor((1 + random.next() * 13) * HOUR));
    }
    const late = new ReadingsBatch(table);
    addReading(late, random, devices[3]!, now - random.next() * 9 * DAY);
    await insertReadings(late, pool, now, () => []);
    for (let i = 0; i < 3; i++) await exchange(random, now);
    return now;
  }

  /** What is seen of a fleet, with the limits of who sees one township, is what its readings come to. */
  async function expectSeen(now: number, days: number, interval: "1d" | "1w" | "6h"): Promise<void> {
    const monday = (at: number) => at - ((Math.floor((at + 8 * HOUR) / DAY) + 3) % 7) * DAY;
    const startOf = {
      "1d": midnight,
      "1w": (at: number) => monday(midnight(at)),
      "6h": (at: number) => Math.floor((at + 8 * HOUR) / (6 * HOUR)) * 6 * HOUR - 8 * HOUR,
    }[interval];
    for (const groupBy of ["township", "device"] as const) {
      const overFleet = groupBy === "township";
      const from = midnight(now) - days * DAY;
      const to = days > 5 ? from + 5 * DAY : now;
      const plan = await planSeriesOf(db.pool, table, { from, to, interval, overFleet });
      for (const own of [undefined, "520102001", "520102002"]) {
        const sees = (deviceNo: number, at: number) =>
          own === undefined || regionAt(deviceNo, at).startsWith(own);
        const groupOf = (deviceNo: number, at: number) => {
          if (!sees(deviceNo, at)) return undefined;
          return overFleet ? regionAt(deviceNo, at).slice(0, 9) : `kept-${devices.indexOf(deviceNo)}`;
        };
        const limits = own === undefined ? undefined : limitsOf({ regions: [own] });
        expect(
          await readGroups(db.pool, plan, groupBy, limits),
          `${groupBy} ${interval} ${days} ${own}`,
        ).toEqual(await groupsOfReadings(db.pool, plan, groupOf, startOf));
      }
    }
  }

  it.each(Array.from({ length: Number(process.env.MOVES_RUNS ?? 2) }, (_, run) => run + 1))(
    "are each place's by the moment of each reading, in random story %i",
    async (seed) => {
      const now = await tellMoves(seed);
      expect((await db.pool.query("select from former_places")).rowCount).toBeGreaterThan(5);
      await expectSeen(now, 4, "1d");
      await expectSeen(now, 9, "1d");
      await expectSeen(now, 9, "1w");
      await expectSeen(now, 3, "6h");
    },
    60_000,
  );

  it("are counted though the first of them moves while they are asked for", async () => {
    const { pool } = db;
    await forgetReadings(pool, table);
    const [device, other] = devices as [number, number];
    const now = midnight(Date.parse("2026-02-24T00:00:00Z")) + 17 * HOUR;
    // Somebody stands in each township before.
    await move(device, "520102001", now);
    await move(other, "520102002", now);
    await settle();
    const random = createRandom(7);
    const batch = new ReadingsBatch(table);
    for (const device of devices) {
      for (let at = now - 4 * DAY; at < now; at += 5 * HOUR) addReading(batch, random, device, at);
    }
    await insertReadings(batch, pool, now, () => []);
    while ((await keepNext(pool, table, { devices: 1000, now })) === "more");
    const plan = await planSeriesOf(pool, table, { from: midnight(now) - 3 * DAY, to: now, overFleet: true });
    let asked = 0;
    const moving = {
      query: async (sql: string, values: unknown[]) => {
        if (++asked === 2) await move(device, "520102002", midnight(now) - 30 * HOUR);
        return pool.query(sql, values);
      },
    } as unknown as Pool;
    const groupOf = (deviceNo: number, moment: number) => regionAt(deviceNo, moment).slice(0, 9);
    const answer = await readGroups(moving, plan, "township");
    expect(places.get(device)).toHaveLength(2);
    expect(answer).toEqual(await groupsOfReadings(pool, plan, groupOf, midnight));
  });
});

describe("an exchange in hours that no chunk has", () => {
  it("counts in the day whose readings ended before it, and in what follows", async () => {
    const { pool } = db;
    await forgetReadings(pool, table);
    await pool.query("truncate register_exchanges");
    await settle();
    // Chunks end on Thursdays at 08:00 in Asia/Shanghai, and nobody reports until the next one is a day old.
    const thursday = Date.parse("2026-01-01T00:00:00+08:00");
    const keep = async (now: number) => {
      while ((await keepChanged(pool, table, { limit: 100 })) === "more");
      while ((await keepNext(pool, table, { devices: 1000, now })) === "more");
    };
    const send = async (hours: number, volume: number) => {
      const at = thursday + hours * HOUR;
      const batch = new ReadingsBatch(table);
      batch.setNumber(batch.begin(devices[0]!, at, at), 1, volume);
      await insertReadings(batch, pool, at);
      await keep(at + 1);
    };
    await send(-22, 1011);
    await send(2, 1012.5);
    await keep(thursday + 15 * HOUR);
    const device = { id: "kept-0", kind: table.kind, limits: limitsOf({}) };
    const actor = { type: "machine", id: "test", name: null, tenantId: null } as const;
    const exchange = {
      metric: "volume",
      at: new Date(thursday + 15 * HOUR),
      oldRegister: 1012.9,
      newRegister: 500,
    };
    await recordExchange(pool, device, table, exchange, actor);
    for (const hour of [16, 20, 24]) await keep(thursday + hour * HOUR);
    await send(26, 500.5);
    await send(50, 501);
    await keep(thursday + 80 * HOUR);
    const { rows } = await pool.query(
      `select volume_used as used from ${table.table}_1d_kept order by bucket`,
    );
    expect(rows.map(({ used }) => Number(used))).toEqual([0, 150, 90, 50]);
  });
});
