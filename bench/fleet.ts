import { createToken, hashToken } from "../access/tokens.ts";
import type { Pool } from "../store/database.ts";
import { COUNTY } from "./database.ts";

/** A device that a load process logs in as. */
export interface LoadDevice {
  readonly id: string;
  readonly token: string;
  /** For a gateway: the devices that it speaks for. */
  readonly meters?: readonly string[];
}

/** Straight into the database: ten thousand requests would only make the story longer. */
const INSERT = `
  insert into devices (id, kind, region_code, gateway_no, token_hash)
  select g.id, $3::text, $4::text, gateway.device_no, g.token_hash
  from unnest($1::text[], $2::bytea[], $5::text[]) as g (id, token_hash, gateway_id)
  left join devices gateway on gateway.id = g.gateway_id`;

async function insert(
  pool: Pool,
  kind: string,
  ids: readonly string[],
  gatewayIds: readonly (string | null)[] = ids.map(() => null),
): Promise<LoadDevice[]> {
  const devices = ids.map((id) => ({ id, token: createToken() }));
  await pool.query(INSERT, [ids, devices.map(({ token }) => hashToken(token)), kind, COUNTY, gatewayIds]);
  return devices;
}

/** Gas meters that connect by themselves. To be called before the platform starts. */
export function addMeters(pool: Pool, count: number, prefix = "meter"): Promise<LoadDevice[]> {
  return insert(
    pool,
    "gas-meter",
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`),
  );
}

/** Speakers that connect by themselves. To be called before the platform starts. */
export function addSpeakers(pool: Pool, count: number): Promise<LoadDevice[]> {
  return insert(
    pool,
    "speaker",
    Array.from({ length: count }, (_, index) => `speaker-${index}`),
  );
}

/** Gateways with gas meters behind them; the meters are named by their gateway. */
export async function addGateways(pool: Pool, count: number, metersEach: number): Promise<LoadDevice[]> {
  const gateways = await insert(
    pool,
    "lora-gateway",
    Array.from({ length: count }, (_, index) => `gateway-${index}`),
  );
  const behind = gateways.flatMap(({ id }) =>
    Array.from({ length: metersEach }, (_, index) => ({ gateway: id, id: `${id}-meter-${index}` })),
  );
  await insert(
    pool,
    "gas-meter",
    behind.map(({ id }) => id),
    behind.map(({ gateway }) => gateway),
  );
  return gateways.map((gateway) => ({
    ...gateway,
    meters: behind.filter((meter) => meter.gateway === gateway.id).map(({ id }) => id),
  }));
}
