import { type Db, decodeCursor, encodeCursor, type Page } from "../database/index.ts";
import {
  type Broadcast,
  type BroadcastReach,
  type BroadcastRow,
  type BroadcastState,
  getBroadcasts,
  reachParameters,
  SELECT_BROADCAST,
  toBroadcast,
  visible,
} from "./broadcasts.ts";

export interface BroadcastFilter {
  readonly states?: readonly BroadcastState[] | undefined;
  /** Broadcasts that reach into this region. */
  readonly region?: string | undefined;
  readonly level?: number | undefined;
  readonly mode?: Broadcast["mode"] | undefined;
  readonly class?: Broadcast["class"] | undefined;
  readonly eventCode?: string | undefined;
  /** The id of its author. */
  readonly createdBy?: string | undefined;
  readonly review?: Broadcast["review"] | undefined;
  /** Written from this moment on, and before the other. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** In its headline or any of its texts, in any case. */
  readonly q?: string | undefined;
}

/** Everything of a filter but the text, from `$4` on. */
const FILTERED = `${visible(1)}
  and ($4::text[] is null or b.state = any ($4::text[]))
  and ($5::text is null or exists (select from unnest(b.regions) as own (code)
       where own.code like $5::text || '%' or $5::text like own.code || '%'))
  and ($6::int is null or b.level = $6::int)
  and ($7::text is null or b.mode = $7::text)
  and ($8::text is null or b.review = $8::text)
  and ($9::timestamptz is null or b.created_at >= $9::timestamptz)
  and ($10::timestamptz is null or b.created_at < $10::timestamptz)
  and ($11::text is null or b.class = $11::text)
  and ($12::text is null or b.event_code = $12::text)
  and ($13::text is null or b.created_by = $13::text)
  and ($14::bigint is null or b.broadcast_no < $14::bigint)`;

// strpos and not LIKE: the searched text may hold % and _.
const holds = (column: string) => `strpos(lower(${column}), lower($15::text)) > 0`;

const HAS_TEXT = `(${holds("b.headline")} or exists (
  select from jsonb_array_elements(
    case when jsonb_typeof(b.message -> 'texts') = 'array' then b.message -> 'texts' else '[]' end) as t (item)
  where ${holds("t.item ->> 'headline'")} or ${holds("t.item ->> 'description'")} or ${holds("t.item ->> 'instruction'")}))`;

/**
 * How many broadcasts are looked through for a text at once, from the newest that the rest of the filter lets through:
 * about 0.2 s of the database's time. Older ones are on the next pages.
 */
const SEARCHED_AT_ONCE = 5000;

interface Sized {
  readonly broadcast_no: number;
  /** Size of its message as it is stored, in bytes. */
  readonly size: number;
}

const SELECT_SIZED = "select b.broadcast_no, pg_column_size(b.message) as size from broadcasts b";

/**
 * A page ends early after messages of this size in all, of which a hundred ordinary ones have a small part: drafts of
 * 50,000 points take a megabyte each, and two hundred of them would hold up every caller.
 */
const MAX_PAGE_BYTES = 500_000;

/** The first broadcasts that have room on a page, at least one. */
function fitting(found: readonly Sized[]): Sized[] {
  let bytes = 0;
  return found.filter(({ size }, at) => {
    bytes += size;
    return at === 0 || bytes <= MAX_PAGE_BYTES;
  });
}

/**
 * Broadcasts, newest first; after large ones a page ends early. With a text a page may hold fewer than the limit, or
 * none, and still have a next one: so the cost of one request is bounded, and the cursor leads through the rest.
 * @param searchedAtOnce for tests
 */
export async function listBroadcasts(
  db: Db,
  filter: BroadcastFilter,
  reach: BroadcastReach,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  searchedAtOnce = SEARCHED_AT_ONCE,
): Promise<Page<Broadcast>> {
  const after = decodeCursor("broadcasts", ["integer"], page.cursor);
  const parameters = [
    ...reachParameters(reach),
    filter.states ?? null,
    filter.region ?? null,
    filter.level ?? null,
    filter.mode ?? null,
    filter.review ?? null,
    filter.from?.toISOString() ?? null,
    filter.to?.toISOString() ?? null,
    filter.class ?? null,
    filter.eventCode ?? null,
    filter.createdBy ?? null,
    after?.[0] ?? null,
  ];
  const cursorOf = (broadcastNo: number) => encodeCursor("broadcasts", [broadcastNo]);
  /** The first of these that have room on a page. */
  const toItems = async (found: readonly Sized[]): Promise<Page<Broadcast>> => {
    const taken = fitting(found.slice(0, page.limit));
    const items = await getBroadcasts(
      db,
      taken.map((one) => one.broadcast_no),
    );
    const last = taken.at(-1);
    const goesOn = last !== undefined && taken.length < found.length;
    return { items: items.reverse(), nextCursor: goesOn ? cursorOf(last.broadcast_no) : null };
  };
  if (filter.q === undefined) {
    const { rows } = await db.query<Sized>(
      `${SELECT_SIZED} where ${FILTERED} order by b.broadcast_no desc limit $15::int`,
      [...parameters, page.limit + 1],
    );
    return toItems(rows);
  }
  const looked = await db.query<{ last: number | null; n: number }>(
    `select min(broadcast_no) as last, count(*)::int as n
     from (select b.broadcast_no from broadcasts b where ${FILTERED} order by b.broadcast_no desc limit $15::int) as looked`,
    [...parameters, searchedAtOnce],
  );
  const { last, n } = looked.rows[0]!;
  const { rows } = await db.query<Sized>(
    `${SELECT_SIZED}
     where ${FILTERED} and b.broadcast_no >= $16::bigint and ${HAS_TEXT}
     order by b.broadcast_no desc
     limit $17::int`,
    [...parameters, filter.q, last ?? 0, page.limit + 1],
  );
  const found = await toItems(rows);
  const isAll = last === null || n < searchedAtOnce;
  return { ...found, nextCursor: found.nextCursor ?? (isAll ? null : cursorOf(last)) };
}

/**
 * Released actual broadcasts that have not expired, newest first, for the feed. Cancelled ones are there too, because
 * everybody who has taken the alert must hear of its end.
 */
export async function listCurrentBroadcasts(
  db: Db,
  at: Date,
  reach: BroadcastReach,
  limit: number,
): Promise<Broadcast[]> {
  const { rows } = await db.query<BroadcastRow>(
    `${SELECT_BROADCAST}
     where ${visible(1)} and b.mode = 'actual' and b.released_at is not null and b.expires_at > $4::timestamptz
     order by b.released_at desc, b.broadcast_no desc
     limit $5::int`,
    [...reachParameters(reach), at.toISOString(), limit],
  );
  return rows.map(toBroadcast);
}

/**
 * Ids of the broadcasts that are to take the place of another, or have; only those that the caller sees, oldest first.
 */
export async function listReplacing(db: Db, broadcastNo: number, reach: BroadcastReach): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select b.id from broadcasts b
     where ${visible(1)} and b.replaces_nos @> array[$4::bigint]
     order by b.broadcast_no
     limit 100`,
    [...reachParameters(reach), broadcastNo],
  );
  return rows.map(({ id }) => id);
}
