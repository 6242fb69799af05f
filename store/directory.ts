import type { Db } from "./database.ts";

/** What the ingest side keeps of every living device. */
export interface DirectoryRow {
  readonly deviceNo: number;
  readonly id: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly gatewayNo: number | null;
  readonly tokenHash: Buffer;
}

interface SqlRow {
  device_no: number;
  id: string;
  kind: string;
  region_code: string;
  gateway_no: number | null;
  token_hash: Buffer;
}

const COLUMNS = "device_no, id, kind, region_code, gateway_no, token_hash";

const toRow = (row: SqlRow): DirectoryRow => ({
  deviceNo: row.device_no,
  id: row.id,
  kind: row.kind,
  regionCode: row.region_code,
  gatewayNo: row.gateway_no,
  tokenHash: row.token_hash,
});

/** Living devices in pages, by rising number: 600,000 of them must not stand in memory twice. */
export async function* readDirectory(db: Db, pageSize = 20_000): AsyncGenerator<DirectoryRow[]> {
  let after = 0;
  for (;;) {
    const { rows } = await db.query<SqlRow>(
      `select ${COLUMNS} from devices where device_no > $1 and deleted_at is null order by device_no limit $2`,
      [after, pageSize],
    );
    if (rows.length > 0) yield rows.map(toRow);
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.device_no;
  }
}

export async function findDirectoryRow(db: Db, id: string): Promise<DirectoryRow | undefined> {
  const { rows } = await db.query<SqlRow>({
    name: "find_directory_row",
    text: `select ${COLUMNS} from devices where id = $1 and deleted_at is null`,
    values: [id],
  });
  return rows[0] && toRow(rows[0]);
}
