import { arrayOf, Int4Column, JsonbColumn, TextColumn, TimestampColumn } from "./binary-array.ts";
import { CLAIMED, type Claim, claimValues, findNotedMet, notedMet, takeClaim } from "./claims.ts";
import type { Db } from "./database.ts";
import { meaningOf, parseExact } from "./exact-json.ts";
import { countNotStored } from "./ledger.ts";

export type EventPhase = "instant" | "new" | "update" | "end";

/** An event on its way into its table. Times in milliseconds since 1970. */
export interface NewEvent {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly eventId: string;
  readonly phase: EventPhase;
  readonly type: string;
  /** Text of a JSON object: everything else that the device said. */
  readonly data: string;
}

/** A device's answer to a command. Times in milliseconds since 1970. */
export interface NewReply {
  readonly deviceNo: number;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly commandId: string;
  readonly outcome: string;
  readonly data: string;
}

type Column<T> = readonly [name: string, read: (item: T) => string];

/** A table of things that happened: device, two times, what identifies one beside them, and what it says. */
interface ItemTable<T> {
  readonly table: string;
  readonly identity: readonly Column<T>[];
  readonly says: readonly Column<T>[];
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
 * Commits the events that are not there, with their ledger entry. The others are left to `settleEvents`.
 * @param claim lets the statement take effect once; without one it is part of a transaction that is not repeated
 * @returns the places of those that met another one of their identity, in the table or before them in the batch
 */
export const insertNewEvents = (db: Db, events: readonly NewEvent[], claim?: Claim) =>
  insertNew(db, EVENTS, events, claim);
export const insertNewReplies = (db: Db, replies: readonly NewReply[], claim?: Claim) =>
  insertNew(db, REPLIES, replies, claim);

/**
 * Decides what becomes of events that met another one of their device, moment, id and phase, with their ledger entry.
 * One that says the same is a duplicate. Another one, such as a camera's second update of one frame, is stored at the
 * next free millisecond.
 * @returns for each event whether it was new; undefined when the claim says that it was done before
 */
export const settleEvents = (tx: Db, events: readonly NewEvent[], claim?: Claim) =>
  settle(tx, EVENTS, events, claim);
export const settleReplies = (tx: Db, replies: readonly NewReply[], claim?: Claim) =>
  settle(tx, REPLIES, replies, claim);

/** Both of it, for whoever has no batch to share: @returns for each event whether it was new, in the order given */
export const insertEvents = (db: Db, events: readonly NewEvent[]) => insertAll(db, EVENTS, events);
export const insertReplies = (db: Db, replies: readonly NewReply[]) => insertAll(db, REPLIES, replies);

async function insertAll<T extends Item>(
  db: Db,
  into: ItemTable<T>,
  items: readonly T[],
): Promise<boolean[]> {
  const met = await insertNew(db, into, items);
  const isNew = items.map(() => true);
  if (met.length === 0) return isNew;
  const settled = (await settle(
    db,
    into,
    met.map((place) => items[place]!),
  ))!;
  for (const [i, place] of met.entries()) isNew[place] = settled[i]!;
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
  // Not claimed: committed by an attempt whose answer was lost.
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

/** As that of readings (`readings-sql.ts`): what meets another is left undecided, and is in no ledger yet. */
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
      insert into ${into.table} (${columns}) select ${columns} from input
      on conflict do nothing
      returning ${key.join(", ")}
    ), ledger as (
      insert into ledger_batches (device_nos, received, stored, rejected)
      select array_agg(device_no), array_agg(n), array_agg(n), array_agg(0)
      from (select device_no, count(*)::int as n from stored group by 1) counts
      having count(*) > 0
    ), ${claimed ? notedMet(met) : `noted as (${met})`}
    select ${claimed ? "(select count(*)::int from claimed)" : "1"} as claimed, (select rows from noted) as met`;
}

/** How many milliseconds from a moment on may hold what was sent for it. */
const MAX_MOVE_MS = 60_000;

async function settle<T extends Item>(
  tx: Db,
  into: ItemTable<T>,
  items: readonly T[],
  claim?: Claim,
): Promise<boolean[] | undefined> {
  if (claim && !(await takeClaim(tx, claim))) return undefined;
  const keyOf = (item: T) =>
    JSON.stringify([item.deviceNo, item.observedAt, ...into.identity.map(([, read]) => read(item))]);
  const saysOf = (item: T) =>
    JSON.stringify([...into.says.map(([, read]) => read(item)), meaningOf(parseExact(item.data))]);
  const isNew = new Array<boolean>(items.length).fill(false);
  let rest = items.map((item, place) => ({ item, place, key: keyOf(item), says: saysOf(item) }));
  while (rest.length > 0) {
    const chains = await findChains(tx, into, new Map(rest.map(({ key, item }) => [key, item])));
    const moved: (typeof rest)[number][] = [];
    const at: T[] = [];
    for (const one of rest) {
      const chain = chains.get(one.key)!;
      if (chain.said.has(one.says)) continue;
      chain.said.add(one.says);
      moved.push(one);
      at.push({ ...one.item, observedAt: chain.free++ });
    }
    if (at.length === 0) break;
    const metAgain = new Set(await insertNew(tx, into, at));
    for (const [i, { place }] of moved.entries()) if (!metAgain.has(i)) isNew[place] = true;
    // Only where somebody has stored at one of these moments meanwhile.
    rest = moved.filter((_, i) => metAgain.has(i));
  }
  const repeated = items.filter((_, place) => !isNew[place]).map(({ deviceNo }) => deviceNo);
  if (repeated.length > 0) await countNotStored(tx, repeated, "duplicate");
  return isNew;
}

/** What was said at each moment, and at the milliseconds behind it as far as they are taken; and the first free one. */
async function findChains<T extends Item>(
  tx: Db,
  into: ItemTable<T>,
  firsts: ReadonlyMap<string, T>,
): Promise<Map<string, { said: Set<string>; free: number }>> {
  const items = [...firsts.values()];
  const identity = into.identity.map(([name]) => name);
  const { rows } = await tx.query<{ n: number; observed_at: Date; data: string } & Record<string, string>>(
    `select wanted.n::int as n, there.observed_at, there.data::text as data${into.says.map(([name]) => `, there.${name}`).join("")}
     from unnest($1::int4[], $2::timestamptz[], ${identity.map((_, i) => `$${i + 3}::text[]`).join(", ")})
       with ordinality as wanted (device_no, at, ${identity.join(", ")}, n)
     join ${into.table} there using (device_no, ${identity.join(", ")})
     where there.observed_at between wanted.at and wanted.at + interval '${MAX_MOVE_MS} milliseconds'
       and there.observed_at between $${identity.length + 3}::timestamptz and $${identity.length + 4}::timestamptz
     order by there.observed_at`,
    [
      items.map(({ deviceNo }) => deviceNo),
      items.map(({ observedAt }) => new Date(observedAt).toISOString()),
      ...into.identity.map(([, read]) => items.map(read)),
      new Date(items.reduce((least, item) => Math.min(least, item.observedAt), Infinity)).toISOString(),
      new Date(
        items.reduce((most, item) => Math.max(most, item.observedAt), -Infinity) + MAX_MOVE_MS,
      ).toISOString(),
    ],
  );
  const keys = [...firsts.keys()];
  const chains = new Map(
    keys.map((key, i) => [key, { said: new Set<string>(), free: items[i]!.observedAt }]),
  );
  for (const row of rows) {
    const chain = chains.get(keys[row.n - 1]!)!;
    if (row.observed_at.getTime() !== chain.free) continue;
    chain.free++;
    chain.said.add(
      JSON.stringify([...into.says.map(([name]) => row[name]), meaningOf(parseExact(row.data))]),
    );
  }
  return chains;
}
