import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";
import { providerSettings } from "../accounts/settings.ts";
import type { Config } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { WAITING_CONNECTIONS } from "../base/listening.ts";
import type { Logger } from "../base/log.ts";
import type { FollowedTls } from "../base/tls-server.ts";
import type { Broker } from "../broker/options.ts";
import { createExchange } from "../exchange/exchange.ts";
import type { DeviceEntry } from "../ingest/directory.ts";
import type { DatabaseFacts } from "../store/database/index.ts";
import { loadAdminKey } from "./admin-key.ts";
import { broadcastingFaults } from "./broadcast-files.ts";
import { followHttpTls, orSayWhichPort, tlsOf } from "./listening.ts";
import { startAccounts } from "./phases/accounts.ts";
import { makeApi } from "./phases/api.ts";
import { startAudience } from "./phases/audience.ts";
import { startBroadcasting } from "./phases/broadcast.ts";
import { startCluster } from "./phases/cluster.ts";
import { startDatabase } from "./phases/database.ts";
import { makeDoors } from "./phases/doors.ts";
import { startIngestion } from "./phases/ingest.ts";
import { startReach } from "./phases/reach.ts";
import type { Start, Undo } from "./phases/start.ts";
import { partsOf } from "./role.ts";

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

/**
 * Checks the rules, files and roles of a provider that settings name. It runs before anything is made.
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
 * @throws PlatformError `config_invalid` or `database_unsuitable` for faults that the operator has to mend; the reason
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
  const start: Start = {
    config,
    logOf: (component) => log.child({ component }),
    registry: new Registry(),
    signal,
    atEnd: (step) => void undo.push(step),
  };
  try {
    const platform = await startPhases(start);
    signal?.throwIfAborted();
    return { ...platform, stop: unwind };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** The phases of a start. Each gets the parts that earlier phases have made, and says how its own parts end. */
async function startPhases(start: Start): Promise<Omit<Platform, "stop">> {
  const { config, registry, signal, atEnd } = start;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const adminKey = await loadAdminKey(config.ADMIN_API_KEY, config.DATA_DIR);
  collectDefaultMetrics({ register: registry, prefix: "sbi_" });

  // First of all, as its files may be wrong.
  const https = await followHttpTls(start);
  const database = await startDatabase(start, fail);
  signal?.throwIfAborted();
  const cluster = await startCluster(start, database, fail);
  const accounts = await startAccounts(start, database, adminKey);
  const exchange = createExchange<DeviceEntry>({ log: start.logOf("exchange") });
  const ingestion = await startIngestion(start, database, cluster, exchange);
  const audience = await startAudience(start, cluster, accounts, ingestion);
  const reach = startReach(start, database, cluster, exchange, ingestion);
  const broadcasting = await startBroadcasting(start, {
    ...{ ...database, ...ingestion, cluster, exchange, elsewhere: reach.elsewhere },
  });
  signal?.throwIfAborted();
  const inside = { ...ingestion, ...audience, database, cluster, accounts, broadcasting, exchange };
  const doors = await makeDoors(start, inside);
  const life = { isStopping: false };
  const app = await makeApi(start, {
    ...{ ...inside, exchange: { ...exchange, ...reach }, authenticate: doors.authenticate, life, https },
  });

  await cluster.duties.run();
  await cluster.told.begin();
  // Broadcasts under way are taken up before devices connect.
  await broadcasting.resume();
  const ports = await listen(config, doors.broker, app, https);
  if (partsOf(config.ROLE).doors) await doors.openOthers();
  atEnd(async () => {
    // First of all: take nothing new, commit and acknowledge messages that were read, then let go.
    life.isStopping = true;
    await exchange.quiesce();
    await ingestion.flush();
  });
  return { ...ports, database: database.facts, failed };
}

/** Opens the ports of this process's role: devices first, so that a device is welcome once the API answers. */
async function listen(config: Config, broker: Broker, app: FastifyInstance, wss: FollowedTls | undefined) {
  const mqtt = partsOf(config.ROLE).doors
    ? await orSayWhichPort(
        broker.listen({
          host: config.HOST,
          port: config.MQTT_PORT,
          wsPort: config.MQTT_WS_PORT,
          wss,
          ...tlsOf(config),
        }),
      )
    : { port: 0, wsPort: 0, tlsPort: 0 };
  await orSayWhichPort(
    app.listen({ host: config.HOST, port: config.HTTP_PORT, backlog: WAITING_CONNECTIONS }),
  );
  return {
    mqttPort: mqtt.port,
    mqttWsPort: mqtt.wsPort,
    mqttTlsPort: mqtt.tlsPort,
    httpPort: (app.server.address() as AddressInfo).port,
  };
}
