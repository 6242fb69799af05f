import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { createRandom, type Random } from "../../../devices/random.ts";
import { openPool, type Pool, withTransaction } from "../../../store/database/database.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { getDeviceKey } from "../../../store/places/device-key.ts";
import { keepLatest, remakeLatest } from "../../../store/readings/keep-latest.ts";
import {
  type LatestValues,
  listLatest,
  newestMoment,
  readLatest,
  readLatestIn,
} from "../../../store/readings/latest.ts";
import { startLatestKeeper } from "../../../store/readings/latest-keeper.ts";
import { latestTable } from "../../../store/readings/latest-table.ts";
import { ReadingsBatch } from "../../../store/readings/readings-batch.ts";
import { insertReadings } from "../../../store/readings/settle-readings.ts";
import { keptBefore } from "../../../store/rollups/late-readings.ts";
import { applyKindTables } from "../../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { DAY, HOUR, keptKind } from "../rollups/kept-readings.ts";

const silent = createLogger("silent");
const kept = keptKind("newest");
const table = { ...kept, columns: kept.columns.filter(({ name }) => name !== "pressure") };
const { columns } = table;
const DEVICES = 5;
/** The clock of the stories below, which nobody else's moves. */
const BEGIN = Date.parse("2025-03-01T00:00:00Z");

let db: TestDatabase;
let pool: Pool;
let first: number;
const onServer = Boolean(process.env.DATABASE_URL);

beforeAll(async () => {
  db = await createTestDatabase();
  pool = db.pool;
  await applyKindTables(pool, [table], { edition: db.edition, log: silent });
  await pool.query("insert into regions (code, name, level) values ('52', '贵州省', 1)");
  const { rows } = await pool.query(
    `insert into devices (id, kind, region_code, token_hash)
     select 'newest-' || n, $1, '52', '\\x00' from generate_series(1, $2) n returning device_no`,
    [table.kind, DEVICES],
  );
  first = rows[0].device_no;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await pool.query(`truncate ${table.table}, ${latestTable(table)}`);
  await pool.query("update latest_state set kept_until = default, next_until = null, next_device_no = 0");
});

type Value = number | string;
type Sample = Partial<Record<"flow" | "volume" | "energy" | "valve" | "firmware", Value>>;

const randomSample = (random: Random): Sample => ({
  ...(random.chance(0.7) ? { flow: Math.round(random.between(-100, 300)) / 8 } : {}),
  ...(random.chance(0.6) ? { volume: Math.round(random.between(0, 9999)) / 100 } : {}),
  ...(random.chance(0.2) ? { energy: random.next() } : {}),
  ...(random.chance(0.3) ? { valve: random.chance(0.5) ? "open" : "closed" } : {}),
  // Hardly ever said, so that it has to be remembered for long.
  ...(random.chance(0.05) ? { firmware: `v${Math.floor(random.next() * 9)}` } : {}),
});

function put(batch: ReadingsBatch, device: number, at: number, sample: Sample): void {
  const row = batch.begin(device, at, at);
  for (const [index, { name, type }] of columns.entries()) {
    const value = sample[name as keyof Sample];
    if (value === undefined) continue;
    if (type === "state" || type === "text") batch.setText(row, index, value as string);
    else batch.setNumber(row, index, value as number);
  }
}

async function store(device: number, at: number, sample: Sample, now = at): Promise<void> {
  const batch = new ReadingsBatch(table);
  put(batch, device, at, sample);
  await insertReadings(batch, pool, now);
}

/** The plain model: every reading that was stored, and what follows from them. */
class Model {
  readonly readings = new Map<string, { device: number; at: number; sample: Sample }>();
  add(device: number, at: number, sample: Sample): void {
    const key = `${device} ${at}`;
    if (!this.readings.has(key)) this.readings.set(key, { device, at, sample });
  }
  latest(device: number): LatestValues {
    const own = [...this.readings.values()].filter((reading) => reading.device === device);
    own.sort((a, b) => b.at - a.at);
    return Object.fromEntries(
      columns.map(({ name }) => {
        const newest = own.find(({ sample }) => sample[name as keyof Sample] !== undefined);
        const value = newest?.sample[name as keyof Sample];
        return [name, newest ? { value, observedAt: new Date(newest.at).toISOString() } : null];
      }),
    ) as LatestValues;
  }
}

const ask = (device: number) => readLatest(pool, table, columns, device);

async function askAll(limit: number): Promise<Map<string, LatestValues>> {
  const found = new Map<string, LatestValues>();
  let cursor: string | undefined;
  do {
    const page = await listLatest(pool, table, { columns }, NO_LIMITS, { limit, cursor });
    for (const { deviceId, metrics, observedAt } of page.items) {
      found.set(deviceId, metrics);
      expect(observedAt).toBe(newestMoment(metrics));
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

async function keepAll(now: number, devices = 1000): Promise<void> {
  while ((await keepLatest(pool, table, { devices, now })) === "more");
}

describe("newest values", () => {
  it("are those of a plain model, whatever came late, twice or ahead of time, and wherever the keeper was", async () => {
    const runs = Number(process.env.LATEST_RUNS ?? 2);
    for (let seed = 1; seed <= runs; seed++) {
      await pool.query(`truncate ${table.table}, ${latestTable(table)}`);
      await pool.query("update latest_state set kept_until = default, next_until = null, next_device_no = 0");
      const random = createRandom(seed);
      const pick = (n: number) => Math.floor(random.next() * n);
      const model = new Model();
      let now = BEGIN;
      for (let step = 0; step < 60; step++) {
        now += Math.floor(random.next() ** 3 * 8 * HOUR);
        const batch = new ReadingsBatch(table);
        for (let n = pick(6); n >= 0; n--) {
          const device = first + pick(DEVICES);
          const age = random.chance(0.3) ? random.next() * 9 * DAY : random.next() ** 4 * HOUR;
          const at = Math.floor(random.chance(0.05) ? now + random.next() * DAY : now - age);
          const sample = randomSample(random);
          if (Object.keys(sample).length === 0) continue;
          if (model.readings.has(`${device} ${at}`)) continue;
          put(batch, device, at, sample);
          model.add(device, at, sample);
        }
        await insertReadings(batch, pool, now);
        if (random.chance(0.2)) await insertReadings(batch, pool, now);
        if (random.chance(0.3)) await keepLatest(pool, table, { devices: 1 + pick(3) + first, now });
        if (random.chance(0.15)) await keepAll(now);
        const device = first + pick(DEVICES);
        expect(await ask(device), `seed ${seed}, step ${step}`).toEqual(model.latest(device));
      }
      const expected = new Map(
        Array.from({ length: DEVICES }, (_, n) => [`newest-${n + 1}`, model.latest(first + n)]),
      );
      expect(await askAll(2), `seed ${seed}`).toEqual(expected);
      await keepAll(now + DAY);
      expect(await askAll(1000), `seed ${seed}, all kept`).toEqual(expected);
    }
  });

  it("are remembered each with its moment, when the newest readings leave them out", async () => {
    await store(first, BEGIN, { firmware: "v1", flow: 1 });
    await keepAll(BEGIN + DAY);
    await store(first, BEGIN + DAY, { flow: 2, valve: "open" });
    await store(first, BEGIN + DAY + HOUR, { flow: 3 });
    const at = (ms: number) => new Date(BEGIN + ms).toISOString();
    expect(await ask(first)).toEqual({
      flow: { value: 3, observedAt: at(DAY + HOUR) },
      volume: null,
      energy: null,
      valve: { value: "open", observedAt: at(DAY) },
      firmware: { value: "v1", observedAt: at(0) },
    });
  });

  it("are kept once a reading is old, and not written by one that comes in time", async () => {
    const kept = async () =>
      (await pool.query(`select count(*)::int as n from ${latestTable(table)}`)).rows[0].n;
    await keepAll(BEGIN + HOUR);
    await store(first, BEGIN + HOUR, { flow: 1 });
    expect(await kept()).toBe(0);
    await store(first, BEGIN - DAY, { flow: 2 }, BEGIN + HOUR);
    expect(await kept()).toBe(1);
    const until = (await pool.query(`select kept_until from latest_state where kind = '${table.kind}'`))
      .rows[0];
    expect(until.kept_until.getTime()).toBe(keptBefore(BEGIN + HOUR));
  });

  it("of a reading that is no more are forgotten, as retention drops them", async () => {
    await store(first, BEGIN, { flow: 1, firmware: "v1" });
    await store(first, BEGIN + 60 * DAY, { flow: 2 });
    await keepAll(BEGIN + 61 * DAY);
    expect((await ask(first)).firmware).not.toBeNull();
    await pool.query(`select drop_chunks('${table.table}', older_than => $1::timestamptz)`, [
      new Date(BEGIN + 30 * DAY).toISOString(),
    ]);
    await keepLatest(pool, table, { devices: 1000, now: BEGIN + 61 * DAY });
    expect(await ask(first)).toMatchObject({ flow: { value: 2 }, firmware: null });
    await pool.query("update latest_state set readings_since = default");
  });

  it("go back when a repair has taken the newest reading away, and only by that", async () => {
    await store(first, BEGIN, { flow: 1, valve: "open" });
    await store(first, BEGIN + HOUR, { flow: 2 });
    await store(first + 1, BEGIN + HOUR, { flow: 7 });
    await keepAll(BEGIN + DAY);
    await withTransaction(pool, async (tx) => {
      await tx.query(`delete from ${table.table} where device_no = $1 and flow = 2`, [first]);
      await remakeLatest(tx, table, [first]);
    });
    expect(await ask(first)).toMatchObject({ flow: { value: 1 }, valve: { value: "open" } });
    expect(await ask(first + 1)).toMatchObject({ flow: { value: 7 } });
    await withTransaction(pool, async (tx) => {
      await tx.query(`delete from ${table.table} where device_no = $1`, [first]);
      await remakeLatest(tx, table, [first]);
    });
    expect(newestMoment(await ask(first))).toBeNull();
  });

  it.runIf(onServer)("keep a late reading that is stored while a repair is under way", async () => {
    await store(first, BEGIN, { flow: 1 });
    await keepAll(BEGIN + DAY);
    const other = openPool({ url: db.url, size: 1, applicationName: "late" }, () => {});
    const late = new ReadingsBatch(table);
    put(late, first, BEGIN + HOUR, { flow: 5 });
    let stored: Promise<number> | undefined;
    await withTransaction(pool, async (tx) => {
      await remakeLatest(tx, table, [first]);
      stored = insertReadings(late, other, BEGIN + DAY);
      // It waits for the repair, which does not see it.
      const waits = `select count(*)::int as n from pg_stat_activity where application_name = 'late' and wait_event_type = 'Lock'`;
      await expect
        .poll(async () => (await pool.query(waits)).rows[0].n, { timeout: 20_000, interval: 5 })
        .toBe(1);
    });
    expect(await stored).toBe(1);
    await other.end();
    expect(await ask(first)).toMatchObject({ flow: { value: 5 } });
  });

  it("are kept for a kind that gains a quantity, and the keeper ends where it is told to", async () => {
    const wider = { ...table, columns: [...columns, { name: "tilt", type: "gauge" as const }] };
    await store(first, BEGIN, { flow: 1 });
    await applyKindTables(pool, [wider], { edition: db.edition, log: silent });
    const batch = new ReadingsBatch(wider);
    batch.setNumber(batch.begin(first, BEGIN + HOUR, BEGIN + HOUR), 5, 12.5);
    // As after a start: a connection has prepared the insert of before.
    const started = openPool({ url: db.url, size: 1, applicationName: "wider" }, () => {});
    await insertReadings(batch, started, BEGIN + HOUR);
    await started.end();
    const keeper = startLatestKeeper(pool, [wider], { log: silent, everyMs: HOUR, now: () => BEGIN + DAY });
    await keeper.runDue();
    await keeper.stop();
    await pool.query(`truncate ${table.table}`);
    const latest = await readLatest(pool, wider, wider.columns, first);
    expect(latest).toMatchObject({ flow: { value: 1 }, tilt: { value: 12.5 }, volume: null });
  });
});

describe("newest values of devices that have moved", () => {
  const moved = { ...table, kind: "newest_moved", table: "readings_newest_moved" };
  const own = limitsOf({ tenants: ["north"] });

  /** The devices' places, oldest first, each with the hour in which it began, and readings in some hours. */
  async function tell(random: Random, devices: number): Promise<string[]> {
    const ids = Array.from({ length: devices }, (_, n) => `moved-${n}`);
    await pool.query(
      `insert into devices (id, kind, region_code, tenant_id, token_hash)
       select id, $2, '52', case when id ~ '[0369]$' then 'south' else 'north' end, '\\x00' from unnest($1::text[]) as id`,
      [ids, moved.kind],
    );
    const { rows } = await pool.query<{ device_no: number }>(
      "select device_no from devices where kind = $1 order by 1",
      [moved.kind],
    );
    const batch = new ReadingsBatch(moved);
    for (const { device_no } of rows) {
      for (let hour = 0; hour < 60; hour++) {
        if (random.chance(0.15)) put(batch, device_no, BEGIN + hour * HOUR, randomSample(random));
      }
    }
    await insertReadings(batch, pool, BEGIN);
    for (const { device_no } of rows) {
      let hour = 0;
      for (const tenant of ["south", "north", "south", "north"].slice(random.chance(0.5) ? 0 : 2)) {
        await pool.query("update devices set tenant_id = $2 where device_no = $1", [device_no, tenant]);
        hour += Math.floor(random.next() * 45);
        const at = new Date(BEGIN + hour * HOUR).toISOString();
        // As if it had been done then.
        await pool.query(
          `with was as (select placed_since from devices where device_no = $1)
           update former_places f set until_at = greatest($2, f.from_at + interval '1 millisecond') from was
           where f.device_no = $1 and f.until_at = was.placed_since`,
          [device_no, at],
        );
        await pool.query(
          "update devices set placed_since = coalesce((select max(until_at) from former_places where device_no = $1), placed_since) where device_no = $1",
          [device_no],
        );
      }
    }
    return ids;
  }

  it("are those of each one's own times, in as many statements as one device takes", async () => {
    await applyKindTables(pool, [moved], { edition: db.edition, log: silent });
    await pool.query(
      "insert into tenants (id, name, use) values ('north', 'N', 'civil'), ('south', 'S', 'civil')",
    );
    const ids = await tell(createRandom(5), 40);
    let asked = 0;
    const counting = {
      query: (...args: Parameters<Pool["query"]>) => {
        asked++;
        return pool.query(...args);
      },
    } as unknown as Pool;
    const page = await listLatest(counting, moved, { columns, region: "52" }, own, { limit: 100 });
    expect(asked).toBeLessThanOrEqual(4);
    const expected = new Map<string, LatestValues>();
    for (const id of ids) {
      const { spans } = await getDeviceKey(pool, id, own);
      expected.set(id, await readLatestIn(pool, moved, columns, spans!));
    }
    expect(new Map(page.items.map(({ deviceId, metrics }) => [deviceId, metrics]))).toEqual(expected);
    // Some of them have nothing of their own, and some have what is older than another's.
    expect(page.items.some(({ observedAt }) => observedAt === null)).toBe(true);
    const whole = await listLatest(pool, moved, { columns }, NO_LIMITS, { limit: 100 });
    expect(
      whole.items.filter(({ observedAt }, i) => observedAt !== page.items[i]!.observedAt).length,
    ).toBeGreaterThan(5);
  });
});
