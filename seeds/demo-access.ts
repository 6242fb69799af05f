import { apiKeyPrefix, createApiKey } from "../access/api-keys.ts";
import type { Use } from "../access/decide.ts";
import { hashToken } from "../access/tokens.ts";
import { generatePassword } from "../accounts/password-generate.ts";
import { type PasswordHasher, passwordHasher } from "../accounts/password-hash.ts";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import {
  findPassword,
  findUnknownTenants,
  insertApiKey,
  insertPrincipal,
  insertTenant,
  listApiKeys,
  type PrincipalType,
  replaceGrants,
  revokeApiKey,
  savePassword,
} from "../store/access/index.ts";
import { appendAudit, PLATFORM_ACTOR } from "../store/audit/index.ts";
import { type Client, type Pool, withTransaction } from "../store/database/index.ts";
import { type DemoAccess, demoAccessFile, readDemoAccess, writeDemoAccess } from "./demo-access-file.ts";
import {
  DEMO_APPLICATIONS,
  DEMO_METER_OWNER,
  DEMO_PEOPLE,
  DEMO_TENANTS,
  type DemoPrincipal,
} from "./demo-people.ts";

/** "demp" in ASCII, beside the fleet's own. Two starters take turns. */
const LOCK = 0x64656d70;

export interface DemoAccessOptions {
  readonly dataDir: string;
  readonly log: Logger;
  readonly hasher?: Pick<PasswordHasher, "hash">;
}

export interface DemoAccessResult {
  readonly path: string;
  /** New tenants, people and applications. */
  readonly created: number;
  /** People and applications that were there, but whose password or key the file did not know. */
  readonly renewed: number;
}

type DemoPerson = DemoAccess["people"][number];
type DemoApplication = DemoAccess["applications"][number];

const audited = (tx: Client, type: string, id: string, verb: string, after: unknown) =>
  appendAudit(tx, { actor: PLATFORM_ACTOR, action: `${type}.${verb}`, object: { type, id }, after });

const useOf = (tenantId: string): Use => DEMO_TENANTS.find(({ id }) => id === tenantId)!.use;

const rowOf = ({ id, name, tenantId, sees }: DemoPrincipal) => ({ id, name, use: useOf(tenantId), sees });

/** Adds the missing tenants. A new meter owner gets the existing meters that have no owner. */
async function addTenants(tx: Client): Promise<number> {
  const missing = new Set(
    await findUnknownTenants(
      tx,
      DEMO_TENANTS.map(({ id }) => id),
    ),
  );
  for (const tenant of DEMO_TENANTS.filter(({ id }) => missing.has(id))) {
    const { id, name, use } = await insertTenant(tx, tenant);
    await audited(tx, "tenant", id, "create", { name, use, disabled: false });
  }
  if (missing.has(DEMO_METER_OWNER)) {
    // updated_at tells running processes to read the device again.
    const { rowCount } = await tx.query(
      `update devices set tenant_id = $1::text, updated_at = now()
       where kind = 'gas-meter' and attributes -> 'demo' = 'true' and tenant_id is null and deleted_at is null`,
      [DEMO_METER_OWNER],
    );
    if (rowCount) await audited(tx, "tenant", DEMO_METER_OWNER, "devices", { meters: rowCount });
  }
  return missing.size;
}

/** @throws PlatformError `principal_exists` for an id that belongs to somebody else, who would get our password */
async function findExisting(tx: Client): Promise<Set<string>> {
  const wanted: [PrincipalType, DemoPrincipal][] = [
    ...DEMO_PEOPLE.map((person): [PrincipalType, DemoPrincipal] => ["person", person]),
    ...DEMO_APPLICATIONS.map((app): [PrincipalType, DemoPrincipal] => ["application", app]),
  ];
  const { rows } = await tx.query<{ id: string; type: PrincipalType; tenant_id: string }>(
    "select id, type, tenant_id from principals where id = any ($1::text[])",
    [wanted.map(([, { id }]) => id)],
  );
  for (const { id, type, tenant_id } of rows) {
    const [ours, { tenantId }] = wanted.find(([, principal]) => principal.id === id)!;
    if (type === ours && tenant_id === tenantId) continue;
    throw new PlatformError(
      "principal_exists",
      `The demo brings a ${ours} '${id}' of tenant '${tenantId}', but there is a ${type} of that id of tenant '${tenant_id}', which the demo did not make: start without SEED=demo`,
    );
  }
  return new Set(rows.map(({ id }) => id));
}

async function addPrincipal(tx: Client, type: PrincipalType, principal: DemoPrincipal): Promise<void> {
  const { id, name, tenantId, grants, ownerId = null } = principal;
  await insertPrincipal(tx, { id, type, tenantId, name, ownerId });
  await replaceGrants(tx, id, grants);
  await audited(tx, type, id, "create", {
    name,
    tenantId,
    disabled: false,
    ...(type === "application" ? { ownerId } : {}),
    grants,
  });
}

interface FreshPassword {
  readonly password: string;
  readonly hash: string;
}

/** New passwords for people whose present password is not in the file; by the person's id. */
async function freshPasswords(
  tx: Client,
  existing: ReadonlySet<string>,
  known: ReadonlyMap<string, DemoPerson>,
  hasher: Pick<PasswordHasher, "hash">,
): Promise<Map<string, FreshPassword>> {
  const needed: string[] = [];
  for (const { id } of DEMO_PEOPLE) {
    const kept = existing.has(id) ? await findPassword(tx, id) : undefined;
    if (kept === undefined || kept.changedAt.toISOString() !== known.get(id)?.changedAt) needed.push(id);
  }
  const entries = needed.map(async (id): Promise<[string, FreshPassword]> => {
    const password = generatePassword();
    return [id, { password, hash: await hasher.hash(password) }];
  });
  return new Map(await Promise.all(entries));
}

/** Gives a person the new password. */
async function settlePerson(
  tx: Client,
  person: DemoPrincipal,
  isNew: boolean,
  { password, hash }: FreshPassword,
): Promise<DemoPerson> {
  await savePassword(tx, person.id, hash);
  if (!isNew) await audited(tx, "password", person.id, "reset", undefined);
  const { changedAt } = (await findPassword(tx, person.id))!;
  const [grant] = person.grants;
  return {
    ...rowOf(person),
    role: grant && "role" in grant ? grant.role : "",
    password,
    changedAt: changedAt.toISOString(),
  };
}

/** True when the key is a living one of this application. */
async function isLiving(tx: Client, id: string, key: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from api_keys where principal_id = $1::text and prefix = $2::text and key_hash = $3::bytea
       and revoked_at is null and (expires_at is null or expires_at > now())`,
    [id, apiKeyPrefix(key) ?? "", hashToken(key)],
  );
  return rowCount === 1;
}

/** The application as the file has it, where that is still true; otherwise with a new key in place of all others. */
async function settleApplication(
  tx: Client,
  app: DemoPrincipal,
  known: DemoApplication | undefined,
): Promise<DemoApplication> {
  if (known && (await isLiving(tx, app.id, known.key))) return known;
  const old = (await listApiKeys(tx, app.id)).filter(({ revokedAt }) => revokedAt === null);
  for (const { keyNo } of old) await revokeApiKey(tx, keyNo);
  const { key, prefix, hash } = createApiKey();
  await insertApiKey(tx, { principalId: app.id, prefix, hash, expiresAt: null });
  await appendAudit(tx, {
    actor: PLATFORM_ACTOR,
    action: "key.create",
    object: { type: "application", id: app.id },
    before: { revoked: old.map((one) => one.prefix) },
    after: { prefix, expiresAt: null, revokedAt: null },
  });
  return { ...rowOf(app), key };
}

/**
 * Adds the demo's tenants, people and applications, and writes their credentials to `DATA_DIR/demo-access.json`.
 * Running it again keeps every password and key on which file and database agree, and makes new ones for the rest.
 * Names and grants of existing ones are left as operators have changed them, and disabled ones stay so.
 * @throws PlatformError `principal_exists` when one of the ids belongs to a principal that the demo did not make
 */
export async function seedDemoAccess(
  pool: Pool,
  { dataDir, log, hasher = passwordHasher }: DemoAccessOptions,
): Promise<DemoAccessResult> {
  return withTransaction(pool, async (tx) => {
    // The file is read and written under the lock too, or two starters would each write their own secrets.
    await tx.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
    const file = await readDemoAccess(dataDir);
    const known = new Map(file.people.map((person) => [person.id, person]));
    const keys = new Map(file.applications.map((app) => [app.id, app]));
    const existing = await findExisting(tx);
    // The slow part comes first: from the first row of the audit on, others wait for this transaction.
    const passwords = await freshPasswords(tx, existing, known, hasher);
    const tenants = await addTenants(tx);

    const people: DemoPerson[] = [];
    for (const person of DEMO_PEOPLE) {
      const isNew = !existing.has(person.id);
      if (isNew) await addPrincipal(tx, "person", person);
      const fresh = passwords.get(person.id);
      people.push(fresh ? await settlePerson(tx, person, isNew, fresh) : known.get(person.id)!);
    }
    const applications: DemoApplication[] = [];
    for (const app of DEMO_APPLICATIONS) {
      if (!existing.has(app.id)) await addPrincipal(tx, "application", app);
      applications.push(await settleApplication(tx, app, keys.get(app.id)));
    }

    const fresh = passwords.size + applications.filter((app) => app !== keys.get(app.id)).length;
    const added = DEMO_PEOPLE.length + DEMO_APPLICATIONS.length - existing.size;
    const result = { path: demoAccessFile(dataDir), created: tenants + added, renewed: fresh - added };
    if (fresh > 0) {
      await writeDemoAccess(dataDir, { people, applications });
      log.info(result, "demo people and applications seeded");
    }
    return result;
  });
}
