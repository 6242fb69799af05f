import type { Db } from "../database/index.ts";
import type { DeviceIdentity } from "./identities.ts";

/** The place and owner of a device up to a moment. */
export interface FormerPlace {
  readonly regionCode: string;
  readonly tenantId: string | null;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** The fields that ingest keeps of every living device. */
export interface DirectoryRow {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly tenantId: string | null;
  /** Its former places, oldest first; undefined for most devices, which have never moved. */
  readonly formerPlaces: readonly FormerPlace[] | undefined;
  readonly gatewayNo: number | null;
  readonly tokenHash: Buffer;
  /** The names by which protocols know it, each as `scheme:value`; undefined for none. */
  readonly identities: readonly string[] | undefined;
  /** Names the codec of what it sends; undefined for none. */
  readonly model: string | undefined;
  /** Its attribute `codec`, as somebody has written it: what that codec has to be told. */
  readonly codec: unknown;
  readonly createdAt: Date;
  /** When it was last heard; null when it never was. */
  readonly seenAt: Date | null;
}

interface SqlRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  tenant_id: string | null;
  former_places: FormerPlace[] | null;
  gateway_no: number | null;
  token_hash: Buffer;
  identities: string[] | null;
  model: string | null;
  codec: unknown;
  created_at: Date;
  seen_at: Date | null;
}

const COLUMNS = `device_no, id, kind, region_code, tenant_id, gateway_no, token_hash, created_at, seen_at, model,
    attributes -> 'codec' as codec,
    (select array_agg(scheme || ':' || value) from device_identities i where i.device_no = devices.device_no) as identities,
    case when placed_since > '-infinity' then (
      select json_agg(json_build_object('regionCode', f.region_code, 'tenantId', f.tenant_id,
               'until', (extract(epoch from f.until_at) * 1000)::bigint) order by f.until_at)
      from former_places f where f.device_no = devices.device_no) end as former_places`;
const FROM = "devices left join device_last_seen using (device_no)";

const toRow = (row: SqlRow): DirectoryRow => ({
  deviceNo: row.device_no,
  id: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  tenantId: row.tenant_id,
  formerPlaces: row.former_places ?? undefined,
  gatewayNo: row.gateway_no,
  tokenHash: row.token_hash,
  identities: row.identities ?? undefined,
  model: row.model ?? undefined,
  codec: row.codec ?? undefined,
  createdAt: row.created_at,
  seenAt: row.seen_at,
});

/** Living devices in pages, by rising number: 600,000 of them must not stand in memory twice. */
export async function* readDirectory(db: Db, pageSize = 20_000): AsyncGenerator<DirectoryRow[]> {
  let after = 0;
  for (;;) {
    const { rows } = await db.query<SqlRow>(
      `select ${COLUMNS} from ${FROM} where device_no > $1 and deleted_at is null order by device_no limit $2`,
      [after, pageSize],
    );
    if (rows.length > 0) yield rows.map(toRow);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.device_no;
  }
}

/** A device that was changed or deleted. */
export interface DirectoryChange {
  readonly id: string;
  /** Undefined when it was deleted. */
  readonly row: DirectoryRow | undefined;
}

/**
 * Devices that were changed at `since` or later, oldest change first, in pages: a fleet may be seeded at once, and all
 * other work of this process waits while a page is read.
 */
export async function* readDirectoryChanges(
  db: Db,
  since: Date,
  pageSize = 500,
): AsyncGenerator<DirectoryChange[]> {
  // Text keeps the microseconds that a Date would cut, or rows of one moment could be skipped or returned for ever.
  let after: [at: string, deviceNo: number] = [since.toISOString(), 0];
  for (;;) {
    const { rows } = await db.query<SqlRow & { updated_key: string; deleted: boolean }>({
      name: "read_directory_changes",
      text: `select ${COLUMNS}, updated_at::text as updated_key, deleted_at is not null as deleted
             from ${FROM} where (updated_at, device_no) > ($1::timestamptz, $2::int)
             order by updated_at, device_no limit $3`,
      values: [...after, pageSize],
    });
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => ({
      id: row.id,
      row: row.deleted ? undefined : toRow(row),
    }));
    if (rows.length < pageSize) return;
    after = [last.updated_key, last.device_no];
  }
}

/** The database's clock, by which `updated_at` is set. */
export async function readDatabaseTime(db: Db): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>("select now() as now");
  return rows[0]!.now;
}

/** Living devices with these ids. */
export async function findDirectoryRows(db: Db, ids: readonly string[]): Promise<DirectoryRow[]> {
  const { rows } = await db.query<SqlRow>({
    name: "find_directory_rows",
    text: `select ${COLUMNS} from ${FROM} where id = any ($1::text[]) and deleted_at is null`,
    values: [ids],
  });
  return rows.map(toRow);
}

/** Living devices with these numbers. */
export async function findDirectoryRowsByNo(db: Db, deviceNos: readonly number[]): Promise<DirectoryRow[]> {
  const { rows } = await db.query<SqlRow>(
    `select ${COLUMNS} from ${FROM} where device_no = any ($1::int[]) and deleted_at is null`,
    [deviceNos],
  );
  return rows.map(toRow);
}

/** The living devices that have these identities; each with all that it has. */
export async function findIdentifiedRows(
  db: Db,
  identities: readonly DeviceIdentity[],
): Promise<DirectoryRow[]> {
  const { rows } = await db.query<SqlRow>({
    name: "find_identified_rows",
    text: `select ${COLUMNS} from ${FROM} where deleted_at is null and device_no in (
             select device_no from device_identities i
             join unnest($1::text[], $2::text[]) as asked (scheme, value) using (scheme, value))`,
    values: [identities.map(({ scheme }) => scheme), identities.map(({ value }) => value)],
  });
  return rows.map(toRow);
}

export async function findDirectoryRow(db: Db, id: string): Promise<DirectoryRow | undefined> {
  const { rows } = await db.query<SqlRow>({
    name: "find_directory_row",
    text: `select ${COLUMNS} from ${FROM} where id = $1 and deleted_at is null`,
    values: [id],
  });
  return rows[0] && toRow(rows[0]);
}
