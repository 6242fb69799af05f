import type { Db } from "../database/index.ts";

/**
 * The processes to which these devices are connected, of those that were heard a moment ago.
 * @param beside not this one
 */
export async function findProcessesOf(
  db: Db,
  deviceNos: readonly number[],
  beside: number,
  aliveMs: number,
): Promise<Map<number, number>> {
  const { rows } = await db.query<{ device_no: number; process_no: number }>({
    name: "find_processes_of_devices",
    text: `select d.device_no, p.process_no
           from device_presence d join processes p using (instance)
           where d.device_no = any ($1::int4[]) and d.connected and p.process_no <> $2::int
             and p.heard_at > clock_timestamp() - make_interval(secs => $3::float8 / 1000)`,
    values: [deviceNos, beside, aliveMs],
  });
  return new Map(rows.map((row) => [row.device_no, row.process_no]));
}
