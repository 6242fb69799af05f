import { randomUUID } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import cookies from "@fastify/cookie";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, { type FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import type { AccessControl } from "../access/control.ts";
import type { GrantDelay } from "../accounts/grant-delay.ts";
import type { CallerFacts } from "../accounts/known-principals.ts";
import type { People } from "../accounts/people.ts";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { HANDSHAKE_MS } from "../base/tls-server.ts";
import type { Kind } from "../devices/kind.ts";
import type { KindTable, Pool } from "../store/database/index.ts";
import { accessChangesRoutes } from "./access-changes/routes.ts";
import { alarmsRoutes } from "./alarms/routes.ts";
import { keysRoutes } from "./applications/keys.ts";
import { applicationsRoutes } from "./applications/routes.ts";
import { createRefusalRecorder } from "./audit/refusals.ts";
import { auditRoutes } from "./audit/routes.ts";
import { authRoutes } from "./auth/routes.ts";
import type { BroadcastsOptions } from "./broadcasts/options.ts";
import { broadcastsRoutes } from "./broadcasts/routes.ts";
import { indexCatalog } from "./catalog.ts";
import { type ClusterLogins, clusterLoginsRoutes } from "./cluster-logins/routes.ts";
import { type CommandsOptions, commandsRoutes } from "./commands/routes.ts";
import { compressAnswers } from "./compression.ts";
import { asReadable, consolePages, isConsoleBuilt } from "./console/pages.ts";
import { type ConsoleOptions, consoleRoutes } from "./console/routes.ts";
import { describeCsvOptions } from "./csv-options.ts";
import { createKeyFinder, type KnownDevice } from "./devices/key.ts";
import { devicePointsRoutes } from "./devices/points.ts";
import { type DeviceChangeNotice, type DevicesOptions, devicesRoutes } from "./devices/routes.ts";
import { displaysRoutes } from "./displays/routes.ts";
import { eventsRoutes } from "./events/routes.ts";
import { exchangesRoutes } from "./exchanges/routes.ts";
import { type Allow, assertGuarded, createAllow } from "./guard.ts";
import { healthRoutes, type ReadinessCheck } from "./health/routes.ts";
import { observeRequests } from "./http-metrics.ts";
import { parseJsonBodies } from "./json-body.ts";
import { kindsRoutes } from "./kinds/routes.ts";
import { latestRoutes } from "./latest/routes.ts";
import { ledgerRoutes } from "./ledger/routes.ts";
import { myPasswordRoutes } from "./me/password.ts";
import { meRoutes } from "./me/routes.ts";
import { myTotpRoutes } from "./me/totp.ts";
import { refuseForeignTypes } from "./media.ts";
import { openApiOptions } from "./openapi.ts";
import { personCredentialsRoutes } from "./people/credentials.ts";
import { peopleRoutes } from "./people/routes.ts";
import { personSessionsRoutes } from "./people/sessions.ts";
import { exactSerializerCompiler } from "./plain-json.ts";
import { createProblemSender } from "./problem.ts";
import { limitRates, type RateLimits } from "./rate-limit.ts";
import { readingsRoutes } from "./readings/routes.ts";
import { chooseReads, type ReadsOptions } from "./reads.ts";
import { regionsRoutes } from "./regions/routes.ts";
import { type RejectionsOptions, rejectionsRoutes } from "./rejections/routes.ts";
import { repairsRoutes } from "./repairs/routes.ts";
import { PAGE_POLICY, type SecurityOptions, secure } from "./security.ts";
import { seriesRoutes } from "./series/routes.ts";
import { sessionsRoutes } from "./sessions/routes.ts";
import { prepareShutdown } from "./shutdown.ts";
import type { StreamHub } from "./stream/hub.ts";
import { streamRoutes } from "./stream/routes.ts";
import { summaryRoutes } from "./summary/routes.ts";
import { tenantsRoutes } from "./tenants/routes.ts";
import { unknownDevicesRoutes } from "./unknown-devices/routes.ts";
import { validatorCompiler } from "./validator.ts";

export interface AppOptions {
  readonly pool: Pool;
  /** Connections for sessions, which must not wait behind long queries. */
  readonly urgentPool: Pool;
  /** Connections for what adds up a fleet, which others must not wait for. */
  readonly patientPool: Pool;
  /** Answers what may be some seconds old, where there is one. */
  readonly replica: ReadsOptions["replica"];
  readonly catalog: readonly Kind[];
  /** The readings table of each kind, as it is in the database. */
  readonly tables: readonly KindTable[];
  readonly access: AccessControl;
  /** What is known of callers without asking the database. */
  readonly callerFacts: CallerFacts;
  /** How people sign in. */
  readonly people: People;
  /** How long approvers and duty officers wait who are made, granted or reset over HTTP. */
  readonly grantDelay: GrantDelay;
  /** Finds a living device in memory; undefined when the database has to be asked. */
  readonly knownDevice: (id: string) => KnownDevice | undefined;
  /** The number of items of a device that were received and are not yet committed. */
  readonly pendingOf: (deviceNo: number) => number;
  /** The devices that have such items. */
  readonly pendingDevices: () => readonly { readonly deviceNo: number; readonly pending: number }[];
  /** Sends a rejected message through ingest once more, and records the outcome in the database. */
  readonly replay: RejectionsOptions["replay"];
  /** Takes in what has waited for a device that has identities now. */
  readonly takeWaiting: DevicesOptions["takeWaiting"];
  /** Called after a change of the register is committed, and waited for before the answer. */
  readonly onDeviceChanged: (change: DeviceChangeNotice) => Promise<void>;
  /** Called after a change of people, applications or their grants is committed, and waited for before the answer. */
  readonly onAccessChanged: () => Promise<void>;
  /** Called after a change whose news are committed, so that they are read at once. */
  readonly onTold: () => void;
  /** Hands a command to a device, or to its gateway where the device has no connection of its own. */
  readonly deliver: CommandsOptions["deliver"];
  /** For RabbitMQ, which asks who may log in there. */
  readonly clusterLogins: ClusterLogins;
  readonly hub: StreamHub;
  /** Options for the operations on broadcasts, and the public keys of this platform. */
  readonly broadcasts: Omit<BroadcastsOptions, "allow" | "people">;
  /** The console's files, and what its page has to know before anybody has signed in. */
  readonly console: ConsoleOptions;
  /** The certificate and key with which the server speaks https; undefined: plain http. */
  readonly https?: SecureContextOptions | undefined;
  /** Limits on each caller, and the origins whose pages may call. */
  readonly http: RateLimits & SecurityOptions & { readonly maxStreams: number };
  /** Addresses and networks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: readonly string[];
  /** False: only `/livez`, `/readyz` and `/metrics` are there, and the rest is another process's. */
  readonly serves: boolean;
  /** One app per registry: the API registers its own metrics there. */
  readonly metrics: Registry;
  readonly ready: () => Promise<ReadinessCheck[]>;
  readonly log: Logger;
  readonly version: string;
}

/** Time limits and sizes of every request, in one place. Milliseconds and bytes. */
const SERVER = {
  /** To send the whole request. */
  requestTimeout: 30_000,
  /** Time without movement on the socket: longer than a stream's heartbeat, and than the slowest query. */
  connectionTimeout: 120_000,
  keepAliveTimeout: 72_000,
  bodyLimit: 256 * 1024,
} as const;

/** The longest id has 64 characters; each may take three when it is escaped. */
const MAX_PARAM_LENGTH = 200;

/** Makes the HTTP API without listening, so that tests call it in place. Closing it ends its streams too. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { pool, access, hub, log } = options;
  const allow = createAllow(access);
  const sendProblem = createProblemSender(log);
  const recordRefusal = createRefusalRecorder(pool, log);
  let closing = false;

  const app = Fastify({
    ...SERVER,
    https: options.https ? { ...options.https, handshakeTimeout: HANDSHAKE_MS } : null,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    // Our own 503, as a problem, is sent by the hook below.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    genReqId: () => randomUUID(),
    rewriteUrl: ({ url = "/" }) => asReadable(url),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  });
  parseJsonBodies(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(exactSerializerCompiler);
  app.setErrorHandler(async (error, request, reply) => {
    const problem = refusalOf(error, request, reply);
    await recordRefusal(request, problem);
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new PlatformError(
        "not_found",
        options.serves
          ? `There is no ${request.method} ${request.url.split("?")[0]}`
          : "This process does not serve the API: expected one with ROLE=api or ROLE=all",
      ),
      request,
      reply,
    ),
  );

  app.addHook("onRoute", assertGuarded);
  app.addHook("onRoute", describeCsvOptions);
  // Hooks that every request passes call back rather than return a promise: each promise would cost a turn of its own.
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  await secure(app, options.http);
  // Cookies are parsed only where one is looked for: most callers have a key and no cookies.
  await app.register(cookies, { hook: false });
  app.addHook("onRequest", (_request, reply, done) => {
    if (!closing) return done();
    reply.header("connection", "close");
    done(new PlatformError("shutting_down"));
  });
  const refusalOf = limitRates(app, options.http);
  app.addHook("onResponse", observeRequests(options.metrics, hub));
  // An address cannot hold half of a surrogate pair, which UTF-8 does not know, but it can hold a NUL.
  app.addHook("onRequest", (request, _reply, done) => {
    if (!request.url.includes("%00")) return done();
    done(
      new PlatformError("invalid_request", "The address holds a NUL character, which no text here may have"),
    );
  });
  refuseForeignTypes(app);
  await compressAnswers(app);
  chooseReads(app, options);
  const endConnections = prepareShutdown(app.server);
  app.addHook("preClose", async () => {
    closing = true;
    hub.close();
    endConnections();
  });

  if (options.serves) await serveDocuments(app, options);
  const { metrics, ready, version } = options;
  await app.register(healthRoutes, { metrics, ready, version });
  if (options.serves) await serveApi(app, options, allow);
  await app.ready();
  return app;
}

/** The description of the API, which is to know every route, and the console. */
async function serveDocuments(app: FastifyInstance, options: AppOptions): Promise<void> {
  await app.register(swagger, openApiOptions(options.version));
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: PAGE_POLICY });
  const { folder } = options.console;
  app.get("/", { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(isConsoleBuilt(folder) ? "/console/" : "/docs"),
  );
  await app.register(consolePages, { prefix: "/console", folder });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
}

/** The routes of the API. */
async function serveApi(app: FastifyInstance, options: AppOptions, allow: Allow): Promise<void> {
  const { pool, urgentPool, patientPool, hub, log, version } = options;
  const catalog = indexCatalog(options.catalog, options.tables);
  const prefix = "/v1";
  const { onTold, onDeviceChanged, takeWaiting, pendingOf, pendingDevices, replay } = options;
  const findKey = createKeyFinder(pool, options.knownDevice);
  const onAccessChanged = takenUp(options.onAccessChanged, log);
  const { people, grantDelay, callerFacts } = options;
  await app.register(consoleRoutes, { prefix, ...options.console, people, version, allow });
  await app.register(sessionsRoutes, { prefix, pool: urgentPool, people, allow });
  await app.register(authRoutes, { prefix, people, allow });
  await app.register(meRoutes, { prefix, pool: urgentPool, callerFacts, grantDelay, allow });
  await app.register(myPasswordRoutes, { prefix, people, allow });
  await app.register(myTotpRoutes, { prefix, people, allow });
  await app.register(tenantsRoutes, { prefix, pool, onAccessChanged, grantDelay, allow });
  await app.register(peopleRoutes, { prefix, pool, catalog, onAccessChanged, grantDelay, allow });
  await app.register(personCredentialsRoutes, { prefix, pool, people, onAccessChanged, grantDelay, allow });
  await app.register(personSessionsRoutes, { prefix, pool, people, grantDelay, allow });
  await app.register(applicationsRoutes, { prefix, pool, catalog, onAccessChanged, grantDelay, allow });
  await app.register(keysRoutes, { prefix, pool, onAccessChanged, grantDelay, allow });
  await app.register(displaysRoutes, { prefix, pool, catalog, people, onAccessChanged, grantDelay, allow });
  await app.register(accessChangesRoutes, { prefix, pool, people, onAccessChanged, grantDelay, allow });
  await app.register(kindsRoutes, { prefix, catalog, allow });
  await app.register(devicesRoutes, {
    prefix,
    pool,
    catalog,
    onTold,
    onDeviceChanged,
    takeWaiting,
    log,
    allow,
  });
  await app.register(devicePointsRoutes, { prefix, catalog, allow });
  await app.register(readingsRoutes, { prefix, pool, findKey, catalog, log, allow });
  await app.register(exchangesRoutes, { prefix, pool, catalog, allow });
  await app.register(repairsRoutes, { prefix, pool, catalog, log, allow });
  await app.register(latestRoutes, { prefix, pool, catalog, log, allow });
  await app.register(seriesRoutes, { prefix, pool: patientPool, findKey, catalog, log, allow });
  await app.register(ledgerRoutes, { prefix, pool, findKey, pendingOf, pendingDevices, log, allow });
  await app.register(unknownDevicesRoutes, { prefix, pool, allow });
  await app.register(rejectionsRoutes, { prefix, pool, replay, allow });
  await app.register(regionsRoutes, { prefix, allow });
  await app.register(summaryRoutes, { prefix, catalog, allow });
  await app.register(eventsRoutes, { prefix, pool, log, allow });
  await app.register(alarmsRoutes, { prefix, pool, catalog, onTold, allow });
  await app.register(commandsRoutes, { prefix, pool, catalog, findKey, deliver: options.deliver, allow });
  await app.register(broadcastsRoutes, { prefix, ...options.broadcasts, people, allow });
  await app.register(auditRoutes, { prefix, pool, log, allow });
  await app.register(clusterLoginsRoutes, {
    prefix,
    ...options.clusterLogins,
    gate: people.gate,
    log,
    allow,
  });
  await app.register(streamRoutes, { prefix, hub, people, maxStreams: options.http.maxStreams, allow });
}

/**
 * The change is committed before the rest of the platform takes it up, and the caller may already hold a key: a failure
 * here must not turn that into an error. The platform finds the change when it next looks.
 */
const takenUp = (takeUp: () => Promise<void>, log: Logger) => () =>
  takeUp().catch((error: unknown) =>
    log.error({ err: error }, "a change of access was stored but not taken up"),
  );
