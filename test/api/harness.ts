import type { FastifyInstance, InjectOptions } from "fastify";
import { Registry } from "prom-client";
import { hashToken } from "../../access/tokens.ts";
import { createAccessControl } from "../../accounts/control.ts";
import { grantDelay } from "../../accounts/grant-delay.ts";
import type { CallerFacts, KnownPrincipals } from "../../accounts/known-principals.ts";
import { createPeople } from "../../accounts/people.ts";
import { type AppOptions, createApp } from "../../api/app.ts";
import { createStreamHub, type StreamHub } from "../../api/stream/hub.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger, type Logger } from "../../base/log.ts";
import { createImportTurns } from "../../broadcast/cap/fair-line.ts";
import { judgeAlert } from "../../broadcast/cap/judge.ts";
import { catalog } from "../../devices/catalog.ts";
import type { Pool } from "../../store/database/database.ts";

export const ADMIN_KEY = keepSecretForAll("test-administrator-key-of-many-letters");

export interface Api {
  readonly app: FastifyInstance;
  readonly hub: StreamHub;
  readonly log: Logger;
  /** What was logged, as parsed lines. */
  readonly logged: Record<string, unknown>[];
  /** A call with the administrator's key. */
  call(request: InjectOptions | string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

import { assertNoSecretIn, keepCookiesOf, keepSecretForAll, keepSecretsOf } from "../helpers/secrets.ts";
import { openTestReplica, type TestReplica } from "../helpers/test-replica.ts";

/** A directory without anybody. */
const NOBODY: KnownPrincipals = {
  findByKey: () => undefined,
  findPrincipal: () => undefined,
  listPrincipals: () => [],
  refresh: async () => {},
  lookForChanges: async () => {},
};

/** One that was not built, unless the test says where it is. */
export const aConsole = (given: Partial<AppOptions["console"]> = {}): AppOptions["console"] => ({
  ...{ folder: "/nonexistent", name: "Test platform", issuer: undefined, demoPeople: undefined },
  ...given,
});

/** Nothing is in memory of anybody. */
const NO_FACTS: CallerFacts = {
  findTenant: () => undefined,
  listOwnedBy: () => [],
  listWaiting: () => [],
};

/** The API on a test database, with everything else that it is given replaced by something quiet. */
export async function startApi(
  pool: Pool,
  { directory = NOBODY, ...overrides }: Partial<AppOptions> & { directory?: KnownPrincipals } = {},
): Promise<Api> {
  const logged: Record<string, unknown>[] = [];
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
  const hub = overrides.hub ?? createStreamHub({ log });
  const metrics = overrides.metrics ?? new Registry();
  const people =
    overrides.people ??
    createPeople({
      pool,
      directory,
      log,
      registry: metrics,
      sessionMaxAgeMs: 3_600_000,
      sessionMaxIdleMs: 600_000,
    });
  const replica = "replica" in overrides ? overrides.replica : await openTestReplica(pool);
  const app = await createApp({
    serves: true,
    pool,
    urgentPool: pool,
    patientPool: pool,
    replica,
    catalog,
    tables: tablesOf(catalog),
    access: createAccessControl({ adminKeyHash: hashToken(ADMIN_KEY), directory, ...people }),
    callerFacts: NO_FACTS,
    people,
    grantDelay: grantDelay(24),
    trustProxy: [],
    knownDevice: () => undefined,
    pendingOf: () => 0,
    pendingDevices: () => [],
    onTold: () => {},
    replay: async () => {
      throw new Error("nothing should be replayed here");
    },
    takeWaiting: async () => ({ stored: 0, duplicate: 0, rejected: 0 }),
    onDeviceChanged: async () => {},
    onAccessChanged: async () => {},
    deliver: async () => "not_listening",
    clusterLogins: { from: [], host: "/", authenticate: async () => undefined, find: async () => undefined },
    hub,
    broadcasts: {
      broadcasts: {
        pool,
        log,
        keys: { sign: async () => "not.a.signature" },
        dispatcher: { begin: () => {}, cancel: () => ({ stop: "on_its_way", unsure: 0 }), retry: () => {} },
        issuer: "test-platform",
        judge: { judge: async (xml, at) => judgeAlert(xml, new Map(), at) },
        imports: createImportTurns(),
        onChanged: () => {},
        now: () => new Date(),
      },
      urgentPool: pool,
      publishedKeys: () => ({ keys: [], signed: null, rootChanges: [] }),
    },
    console: aConsole(),
    http: { perMinute: 0, anonymousPerMinute: 0, maxStreams: 1000, corsOrigins: [] },
    metrics,
    ready: async () => [],
    log,
    version: "0.0.0-test",
    ...overrides,
  });
  // Whoever ends the API has its log looked through.
  const close = app.close.bind(app);
  app.close = (async () => {
    await close();
    if (replica !== overrides.replica) await (replica as TestReplica).end();
    assertNoSecretIn(logged.map((line) => JSON.stringify(line)));
  }) as typeof app.close;
  return {
    app,
    hub,
    log,
    logged,
    async call(request) {
      const options = typeof request === "string" ? { url: request } : request;
      const response = await app.inject({
        ...options,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, ...options.headers },
      });
      const isJson = String(response.headers["content-type"]).includes("json");
      keepSecretsOf(options.payload);
      keepCookiesOf(response.headers["set-cookie"]);
      if (isJson && response.statusCode < 300) keepSecretsOf(response.json());
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: isJson ? response.json() : undefined,
      };
    },
  };
}
