import { arrivalOf, type Pool } from "../../store/database/index.ts";
import type { PlatformProcess } from "../helpers/platform-process.ts";
import type { Ended, Stopped } from "./chaos-broadcast.ts";
import { alarmsOf } from "./chaos-model.ts";
import type { Item, Script } from "./chaos-script.ts";
import type { ChaosStream, Heard } from "./chaos-stream.ts";

/** A promise, and how it was kept. */
export interface Finding {
  readonly promise: string;
  readonly passed: boolean;
  readonly numbers: string;
}

/** A device as the story ends: its first `acknowledged` items were acknowledged. */
export interface Sent {
  readonly script: Script;
  readonly acknowledged: number;
}

const AT = "(extract(epoch from observed_at) * 1000)::bigint::float8 as at";
const CHUNK = 1000;

/** Integers of the tables, as each kind's decimals have it. */
const READINGS = {
  "gas-meter": {
    select: `select id, ${AT}, volume / 1000.0 as volume, battery / 100.0 as battery, flow / 1000.0 as flow, valve
             from readings_gas_meter join devices using (device_no)`,
    keys: ["volume", "battery", "flow", "valve"],
  },
  camera: {
    select: `select id, ${AT}, uptime, storage_free / 10.0 as storage_free, packet_loss / 100.0 as packet_loss
             from readings_camera join devices using (device_no)`,
    keys: ["uptime", "storage_free", "packet_loss"],
  },
} as const;

const itemsOf = ({ script, acknowledged }: Sent): Item[] =>
  Array.from({ length: acknowledged }, (_, n) => script.item(n));

const writeReading = (keys: readonly string[], at: number, values: Readonly<Record<string, unknown>>) =>
  `${at} ${keys.map((key) => (typeof values[key] === "string" && key !== "valve" ? Number(values[key]) : values[key])).join(" ")}`;

/** Compares what was acknowledged with what is stored, each reading and event with all that it says. */
export async function checkContents(pool: Pool, sent: readonly Sent[]): Promise<Finding> {
  let [acknowledged, lost, twice, strange] = [0, 0, 0, 0];
  for (let from = 0; from < sent.length; from += CHUNK) {
    const chunk = sent.slice(from, from + CHUNK);
    const found = new Map<string, string[]>(chunk.map(({ script }) => [script.id, []]));
    const ids = [...found.keys()];
    for (const { select, keys } of Object.values(READINGS)) {
      const { rows } = await pool.query(`${select} where id = any ($1)`, [ids]);
      for (const row of rows) found.get(row.id)!.push(writeReading(keys, row.at, row));
    }
    const events = await pool.query(
      `select id, ${AT}, event_id, type from events join devices using (device_no) where id = any ($1)`,
      [ids],
    );
    for (const { id, at, event_id, type } of events.rows) found.get(id)!.push(`${at} ${event_id} ${type}`);
    for (const one of chunk) {
      const expected = itemsOf(one)
        .filter(({ isBad }) => !isBad)
        .map(({ channel, observedAt, body }) =>
          channel === "events"
            ? `${observedAt} ${body.eventId} ${body.type}`
            : writeReading(READINGS[one.script.kind].keys, observedAt, body),
        );
      const stored = found.get(one.script.id)!;
      const distinct = new Set(stored);
      acknowledged += one.acknowledged;
      lost += expected.filter((each) => !distinct.has(each)).length;
      twice += stored.length - distinct.size;
      const known = new Set(expected);
      strange += [...distinct].filter((each) => !known.has(each)).length;
    }
  }
  return {
    promise: "what was acknowledged is stored as it was sent, once",
    passed: lost + twice + strange === 0,
    numbers: `${acknowledged} acknowledged, ${lost} lost or changed, ${twice} twice, ${strange} that nobody sent`,
  };
}

interface LedgerPage {
  readonly items: readonly (Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number> & {
    deviceId: string;
  })[];
  readonly nextCursor: string | null;
}

export async function checkLedgers(platform: PlatformProcess, sent: readonly Sent[]): Promise<Finding> {
  const byId = new Map(sent.map((one) => [one.script.id, one]));
  let [seen, wrong, duplicates, rejected] = [0, 0, 0, 0];
  for (const kind of Object.keys(READINGS)) {
    for (let cursor: string | null = ""; cursor !== null; ) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page: LedgerPage = await platform.api(`/v1/ledger?kind=${kind}&limit=1000${more}`);
      for (const item of page.items) {
        const one = byId.get(item.deviceId);
        if (!one) continue;
        seen++;
        const items = itemsOf(one);
        const bad = items.filter(({ isBad }) => isBad).length;
        const adds = item.received === item.stored + item.duplicate + item.rejected && item.pending === 0;
        if (!adds || item.stored !== items.length - bad || item.rejected < bad) wrong++;
        duplicates += item.duplicate;
        rejected += item.rejected;
      }
      cursor = page.nextCursor;
    }
  }
  return {
    promise: "the ledger is exact",
    passed: wrong === 0 && seen === sent.length,
    numbers: `${seen} ledgers, ${wrong} wrong; ${duplicates} duplicates recognised, ${rejected} refusals`,
  };
}

interface AlarmRow {
  readonly id: string;
  readonly rule: string;
  readonly raised: number;
  readonly last: number | null;
  readonly cleared: number | null;
  readonly times: number;
}

const ALARMS = `
  select id, rule, times,
         (extract(epoch from raised_at) * 1000)::bigint::float8 as raised,
         (extract(epoch from last_raised_at) * 1000)::bigint::float8 as last,
         (extract(epoch from cleared_at) * 1000)::bigint::float8 as cleared
  from alarms join devices using (device_no)`;

/** Whether a rule's condition has to last. */
const isDelayed = (rule: string) => rule === "packet_loss_high";

interface Told {
  readonly script: Script;
  readonly rule: string;
  readonly cleared: number | undefined;
}

/**
 * True for a clear that came with one of the readings after the one that ended the condition: a reading that ends an
 * alarm and comes to another process in the moment in which that is raised does not clear it, but the next one does.
 */
function isLate({ script, cleared: due }: Told, cleared: number | undefined, most: number): boolean {
  if (due === undefined || cleared === undefined) return false;
  const place = (at: number) =>
    Array.from({ length: script.count }, (_, n) => script.item(n).observedAt).indexOf(at);
  const late = place(cleared) - place(due);
  return late > 0 && late <= most;
}

/**
 * Compares alarms with those of the model, with all of their moments.
 * @param lateReadings how many readings later an alarm may be cleared at most
 */
export async function checkAlarms(
  pool: Pool,
  sent: readonly Sent[],
  lateReadings: number,
): Promise<Finding[]> {
  const { rows } = await pool.query<AlarmRow>(`${ALARMS} where rule <> 'silent' and id like 'meter-%'`);
  const key = (id: string, rule: string, raised: number, times: number, last: number | null | undefined) =>
    `${id} ${rule} raised ${raised}, ${times} times, last ${last ?? "-"}`;
  const are = new Map(
    rows.map((row) => [key(row.id, row.rule, row.raised, row.times, row.last), row] as const),
  );
  const expected = new Map<string, Told>();
  for (const { script } of sent)
    for (const { rule, raisedAt, times, lastRaisedAt, clearedAt } of alarmsOf(script))
      expected.set(key(script.id, rule, raisedAt, times, lastRaisedAt), { script, rule, cleared: clearedAt });
  const compare = (promise: string, delayed: boolean): Finding => {
    const wrong: string[] = [];
    let [count, late] = [0, 0];
    for (const [name, told] of expected) {
      if (isDelayed(told.rule) !== delayed) continue;
      count++;
      const found = are.get(name);
      const cleared = found?.cleared ?? undefined;
      if (found && cleared === told.cleared) continue;
      if (found && isLate(told, cleared, lateReadings)) late++;
      else wrong.push(`not there: ${name}, cleared ${told.cleared}${found ? ` but ${cleared}` : ""}`);
    }
    for (const [name, { rule, cleared }] of are)
      if (isDelayed(rule) === delayed && !expected.has(name))
        wrong.push(`there: ${name}, cleared ${cleared}`);
    return {
      promise,
      passed: wrong.length === 0,
      numbers: [
        `${count} expected, ${late} cleared a reading or two later, ${wrong.length} differences`,
        ...wrong.slice(0, 6),
      ].join("; "),
    };
  };
  return [
    compare("immediate alarms equal the model's, with all moments", false),
    compare("alarms that have to last equal the model's", true),
  ];
}

/** How long a camera may say nothing, and how often the platform looks. */
const SILENT_MS = 300_000;
const LOOKED_MS = 60_000;

/**
 * Speakers that were called silent although a reading of theirs had come so shortly before. Arrivals are known to a second,
 * and the platform may have looked at a moment that was over.
 */
const HEARD_SPEAKERS = `
  select distinct d.id
  from alarms a join devices d using (device_no) join readings_speaker r using (device_no),
       lateral (select ${arrivalOf("r")} as at) came
  where a.rule = 'silent'
    and came.at > coalesce(a.last_raised_at, a.raised_at) - $1 * interval '1 millisecond' + interval '2 seconds'
    and came.at < coalesce(a.last_raised_at, a.raised_at) - interval '2 seconds'`;

/** @param quietFrom when each device that falls silent sent its last item @param until when the others stopped */
export async function checkSilence(
  pool: Pool,
  quietFrom: ReadonlyMap<string, number>,
  until: number,
): Promise<Finding> {
  const { rows } = await pool.query<AlarmRow>(`${ALARMS} where rule = 'silent'`);
  const before = rows.filter(({ raised }) => raised < until);
  const speakers = before.filter(({ id }) => id.startsWith("speaker-"));
  // In a busy machine some cannot log in for minutes, and are silent: of these the story has no script.
  const heard = new Set(
    (await pool.query<{ id: string }>(HEARD_SPEAKERS, [SILENT_MS])).rows.map(({ id }) => id),
  );
  const wrong = before.filter(
    ({ id }) => !quietFrom.has(id) && (!id.startsWith("speaker-") || heard.has(id)),
  );
  const late = [...quietFrom].filter(([, at]) => at + SILENT_MS + LOOKED_MS < until).map(([id]) => id);
  const missed = late.filter((id) => {
    const of = rows.filter((row) => row.id === id);
    return of.length !== 1 || of[0]!.times !== 1;
  });
  const examples = wrong.slice(0, 3).map(({ id }) => id);
  return {
    promise: "no false silence, and one alarm of each that is silent for long enough",
    passed: wrong.length + missed.length === 0,
    numbers: `${wrong.length} false ${examples.join(" ")}; of ${late.length} that were silent for six minutes, ${missed.length} without their one alarm; ${speakers.length} speakers were called silent`,
  };
}

/** What was told from the moment on at which the last of them had begun to listen. */
function sinceAllListen(streams: readonly ChaosStream[]): Heard[][] {
  const firsts = streams.flatMap(({ heard }) => heard.slice(0, 1));
  const latest = firsts.reduce((last, first) => (isBefore(last.id, first.id) ? first : last), firsts[0]!);
  return streams.map(({ heard }) => heard.filter((each) => latest && !isBefore(each.id, latest.id)));
}

/** `12` is the end of the twelfth news, behind `12.3`. */
function isBefore(one: string, other: string): boolean {
  const place = (id: string) => id.split(".").map(Number) as [number, number?];
  const [[a, i = Number.POSITIVE_INFINITY], [b, j = Number.POSITIVE_INFINITY]] = [place(one), place(other)];
  return a < b || (a === b && i < j);
}

/** Whether streams have heard the same, and everything once that is in the database. */
export async function checkStreams(
  pool: Pool,
  streams: readonly ChaosStream[],
  sent: readonly Sent[],
): Promise<Finding> {
  const { rows } = await pool.query<AlarmRow>(ALARMS);
  const raises = rows.reduce((sum, { times }) => sum + times, 0);
  const clears = rows.reduce((sum, { times, cleared }) => sum + times - (cleared === null ? 1 : 0), 0);
  const events = sent.reduce(
    (sum, one) => sum + itemsOf(one).filter(({ channel }) => channel === "events").length,
    0,
  );
  const heard = sinceAllListen(streams);
  const gaps = streams.flatMap((stream) => stream.gaps);
  const isInGap = (id: string) =>
    gaps.some(({ behind, upTo }) => isBefore(behind, id) && !isBefore(upTo, id));
  // One that was told that it has lost some need not have heard them, and has heard all others.
  const ids = heard.map((each) => each.map(({ id }) => id).filter((id) => !isInGap(id)));
  const same = ids.every((each) => each.join() === ids[0]!.join());
  const sets = ids.map((each) => new Set(each));
  const differ = [...new Set(ids.flat())].filter((id) => sets.some((each) => !each.has(id)));
  const twice = ids.reduce((sum, each) => sum + each.length - new Set(each).size, 0);
  const counted = streams.map(({ heard }) => {
    const of = (topic: string, change?: string) =>
      heard.filter((one) => one.topic === topic && (change === undefined || one.data.change === change))
        .length;
    const ofMeters = heard.filter(({ topic, data }) => topic === "event" && /^meter-/.test(data.deviceId));
    return { raised: of("alarm", "raised"), cleared: of("alarm", "cleared"), events: ofMeters.length };
  });
  const whole = counted.every(
    (each, n) =>
      streams[n]!.gaps.length > 0 ||
      (each.raised === raises && each.cleared === clears && each.events === events),
  );
  const topics = new Map<string, number>();
  for (const { topic } of streams[0]!.heard) topics.set(topic, (topics.get(topic) ?? 0) + 1);
  const resets = streams.reduce((sum, stream) => sum + stream.resets, 0);
  return {
    promise: "each stream saw each alarm, event, presence and step once, in one order",
    passed: same && twice === 0 && whole && resets === 0,
    numbers: `${heard.map(({ length }) => length).join(", ")} heard (${[...topics].map(([topic, all]) => `${topic} ${all}`).join(", ")}), ${same ? "the same" : `NOT the same: ${differ.slice(0, 5).join(" ")}`}, ${twice} twice, ${resets} resets, ${gaps.length} gaps that were told, ${streams.map(({ moves }) => moves).join("+")} moves; raised ${counted.map(({ raised }) => raised).join(", ")} of ${raises}, cleared ${counted.map(({ cleared }) => cleared).join(", ")} of ${clears}, events ${counted.map((each) => each.events).join(", ")} of ${events}`,
  };
}

const write = (counts: Ended["counts"]) =>
  Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");

export const checkEnded = ({ state, seconds, counts, twice, untrue }: Ended): Finding => ({
  promise: "a broadcast ends truthfully, and nobody plays it twice",
  passed: ["completed", "failed", "expired"].includes(state) && twice + untrue === 0,
  numbers: `${state} after ${seconds.toFixed(1)} s: ${write(counts)}; ${twice} played twice, ${untrue} say what is not so`,
});

export const checkStopped = ({ answer, began, twice, late, seconds, counts }: Stopped): Finding => ({
  promise: "a cancel stops all of them",
  passed: late + twice === 0 && began > 0,
  numbers: `'${answer}', ${began} had begun, the last was silent after ${seconds.toFixed(1)} s, ${late} later than they may, ${twice} played twice; ${write(counts)}`,
});
