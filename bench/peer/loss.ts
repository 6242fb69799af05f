import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../../store/database/index.ts";
import { startLoad } from "../load/run-load.ts";
import type { LoadReport } from "../load/worker.ts";
import { orderFor, type Setting, startSubscriber } from "./parts.ts";

export interface Loss {
  readonly acknowledged: number;
  /** Acknowledged messages that are not in the database after everything has come to rest. */
  readonly lost: number;
}

export interface LossOptions {
  /** Messages per second, well below the speed of either pipeline. */
  readonly rate: number;
  readonly killAfterMs: number;
}

const AFTER_MS = 500;
const QUIET_MS = 1000;
const REST_MS = 60_000;

/** Looks up every acknowledged reading. */
async function compare(pool: Pool, recorded: LoadReport["recorded"]): Promise<Loss> {
  let acknowledged = 0;
  let lost = 0;
  for (const [id, times] of Object.entries(recorded)) {
    if (times.length === 0) continue;
    acknowledged += times.length;
    const { rows } = await pool.query<{ at: number }>(
      `select (extract(epoch from observed_at) * 1000)::bigint as at from readings_gas_meter
       where device_no = (select device_no from devices where id = $1) and observed_at >= $2`,
      [id, new Date(Math.min(...times)).toISOString()],
    );
    const stored = new Set(rows.map(({ at }) => at));
    lost += times.filter((at) => !stored.has(at)).length;
  }
  return { acknowledged, lost };
}

/** Waits until the table has not grown for a while. */
async function rest(pool: Pool): Promise<void> {
  const count = async () =>
    (await pool.query<{ n: number }>("select count(*) as n from readings_gas_meter")).rows[0]!.n;
  let before = await count();
  for (const deadline = Date.now() + REST_MS; Date.now() < deadline; ) {
    await sleep(QUIET_MS);
    const now = await count();
    if (now === before) return;
    before = now;
  }
  throw new Error(`the readings had not come to rest after ${REST_MS / 1000} s`);
}

/** The subscriber is killed under load and started again with the same session. */
export async function losePeer(setting: Setting, port: number, options: LossOptions): Promise<Loss> {
  const clientId = `bench-loss-${setting.moments.next}`;
  const subscriber = await startSubscriber(setting, port, clientId);
  const load = startLoad(setting.bench, {
    ...orderFor(setting, port, 0),
    rate: options.rate,
    amount: { warmUpMs: 0, runMs: options.killAfterMs + AFTER_MS },
    record: true,
  });
  await load.counting;
  await sleep(options.killAfterMs);
  await subscriber.end("SIGKILL");
  const again = await startSubscriber(setting, port, clientId);
  const report = await load.report;
  setting.moments.used(report.last);
  return setting.database.withPool(async (pool) => {
    await rest(pool);
    await again.end("SIGTERM");
    return compare(pool, report.recorded);
  });
}

/** The platform is killed under load; all that it had acknowledged must be there, without any message sent again. */
export async function losePlatform(setting: Setting, options: LossOptions): Promise<Loss> {
  const platform = await setting.bench.startPlatform(setting.database);
  const load = startLoad(setting.bench, {
    ...orderFor(setting, platform.mqttPort, 0),
    rate: options.rate,
    amount: { warmUpMs: 0, runMs: options.killAfterMs + AFTER_MS },
    record: true,
  });
  await load.counting;
  await sleep(options.killAfterMs);
  await platform.end("SIGKILL");
  const report = await load.report;
  setting.moments.used(report.last);
  return setting.database.withPool((pool) => compare(pool, report.recorded));
}
