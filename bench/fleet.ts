import { createToken, hashToken } from "../access/tokens.ts";
import type { Pool } from "../store/database/index.ts";
import { SQUARE } from "./broadcast/heavy.ts";
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
  insert into devices (id, kind, region_code, gateway_no, token_hash, longitude, latitude)
  select g.id, $3::text, $4::text, gateway.device_no, g.token_hash, g.longitude, g.latitude
  from unnest($1::text[], $2::bytea[], $5::text[], $6::float8[], $7::float8[])
    as g (id, token_hash, gateway_id, longitude, latitude)
  left join devices gateway on gateway.id = g.gateway_id`;

interface Where {
  readonly regionCode?: string;
  /** By device. */
  readonly gatewayIds?: readonly string[];
  readonly places?: readonly (readonly [longitude: number, latitude: number])[];
}

/** Devices of a kind; with places or gateways where they are given. To be called before the platform starts. */
export async function addDevices(
  pool: Pool,
  kind: string,
  ids: readonly string[],
  { regionCode = COUNTY, gatewayIds, places }: Where = {},
): Promise<LoadDevice[]> {
  const devices = ids.map((id) => ({ id, token: createToken() }));
  const of = <T>(value: (index: number) => T | undefined) => ids.map((_, index) => value(index) ?? null);
  await pool.query(INSERT, [
    ids,
    devices.map(({ token }) => hashToken(token)),
    kind,
    regionCode,
    of((index) => gatewayIds?.[index]),
    of((index) => places?.[index]?.[0]),
    of((index) => places?.[index]?.[1]),
  ]);
  return devices;
}

/** Gas meters that connect by themselves. To be called before the platform starts. */
export function addMeters(pool: Pool, count: number, prefix = "meter"): Promise<LoadDevice[]> {
  return addDevices(
    pool,
    "gas-meter",
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`),
  );
}

/** Speakers on a grid over a square. To be called before the platform starts. */
export function addSpeakers(
  pool: Pool,
  count: number,
  { prefix = "speaker", regionCode = COUNTY }: { prefix?: string; regionCode?: string } = {},
): Promise<LoadDevice[]> {
  const side = Math.max(1, Math.ceil(Math.sqrt(count)));
  const along = (start: number, step: number) => start + (SQUARE.size * (step + 0.5)) / side;
  const numbers = Array.from({ length: count }, (_, index) => index);
  return addDevices(
    pool,
    "speaker",
    numbers.map((index) => `${prefix}-${index}`),
    {
      regionCode,
      places: numbers.map((index) => [
        along(SQUARE.west, index % side),
        along(SQUARE.south, Math.floor(index / side)),
      ]),
    },
  );
}

/** Gateways with gas meters behind them; the meters are named by their gateway. */
export async function addGateways(pool: Pool, count: number, metersEach: number): Promise<LoadDevice[]> {
  const gateways = await addDevices(
    pool,
    "lora-gateway",
    Array.from({ length: count }, (_, index) => `gateway-${index}`),
  );
  const behind = gateways.flatMap(({ id }) =>
    Array.from({ length: metersEach }, (_, index) => ({ gateway: id, id: `${id}-meter-${index}` })),
  );
  await addDevices(
    pool,
    "gas-meter",
    behind.map(({ id }) => id),
    { gatewayIds: behind.map(({ gateway }) => gateway) },
  );
  return gateways.map((gateway) => ({
    ...gateway,
    meters: behind.filter((meter) => meter.gateway === gateway.id).map(({ id }) => id),
  }));
}
