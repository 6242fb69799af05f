import { createHash } from "node:crypto";
import { meaningOf, parseExact } from "../../base/exact-json.ts";
import {
  arrayOf,
  CLAIMED,
  type Claim,
  claimValues,
  type Db,
  findNotedMet,
  Int4Column,
  inGroups,
  JsonbColumn,
  lengthAtMost,
  notedMet,
  SHORT,
  TextColumn,
  TimestampColumn,
  takeClaim,
} from "../database/index.ts";
import { countFormerStored, countItems, insertRejections, type NewRejection } from "../ledger/index.ts";
import { toldNews } from "../processes/index.ts";

export type EventPhase = "instant" | "new" | "update" | "end";

/** An event on its way into its table. Times in milliseconds since 1970. */
export interface NewEvent {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  /** Text of a JSON object: all other fields that the device sent. */
  readonly data: string;
  /** The way by which it came, for the rejection of a refused event; it is not stored. */
  readonly way?: unknown;
}

/** A device's answer to a command. Times in milliseconds since 1970. */
export interface NewReply {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly data: string;
  readonly way?: unknown;
}

type Column<T> = readonly [name: string, read: (item: T) => string];

/**
 * A table of events or replies: the device, two times, the columns that identify an item besides them, and its content.
 */
interface ItemTable<T> {
  readonly table: string;
  readonly identity: readonly Column<T>[];
  readonly says: readonly Column<T>[];
  /** The topic of the news of those that were stored; undefined where nobody waits for them. */
  readonly topic?: string;
}

interface Item {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  /** Text of a JSON object. */
  readonly data: string;
}

const EVENTS: ItemTable<NewEvent> = {
  table: "events",
  identity: [
    ["event_id", ({ eventId }) => eventId],
    ["phase", ({ phase }) => phase],
  ],
  says: [["type", ({ type }) => type]],
  topic: "event",
};

const REPLIES: ItemTable<NewReply> = {
  table: "replies",
  identity: [
    ["command_id", ({ commandId }) => commandId],
    ["outcome", ({ outcome }) => outcome],
  ],
  says: [],
};

/**
 * Commits new events, with their ledger entry. The others are left to `settleEvents`.
 * @param claim lets the statement take effect once; without one it is part of a transaction that is not repeated
 * @returns the places of events that met another one of their identity, in the table or before them in the batch
 */
export const insertNewEvents = (db: Db, events: readonly NewEvent[], claim?: Claim) =>
  insertNew(db, EVENTS, events, claim);
export const insertNewReplies = (db: Db, replies: readonly NewReply[], claim?: Claim) =>
  insertNew(db, REPLIES, replies, claim);

/** The outcome for items that met another one. */
export interface SettledItems {
  /** For each item true if it was new; undefined where it was refused. */
  readonly isNew: readonly (boolean | undefined)[];
  readonly rejections: readonly NewRejection[];
}

/** Makes the rejections of items that differ from too many others of their identity and moment. */
export type RefuseItems<T> = (items: readonly T[]) => NewRejection[];

/**
 * Decides on events that met another one of their device, moment, id and phase, with their ledger entry. An event with
 * the same content is a duplicate. Another one, such as a camera's second update of one frame, is stored at the next
 * free millisecond, and refused where none is free within `MAX_MOVE_MS`.
 * @returns undefined when the claim says that it was done before
 */
export const settleEvents = (
  tx: Db,
  events: readonly NewEvent[],
  refuse: RefuseItems<NewEvent>,
  claim?: Claim,
) => settle(tx, EVENTS, events, refuse, claim);
export const settleReplies = (
  tx: Db,
  replies: readonly NewReply[],
  refuse: RefuseItems<NewReply>,
  claim?: Claim,
) => settle(tx, REPLIES, replies, refuse, claim);

/** For callers without a batch: @returns for each event true if it was new, in the order given */
export const insertEvents = (
  db: Db,
  events: readonly NewEvent[],
  refuse: RefuseItems<NewEvent> = refuseNone,
) => insertAll(db, EVENTS, events, refuse);
export const insertReplies = (
  db: Db,
  replies: readonly NewReply[],
  refuse: RefuseItems<NewReply> = refuseNone,
) => insertAll(db, REPLIES, replies, refuse);

/** @throws Error */
const refuseNone = (items: readonly unknown[]): never => {
  throw new Error(`${items.length} items differ from too many others of the same moment`);
};

async function insertAll<T extends Item>(
  db: Db,
  into: ItemTable<T>,
  items: readonly T[],
  refuse: RefuseItems<T>,
): Promise<(boolean | undefined)[]> {
  const met = await insertNew(db, into, items);
  const isNew: (boolean | undefined)[] = items.map(() => true);
  if (met.length === 0) return isNew;
  const settled = (await settle(
    db,
    into,
    met.map((place) => items[place]!),
    refuse,
  ))!;
  for (const [i, place] of met.entries()) isNew[place] = settled.isNew[i];
  return isNew;
}

async function insertNew<T extends Item>(
  db: Db,
  into: ItemTable<T>,
  items: readonly T[],
  claim?: Claim,
): Promise<number[]> {
  if (items.length === 0) return [];
  const { rows } = await db.query<{ claimed: number; met: number[] | null }>({
    name: `insert_${claim ? "once_" : ""}${into.table}`,
    text: insertSql(into, claim !== undefined),
    values: [...(claim ? claimValues(claim) : []), ...valuesOf(into, items)],
  });
  const { claimed, met } = rows[0]!;
  // Not claimed: an attempt whose answer was lost has committed it.
  const undecided = claimed === 0 ? await findNotedMet(db, claim!) : (met ?? []);
  return undecided.map((n) => n - 1);
}

const namesOf = <T>({ identity, says }: ItemTable<T>) => [...identity, ...says].map(([name]) => name);

function valuesOf<T extends Item>({ identity, says }: ItemTable<T>, items: readonly T[]): Buffer[] {
  return [
    arrayOf(new Int4Column(), items, (item) => item.deviceNo),
    arrayOf(new TimestampColumn(), items, (item) => item.observedAt),
    arrayOf(new TimestampColumn(), items, (item) => item.receivedAt),
    ...[...identity, ...says].map(([, read]) => arrayOf(new TextColumn(), items, read)),
    arrayOf(new JsonbColumn(), items, (item) => item.data),
  ];
}

/**
 * As for readings (`readings-sql.ts`): an item that meets another is left undecided, and is in no ledger yet. The
 * statement tells the news of the stored ones (`EventNews`) in the order in which they came.
 */
function insertSql<T>(into: ItemTable<T>, claimed: boolean): string {
  const first = claimed ? 4 : 1;
  const texts = namesOf(into);
  const types = ["int4", "timestamptz", "timestamptz", ...texts.map(() => "text"), "jsonb"];
  const parameters = types.map((type, i) => `$${first + i}::${type}[]`).join(", ");
  const columns = ["device_no", "observed_at", "received_at", ...texts, "data"].join(", ");
  const key = ["device_no", "observed_at", ...into.identity.map(([name]) => name)];
  const met = `
        select array_agg(n::int4 order by n) as rows from (
          select input.n, stored.device_no is null
              or row_number() over (partition by ${key.map((name) => `input.${name}`).join(", ")} order by input.n) > 1 as met
          from input left join stored using (${key.join(", ")})
        ) looked
        where (select count(*) from stored) < (select count(*) from input) and met`;
  return `
    with ${claimed ? `${CLAIMED}, ` : ""}input as (
      select * from unnest(${parameters}) with ordinality as input (${columns}, n)${claimed ? "\n      where exists (select from claimed)" : ""}
    ), stored as (
      insert into ${into.table} (${columns}) select ${columns} from input order by ${key.join(", ")}, n
      on conflict do nothing
      returning ${into.topic === undefined ? key.join(", ") : columns}
    ), ledger as (
      insert into ledger_batches (device_nos, received, stored, rejected)
      select array_agg(device_no), array_agg(n), array_agg(n), array_agg(0)
      from (select device_no, count(*)::int as n from stored group by 1) counts
      having count(*) > 0
    ), ${countFormerStored("stored")}, ${into.topic === undefined ? "" : `${toldItems(into, into.topic, key)}, `}${claimed ? notedMet(met) : `noted as (${met})`}
    select ${claimed ? "(select count(*)::int from claimed)" : "1"} as claimed, (select rows from noted) as met`;
}

const toldItems = <T>(into: ItemTable<T>, topic: string, key: readonly string[]): string =>
  toldNews(
    topic,
    `select jsonb_agg(jsonb_build_object(
              'deviceNo', device_no, 'observedAt', observed_at, 'receivedAt', received_at, 'data', data,
              ${namesOf(into)
                .map((name) => `'${toCamel(name)}', ${name}`)
                .join(", ")}) order by came.n)
       from stored join (select ${key.join(", ")}, min(n) as n from input group by ${key.join(", ")}) came
         using (${key.join(", ")})`,
  );

const toCamel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * How many milliseconds after a moment may hold items that were sent for it: enough for a camera whose clock has
 * seconds. Each of them is looked at, and a device may send thousands that differ.
 */
export const MAX_MOVE_MS = 100;

/** Items whose following moments are read at once. */
const READ_AT_ONCE = 100;

async function settle<T extends Item>(
  tx: Db,
  into: ItemTable<T>,
  items: readonly T[],
  refuse: RefuseItems<T>,
  claim?: Claim,
): Promise<SettledItems | undefined> {
  if (claim && !(await takeClaim(tx, claim))) return undefined;
  const identityOf = (item: T) =>
    JSON.stringify([item.deviceNo, ...into.identity.map(([, read]) => read(item))]);
  const wordsOf = (item: T) => into.says.map(([, read]) => read(item));
  const saysOf = (item: T) => saidBy(wordsOf(item), item.data);
  const isNew = new Array<boolean | undefined>(items.length).fill(false);
  const refused: T[] = [];
  const said = new Said();
  let rest = items.map((item, place) => ({
    item,
    place,
    identity: identityOf(item),
    says: saysOf(item),
  }));
  while (rest.length > 0) {
    await readMoments(tx, into, rest, 0, said);
    // Nearly all are the same as the stored item there. The following moments are read for the others alone.
    const differing = rest.filter(({ item, identity, says }) => said.at(identity, item.observedAt) !== says);
    for (let from = 0; from < differing.length; from += READ_AT_ONCE)
      await readMoments(tx, into, differing.slice(from, from + READ_AT_ONCE), MAX_MOVE_MS, said);
    const moved: (typeof rest)[number][] = [];
    const at: T[] = [];
    for (const one of differing) {
      const free = said.findFree(one.identity, one.item.observedAt, one.says);
      if (free === "said") continue;
      if (free === undefined) {
        isNew[one.place] = undefined;
        refused.push(one.item);
        continue;
      }
      said.note(one.identity, free, one.says);
      moved.push(one);
      at.push({ ...one.item, observedAt: free });
    }
    if (at.length === 0) break;
    const metAgain = new Set(await insertNew(tx, into, at));
    for (const [i, { place }] of moved.entries()) if (!metAgain.has(i)) isNew[place] = true;
    // Only where another process has stored an item at one of these moments meanwhile.
    for (const i of metAgain) said.forget(moved[i]!.identity, at[i]!.observedAt);
    rest = moved.filter((_, i) => metAgain.has(i));
  }
  const repeated = items.filter((_, place) => isNew[place] === false);
  await countItems(tx, repeated, "duplicate");
  const rejections = refused.length > 0 ? refuse(refused) : [];
  if (rejections.length > 0) await insertRejections(tx, rejections);
  return { isNew, rejections };
}

/** One text for all items with the same content, however long it is. */
function saidBy(says: readonly unknown[], data: string): string {
  const text = JSON.stringify([...says, meaningOf(parseExact(data))]);
  return text.length <= 64 ? text : createHash("sha256").update(text).digest("base64");
}

/** The stored contents at the moments of one identity after another. */
class Said {
  private readonly moments = new Map<string, Map<number, string>>();

  at(identity: string, moment: number): string | undefined {
    return this.moments.get(identity)?.get(moment);
  }

  note(identity: string, moment: number, says: string): void {
    const own = this.moments.get(identity);
    if (own) own.set(moment, says);
    else this.moments.set(identity, new Map([[moment, says]]));
  }

  forget(identity: string, moment: number): void {
    this.moments.get(identity)?.delete(moment);
  }

  /** The first free moment from one on; `said` when the same content stands before it; undefined when none is free. */
  findFree(identity: string, from: number, says: string): number | "said" | undefined {
    const own = this.moments.get(identity);
    for (let moment = from; moment <= from + MAX_MOVE_MS; moment++) {
      const there = own?.get(moment);
      if (there === undefined) return moment;
      if (there === says) return "said";
    }
    return undefined;
  }
}

/** An item, or another one of its identity at another moment. */
interface Wanted<T> {
  readonly item: T;
  readonly identity: string;
}

/** An item that was left out, and how long it may be. */
interface Long<T> extends Wanted<T> {
  readonly length: number;
}

/** Reads the stored items of these identities at their moments, and up to `beyondMs` after them. */
async function readMoments<T extends Item>(
  tx: Db,
  into: ItemTable<T>,
  wanted: readonly Wanted<T>[],
  beyondMs: number,
  said: Said,
): Promise<void> {
  const long = await readSome(tx, into, wanted, { beyondMs, long: false }, said);
  for (const group of inGroups(long, ({ length }) => length))
    await readSome(tx, into, group, { beyondMs: 0, long: true }, said);
}

/** @returns the items that are left unread, unless `long`: those that may be long */
async function readSome<T extends Item>(
  tx: Db,
  into: ItemTable<T>,
  wanted: readonly Wanted<T>[],
  { beyondMs, long }: { beyondMs: number; long: boolean },
  said: Said,
): Promise<Long<T>[]> {
  // Each identity and moment once: there may be thousands of items of one.
  const firsts = new Map(wanted.map((one) => [`${one.identity} ${one.item.observedAt}`, one]));
  const items = [...firsts.values()];
  const identity = into.identity.map(([name]) => name);
  const moments = items.map(({ item }) => item.observedAt);
  const says = into.says.map(([name]) => `, there.${name}`).join("");
  const { rows } = await tx.query<
    { n: number; observed_at: Date; data: string | null; length: number } & Record<string, string | number>
  >(
    // One look at the index for each: a join by identity alone would compare thousands of items of one identity with
    // each other. And each row once, however many items look at it.
    `select ${["n", "observed_at", ...into.says.map(([name]) => name)].join(", ")},
       case when ${long} or ${lengthAtMost("whole")} <= ${SHORT} then whole::text end as data,
       ${lengthAtMost("whole")} as length
     from (
       select distinct on (wanted.device_no, ${identity.map((name) => `wanted.${name}`).join(", ")}, found.observed_at)
         wanted.n::int as n, found.*
       from unnest($1::int4[], $2::timestamptz[], ${identity.map((_, i) => `$${i + 3}::text[]`).join(", ")})
         with ordinality as wanted (device_no, at, ${identity.join(", ")}, n)
       cross join lateral (
         select there.observed_at, there.data as whole${says} from ${into.table} there
         where there.device_no = wanted.device_no and ${identity.map((name) => `there.${name} = wanted.${name}`).join(" and ")}
           and there.observed_at between wanted.at and wanted.at + interval '${beyondMs} milliseconds'
           and there.observed_at between $${identity.length + 3}::timestamptz and $${identity.length + 4}::timestamptz
         limit ${beyondMs + 1}
       ) found
     ) looked`,
    [
      items.map(({ item }) => item.deviceNo),
      moments.map((at) => new Date(at).toISOString()),
      ...into.identity.map(([, read]) => items.map(({ item }) => read(item))),
      new Date(moments.reduce((least, at) => Math.min(least, at), Infinity)).toISOString(),
      new Date(moments.reduce((most, at) => Math.max(most, at), -Infinity) + beyondMs).toISOString(),
    ],
  );
  const left: Long<T>[] = [];
  const wordsIn = (row: (typeof rows)[number]) => into.says.map(([name]) => row[name]);
  for (const row of rows) {
    const { item, identity: of } = items[row.n - 1]!;
    const at = row.observed_at.getTime();
    if (said.at(of, at) !== undefined) continue;
    if (row.data === null) left.push({ item: { ...item, observedAt: at }, identity: of, length: row.length });
    else said.note(of, at, saidBy(wordsIn(row), row.data));
  }
  return left;
}
