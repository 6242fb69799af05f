import type { InjectOptions } from "fastify";
import { Registry } from "prom-client";
import { createApiKey } from "../../access/api-keys.ts";
import type { Grant } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import { createLoginGate } from "../../access/login-gate.ts";
import type { Role } from "../../access/roles.ts";
import { createAccessDirectory } from "../../accounts/directory.ts";
import { grantDelay } from "../../accounts/grant-delay.ts";
import type { ProviderSettings } from "../../accounts/oidc.ts";
import { createPasswordHasher, type PasswordHasher } from "../../accounts/password-hash.ts";
import { createPeople } from "../../accounts/people.ts";
import type { SecondFactorRules } from "../../accounts/second-factor.ts";
import { createStreamHub } from "../../api/stream/hub.ts";
import { createLogger } from "../../base/log.ts";
import { replaceGrants } from "../../store/access/grants.ts";
import { savePassword } from "../../store/access/passwords.ts";
import { insertPrincipal } from "../../store/access/principals.ts";
import { insertTenant } from "../../store/access/tenants.ts";
import { withTransaction } from "../../store/database/database.ts";
import { startApi } from "../api/harness.ts";
import { CHEAP } from "./cheap-hash.ts";
import type { TestDatabase } from "./db.ts";
import { assertNoSecretIn, keepCookiesOf, keepSecret, keepSecretsOf } from "./secrets.ts";

export const HOUR = 3_600_000;

export interface PeopleTestOptions {
  readonly hasher?: PasswordHasher;
  readonly provider?: ProviderSettings;
  readonly trustProxy?: readonly string[];
  /** Twelve hours and one by default. */
  readonly sessionMaxAgeMs?: number;
  readonly sessionMaxIdleMs?: number;
  readonly sessionFreshMs?: number;
  /** True: holds the answers to failures, as the platform does. Tests fail a lot, and would wait. */
  readonly slow?: boolean;
  readonly secondFactor?: SecondFactorRules;
  /** How long approvers and duty officers wait who are made over HTTP; the product's default otherwise. */
  readonly delayHours?: number;
}

/** Adds a tenant, once. */
async function addTenant({ pool }: TestDatabase, id = "county"): Promise<string> {
  await withTransaction(pool, (tx) =>
    insertTenant(tx, { id, name: id, use: "government" }).catch((error: { code?: string }) => {
      if (error.code !== "tenant_exists") throw error;
    }),
  );
  return id;
}

/** The API with real people, keys and sessions on a test database, and a clock that a test can move. */
export async function startPeople(db: TestDatabase, options: PeopleTestOptions = {}) {
  const { slow = false, trustProxy = [], hasher = createPasswordHasher({ cost: CHEAP }), provider } = options;
  let shift = 0;
  const now = () => Date.now() + shift;
  const lines: string[] = [];
  const log = createLogger("debug", { write: (line) => lines.push(line) });
  const hub = createStreamHub({ log });
  const revoked: string[] = [];
  const ended: string[] = [];
  const directory = createAccessDirectory({
    pool: db.pool,
    log,
    now,
    onRevoked: (id) => {
      revoked.push(id);
      hub.endOf(id);
      people.sessions.lookAgain(id);
    },
  });
  await directory.load();
  const registry = new Registry();
  const realGate = createLoginGate({ now });
  const gate = slow ? realGate : { ...realGate, delayFor: () => 0 };
  const people = createPeople({
    pool: db.pool,
    directory,
    log,
    registry,
    gate,
    hasher,
    provider,
    ...(options.secondFactor ? { secondFactor: options.secondFactor } : {}),
    sessionMaxAgeMs: options.sessionMaxAgeMs ?? 12 * HOUR,
    sessionMaxIdleMs: options.sessionMaxIdleMs ?? HOUR,
    sessionFreshMs: options.sessionFreshMs,
    onSessionsEnded: (id) => ended.push(id),
    now,
  });
  const api = await startApi(db.pool, {
    directory,
    callerFacts: directory,
    people,
    grantDelay: grantDelay(options.delayHours ?? 24, now),
    log,
    hub,
    metrics: registry,
    trustProxy,
    onAccessChanged: () => directory.refresh(),
  });

  return {
    ...api,
    people,
    gate,
    directory,
    hasher,
    registry,
    /** Every line that was logged, as text. */
    lines,
    revoked,
    ended,
    now,
    /** Moves the clock of sessions, keys and gate; not the database's. */
    pass(ms: number) {
      shift += ms;
    },
    addTenant: (id?: string) => addTenant(db, id),
    async addPerson(
      id: string,
      {
        password,
        role = "administrator",
        tenantId = "county",
        grants = [{ role, area: UNLIMITED[0]! }],
      }: { password?: string; role?: Role; tenantId?: string; grants?: Grant[] } = {},
    ) {
      await addTenant(db, tenantId);
      const hash = password === undefined ? undefined : await hasher.hash(password);
      await withTransaction(db.pool, async (tx) => {
        await insertPrincipal(tx, { id, type: "person", tenantId, name: `Name of ${id}` });
        await replaceGrants(tx, id, grants);
        if (hash !== undefined) await savePassword(tx, id, hash);
      });
      await directory.refresh();
    },
    /** An application with all of `scopes` everywhere. @returns its key */
    async addApplication(
      id: string,
      {
        scopes = ["devices:read"],
        tenantId = "county",
        expiresAt,
      }: { scopes?: string[]; tenantId?: string; expiresAt?: Date } = {},
    ) {
      await addTenant(db, tenantId);
      const { key, prefix, hash } = createApiKey();
      keepSecret(key);
      await withTransaction(db.pool, async (tx) => {
        await insertPrincipal(tx, { id, type: "application", tenantId, name: id });
        await replaceGrants(tx, id, [{ scopes, area: UNLIMITED[0]! }]);
        await tx.query(
          "insert into api_keys (principal_id, prefix, key_hash, expires_at) values ($1, $2, $3, $4)",
          [id, prefix, hash, expiresAt?.toISOString() ?? null],
        );
      });
      await directory.refresh();
      return key;
    },
    /** A request without any credentials but the given ones. */
    async send(request: InjectOptions & { address?: string }) {
      const { address, ...options } = request;
      const response = await api.app.inject({ ...options, ...(address ? { remoteAddress: address } : {}) });
      const isJson = String(response.headers["content-type"]).includes("json");
      keepSecretsOf(options.payload);
      keepCookiesOf(response.headers["set-cookie"]);
      if (isJson) keepSecretsOf(response.json());
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        cookies: response.cookies,
        // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
        json: (isJson ? response.json() : undefined) as any,
      };
    },
    async stop() {
      await api.app.close();
      await people.close();
      await directory.close();
      assertNoSecretIn(lines);
    },
  };
}

export type TestPeople = Awaited<ReturnType<typeof startPeople>>;

/** Signs in for a bearer token. */
export async function signInForToken(
  app: TestPeople,
  username: string,
  password: string,
  extra: { code?: string; address?: string } = {},
): Promise<string> {
  const { address, ...more } = extra;
  const answer = await app.send({
    method: "POST",
    url: "/v1/sessions",
    payload: { username, password, type: "bearer", ...more },
    ...(address ? { address } : {}),
  });
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return answer.json.token;
}

/** Signs in like a browser. @returns the headers of its next requests */
export async function signInForCookie(app: TestPeople, username: string, password: string) {
  const answer = await app.send({
    method: "POST",
    url: "/v1/sessions",
    payload: { username, password },
  });
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  const [cookie] = answer.cookies;
  return {
    cookie: `${cookie!.name}=${cookie!.value}`,
    "x-csrf-token": answer.json.csrfToken as string,
  };
}
