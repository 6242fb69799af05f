import {
  type Client,
  type Db,
  type Limits,
  limitsCondition,
  limitsParameter,
  limitsRegions,
} from "../database/index.ts";
import { lengthOf } from "../places/index.ts";

/** The speakers and villages that a target meant at one moment. */
export interface Stock {
  readonly deviceNos: readonly number[];
  /** The speakers among them that were connected. */
  readonly onlineNos: readonly number[];
  readonly villagesWithoutSpeaker: readonly NamedVillage[];
  /** Villages without a speaker that may lie in a shape: their place is not known. */
  readonly possiblyWithoutSpeaker: readonly NamedVillage[];
  /** Further villages may lie in its shapes. */
  readonly villagesUnknown: boolean;
}

export type StockMoment = "submission" | "release";

/** Tens of thousands of numbers as one text: `pg` would write an array number by number. */
const intArray = (numbers: readonly number[]) => `{${numbers.join(",")}}`;

/** Keeps the meaning of a target; of several submissions, the last. The caller holds the broadcast's lock. */
export async function saveStock(
  tx: Client,
  broadcastNo: number,
  moment: StockMoment,
  at: Date,
  { deviceNos, onlineNos, villagesWithoutSpeaker, possiblyWithoutSpeaker, villagesUnknown }: Stock,
): Promise<void> {
  await tx.query(
    `insert into broadcast_previews (broadcast_no, moment, taken_at, device_nos, online_nos, village_codes, village_names,
                                     possible_codes, possible_names, villages_unknown)
     values ($1::bigint, $2, $3::timestamptz, $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10)
     on conflict (broadcast_no, moment) do update
     set taken_at = excluded.taken_at, device_nos = excluded.device_nos, online_nos = excluded.online_nos,
         village_codes = excluded.village_codes, village_names = excluded.village_names,
         possible_codes = excluded.possible_codes, possible_names = excluded.possible_names,
         villages_unknown = excluded.villages_unknown`,
    [
      broadcastNo,
      moment,
      at.toISOString(),
      intArray(deviceNos),
      intArray(onlineNos),
      villagesWithoutSpeaker.map(({ code }) => code),
      villagesWithoutSpeaker.map(({ name }) => name),
      possiblyWithoutSpeaker.map(({ code }) => code),
      possiblyWithoutSpeaker.map(({ name }) => name),
      villagesUnknown,
    ],
  );
}

/** The first ones by name; `count` counts all. */
export interface FirstNamed<T> {
  readonly count: number;
  readonly items: readonly T[];
}

export interface NamedVillage {
  readonly code: string;
  readonly name: string;
}

/**
 * The villages that are known to have no speaker. Null counts are not known: there may be some, and none can be named.
 */
export interface KnownVillages {
  readonly count: number | null;
  readonly items: readonly NamedVillage[];
  /** There may be more: the target has shapes, and it is not known which villages lie in them. */
  readonly unknown: boolean;
}

/** Villages without a speaker, by code: those that the target surely means, and those that it may mean. */
export interface WithoutSpeaker {
  readonly villagesWithoutSpeaker: KnownVillages;
  readonly possiblyWithoutSpeaker: FirstNamed<NamedVillage>;
}

/** An unknown count is not 0. */
export const knownVillages = (
  { count, items }: FirstNamed<NamedVillage>,
  unknown: boolean,
): KnownVillages => ({
  count: unknown && count === 0 ? null : count,
  items,
  unknown,
});

/**
 * The villages that had no speaker at that moment, within the regions of the limits; at most `limit` of each list.
 * Merely possible villages are listed where their township is, since a speaker in there stood in a shape.
 * @returns undefined when nothing was kept of it
 */
export async function readWithoutSpeaker(
  db: Db,
  broadcastNo: number,
  moment: StockMoment,
  limits: Limits,
  limit: number,
): Promise<WithoutSpeaker | undefined> {
  const { rows } = await db.query<{
    villages_unknown: boolean;
    list: "known" | "possible" | null;
    code: string;
    name: string;
    total: number;
  }>(
    `with kept as (
       select villages_unknown, village_codes, village_names, possible_codes, possible_names
       from broadcast_previews where broadcast_no = $1::bigint and moment = $2),
     listed as (
       select 'known' as list, v.code, v.name, v.code as place
       from kept, unnest(village_codes, village_names) as v (code, name)
       union all
       select 'possible', v.code, v.name, left(v.code, ${lengthOf("township")})
       from kept, unnest(possible_codes, possible_names) as v (code, name)),
     mine as (
       select list, code, name, (count(*) over (partition by list))::int as total,
              row_number() over (partition by list order by code) as number
       from listed
       where $3::text[] is null
          or exists (select from unnest($3::text[]) as mine (code) where place like mine.code || '%'))
     select kept.villages_unknown, mine.list, mine.code, mine.name, mine.total
     from kept left join mine on mine.number <= $4::int
     order by mine.list, mine.code`,
    [broadcastNo, moment, limitsRegions(limits), limit],
  );
  if (rows.length === 0) return undefined;
  const of = (list: "known" | "possible"): FirstNamed<NamedVillage> => {
    const mine = rows.filter((row) => row.list === list);
    return { count: mine[0]?.total ?? 0, items: mine.map(({ code, name }) => ({ code, name })) };
  };
  return {
    villagesWithoutSpeaker: knownVillages(of("known"), rows[0]!.villages_unknown),
    possiblyWithoutSpeaker: of("possible"),
  };
}

export interface ChangedSpeaker {
  readonly deviceId: string;
  readonly regionCode: string;
}

/** How the speakers of a target differ from those that it meant at its submission. */
export interface StockChange {
  readonly at: Date;
  readonly added: FirstNamed<ChangedSpeaker>;
  readonly removed: FirstNamed<ChangedSpeaker>;
  readonly wentOffline: FirstNamed<ChangedSpeaker>;
  readonly cameOnline: FirstNamed<ChangedSpeaker>;
}

const CHANGES = ["added", "removed", "wentOffline", "cameOnline"] as const;

/**
 * Compares speakers with those of the submission, within the limits; at most `limit` of each change by name.
 * @param now the speakers that the target means now, within the same limits
 * @returns undefined when nothing was kept at a submission
 */
export async function compareWithSubmission(
  db: Db,
  broadcastNo: number,
  now: Pick<Stock, "deviceNos" | "onlineNos">,
  limits: Limits,
  limit: number,
): Promise<StockChange | undefined> {
  const { rows } = await db.query<{
    taken_at: Date;
    change: (typeof CHANGES)[number] | null;
    id: string;
    region_code: string;
    total: number;
  }>(
    `with kept as (
       select taken_at, device_nos, online_nos from broadcast_previews
       where broadcast_no = $1::bigint and moment = 'submission'),
     before as (select n as device_no, n in (select unnest(online_nos) from kept) as online
                from kept, unnest(device_nos) as n),
     after as (select n as device_no, n in (select unnest($3::int[])) as online from unnest($2::int[]) as n),
     changed as (
       select device_no,
         case when before.device_no is null then 'added' when after.device_no is null then 'removed'
              when before.online then 'wentOffline' else 'cameOnline' end as change
       from before full join after using (device_no)
       where before.online is distinct from after.online),
     named as (
       select c.change, d.id, d.region_code, (count(*) over (partition by c.change))::int as total,
              row_number() over (partition by c.change order by d.region_code, d.id) as place
       from changed c join devices d using (device_no)
       where ${limitsCondition("d", 4)})
     select kept.taken_at, named.change, named.id, named.region_code, named.total
     from kept left join named on named.place <= $5::int
     order by named.change, named.place`,
    [broadcastNo, intArray(now.deviceNos), intArray(now.onlineNos), limitsParameter(limits), limit],
  );
  if (rows.length === 0) return undefined;
  const of = (change: (typeof CHANGES)[number]): FirstNamed<ChangedSpeaker> => {
    const mine = rows.filter((row) => row.change === change);
    const items = mine.map((row) => ({ deviceId: row.id, regionCode: row.region_code }));
    return { count: mine[0]?.total ?? 0, items };
  };
  return {
    at: rows[0]!.taken_at,
    added: of("added"),
    removed: of("removed"),
    wentOffline: of("wentOffline"),
    cameOnline: of("cameOnline"),
  };
}

/** Another broadcast of which these speakers have an order. */
export interface SharedBroadcast {
  readonly broadcastNo: number;
  readonly id: string;
  readonly headline: string;
  readonly tenantId: string | null;
  readonly regions: readonly string[];
  readonly class: "emergency" | "daily";
  readonly level: number;
  readonly mode: string;
  readonly state: string;
  readonly startsAt: Date | null;
  readonly expiresAt: Date;
  /** The number of these speakers that play it or are to play it, and the number that play it now. */
  readonly speakers: number;
  readonly playing: number;
}

/** Broadcasts that these speakers play or wait to play, the most urgent first. */
export async function findShared(
  db: Db,
  deviceNos: readonly number[],
  except: number | undefined,
  now: Date,
): Promise<SharedBroadcast[]> {
  const { rows } = await db.query<{
    broadcast_no: number;
    id: string;
    headline: string;
    tenant_id: string | null;
    regions: string[];
    class: "emergency" | "daily";
    level: number;
    mode: string;
    state: string;
    starts_at: Date | null;
    expires_at: Date;
    speakers: number;
    playing: number;
  }>(
    `select b.broadcast_no, b.id, b.headline, b.tenant_id, b.regions, b.class, b.level, b.mode, b.state, b.starts_at,
            b.expires_at, count(*)::int as speakers, (count(*) filter (where t.state = 'started'))::int as playing
     from broadcasts b join broadcast_targets t using (broadcast_no)
     where b.state in ('dispatching', 'playing') and b.expires_at > $3::timestamptz
       and b.broadcast_no is distinct from $2::bigint
       and t.state in ('waiting', 'handed_over', 'acknowledged', 'started')
       and t.device_no in (select unnest($1::int[]))
     group by b.broadcast_no
     order by b.class = 'daily', b.level, b.broadcast_no`,
    [intArray(deviceNos), except ?? null, now.toISOString()],
  );
  return rows.map((row) => ({
    broadcastNo: row.broadcast_no,
    id: row.id,
    headline: row.headline,
    tenantId: row.tenant_id,
    regions: row.regions,
    class: row.class,
    level: row.level,
    mode: row.mode,
    state: row.state,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    speakers: row.speakers,
    playing: row.playing,
  }));
}
