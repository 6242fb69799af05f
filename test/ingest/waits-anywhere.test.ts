import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { hearNews } from "../../app/phases/ingest.ts";
import { PlatformNews } from "../../app/platform-news.ts";
import { createLogger } from "../../base/log.ts";
import { createRandom, type Random } from "../../devices/random.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { pump } from "../helpers/kinds/pump.ts";

const log = createLogger("silent");
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await applyKindTables(db.pool, tablesOf([pump]), { edition: db.edition, log });
});
afterAll(() => db.drop());

/** A process of the platform as far as alarms go, with a clock of the test. */
interface Running extends TestIngest {
  /** Hears what the others have told. */
  readonly hear: () => Promise<void>;
}

const never = 3_600_000;
const EVERY = { silence: never, fold: never, follow: never, dropped: never, presence: never, seen: never };
const ofPumps = { catalog: [pump], tables: tablesOf([pump]), every: EVERY };

const alone = async (now: () => number): Promise<Running> => ({
  ...(await startTestIngest(db.pool, { ...ofPumps, now })),
  hear: async () => {},
});

/** One of several, which hear of each other when the test says so. */
async function oneOfSeveral(now: () => number, processNo: number): Promise<Running> {
  const told = await PlatformNews.open({ pool: db.pool, bellUrl: undefined, log });
  const running = await startTestIngest(db.pool, { ...ofPumps, now, processNo, catchUp: told.catchUp });
  hearNews(told, running.ingest, processNo);
  await told.begin();
  onTestFinished(() => told.stop());
  return { ...running, hear: told.catchUp };
}

/** All alarms of a device, moment by moment. */
const alarmsOf = async (id: string) =>
  (
    await db.pool.query(
      `select rule, raised_at, last_raised_at, times, value, message, cleared_at
       from alarms join devices using (device_no) where id = $1 order by alarm_no`,
      [id],
    )
  ).rows;

/**
 * What a device sends at a moment: some readings, at times late ones, at times without some of its quantities.
 * @param isBad true in its bad times, which take longer than the delays
 */
function messageOf(random: Random, now: number, taken: Set<number>, isBad: boolean) {
  return Array.from({ length: random.chance(0.2) ? 3 : 1 }, () => {
    let observedAt = Math.floor(now - (random.chance(0.3) ? random.next() * 90_000 : random.next() * 900));
    while (taken.has(observedAt)) observedAt--;
    taken.add(observedAt);
    const bad = random.chance(0.04) ? !isBad : isBad;
    return {
      observedAt,
      ...(random.chance(0.8) ? { flow: bad ? 40 : 20 } : {}),
      ...(random.chance(0.8) ? { level: bad ? 9 : random.chance(0.03) ? 8 : 7 } : {}),
      ...(random.chance(0.5) ? { mode: bad ? "stuck" : "run" } : {}),
    };
  }).map((reading) => ("flow" in reading || "level" in reading ? reading : { ...reading, flow: 20 }));
}

describe.each([1, 2])("with seed %i", (seed) => {
  it.each([
    ["three processes that take a device's messages in turn, and are started again", 3],
    ["one process that is started again and again", 1],
  ])(
    "alarms are those of one process that never ends: %s",
    async (_words, processes) => {
      const random = createRandom(seed * 100 + processes);
      let now = Date.now() - 6 * 3_600_000;
      const clock = () => now;
      const names = Array.from({ length: 6 }, (_, n) => `${seed}-${processes}-${n}`);
      for (const name of names)
        for (const prefix of ["one", "many"]) await addDevice(db.pool, `${prefix}-${name}`, { kind: "pump" });
      const start = (no: number) => (processes === 1 ? alone(clock) : oneOfSeveral(clock, no));
      const one = await alone(clock);
      const many = await Promise.all(Array.from({ length: processes }, (_, n) => start(n + 1)));
      const taken = new Set<number>();
      const bad = new Set<string>();
      const again: { readonly name: string; readonly message: unknown; readonly turn: number }[] = [];
      for (let turn = 0; turn < 60; turn++) {
        now += 5_000 + random.next() * 20_000;
        if (random.chance(0.2)) {
          const place = Math.floor(random.next() * processes);
          await many[place]!.ingest.stop(1000);
          many[place] = await start(10 + turn);
        }
        await Promise.all(many.map(({ hear }) => hear()));
        const receivedAt = Math.floor(now);
        for (const name of names) if (random.chance(0.12) && !bad.delete(name)) bad.add(name);
        const sent = names.map((name) => ({
          name,
          message: messageOf(random, receivedAt, taken, bad.has(name)),
          // Again, to another one: the first was killed before it could acknowledge.
          to: Array.from({ length: random.chance(0.1) ? 2 : 1 }, () => Math.floor(random.next() * processes)),
        }));
        for (const { name, message } of sent)
          if (random.chance(0.2))
            again.push({ name, message, turn: turn + 1 + Math.floor(random.next() * 3) });
        // Or long afterwards, to one that was paused meanwhile, and has heard as little of the others since.
        const late = again.filter((each) => each.turn === turn);
        for (const { name, message } of late)
          await many[Math.floor(random.next() * processes)]!.publish(`many-${name}`, "telemetry", message, {
            receivedAt,
          });
        await Promise.all(
          sent.map(async ({ name, message, to }) => {
            for (const place of to) {
              await one.publish(`one-${name}`, "telemetry", message, { receivedAt });
              await many[place]!.publish(`many-${name}`, "telemetry", message, { receivedAt });
            }
          }),
        );
        for (const { name, message } of sent)
          expect(await alarmsOf(`many-${name}`), `turn ${turn} ${JSON.stringify(message)}`).toEqual(
            await alarmsOf(`one-${name}`),
          );
      }
      const { rows } = await db.pool.query(
        `select rule, (sum(times) - count(*) + count(cleared_at))::int as cleared from alarms join devices using (device_no)
       where id like $1 group by 1 order by 1`,
        [`many-${seed}-${processes}-%`],
      );
      // Each rule has raised and cleared some, or this would show nothing.
      expect(rows.map(({ rule }) => rule)).toEqual(["flow_high", "level_high", "mode_stuck"]);
      for (const { cleared } of rows) expect(cleared).toBeGreaterThan(0);
    },
    120_000,
  );
});

it("a process that has not heard of it yet asks, before it begins or ends a wait", async () => {
  await addDevice(db.pool, "unheard", { kind: "pump" });
  const begin = Date.now() - 3_600_000;
  const clock = () => begin;
  const [first, second] = [await oneOfSeveral(clock, 1), await oneOfSeveral(clock, 2)];
  const report = (to: Running, second: number, flow: number) => {
    const observedAt = begin + second * 1000;
    return to.publish("unheard", "telemetry", { observedAt, flow }, { receivedAt: observedAt });
  };
  await report(first, 0, 40);
  await report(second, 30, 40);
  expect(await alarmsOf("unheard")).toMatchObject([
    { rule: "flow_high", raised_at: new Date(begin + 30_000), cleared_at: null },
  ]);
  await report(second, 40, 20);
  await report(first, 50, 40);
  await report(second, 79, 40);
  expect(await alarmsOf("unheard")).toMatchObject([{ times: 1, cleared_at: new Date(begin + 40_000) }]);
  await report(second, 80, 40);
  expect(await alarmsOf("unheard")).toMatchObject([{ times: 2, cleared_at: null }]);
});

describe("readings that come again at once to a process that has not seen them, as after a kill,", () => {
  const begin = Date.now() - 3_600_000;
  const at = (second: number) => new Date(begin + second * 1000);
  const message = (second: number, level: number) => ({ observedAt: at(second).toISOString(), level });
  const [low, well] = [0.5, 7];

  /** The first process takes all of them one by one, and the second some of them again, in one batch. */
  async function twice(id: string, all: readonly [number, number][], again: readonly [number, number][]) {
    await addDevice(db.pool, id, { kind: "pump" });
    const clock = () => begin;
    const [first, second] = [await oneOfSeveral(clock, 1), await oneOfSeveral(clock, 2)];
    const send = (to: Running, [moment, level]: readonly [number, number]) =>
      to.publish(id, "telemetry", message(moment, level), { receivedAt: begin + 900_000 });
    for (const each of all) await send(first, each);
    const before = await alarmsOf(id);
    await Promise.all(again.map((each) => send(second, each)));
    expect(await alarmsOf(id)).toEqual(before);
    return before;
  }

  it("do not raise again what they have raised and cleared", async () => {
    const both = [
      [10, low],
      [20, well],
    ] as [number, number][];
    expect(await twice("again-over", both, both)).toMatchObject([{ times: 1, cleared_at: at(20) }]);
  });

  it("do not clear what was raised after them", async () => {
    const all = [
      [10, low],
      [20, well],
      [30, low],
    ] as [number, number][];
    expect(await twice("again-active", all, all)).toMatchObject([{ times: 2, cleared_at: null }]);
    expect(await twice("again-some", all, all.slice(0, 2))).toMatchObject([{ times: 2, cleared_at: null }]);
  });

  it("do not raise again what is over, where they had only gone on with it", async () => {
    const all = [
      [10, low],
      [15, low],
      [20, well],
    ] as [number, number][];
    expect(await twice("again-went-on", all, all.slice(1))).toMatchObject([{ times: 1, cleared_at: at(20) }]);
  });
});
