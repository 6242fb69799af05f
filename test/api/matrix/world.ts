import { createApiKey } from "../../../access/api-keys.ts";
import type { Grant, Principal } from "../../../access/decide.ts";
import { covers, type Limits, type Place, reachesTenant, within } from "../../../access/limits.ts";
import { DISPLAY_SCOPES } from "../../../access/roles.ts";
import type { Pool } from "../../../store/database/database.ts";
import { readingsTable } from "../../../store/database/kind-table.ts";
import { areaOf } from "../../helpers/limits.ts";
import { insertRegions } from "../fixtures.ts";
import { addBroadcasts } from "./broadcast-rows.ts";
import type { Known } from "./row.ts";

/** A small province: three counties of two cities, three kinds, four owners, one device of each. */
export const KINDS = ["gas-meter", "camera", "speaker"] as const;
const OWNERS = [null, "gas", "police", "home"] as const;
const COUNTIES = ["520102001", "520103", "520201"] as const;
export const FROM = "2026-01-01T00:00:00Z";
export const TO = "2026-01-02T00:00:00Z";

/** A device that nobody has registered, as SQL. */
export const STRANGER =
  "insert into unknown_devices values ('mn', 'STRANGER', 'hj212', null, now(), now(), 1)";

/** A device with one of everything that it can have. */
export interface WorldDevice extends Place {
  visible(limits: Limits): boolean;
  readonly alarmId: string;
  readonly rejectionId: string;
}

export interface WorldPrincipal extends Known {
  readonly tenantId: string;
  readonly grants: readonly Grant[];
  /** The prefix of a key that goes on, and of one that is revoked; of applications. */
  readonly keys: readonly [string, string];
}

export interface World {
  readonly devices: readonly WorldDevice[];
  readonly gone: WorldDevice;
  readonly tenants: readonly Known[];
  readonly people: readonly WorldPrincipal[];
  readonly applications: readonly WorldPrincipal[];
  readonly displays: readonly WorldPrincipal[];
  readonly broadcasts: readonly Known[];
  /** What waits of what was done to the approver and the officer. */
  readonly accessChanges: readonly Known[];
}

const places: Place[] = COUNTIES.flatMap((regionCode) =>
  KINDS.flatMap((kind) =>
    OWNERS.map((tenantId) => ({
      id: `d${regionCode}-${kind}-${tenantId ?? "nobody"}`,
      regionCode,
      kind,
      tenantId,
    })),
  ),
);

/** Everybody who is looked at, by what they may do. Who looks is somebody else, and not in the database. */
const PEOPLE: Record<string, [tenantId: string, ...Grant[]]> = {
  "p-province": ["police", { role: "administrator", area: areaOf({}) }],
  "p-city": ["police", { role: "viewer", area: areaOf({ regions: ["5201"] }) }],
  "p-county": ["police", { role: "operator", area: areaOf({ regions: ["520102"], kinds: ["camera"] }) }],
  "p-gas": ["gas", { role: "viewer", area: areaOf({ tenants: ["gas"] }) }],
  "p-two": [
    "gas",
    { role: "viewer", area: areaOf({ regions: ["520102"] }) },
    { role: "auditor", area: areaOf({ regions: ["5202"] }) },
  ],
  "p-new": ["home"],
  "p-approver": ["police", { role: "approver", area: areaOf({ regions: ["520102"] }) }],
  "p-officer": ["gas", { role: "duty-officer", area: areaOf({ regions: ["5202"], tenants: ["gas"] }) }],
};
const APPLICATIONS: Record<string, [tenantId: string, ...Grant[]]> = {
  "a-all": ["police", { scopes: ["stream:read", "devices:read"], area: areaOf({}) }],
  "a-county": [
    "gas",
    { scopes: ["readings:read"], area: areaOf({ regions: ["520102"], kinds: ["gas-meter"] }) },
  ],
  "a-meter": ["home", { scopes: ["readings:read"], area: areaOf({ devices: [places[3]!.id] }) }],
  "a-gas": ["gas", { scopes: ["devices:write"], area: areaOf({ regions: ["5202"], tenants: ["gas"] }) }],
};
const DISPLAYS: Record<string, [tenantId: string, ...Grant[]]> = {
  "w-province": ["police", { scopes: DISPLAY_SCOPES, area: areaOf({ regions: ["52"] }) }],
  "w-county": ["police", { scopes: DISPLAY_SCOPES, area: areaOf({ regions: ["520102"] }) }],
  "w-gas": ["gas", { scopes: DISPLAY_SCOPES, area: areaOf({ regions: ["5202"], tenants: ["gas"] }) }],
};

export async function makeWorld(pool: Pool): Promise<World> {
  await insertRegions(pool);
  await pool.query(
    "insert into regions (code, parent_code, name, level) values ('5202', '52', '六盘水市', 2)",
  );
  await pool.query(
    "insert into regions (code, parent_code, name, level) values ('520201', '5202', '钟山区', 3)",
  );
  await pool.query(`insert into tenants (id, name, use) values
    ('gas', '燃气', 'commercial'), ('police', '公安', 'government'), ('home', '住户', 'civil')`);
  const devices: WorldDevice[] = [];
  for (const place of places) devices.push(await addDevice(pool, place));
  // Nobody sees one that is out of service, but what it measured, nor a message of nobody's unless they see everything.
  const gone = await addDevice(pool, { ...places[0]!, id: "out-of-service" });
  await pool.query("update devices set deleted_at = now() where id = 'out-of-service'");
  await pool.query(
    "delete from alarms using devices d where d.device_no = alarms.device_no and d.id = 'out-of-service'",
  );
  await pool.query(
    "delete from events using devices d where d.device_no = events.device_no and d.id = 'out-of-service'",
  );
  await pool.query(
    "delete from rejected_messages using devices d where d.device_no = rejected_messages.device_no and d.id = 'out-of-service'",
  );
  await pool.query(REJECTION, [null]);
  await pool.query(STRANGER);
  const people = await addPrincipals(pool, "person", PEOPLE);
  return {
    devices,
    gone,
    accessChanges: await addChanges(
      pool,
      people.filter(({ id }) => id === "p-approver" || id === "p-officer"),
    ),
    tenants: ["gas", "police", "home"].map((id) => ({ id, visible: (limits) => reachesTenant(limits, id) })),
    people,
    applications: await addPrincipals(pool, "application", APPLICATIONS),
    displays: await addDisplays(pool),
    broadcasts: await addBroadcasts(pool),
  };
}

async function addDisplays(pool: Pool): Promise<WorldPrincipal[]> {
  const displays = await addPrincipals(pool, "display", DISPLAYS);
  for (const { id } of displays)
    await pool.query("insert into displays (principal_id, created_by) values ($1, 'p-province')", [id]);
  return displays;
}

const REJECTION = `
  insert into rejected_messages (received_at, device_no, publisher, topic, reason, detail, payload, payload_bytes)
  values (now(), $1, 'p', 't', 'not_json', 'd', '', 0) returning rejection_no`;

async function addDevice(pool: Pool, place: Place): Promise<WorldDevice> {
  const { id, kind, regionCode, tenantId } = place;
  const { rows } = await pool.query(
    `insert into devices (id, kind, region_code, tenant_id, token_hash, longitude, latitude)
     values ($1, $2, $3, $4, '\\x00', 106.5, 26.5) returning device_no`,
    [id, kind, regionCode, tenantId],
  );
  const values = [rows[0].device_no, FROM];
  await pool.query(
    `insert into ${readingsTable(kind)} (device_no, observed_at, received_at) values ($1, $2::timestamptz, now())`,
    values,
  );
  await pool.query(
    `insert into events (device_no, observed_at, event_id, phase, type, received_at)
     values ($1, $2::timestamptz, 'e', 'instant', 'x', now())`,
    values,
  );
  const alarm = await pool.query(
    `insert into alarms (device_no, rule, severity, message, raised_at) values ($1, 'r', 'minor', 'm', $2::timestamptz)
     returning alarm_no`,
    values,
  );
  const rejection = await pool.query(REJECTION, [values[0]]);
  return {
    ...place,
    alarmId: String(alarm.rows[0].alarm_no),
    rejectionId: String(rejection.rows[0].rejection_no),
    visible: (limits) => covers(limits, place),
  };
}

async function addPrincipals(
  pool: Pool,
  type: Principal["type"],
  given: Record<string, [tenantId: string, ...Grant[]]>,
): Promise<WorldPrincipal[]> {
  const orNull = (list: readonly string[] | "all") => (list === "all" ? null : list);
  const principals: WorldPrincipal[] = [];
  for (const [id, [tenantId, ...grants]] of Object.entries(given)) {
    await pool.query("insert into principals (id, type, tenant_id, name) values ($1, $2, $3, $1)", [
      id,
      type,
      tenantId,
    ]);
    for (const grant of grants) {
      const { regions, kinds, tenants, devices } = grant.area;
      await pool.query(
        `insert into grants (principal_id, role, scopes, regions, kinds, tenants, devices)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          id,
          "role" in grant ? grant.role : null,
          "scopes" in grant ? grant.scopes : null,
          orNull(regions),
          orNull(kinds),
          orNull(tenants),
          orNull(devices),
        ],
      );
    }
    const keys = [createApiKey(), createApiKey()] as const;
    if (type === "application") {
      for (const { prefix, hash } of keys) {
        await pool.query("insert into api_keys (principal_id, prefix, key_hash) values ($1, $2, $3)", [
          id,
          prefix,
          hash,
        ]);
      }
    }
    principals.push({
      id,
      tenantId,
      grants,
      keys: [keys[0].prefix, keys[1].prefix],
      visible: (limits) =>
        reachesTenant(limits, tenantId) &&
        within(
          grants.map(({ area }) => area),
          limits,
        ),
    });
  }
  return principals;
}

async function addChanges(pool: Pool, people: readonly WorldPrincipal[]): Promise<Known[]> {
  const changes: Known[] = [];
  for (const { id, visible } of people) {
    const { rows } = await pool.query(
      `insert into access_changes (principal_id, kind, asked_by, asked_by_name, asked_at, effective_at)
       values ($1, 'grants', 'administrator', 'administrator', now(), '2999-01-01') returning change_no`,
      [id],
    );
    changes.push({ id: String(rows[0].change_no), visible });
  }
  return changes;
}

/** Codes of regions that the limits reach into, or that lie on the way there. */
export const regionVisible = (limits: Limits, code: string): boolean =>
  limits.some(
    ({ regions }) => regions === "all" || regions.some((own) => code.startsWith(own) || own.startsWith(code)),
  );

export const kindVisible = (limits: Limits, kind: string): boolean =>
  limits.some(({ kinds }) => kinds === "all" || kinds.includes(kind));
