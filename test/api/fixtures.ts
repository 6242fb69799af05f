import type { Pool } from "../../store/database/database.ts";

/** Province 52 with two counties; 520102 has two townships and one village. */
const REGIONS: [code: string, parent: string | null, name: string, level: number][] = [
  ["52", null, "贵州省", 1],
  ["5201", "52", "贵阳市", 2],
  ["520102", "5201", "南明区", 3],
  ["520103", "5201", "云岩区", 3],
  ["520102001", "520102", "新华街道", 4],
  ["520102002", "520102", "西湖街道", 4],
  ["520102001001", "520102001", "第一村", 5],
];

export async function insertRegions(pool: Pool): Promise<void> {
  for (const region of REGIONS) {
    await pool.query("insert into regions (code, parent_code, name, level) values ($1, $2, $3, $4)", region);
  }
}

/** Adds a device by SQL. Returns its number. */
export async function insertDevice(
  pool: Pool,
  id: string,
  {
    kind = "gas-meter",
    regionCode = "520102001",
    tenantId = null,
  }: { kind?: string; regionCode?: string; tenantId?: string | null } = {},
): Promise<number> {
  const { rows } = await pool.query(
    `insert into devices (id, kind, region_code, tenant_id, token_hash) values ($1, $2, $3, $4, '\\x00')
     returning device_no`,
    [id, kind, regionCode, tenantId],
  );
  return rows[0].device_no;
}

/** Adds gas meter readings: the counter and one gauge, both of which are kept with three decimals. */
export async function insertReadings(
  pool: Pool,
  deviceNo: number,
  readings: readonly { at: string; volume?: number | null; flow?: number | null; extra?: object }[],
): Promise<void> {
  await pool.query(
    `insert into readings_gas_meter (device_no, observed_at, received_after, volume, flow, extra)
     select $1, at, 2, volume * 1000, flow * 1000, extra
     from unnest($2::timestamptz[], $3::float8[], $4::float8[], $5::jsonb[]) as r (at, volume, flow, extra)`,
    [
      deviceNo,
      readings.map((reading) => reading.at),
      readings.map((reading) => reading.volume ?? null),
      readings.map((reading) => reading.flow ?? null),
      readings.map((reading) => (reading.extra ? JSON.stringify(reading.extra) : null)),
    ],
  );
}
