import { join } from "node:path";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { appendAudit, PLATFORM_ACTOR } from "../store/audit/index.ts";
import { type Client, type Pool, withTransaction } from "../store/database/index.ts";
import {
  type Credential,
  newToken,
  readCredentialsById,
  tokenHash,
  writeSeededCredentials,
} from "./credentials.ts";
import { DEMO_METER_OWNER } from "./demo-people.ts";
import { DEMO_COUNTY, type DemoDevice, type DemoInput, type DemoPlace, planDemoFleet } from "./demo-plan.ts";

export const CREDENTIALS_FILE = "demo-credentials.json";

/** "demo" in ASCII: any number that nothing else in this database uses for a lock. Two starters take turns. */
const LOCK = 0x64656d6f;

export interface DemoFleetResult {
  readonly credentialsPath: string;
  readonly devices: number;
  /** New rows. */
  readonly created: number;
  /** Devices that were there, but whose token the file did not know. */
  readonly renewed: number;
}

interface ExistingDevice {
  readonly id: string;
  readonly kind: string;
  readonly demo: boolean;
  readonly token_hash: Buffer;
}

async function readCounty(client: Client): Promise<DemoInput> {
  const { rows } = await client.query<
    DemoPlace & { level: number; longitude: number | null; latitude: number | null }
  >(
    `select code, name, level, longitude, latitude from regions
     where code like $1::text || '%' order by code`,
    [DEMO_COUNTY],
  );
  const county = rows.find((row) => row.level === 3);
  const villages = rows.filter((row) => row.level === 5);
  if (
    county === undefined ||
    county.longitude === null ||
    county.latitude === null ||
    villages.length === 0
  ) {
    throw new PlatformError(
      "region_not_found",
      `The demo fleet stands in county ${DEMO_COUNTY}, but the regions table lacks it, its point or its villages; expected \`npm run seed -- regions\` to have run before`,
    );
  }
  return {
    center: { longitude: county.longitude, latitude: county.latitude },
    townships: rows.filter((row) => row.level === 4),
    villages,
  };
}

async function readExisting(
  client: Client,
  plan: readonly DemoDevice[],
): Promise<Map<string, ExistingDevice>> {
  const { rows } = await client.query<ExistingDevice>(
    `select id, kind, coalesce(attributes -> 'demo' = 'true', false) as demo, token_hash from devices
     where id = any ($1::text[]) and deleted_at is null`,
    [plan.map((device) => device.id)],
  );
  const kinds = new Map(plan.map((device) => [device.id, device.kind]));
  const foreign = rows.find((row) => !row.demo || row.kind !== kinds.get(row.id));
  if (foreign !== undefined) {
    // Its token would be replaced, and a device that an operator registered would be locked out.
    throw new PlatformError(
      "device_exists",
      `Device ${foreign.id} (${foreign.kind}) exists, and the demo fleet did not make it; expected its id to be free or its attribute "demo" to be true`,
    );
  }
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Gateways must be in before the meters that name them, so this runs once for each of the two. Meters belong to the gas
 * company, where the demo's tenants are there.
 */
async function insertDevices(client: Client, devices: readonly DemoDevice[], hashes: Map<string, Buffer>) {
  if (devices.length === 0) return;
  await client.query(
    `insert into devices
       (id, kind, region_code, tenant_id, name, longitude, latitude, gateway_no, attributes, token_hash)
     select g.id, g.kind, g.region_code, owner.id, g.name, g.longitude, g.latitude, gateway.device_no,
            '{"demo": true}', g.token_hash
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[], $8::bytea[])
       with ordinality as g (id, kind, region_code, name, longitude, latitude, gateway_id, token_hash, position)
     left join devices gateway on gateway.id = g.gateway_id and gateway.deleted_at is null
     left join tenants owner on owner.id = $9::text and g.kind = 'gas-meter'
     order by g.position`,
    [
      devices.map((device) => device.id),
      devices.map((device) => device.kind),
      devices.map((device) => device.regionCode),
      devices.map((device) => device.name),
      devices.map((device) => device.longitude),
      devices.map((device) => device.latitude),
      devices.map((device) => device.gatewayId ?? null),
      devices.map((device) => hashes.get(device.id)),
      DEMO_METER_OWNER,
    ],
  );
}

async function renewTokens(client: Client, devices: readonly DemoDevice[], hashes: Map<string, Buffer>) {
  if (devices.length === 0) return;
  // updated_at tells running processes to read the device again.
  await client.query(
    `update devices set token_hash = g.token_hash, updated_at = now()
     from unnest($1::text[], $2::bytea[]) as g (id, token_hash)
     where devices.id = g.id and devices.deleted_at is null`,
    [devices.map((device) => device.id), devices.map((device) => hashes.get(device.id))],
  );
}

/** Keeps the tokens on which file and database agree, and makes new ones for the other devices. */
function chooseTokens(
  plan: readonly DemoDevice[],
  known: ReadonlyMap<string, Credential>,
  existing: ReadonlyMap<string, ExistingDevice>,
) {
  const tokens = new Map<string, string>();
  const fresh = new Map<string, Buffer>();
  for (const { id } of plan) {
    const token = known.get(id)?.password;
    if (token !== undefined && existing.get(id)?.token_hash.equals(tokenHash(token))) {
      tokens.set(id, token);
    } else {
      const made = newToken();
      tokens.set(id, made);
      fresh.set(id, tokenHash(made));
    }
  }
  return { tokens, fresh };
}

const credentialOf = (device: DemoDevice, password: string): Credential => ({
  id: device.id,
  kind: device.kind,
  regionCode: device.regionCode,
  ...(device.gatewayId === undefined ? {} : { gatewayId: device.gatewayId }),
  username: device.id,
  password,
});

/**
 * Registers the demo fleet of one county and writes its tokens to `DATA_DIR/demo-credentials.json`. Running it again
 * keeps every token on which file and database agree, and makes new ones for the rest. File and rows cannot change in
 * one step: whatever an interruption leaves, the next run mends it that way. Names, places and gateways of devices that
 * exist are left as operators have changed them.
 * @throws PlatformError `region_not_found` without the county's regions, `device_exists` when one of the ids belongs to
 * a device that the demo did not make.
 */
export async function seedDemoFleet(
  pool: Pool,
  { dataDir, log }: { dataDir: string; log: Logger },
): Promise<DemoFleetResult> {
  const credentialsPath = join(dataDir, CREDENTIALS_FILE);
  return withTransaction(pool, async (client) => {
    // The file is read and written under the lock too, or two starters would each write their own tokens.
    await client.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
    const known = await readCredentialsById(credentialsPath);
    const plan = planDemoFleet(await readCounty(client));
    const existing = await readExisting(client, plan);
    const { tokens, fresh } = chooseTokens(plan, known, existing);

    const missing = plan.filter(({ id }) => !existing.has(id));
    const stale = plan.filter(({ id }) => existing.has(id) && fresh.has(id));
    const isGateway = (device: DemoDevice) => device.kind === "lora-gateway";
    await insertDevices(client, missing.filter(isGateway), fresh);
    await insertDevices(
      client,
      missing.filter((device) => !isGateway(device)),
      fresh,
    );
    await renewTokens(client, stale, fresh);

    if (missing.length + stale.length > 0) {
      // One row for the fleet: it is one action, and two thousand rows would say the same.
      await appendAudit(client, {
        actor: PLATFORM_ACTOR,
        action: "device.seed",
        object: { type: "fleet", id: DEMO_COUNTY },
        after: { created: missing.length, renewed: stale.length },
      });
    }

    const result = { credentialsPath, devices: plan.length, created: missing.length, renewed: stale.length };
    if (fresh.size > 0 || known.size !== plan.length) {
      const credentials = plan.map((device) => credentialOf(device, tokens.get(device.id) as string));
      await writeSeededCredentials(credentialsPath, credentials);
      log.info(result, "demo fleet seeded");
    }
    return result;
  });
}
