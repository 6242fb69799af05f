import {
  type Db,
  decodeCursor,
  encodeCursor,
  type Limits,
  limitsCondition,
  limitsParameter,
  type Page,
  toPage,
} from "../database/index.ts";
import { FORMER_COUNTS } from "./former-ledger.ts";
import type { DurableLedger } from "./ledger.ts";

/** A device's account among those of many. */
export interface DeviceLedger extends DurableLedger {
  readonly deviceNo: number;
  readonly deviceId: string;
  readonly kind: string;
  readonly regionCode: string;
}

/** The account of all devices of a kind. */
export interface KindLedger extends DurableLedger {
  readonly kind: string;
  /** Items of these devices that are not committed yet. */
  readonly pending: number;
}

interface LedgerFilter {
  readonly kind?: string | undefined;
  readonly region?: string | undefined;
  readonly gateway?: string | undefined;
}

interface Row {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  received: number;
  stored: number;
  rejected: number;
}

/** The devices that a filter lets through: `$1` to `$4` are those of `filterParameters`. */
const FILTERED = `from devices d
       where d.deleted_at is null and ${limitsCondition("d", 1)}
         and ($2::text is null or d.kind = $2::text)
         and ($3::text is null or d.region_code like $3::text)
         and ($4::text is null or d.gateway_no = (
           select g.device_no from devices g where g.id = $4::text and g.deleted_at is null))`;

const filterParameters = (filter: LedgerFilter, limits: Limits) => [
  limitsParameter(limits),
  filter.kind ?? null,
  filter.region === undefined ? null : `${filter.region}%`,
  filter.gateway ?? null,
];

/** What is not folded yet, and what came in places that the caller does not reach, of the devices in `page`. */
const PARTS = `recent as (
       select item.device_no, sum(item.received) as received, sum(item.stored) as stored, sum(item.rejected) as rejected
       from ledger_batches b,
            unnest(b.device_nos, b.received, b.stored, b.rejected) as item (device_no, received, stored, rejected)
       group by item.device_no
     ), before as (
       select f.device_no, sum(c.received) as received, sum(c.stored) as stored, sum(c.rejected) as rejected
       from former_places f join ${FORMER_COUNTS} c using (device_no, until_at)
       where f.device_no in (select device_no from page) and not ${limitsCondition("f", 1)}
       group by f.device_no
     )`;

const JOINED = `from page
     left join device_ledger folded using (device_no)
     left join recent using (device_no)
     left join before using (device_no)`;

const sumOf = (count: "received" | "stored" | "rejected"): string =>
  `(coalesce(folded.${count}, 0) + coalesce(recent.${count}, 0) - coalesce(before.${count}, 0))::bigint`;

/**
 * The ledgers of devices in the order in which they were added: for each the folded sum and the part that is not folded
 * yet, less the items of places that the caller does not reach.
 */
export async function listLedgers(
  db: Db,
  filter: LedgerFilter,
  limits: Limits,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<DeviceLedger>> {
  const after = decodeCursor("ledger", ["device"], page.cursor);
  const { rows } = await db.query<Row>(
    `with page as materialized (
       select d.device_no, d.id, d.kind, d.region_code ${FILTERED}
         and ($5::int is null or d.device_no > $5::int)
       order by d.device_no
       limit $6::int
     ), ${PARTS}
     select page.device_no, page.id, page.kind, page.region_code,
            ${sumOf("received")} as received, ${sumOf("stored")} as stored, ${sumOf("rejected")} as rejected
     ${JOINED}
     order by page.device_no`,
    [...filterParameters(filter, limits), after?.[0] ?? null, page.limit + 1],
  );
  return toPage(
    rows,
    page.limit,
    ({ device_no, id, kind, region_code, received, stored, rejected }) => ({
      deviceNo: device_no,
      deviceId: id,
      kind,
      regionCode: region_code,
      received,
      stored,
      duplicate: received - stored - rejected,
      rejected,
    }),
    (row) => encodeCursor("ledger", [row.device_no]),
  );
}

/**
 * The sums of the same ledgers by kind.
 * @param pending the devices that have items which are not committed yet, and how many
 */
export async function sumLedgersByKind(
  db: Db,
  filter: LedgerFilter,
  limits: Limits,
  pending: readonly { readonly deviceNo: number; readonly pending: number }[],
): Promise<KindLedger[]> {
  const { rows } = await db.query<Omit<KindLedger, "duplicate">>(
    `with page as materialized (
       select d.device_no, d.kind ${FILTERED}
     ), ${PARTS}
     select page.kind, sum(${sumOf("received")})::bigint as received, sum(${sumOf("stored")})::bigint as stored,
            sum(${sumOf("rejected")})::bigint as rejected, coalesce(sum(waiting.pending), 0)::bigint as pending
     ${JOINED}
     left join unnest($5::int[], $6::bigint[]) as waiting (device_no, pending) using (device_no)
     group by page.kind order by page.kind`,
    [
      ...filterParameters(filter, limits),
      pending.map(({ deviceNo }) => deviceNo),
      pending.map((device) => device.pending),
    ],
  );
  return rows.map((row) => ({ ...row, duplicate: row.received - row.stored - row.rejected }));
}
