import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { collectDefaultMetrics, Registry } from "prom-client";
import { apiKeyPrefix } from "../access/api-keys.ts";
import { hashToken, tokenMatches } from "../access/tokens.ts";
import { createAccessControl } from "../accounts/control.ts";
import { createAccessDirectory } from "../accounts/directory.ts";
import { grantDelay } from "../accounts/grant-delay.ts";
import { createPeople } from "../accounts/people.ts";
import { providerSettings, secondFactorRules } from "../accounts/settings.ts";
import { createApp } from "../api/app.ts";
import { createStreamHub } from "../api/stream/hub.ts";
import type { Config } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { createBroker } from "../broker/broker.ts";
import { Feed } from "../broker/feed.ts";
import { limitLookUps } from "../broker/look-ups.ts";
import { registerBrokerMetrics } from "../broker/metrics.ts";
import { catalog } from "../devices/catalog.ts";
import { speaker } from "../devices/kinds/speaker/kind.ts";
import type { DeviceEntry } from "../ingest/directory.ts";
import { startIngest } from "../ingest/ingest.ts";
import { refuse } from "../ingest/reasons.ts";
import { type MqttSource, openMqttSource } from "../protocols/mqtt-source/door.ts";
import { startAuditHead } from "../store/audit/index.ts";
import { type DatabaseFacts, isAway } from "../store/database/index.ts";
import { startEmbedded } from "../store/embedded/index.ts";
import { loadAdminKey } from "./admin-key.ts";
import { announce, scopeOf, wantsReadings } from "./announce.ts";
import { broadcastingFaults, startBroadcasting } from "./broadcasting.ts";
import { prepareDataDir } from "./data-dir.ts";
import { openPools, registerPoolMetrics } from "./database-pools.ts";
import { orSayWhichPort, tlsOf } from "./listening.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { readiness } from "./readiness.ts";
import { startUpkeep } from "./upkeep.ts";

export const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** A running platform. A port is 0 where it does not listen. */
export interface Platform {
  readonly mqttPort: number;
  readonly mqttWsPort: number;
  readonly mqttTlsPort: number;
  readonly httpPort: number;
  readonly database: DatabaseFacts & { readonly embedded: boolean };
  /** Resolves, with the reason, when the platform cannot go on by itself. */
  readonly failed: Promise<Error>;
  /** Ends everything in order: no new messages, commit what is there, close. */
  stop(): Promise<void>;
}

/** How long the end waits for batches under way; what is not committed by then is not acknowledged. */
const FLUSH_MS = 10_000;

/** Of past days in one statement on the embedded database, where everybody waits for it. */
const EMBEDDED_HISTORY_ITEMS = 500;

/** What is undone at the end, in reverse order of how it was made. */
type Undo = () => Promise<unknown> | unknown;

/**
 * Looks at what settings name beside themselves: rules, files, what a provider's roles give. Before anything is made.
 * @throws PlatformError `config_invalid` that lists every problem at once
 */
export async function checkSettings(config: Config): Promise<void> {
  const found = await broadcastingFaults(config);
  try {
    providerSettings(config, "");
  } catch (error) {
    found.push(error);
  }
  const [first, ...more] = found;
  if (more.length === 0 && first !== undefined) throw first;
  if (first === undefined) return;
  const messages = found.map((error) => (error as Error).message);
  const faults = found.flatMap((error) => (error instanceof PlatformError ? error.faults : []));
  throw new PlatformError("config_invalid", messages.join("\n"), { cause: first, faults: [...faults] });
}

/**
 * Starts the whole platform. When a step fails, or `signal` aborts, the steps before it are undone.
 * @throws PlatformError `config_invalid` or `database_unsuitable` for what the operator has to change; the reason
 * of `signal` when it aborted
 */
export async function startPlatform(config: Config, log: Logger, signal?: AbortSignal): Promise<Platform> {
  const undo: Undo[] = [];
  const unwind = async () => {
    for (const step of undo.reverse()) {
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => log.warn({ err: error }, "a part did not end cleanly"));
    }
    undo.length = 0;
  };
  try {
    const platform = await start(config, log, undo, unwind, signal);
    signal?.throwIfAborted();
    return platform;
  } catch (error) {
    await unwind();
    throw error;
  }
}

async function start(
  config: Config,
  log: Logger,
  undo: Undo[],
  unwind: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Platform> {
  const adminKey = await loadAdminKey(config.ADMIN_API_KEY, config.DATA_DIR);
  const child = (component: string) => log.child({ component });

  // Database
  const storeLog = child("store");
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  let url = config.DATABASE_URL;
  if (url === undefined) {
    await prepareDataDir(config.DATA_DIR);
    const embedded = await startEmbedded({ dataDir: join(config.DATA_DIR, "database"), log: storeLog });
    undo.push(() => embedded.stop());
    void embedded.exited.then(({ expected, code, signal }) => {
      if (!expected)
        fail(new Error(`The embedded database ended unexpectedly (${signal ?? `code ${code}`})`));
    });
    url = embedded.url;
  }
  const isEmbedded = config.DATABASE_URL === undefined;
  const { facts, tables, retention } = await prepareDatabase(url, config, log, signal);
  const pools = openPools(url, config, { embedded: isEmbedded, log: storeLog });
  undo.push(() => pools.end());
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "sbi_" });
  registerPoolMetrics(registry, pools);
  const upkeep = startUpkeep({
    url,
    ownerUrl: config.DATABASE_OWNER_URL,
    embedded: isEmbedded,
    edition: facts.edition,
    tables,
    retention,
    alertDays: config.RETENTION_ALERTS_DAYS,
    log: storeLog,
    registry,
    apiPool: pools.api,
  });
  undo.push(() => upkeep.stop());
  await prepareDataDir(config.DATA_DIR);
  const auditHead = startAuditHead(pools.api, { dataDir: config.DATA_DIR, log: child("audit") });
  undo.push(() => auditHead.stop());

  // Ingest
  signal?.throwIfAborted();
  const hub = createStreamHub({ log: child("stream") });
  undo.push(() => hub.close());
  const feed = new Feed({
    log: child("feed"),
    placeOf: (id) => {
      const device = ingest.directory.find(id);
      return device && { id, ...scopeOf(device) };
    },
  });
  const audience = { hub, feed };
  const accessDirectory = createAccessDirectory({
    pool: pools.urgent,
    log: child("access"),
    onRevoked: (id) => {
      feed.disconnect(id);
      hub.endOf(id);
    },
  });
  await accessDirectory.load();
  accessDirectory.follow();
  undo.push(() => accessDirectory.close());
  const people = createPeople({
    pool: pools.urgent,
    directory: accessDirectory,
    log: child("people"),
    registry,
    sessionMaxAgeMs: config.SESSION_MAX_HOURS * 3_600_000,
    sessionMaxIdleMs: config.SESSION_IDLE_MINUTES * 60_000,
    onSessionsEnded: (id) => hub.endOf(id),
    provider: providerSettings(config, adminKey.key),
    secondFactor: secondFactorRules(config),
  });
  await people.begin();
  if (config.PRIVILEGED_GRANT_DELAY_HOURS === 0) {
    child("access").warn(
      "PRIVILEGED_GRANT_DELAY_HOURS is 0: NOBODY WAITS. Whoever is made, granted or reset as approver or duty officer acts at once, so that one administrator alone can sound every speaker. For evaluation only: leave it unset in production",
    );
  }
  if (config.PRIVILEGED_GRANT_DELAY_HOURS > 0 && people.everybody().length === 0) {
    child("access").warn(
      { delayHours: config.PRIVILEGED_GRANT_DELAY_HOURS },
      `there are no people yet. Make two administrators, and the first approvers and duty officers, on this machine: npm run access -- person create --help${isEmbedded ? " (with the platform stopped: the embedded database has one user)" : ""}. Those who are made over HTTP with the administrator's key wait, and nobody could confirm them: docs/security.md, "Before the first day"`,
    );
  }
  undo.push(() => people.close());
  const broadcasting = await startBroadcasting({
    config,
    pool: pools.api,
    urgentPool: pools.urgent,
    speakers: tables.find(({ kind }) => kind === speaker.kind)!,
    log: child("broadcast"),
    registry,
    hub,
    deliver: (id, payload) => broker.deliver(id, payload),
    isOnline: (id) => broker.isConnected(id),
  });
  undo.push(() => broadcasting.stop());
  const ingest = await startIngest({
    pool: pools.ingest,
    history: {
      pool: pools.history,
      writers: pools.historyWriters,
      maxItems: isEmbedded ? EMBEDDED_HISTORY_ITEMS : config.BATCH_MAX_READINGS,
    },
    catalog,
    tables,
    log: child("ingest"),
    registry,
    instance: config.INSTANCE_ID,
    kept: retention,
    maxItems: config.BATCH_MAX_READINGS,
    lingerMs: config.BATCH_LINGER_MS,
    maxInFlight: pools.writers,
    wantsLive: ({ deviceNo }) => wantsReadings(audience) || broadcasting.wantsReadingsOf(deviceNo),
    onRevoked: (id) => broker.disconnect(id),
    onCommitted: (committed, live) => {
      announce(audience, ingest.directory, committed, live);
      broadcasting.onCommitted(committed, live);
    },
  });
  let flushed = false;
  const flush = async () => {
    if (flushed) return;
    flushed = true;
    await ingest.stop(FLUSH_MS);
  };
  undo.push(flush);

  // API, before the broker: whoever looks after the start can do so while devices still connect.
  let stopping = false;
  let source: MqttSource | undefined;
  const app = await createApp({
    pool: pools.api,
    urgentPool: pools.urgent,
    catalog,
    tables,
    access: createAccessControl({
      adminKeyHash: hashToken(adminKey.key),
      directory: accessDirectory,
      ...people,
    }),
    people,
    grantDelay: grantDelay(config.PRIVILEGED_GRANT_DELAY_HOURS),
    trustProxy: config.TRUST_PROXY ?? [],
    knownDevice: (id) => {
      const device = ingest.directory.find(id);
      const moved = device?.formerPlaces !== undefined;
      return device && { id, deviceNo: device.deviceNo, moved, ...scopeOf(device) };
    },
    pendingOf: ingest.pendingOf,
    replay: ingest.replay,
    onAlarmCleared: ({ deviceNo, rule }) => ingest.alarmCleared(deviceNo, rule),
    onDeviceChanged: async ({ type, id }) => {
      await ingest.directory.refresh(id);
      if (type === "deleted" || type === "credentials") broker.disconnect(id);
    },
    onAccessChanged: () => accessDirectory.refresh(),
    deliver: (id, payload) => broker.deliver(id, payload),
    deliverThrough: (gatewayId, id, payload) => broker.deliverThrough(gatewayId, id, payload),
    hub,
    broadcasts: broadcasting.routes,
    http: {
      perMinute: config.HTTP_RATE_LIMIT,
      anonymousPerMinute: config.HTTP_RATE_LIMIT_ANONYMOUS,
      maxStreams: config.HTTP_MAX_STREAMS,
      corsOrigins: config.CORS_ORIGINS ?? [],
    },
    metrics: registry,
    ready: () =>
      readiness({
        pool: pools.urgent,
        ingest,
        keyTrouble: broadcasting.keyTrouble,
        source,
        jobTrouble: upkeep.jobTrouble,
        backfill: upkeep.backfill,
        isStopping: () => stopping,
      }),
    log: child("api"),
    version: VERSION,
  });
  undo.push(() => app.close());

  // Broker
  signal?.throwIfAborted();
  // A device that another process registered a moment ago is not in memory yet. Half of the connections at most: the
  // others are for batches, ledger and presence.
  const lookUp = limitLookUps((id) => ingest.directory.lookUp(id), isEmbedded ? 1 : 2);
  const broker = await createBroker<DeviceEntry>({
    log: child("broker"),
    rateLimit: config.DEVICE_RATE_LIMIT,
    itemLimit: config.DEVICE_ITEM_LIMIT,
    limits: {
      connections: config.MQTT_MAX_CONNECTIONS,
      perAddress: config.MQTT_MAX_CONNECTIONS_PER_ADDRESS,
    },
    feed,
    // The one of HTTP: who guesses is slowed on both sides.
    gate: people.gate,
    authenticate: (username, token) => {
      const key = token.toString();
      if (apiKeyPrefix(key) !== undefined) {
        const application = accessDirectory.findByKey(key);
        return application?.id === username ? application : undefined;
      }
      const check = (device: DeviceEntry | undefined) =>
        device && tokenMatches(token, device.tokenHash) ? device : undefined;
      const device = ingest.directory.find(username);
      return device ? check(device) : lookUp(username).then(check);
    },
    knows: (name) =>
      ingest.directory.find(name) !== undefined || accessDirectory.findPrincipal(name) !== undefined,
    authenticateCertificate: (commonName) => ingest.directory.find(commonName) ?? lookUp(commonName),
    // Each field by its name: the rest of an object is gathered key by key, for each message.
    onPublish: ({ principal: publisher, channel, topic, payload, receivedAt }, settled) =>
      ingest.accept({ publisher, channel, topic, payload, receivedAt }, settled),
    onRefused: ({ principal, ...message }, { reason, detail }, settled) =>
      ingest.reject({ publisher: principal, ...message }, refuse(reason, detail), settled),
    onPresence: ({ principal, connected, at, address }) => {
      ingest.notePresence({ deviceNo: principal.deviceNo, connected, changedAt: at, address });
      hub.publish(
        "presence",
        { deviceId: principal.id, connected, changedAt: at.toISOString() },
        scopeOf(principal),
      );
    },
    onListening: ({ id }) => broadcasting.onListening(id),
  });
  undo.push(() => broker.close());
  registerBrokerMetrics(registry, broker, feed);

  await broadcasting.resume();
  const mqtt = await orSayWhichPort(
    broker.listen({
      host: config.HOST,
      port: config.MQTT_PORT,
      wsPort: config.MQTT_WS_PORT,
      ...tlsOf(config),
    }),
  );
  await orSayWhichPort(app.listen({ host: config.HOST, port: config.HTTP_PORT }));
  if (config.SOURCE_MQTT_URL !== undefined) {
    source = openMqttSource<DeviceEntry>({
      url: config.SOURCE_MQTT_URL,
      topics: config.SOURCE_MQTT_TOPICS,
      clientId: config.SOURCE_MQTT_CLIENT_ID,
      find: (id) => ingest.directory.find(id),
      lookUp: (id) => ingest.directory.lookUp(id),
      isAway,
      onMessage: ingest.accept,
      log: child("source"),
    });
  }
  undo.push(() => source?.close());

  undo.push(async () => {
    // First of all: take nothing new, commit and acknowledge what was read, then let go.
    stopping = true;
    await broker.quiesce();
    await source?.quiesce();
    await flush();
  });

  return {
    mqttPort: mqtt.port,
    mqttWsPort: mqtt.wsPort,
    mqttTlsPort: mqtt.tlsPort,
    httpPort: (app.server.address() as AddressInfo).port,
    database: { ...facts, embedded: isEmbedded },
    failed,
    stop: unwind,
  };
}
